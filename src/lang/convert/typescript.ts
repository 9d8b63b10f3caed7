// `Desired` as a TypeScript module: a constant for each app, what others need before what needs it.
import type { Json } from '../../base/index.ts'
import type { Desired } from '../../model/index.ts'
import { camelCase, isRecord } from '../vocabulary/index.ts'
import type { Settings } from './hcl.ts'
import { ignoredWords } from './ignored.ts'
import { within } from './nodes.ts'
import { labelOf, treeOf } from './tree.ts'
import type { Node } from './tree.ts'
import { argumentList, list, literal, partText, record } from './typescripttext.ts'
import type { Part } from './typescripttext.ts'
import type { WrittenAttribute, WrittenBlock, WrittenBody } from './written.ts'

export function typescriptText(desired: Desired, settings: Settings): string {
  const tree = treeOf(desired)
  const writer = newWriter(tree)
  for (const node of writer.named.keys()) define(writer, node)
  const resources = tree.map(node => resourceOf(writer, node))
  const outputs = Object.entries(desired.outputs).map(([name, output]): [string, Part] => [
    name,
    outputOf(writer, output),
  ])
  const cluster = record([
    ['name', literal(desired.stack)],
    ...(settings.server === undefined ? [] : [['server', literal(settings.server)] as const]),
    ['resources', list(resources)],
    ...(outputs.length === 0 ? [] : [['outputs', record(outputs)] as const]),
    ...historyOf(writer, desired),
  ])
  const exported = statement('export default ', call(writer, 'defineCluster', cluster))
  const imports = [...writer.imports].sort((a, b) => (a < b ? -1 : 1))
  const first = statement('', ['import ', { ...braces, items: imports }, ` from 'sddc'`])
  return [first, ...writer.statements, exported].join('\n')
}

const braces = { open: '{', close: '}', isSpaced: true } as const

interface Writer {
  readonly imports: Set<string>
  readonly statements: string[]
  /** Names of constants. */
  readonly named: ReadonlyMap<Node, string>
  readonly byId: ReadonlyMap<string, Node>
  readonly state: Map<Node, 'under way' | 'done'>
}

function newWriter(tree: readonly Node[]): Writer {
  const byId = new Map<string, Node>()
  const all: Node[] = []
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      all.push(node)
      if (node.kind !== 'volume' && !node.isImplied) byId.set(node.id, node)
      visit(node.members)
    }
  }
  visit(tree)
  const needed = new Set(all.flatMap(n => n.dependencies))
  const named = new Map<Node, string>()
  const taken = new Set(notNames)
  for (const node of all) {
    if (node.kind !== 'app' && !(node.kind !== 'volume' && needed.has(node.id))) continue
    const name = nameFor(node, taken)
    taken.add(name)
    named.set(node, name)
  }
  return { imports: new Set(), statements: [], named, byId, state: new Map() }
}

/** Words of the language, and what 'sddc' exports: a constant of that name would hide it. */
const notNames = (
  'app command http https tcp defineCluster cluster groupBy is like maxPer unique unlike group defineModule boolean ' +
  'list number oneOf record string ref secret sensitive volume output moved imported removed await break case catch class const ' +
  'continue debugger default delete do else enum export extends false finally for function if implements import in ' +
  'instanceof interface let new null package private protected public return static super switch this throw true try ' +
  'typeof undefined var void while with yield eval arguments'
).split(' ')

function nameFor(node: Node, taken: ReadonlySet<string>): string {
  const segments = node.id.slice(1).split('/')
  const words = (text: string): string =>
    camelCase(text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '')).replace(/^(?=\d)/, node.kind)
  const wanted = [
    words(labelOf(node)),
    words(`${labelOf(node)}_${node.kind}`),
    words(segments.slice(-2).join('_')),
    words(segments.join('_')),
  ]
  const free = wanted.find(name => !taken.has(name))
  if (free !== undefined) return free
  for (let i = 2; ; i++) if (!taken.has(`${wanted[0]!}${i}`)) return `${wanted[0]!}${i}`
}

/** The constant of a node, behind those of all that it names. */
function define(writer: Writer, node: Node): void {
  if (writer.state.has(node)) return
  writer.state.set(node, 'under way')
  for (const id of node.dependencies) {
    const target = writer.byId.get(id)
    if (target && writer.named.has(target)) define(writer, target)
  }
  defineMembers(writer, node)
  const name = writer.named.get(node)
  if (name !== undefined) writer.statements.push(statement(`const ${name} = `, madeBy(writer, node)))
  writer.state.set(node, 'done')
}

