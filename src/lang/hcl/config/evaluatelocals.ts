// Evaluates the locals in an order in which each comes after what it needs. The order is found from the references
// alone: those of locals, and those in `for_each` and `count` of resources, for a local may ask which instances there
// are. Circles are found on the way.
import { errorDiagnostic } from '../../../base/index.ts'
import type { Expression, Traversal } from '../ast.ts'
import { evaluate } from '../evaluate.ts'
import { visitTraversals } from '../references.ts'
import type { Source, Span } from '../source.ts'
import { unknownValue } from '../value.ts'
import { bounded } from './bounded.ts'
import type { Declarations, ResourceDeclaration } from './declarations.ts'
import { eachDeclaration, findDeclaration, isResourceKind, staticAddress } from './finddeclaration.ts'
import { orderByNeed } from './order.ts'
import { type Run, scopeIn } from './run.ts'

/** What must be known before something else is: a local value, or the instances of a resource. */
interface Node {
  readonly expressions: readonly Expression[]
  readonly around: ResourceDeclaration | undefined
  readonly span: Span
  readonly source: Source
}

/** Fills the run's `locals` and `cyclic`. */
export function evaluateLocals(run: Run): void {
  const nodes = nodesOf(run.declarations)
  const { order, cycles } = orderByNeed([...nodes.keys()], name => needsOf(name, nodes, run.declarations))
  for (const cycle of cycles) {
    for (const name of cycle) run.cyclic.add(name)
    const { span, source } = nodes.get(cycle[0]!)!
    const detail = `These values need each other: ${cycle.join(' -> ')}. Break the circle.`
    run.report(errorDiagnostic('Cycle', detail, { subject: source.range(span) }))
  }
  for (const name of order) {
    const local = name.startsWith('local.') ? run.declarations.locals.get(name.slice(6)) : undefined
    if (local === undefined) continue
    const scope = scopeIn(run, local.source, undefined, 'locals')
    const { expression } = local.attribute
    const value = run.cyclic.has(name)
      ? unknownValue
      : bounded(run, evaluate(expression, scope), expression, scope)
    run.locals.set(name.slice(6), value)
  }
}

function nodesOf(declarations: Declarations): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>()
  for (const [name, { attribute, source }] of declarations.locals) {
    const expressions = [attribute.expression]
    nodes.set(`local.${name}`, { expressions, around: undefined, span: attribute, source })
  }
  eachDeclaration(declarations.resources, declaration => {
    const { source, block, parent } = declaration
    const repeating = block.body.attributes.filter(a => a.name === 'for_each' || a.name === 'count')
    const expressions = repeating.map(a => a.expression)
    nodes.set(staticAddress(declaration), { expressions, around: parent, span: block.header, source })
  })
  return nodes
}

function needsOf(name: string, nodes: ReadonlyMap<string, Node>, declarations: Declarations): string[] {
  const { expressions, around } = nodes.get(name)!
  const found = new Set<string>()
  if (around !== undefined) found.add(staticAddress(around))
  for (const expression of expressions) {
    visitTraversals(expression, traversal => addNeeds(traversal, around, declarations, found))
  }
  return [...found].filter(n => nodes.has(n))
}

function addNeeds(
  traversal: Traversal,
  around: ResourceDeclaration | undefined,
  declarations: Declarations,
  into: Set<string>,
): void {
  const { root, steps } = traversal
  const [first] = steps
  if (first?.kind !== 'attribute') return
  if (root === 'local') into.add(`local.${first.name}`)
  if (!isResourceKind(root)) return
  let declaration = findDeclaration(declarations, root, first.name, around)
  for (let i = 1; declaration !== undefined; i++) {
    into.add(staticAddress(declaration))
    const step = steps[i]
    if (step?.kind === 'index') continue
    const name = steps[i + 1]
    if (step?.kind === 'attribute' && isResourceKind(step.name) && name?.kind === 'attribute') {
      declaration = declaration.members[step.name].get(name.name)
      i++
      continue
    }
    if (step === undefined) eachDeclaration(declaration.members, d => into.add(staticAddress(d)))
    return
  }
}
