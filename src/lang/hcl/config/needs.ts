// What must be known before something else is: one graph over all modules of a configuration. Nodes are locals, which
// instances a block makes (`for_each`, `count`), and, where modules meet, their variables and outputs. A value may so go
// into a module and out of it and into it again, as long as no single value needs itself.
import type { Expression, Traversal } from '../ast.ts'
import { visitTraversals } from '../references.ts'
import type { Source, Span } from '../source.ts'
import type { RepeatableDeclaration, ResourceDeclaration } from './declarations.ts'
import { eachDeclaration, findDeclaration, isResourceKind, staticAddress } from './finddeclaration.ts'
import type { ModuleSite } from './modulesite.ts'
import type { HclVariable } from './variables.ts'

interface Place {
  /** Whose names the expressions use. */
  readonly site: ModuleSite
  readonly expressions: readonly Expression[]
  readonly around: ResourceDeclaration | undefined
  readonly span: Span
  readonly source: Source
  /** Further nodes that are needed, whatever the expressions say. */
  readonly first: readonly string[]
}

export type Need = Place &
  (
    | { readonly kind: 'local' | 'output'; readonly name: string }
    | { readonly kind: 'instances'; readonly declaration: RepeatableDeclaration }
    /** Of a called module; the expression stands at the call, in `site`. */
    | { readonly kind: 'variable'; readonly variable: HclVariable; readonly inner: ModuleSite }
  )

/** Nodes by name: `local.x`, `app.web`, `module.blog`, `module.blog.var.x`, `module.blog.output.url`. */
export function needsOfAll(root: ModuleSite): ReadonlyMap<string, Need> {
  const nodes = new Map<string, Need>()
  const waiting = [root]
  for (let site = waiting.pop(); site !== undefined; site = waiting.pop()) {
    addSite(site, nodes)
    waiting.push(...site.inner.values())
  }
  return nodes
}

/** Names of nodes that this one needs. */
export function needsOf(node: Need, nodes: ReadonlyMap<string, Need>): string[] {
  const found = new Set(node.first)
  const meant: Meant[] = []
  for (const expression of node.expressions) {
    visitTraversals(expression, traversal => addNeeds(traversal, node, found, meant))
  }
  // app.web.instances needs what the argument is made of, which may be made of other arguments.
  const seen = new Set<Expression>()
  for (let next = meant.pop(); next !== undefined; next = meant.pop()) {
    const { site, around, name } = next
    const expression = around.block.body.attributes.find(a => a.name === name)?.expression
    if (expression === undefined || seen.has(expression)) continue
    seen.add(expression)
    visitTraversals(expression, traversal => addNeeds(traversal, { site, around }, found, meant))
  }
  return [...found].filter(name => nodes.has(name))
}

/** An argument of a resource that an expression refers to. */
interface Meant {
  readonly site: ModuleSite
  readonly around: ResourceDeclaration
  readonly name: string
}

/** The node that makes the instances of a module. */
function callNode(site: ModuleSite): string {
  return site.prefix.slice(0, -1)
}

function addSite(site: ModuleSite, nodes: Map<string, Need>): void {
  const { prefix, module, outer } = site
  const { locals, outputs, resources, modules } = module.declarations
  const inside = outer === undefined ? [] : [callNode(site)]
  for (const [name, { attribute, source }] of locals) {
    const place = { site, expressions: [attribute.expression], around: undefined, span: attribute, source }
    nodes.set(`${prefix}local.${name}`, { kind: 'local', name, ...place, first: inside })
  }
  const addInstances = (declaration: RepeatableDeclaration): void => {
    const { source, block, parent } = declaration
    const repeating = block.body.attributes.filter(a => a.name === 'for_each' || a.name === 'count')
    const expressions = repeating.map(a => a.expression)
    const first = parent === undefined ? inside : [...inside, `${prefix}${staticAddress(parent)}`]
    // What needs nothing is there from the start.
    if (declaration.kind !== 'module' && expressions.length === 0 && first.length === 0) return
    const place = { site, expressions, around: parent, span: block.header, source, first }
    nodes.set(`${prefix}${staticAddress(declaration)}`, { kind: 'instances', declaration, ...place })
  }
  eachDeclaration(resources, addInstances)
  for (const declaration of modules.values()) addInstances(declaration)
  if (outer === undefined) return
  for (const [name, { block, source }] of outputs) {
    const expressions = block.body.attributes.map(a => a.expression)
    const place = { site, expressions, around: undefined, span: block.header, source, first: inside }
    nodes.set(`${prefix}output.${name}`, { kind: 'output', name, ...place })
  }
  const call = site.call!
  for (const [name, variable] of module.variables) {
    const attribute = call.block.body.attributes.find(a => a.name === name)
    const expressions = attribute === undefined ? [] : [attribute.expression]
    const span = attribute ?? call.block.header
    const place = { site: outer, expressions, around: undefined, span, source: call.source, first: inside }
    nodes.set(`${prefix}var.${name}`, { kind: 'variable', variable, inner: site, ...place })
  }
}

function addNeeds(
  { root, steps }: Traversal,
  { site, around }: Pick<Need, 'site' | 'around'>,
  into: Set<string>,
  meant: Meant[],
): void {
  const [first] = steps
  if (first?.kind !== 'attribute') return
  const { prefix } = site
  if (root === 'local' || root === 'var') into.add(`${prefix}${root}.${first.name}`)
  if (root === 'module') addModuleNeeds(first.name, steps, site, into)
  if (!isResourceKind(root)) return
  let declaration = findDeclaration(site.module.declarations, root, first.name, around)
  for (let i = 1; declaration !== undefined; i++) {
    into.add(`${prefix}${staticAddress(declaration)}`)
    const step = steps[i]
    if (step?.kind === 'index') continue
    const name = steps[i + 1]
    if (step?.kind === 'attribute' && isResourceKind(step.name) && name?.kind === 'attribute') {
      declaration = declaration.members[step.name].get(name.name)
      i++
      continue
    }
    if (step === undefined) {
      eachDeclaration(declaration.members, d => into.add(`${prefix}${staticAddress(d)}`))
    } else {
      meant.push({ site, around: declaration, name: step.name })
    }
    return
  }
}

/** One output where it is named, else all: `module.blog` as a whole. Outputs need the instances of their module. */
function addModuleNeeds(name: string, steps: Traversal['steps'], site: ModuleSite, into: Set<string>): void {
  const called = site.inner.get(name)
  const known = called === undefined ? [] : [...called.module.declarations.outputs.keys()]
  const step = steps[1]?.kind === 'index' ? steps[2] : steps[1]
  const meant = step?.kind === 'attribute' ? known.filter(output => output === step.name) : known
  if (called === undefined || meant.length === 0) into.add(`${site.prefix}module.${name}`)
  else for (const output of meant) into.add(`${called.prefix}output.${output}`)
}