function defineMembers(writer: Writer, { members }: Node): void {
  for (const member of members) {
    if (writer.named.has(member)) define(writer, member)
    else defineMembers(writer, member)
  }
}

function statement(start: string, part: Part): string {
  return `${start}${partText(part, '', start.length)}\n`
}

function resourceOf(writer: Writer, node: Node): Part {
  return writer.named.get(node) ?? madeBy(writer, node)
}

function madeBy(writer: Writer, node: Node): Part {
  const options = [
    ...(node.key === undefined
      ? []
      : [['key', typeof node.key === 'string' ? literal(node.key) : String(node.key)] as const]),
    ...optionsOf(writer, node.body),
    ...dependsOnOf(writer, node),
    ...lifecycleOf(writer, node),
  ]
  const members = (): Part => list(node.members.map(m => resourceOf(writer, m)))
  switch (node.kind) {
    case 'app':
    case 'volume':
      return call(writer, node.kind, literal(node.name), record(options))
    case 'group': {
      const more = options.length === 0 ? [] : [record(options)]
      return call(writer, 'group', literal(node.name), members(), ...more)
    }
    case 'module': {
      const build = record([['build', ['() => (', record([['resources', members()]]), ')']]])
      const more = options.length === 0 ? [] : ['undefined', record(options)]
      return [call(writer, 'defineModule', build), argumentList([literal(node.name), ...more])]
    }
  }
}

function dependsOnOf(writer: Writer, { dependencies }: Node): readonly (readonly [string, Part])[] {
  if (dependencies.length === 0) return []
  const names = dependencies.map(id => {
    const target = writer.byId.get(id)
    return target && writer.state.get(target) === 'done' ? writer.named.get(target) : undefined
  })
  // References count before texts, whatever their order; and what is under way has no name yet.
  const lastName = names.findLastIndex(n => n !== undefined)
  const firstText = names.indexOf(undefined)
  const isOrdered = firstText < 0 || lastName < firstText
  const items = dependencies.map((id, i) => (isOrdered ? names[i] : undefined) ?? literal(id))
  return [['dependsOn', list(items)]]
}

function lifecycleOf(writer: Writer, { kind, lifecycle }: Node): readonly (readonly [string, Part])[] {
  if (lifecycle === undefined || kind === 'module') return []
  const { ignoreChanges, preventDestroy, destroy } = lifecycle
  const ignored = ignoreChanges?.includes('')
    ? 'all'
    : ignoreChanges && ignoredWords(kind, ignoreChanges, 'typescript')
  const entries: (readonly [string, Part])[] = [
    ...(ignored === undefined ? [] : [['ignoreChanges', valueOf(writer, ignored)] as const]),
    ...(preventDestroy === undefined ? [] : [['preventDestroy', 'true'] as const]),
    ...(destroy === undefined ? [] : [['destroy', String(destroy)] as const]),
  ]
  return [['lifecycle', record(entries)]]
}

function outputOf(writer: Writer, { value, sensitive, description }: Desired['outputs'][string]): Part {
  const part = valueOf(writer, value, sensitive ? [''] : [])
  if (description === undefined) return part
  return call(writer, 'output', part, record([['description', literal(description)]]))
}

/** Names of before, what is taken over, what is let go of. */
function historyOf(writer: Writer, { moves = [], imports = [], forgets = [] }: Desired): readonly Option[] {
  const entries = [
    ...moves.map(({ from, to }) => call(writer, 'moved', literal(from.address), literal(to.address))),
    ...imports.map(({ to, id }) => call(writer, 'imported', literal(to), literal(id))),
    ...forgets.map(({ address }) =>
      call(writer, 'removed', literal(address), record([['destroy', 'false']])),
    ),
  ]
  return entries.length === 0 ? [] : [['history', list(entries)]]
}

// The words of a body

type Option = readonly [string, Part]

function optionsOf(writer: Writer, { attributes, blocks }: WrittenBody): readonly Option[] {
  const types = [...new Set(blocks.map(b => b.type))]
  return [
    ...attributes.map(a => attributeOption(writer, a)),
    ...types.map(type =>
      blocksOption(
        writer,
        blocks.filter(b => b.type === type),
      ),
    ),
  ]
}

function attributeOption(writer: Writer, { name, value, sensitive }: WrittenAttribute): Option {
  return [camelCase(name), valueOf(writer, value, sensitive)]
}

