// `Desired` as trees of HCL: one for the configuration, one for each module in it. Instances of `for_each` and `count`
// become one block again, in which what differs between them is a value of the key; addresses stay what they are.
import type { Json } from '../../base/index.ts'
import { appFields } from '../../model/index.ts'
import type { Desired } from '../../model/index.ts'
import type { Attribute, Block, Body, Expression } from '../hcl/ast.ts'
import { parseExpression } from '../hcl/parser.ts'
import { Source } from '../hcl/source.ts'
import { appWords } from '../vocabulary/index.ts'
import { inUnits } from './appbody.ts'
import { ignoredWords } from './ignored.ts'
import { mergedValues, mergedVariables } from './merged.ts'
import type { Merging } from './merged.ts'
import { attributeNode, blockNode, bodyNode, textNode, traversalNode, tupleNode, valueNode } from './nodes.ts'
import { referencesIn } from './references.ts'
import type { References } from './references.ts'
import { labelOf, treeOf } from './tree.ts'
import type { Node } from './tree.ts'
import type { WrittenBody } from './written.ts'

export interface HclTrees {
  /** The configuration is the directory ''; a module's is relative to it. */
  readonly bodies: ReadonlyMap<string, Body>
  /** Addresses that could not stay: as they were, and as they are now. */
  readonly renamed: ReadonlyMap<string, string>
  /** Ids of groups that nothing named, and that are written out now. */
  readonly groups: readonly string[]
}

export interface Settings {
  /** Address of the cluster, from the settings of the configuration. */
  readonly server?: string
}

export function hclTrees(desired: Desired, settings: Settings): HclTrees {
  const renamed = new Map<string, string>()
  const tree = withVolumesOutside(treeOf(desired), renamed)
  const writer: Writer = { bodies: new Map(), renamed, references: referencesIn(tree) }
  const members = membersOf(writer, [tree], notMerging, '')!
  // What lost its key is named by another name, or by its id, everywhere.
  const unnamed = new Set(renamed.keys())
  const settled: Writer = { ...writer, references: referencesIn(tree, unnamed) }
  const sddc = [
    attributeNode('stack', valueNode(desired.stack)),
    ...(settings.server === undefined ? [] : [attributeNode('server', valueNode(settings.server))]),
  ]
  const outputs = Object.entries(desired.outputs).map(([name, { value, sensitive, description }]) =>
    blockNode(
      'output',
      [name],
      bodyNode([
        attributeNode('value', valueNode(value)),
        ...(description === undefined ? [] : [attributeNode('description', valueNode(description))]),
        ...(sensitive ? [attributeNode('sensitive', valueNode(true))] : []),
      ]),
    ),
  )
  const all = unnamed.size === 0 ? members : membersOf(settled, [tree], notMerging, '')!
  const blocks = [blockNode('sddc', [], bodyNode(sddc)), ...all, ...outputs, ...historyOf(desired)]
  writer.bodies.set('', bodyNode([], blocks))
  return { ...writer, groups: impliedIn(tree) }
}

function impliedIn(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap(n => [...(n.isImplied ? [n.id] : []), ...impliedIn(n.members)])
}

interface Writer {
  readonly bodies: Map<string, Body>
  readonly renamed: Map<string, string>
  readonly references: References
}

const notMerging: Merging = mergedValues([])

/**
 * The blocks of what stands in one group or module, of which `lists` has one list per instance. Undefined when the
 * instances are too different to be one block.
 */
function membersOf(
  writer: Writer,
  lists: readonly (readonly Node[])[],
  merging: Merging,
  directory: string,
): readonly Block[] | undefined {
  const [first = []] = lists
  if (lists.some(l => l.length !== first.length)) return undefined
  const blocks: Block[] = []
  const done = new Set<Node>()
  for (const [i, node] of first.entries()) {
    if (done.has(node)) continue
    if (lists.length > 1) {
      const alike = lists.map(l => l[i]!)
      if (alike.some(n => n.kind !== node.kind || n.name !== node.name || n.key !== undefined))
        return undefined
      const block = blockOf(writer, alike, merging, directory)
      if (block === undefined) return undefined
      blocks.push(block)
      continue
    }
    const instances = first.filter(n => n.kind === node.kind && n.name === node.name && n.key !== undefined)
    if (node.key === undefined) {
      const block = blockOf(writer, [node], merging, directory)
      if (block === undefined) return undefined
      blocks.push(block)
      continue
    }
    for (const instance of instances) done.add(instance)
    blocks.push(...keyedBlocks(writer, instances, directory))
  }
  return blocks
}