/** All blocks of one type under their one name. */
function blocksOption(writer: Writer, blocks: readonly WrittenBlock[]): Option {
  const [{ type, word }] = blocks as readonly [WrittenBlock, ...WrittenBlock[]]
  const name = word.typescript ?? camelCase(type)
  if (type === 'constraint') return ['constraints', list(blocks.map(b => constraintOf(writer, b)))]
  if (type === 'secret') {
    const entries = blocks.map(({ label = '', body }): Option => [
      label,
      record(optionsOf(writer, withoutName(body))),
    ])
    return [name, record(entries)]
  }
  const parts = blocks.map(b =>
    type === 'health_check' ? healthOf(writer, b) : record(optionsOf(writer, b.body)),
  )
  const isOne = parts.length === 1 && (!word.many || type === 'health_check' || type === 'readiness_check')
  return [name, isOne ? parts[0]! : list(parts)]
}

function withoutName(body: WrittenBody): WrittenBody {
  return { ...body, attributes: body.attributes.filter(a => a.name !== 'name') }
}

/** Protocols that have a function. */
const checkFunctions: Readonly<Record<string, string>> = {
  HTTP: 'http',
  HTTPS: 'https',
  TCP: 'tcp',
  COMMAND: 'command',
}

function healthOf(writer: Writer, { body }: WrittenBlock): Part {
  const find = (name: string): WrittenAttribute | undefined => body.attributes.find(a => a.name === name)
  const protocol = find('protocol')
  const run = find('command')
  const named = protocol?.value ?? (run ? 'COMMAND' : 'HTTP')
  const maker = protocol?.sensitive.length ? undefined : checkFunctions[named as string]
  if (maker === undefined || (maker === 'command') !== (run !== undefined)) {
    return record([['protocol', literal(named as string)], ...optionsWithout(writer, body, ['protocol'])])
  }
  const rest = optionsWithout(writer, body, ['protocol', 'command'])
  const options = rest.length === 0 ? [] : [record(rest)]
  return call(writer, maker, ...(run ? [valueOf(writer, run.value, run.sensitive)] : []), ...options)
}

function optionsWithout(writer: Writer, body: WrittenBody, names: readonly string[]): readonly Option[] {
  return optionsOf(writer, { ...body, attributes: body.attributes.filter(a => !names.includes(a.name)) })
}

const constraintFunctions: Readonly<Record<string, string>> = {
  UNIQUE: 'unique',
  CLUSTER: 'cluster',
  GROUP_BY: 'groupBy',
  LIKE: 'like',
  UNLIKE: 'unlike',
  MAX_PER: 'maxPer',
  IS: 'is',
}

/** By its function where that makes the very texts. */
function constraintOf(writer: Writer, { body }: WrittenBlock): Part {
  const texts = ['field', 'operator', 'value'].flatMap(name => {
    const value = body.attributes.find(a => a.name === name)?.value
    return typeof value === 'string' ? [value] : []
  })
  const [field = '', operator = '', value] = texts
  const maker = constraintFunctions[operator] ?? ''
  const isNumber = value !== undefined && String(Number(value)) === value
  const takesNumber = maker === 'groupBy' || maker === 'maxPer'
  const takesValue = maker !== 'unique'
  const needsValue = takesValue && maker !== 'cluster' && maker !== 'groupBy'
  const fits = maker !== '' && (value === undefined ? !needsValue : takesValue && (!takesNumber || isNumber))
  const given = value === undefined ? [] : [takesNumber ? value : literal(value)]
  const part = fits ? call(writer, maker, literal(field), ...given) : list(texts.map(text => literal(text)))
  return body.attributes.some(a => a.sensitive.length > 0) ? call(writer, 'sensitive', part) : part
}

function valueOf(writer: Writer, value: Json, sensitive: readonly string[] = []): Part {
  if (sensitive.includes('')) return call(writer, 'sensitive', valueOf(writer, value))
  if (typeof value === 'string') return literal(value)
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    return list(items.map((item, i) => valueOf(writer, item, within(sensitive, String(i)))))
  }
  if (!isRecord(value)) return String(value)
  const entries = Object.entries(value).flatMap(([key, inner]): Option[] =>
    inner === undefined ? [] : [[key, valueOf(writer, inner, within(sensitive, key))]],
  )
  return record(entries)
}

function call(writer: Writer, name: string, ...given: readonly Part[]): Part {
  writer.imports.add(name)
  return [name, argumentList(given)]
}