/** One block with `for_each` or `count`; where that can't say it, a block of its own for each instance. */
function keyedBlocks(writer: Writer, instances: readonly Node[], directory: string): readonly Block[] {
  const keys = instances.map(n => n.key!)
  const sorted = instances.toSorted((a, b) => (typeof a.key === 'number' ? a.key - Number(b.key) : 0))
  const isCount = sorted.every((n, i) => n.key === i)
  if (isCount || keys.every(k => typeof k === 'string')) {
    const merging = mergedValues(sorted.map(n => n.key!))
    const trial = blockOf(writer, sorted, merging, directory)
    // The names of the values are known when all differences are: the second time they are written.
    const block = trial && blockOf(writer, sorted, merging.settled(), directory)
    if (block) return [block]
  }
  return instances.flatMap(node => {
    const { key: _key, ...alone } = node
    const name = labelOf(node)
    writer.renamed.set(node.address, node.address.replace(/[^.]*\[[^[]*\]$/, name))
    return blockOf(writer, [{ ...alone, name }], notMerging, directory) ?? []
  })
}

/** The block that stands for all the nodes, which are alike in kind and name. */
function blockOf(
  writer: Writer,
  nodes: readonly Node[],
  merging: Merging,
  directory: string,
): Block | undefined {
  const [node] = nodes as readonly [Node, ...Node[]]
  const body = mergedBody(
    nodes.map(n => n.body),
    merging,
    '',
  )
  const dependsOn = dependsOnOf(writer, nodes)
  const lifecycle = lifecycleOf(nodes)
  if (body === undefined || dependsOn === 'different' || lifecycle === 'different') return undefined
  if (node.kind === 'module') return moduleOf(writer, nodes, merging, directory, dependsOn)
  const members = membersOf(
    writer,
    nodes.map(n => n.members),
    merging,
    directory,
  )
  if (members === undefined) return undefined
  const repetition = node.key === undefined ? [] : merging.repetition()
  const attributes = [...repetition, ...body.attributes, ...dependsOn]
  return blockNode(node.kind, [node.name], bodyNode(attributes, [...body.blocks, ...lifecycle, ...members]))
}

/** The call of a module; the module itself is a directory of its own. */
function moduleOf(
  writer: Writer,
  nodes: readonly Node[],
  merging: Merging,
  directory: string,
  dependsOn: readonly Attribute[],
): Block | undefined {
  const [{ name, key }] = nodes as readonly [Node, ...Node[]]
  const inner = `${directory}modules/${name}/`
  const variables = mergedVariables(merging)
  const members = membersOf(
    writer,
    nodes.map(n => n.members),
    variables,
    inner,
  )
  if (members === undefined) return undefined
  const given = variables.given()
  const declared = given.map(v => blockNode('variable', [v.name], bodyNode([])))
  writer.bodies.set(inner, bodyNode([], [...declared, ...members]))
  const source = attributeNode('source', textNode(`./modules/${name}`))
  const repetition = key === undefined ? [] : merging.repetition()
  return blockNode('module', [name], bodyNode([source, ...repetition, ...given, ...dependsOn]))
}

/** HCL has volumes at the top level and in modules only; those in groups keep their names and stand there. */
function withVolumesOutside(nodes: readonly Node[], renamed: Map<string, string>): readonly Node[] {
  const volumes: Node[] = []
  const visit = (node: Node): Node => {
    const kept: Node[] = []
    const isModule = node.kind === 'module'
    for (const member of node.members) {
      if (member.kind !== 'volume' || isModule) kept.push(visit(member))
      else {
        const { key: _key, ...alone } = member
        renamed.set(member.address, `volume.${member.id}`)
        volumes.push({ ...alone, name: member.id })
      }
    }
    return { ...node, members: kept }
  }
  const rest = nodes.map(visit)
  return [...volumes, ...rest]
}

interface Written {
  readonly attributes: readonly Attribute[]
  readonly blocks: readonly Block[]
}

/** `place` names the body in the names of values that differ: `health_check_`. */
function mergedBody(bodies: readonly WrittenBody[], merging: Merging, place: string): Written | undefined {
  const [first] = bodies as readonly [WrittenBody, ...WrittenBody[]]
  const types = first.blocks.map(b => b.type).join(' ')
  if (bodies.some(b => b.blocks.map(x => x.type).join(' ') !== types)) return undefined
  const label = (index: number): string | undefined => {
    const labels = bodies.map(b => b.blocks[index]!.label)
    return labels.every(l => l === labels[0]) ? labels[0] : undefined
  }
  const names = [...new Set(bodies.flatMap(b => b.attributes.map(a => a.name)))]
  const attributes = names.map(name => {
    const values = bodies.map(b => b.attributes.find(a => a.name === name))
    const expression = merging.value(
      place + name,
      values.map(v => v ?? { value: place === '' ? defaultOf(name) : null, sensitive: [] }),
    )
    return attributeNode(name, expression)
  })
  const blocks: Block[] = []
  for (const [i, block] of first.blocks.entries()) {
    const named = label(i)
    const inner = mergedBody(
      bodies.map(b => withoutLabel(b.blocks[i]!.body, named === undefined ? undefined : block.word.label)),
      merging,
      `${place}${block.type}_${named === undefined ? '' : `${named}_`}`,
    )
    if (inner === undefined) return undefined
    blocks.push(
      blockNode(block.type, named === undefined ? [] : [named], bodyNode(inner.attributes, inner.blocks)),
    )
  }
  return { attributes, blocks }
}

/** What an instance says by leaving an attribute out; null where that hangs on others. */
function defaultOf(attribute: string): Json {
  const word = appWords.attributes[attribute]
  const value = appFields.find(f => f.name === word?.field)?.default
  return value === undefined || word === undefined ? null : inUnits(value, word)
}

function withoutLabel(body: WrittenBody, label: string | undefined): WrittenBody {
  return label === undefined ? body : { ...body, attributes: body.attributes.filter(a => a.name !== label) }
}

function dependsOnOf(writer: Writer, nodes: readonly Node[]): readonly Attribute[] | 'different' {
  const lists = nodes.map(n => dependencyNodes(writer, n))
  const [first = []] = lists
  if (lists.some(l => JSON.stringify(l) !== JSON.stringify(first))) return 'different'
  return first.length === 0 ? [] : [attributeNode('depends_on', tupleNode(first))]
}

function dependencyNodes({ references }: Writer, node: Node): readonly Expression[] {
  const targets = node.dependencies.map(id => references.from(node, id))
  // References count before texts, whatever their order.
  const lastReference = targets.findLastIndex(t => t !== undefined)
  const firstText = targets.indexOf(undefined)
  const isOrdered = firstText < 0 || lastReference < firstText
  return node.dependencies.map((id, i) => {
    const target = isOrdered ? targets[i] : undefined
    return target === undefined ? textNode(id) : traversalNode(target.root, ...target.steps)
  })
}

function lifecycleOf(nodes: readonly Node[]): readonly Block[] | 'different' {
  const [{ kind, lifecycle }] = nodes as readonly [Node, ...Node[]]
  if (nodes.some(n => JSON.stringify(n.lifecycle) !== JSON.stringify(lifecycle))) return 'different'
  if (lifecycle === undefined || kind === 'module') return []
  const { ignoreChanges, preventDestroy, destroy } = lifecycle
  return [
    blockNode(
      'lifecycle',
      [],
      bodyNode([
        ...(ignoreChanges === undefined ? [] : [ignoreNode(kind, ignoreChanges)]),
        ...(preventDestroy === undefined ? [] : [attributeNode('prevent_destroy', valueNode(true))]),
        ...(destroy === undefined ? [] : [attributeNode('destroy', valueNode(destroy))]),
      ]),
    ),
  ]
}

function ignoreNode(kind: 'app' | 'group' | 'volume', paths: readonly string[]): Attribute {
  if (paths.includes('')) return attributeNode('ignore_changes', traversalNode('all'))
  const words = ignoredWords(kind, paths, 'hcl') ?? []
  return attributeNode('ignore_changes', tupleNode(words.map(pathNode)))
}

/** Names of before, what is taken over, what is let go of. */
function historyOf({ moves = [], imports = [], forgets = [] }: Desired): readonly Block[] {
  return [
    ...moves.map(({ from, to }) => historyBlock('moved', { from: from.address, to: to.address })),
    ...imports.map(({ to, id }) => historyBlock('import', { to }, [attributeNode('id', textNode(id))])),
    ...forgets.map(({ address }) => {
      const kept = bodyNode([attributeNode('destroy', valueNode(false))])
      return historyBlock('removed', { from: address }, [], [blockNode('lifecycle', [], kept)])
    }),
  ]
}

function historyBlock(
  type: string,
  addresses: Readonly<Record<string, string>>,
  more: readonly Attribute[] = [],
  blocks: readonly Block[] = [],
): Block {
  const attributes = Object.entries(addresses).map(([name, text]) => attributeNode(name, pathNode(text)))
  return blockNode(type, [], bodyNode([...attributes, ...more], blocks))
}

/** `env["TAG"]`, `health_check[0].path`, `app.web["eu"]`. */
function pathNode(text: string): Expression {
  return parseExpression(new Source('ignored', text)).node
}
