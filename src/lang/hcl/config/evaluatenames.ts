// Values that others are made of, each after those that it needs, over all modules: locals, the instances of blocks,
// variables and outputs of modules. Circles are found on the way. Bodies of resources come later: nothing needs them.
import { errorDiagnostic } from '../../../base/index.ts'
import { evaluate } from '../evaluate.ts'
import { unknownValue } from '../value.ts'
import { bounded } from './bounded.ts'
import type { ModuleDeclaration, RepeatableDeclaration } from './declarations.ts'
import { enterModule, evaluateVariable } from './modulecall.ts'
import type { ModuleSite } from './modulesite.ts'
import { type Need, needsOf, needsOfAll } from './needs.ts'
import { orderByNeed } from './order.ts'
import { evaluateModuleOutput } from './outputs.ts'
import { type Run, scopeIn } from './run.ts'

/** Fills what the runs know of names, and makes those of the modules called. */
export function evaluateNames(root: Run): void {
  const nodes = needsOfAll(root.site)
  const { order, cycles } = orderByNeed([...nodes.keys()], name => needsOf(nodes.get(name)!, nodes))
  for (const cycle of cycles) {
    for (const name of cycle) root.cyclic.add(name)
    const { span, source } = nodes.get(cycle[0]!)!
    const detail = `These values need each other: ${cycle.join(' -> ')}. Break the circle.`
    root.report(errorDiagnostic('Cycle', detail, { subject: source.range(span) }))
  }
  for (const name of order) evaluateNode(nodes.get(name)!, root.shared.runs, root.cyclic.has(name))
}

function evaluateNode(node: Need, runs: ReadonlyMap<ModuleSite, readonly Run[]>, isCyclic: boolean): void {
  const at = runs.get(node.site) ?? []
  switch (node.kind) {
    case 'local':
      for (const run of at) evaluateLocal(run, node.name, isCyclic)
      return
    case 'variable':
      for (const run of runs.get(node.inner) ?? []) evaluateVariable(run, node.variable, isCyclic)
      return
    case 'output':
      for (const run of at) {
        run.outputs.set(node.name, isCyclic ? unknownValue : evaluateModuleOutput(run, node.name))
      }
      return
    case 'instances':
      if (!isModule(node.declaration)) return
      for (const run of at) enterModule(run, node.declaration)
  }
}

function evaluateLocal(run: Run, name: string, isCyclic: boolean): void {
  const { attribute, source } = run.declarations.locals.get(name)!
  const { expression } = attribute
  const scope = scopeIn(run, source, undefined, 'locals')
  run.locals.set(name, isCyclic ? unknownValue : bounded(run, evaluate(expression, scope), expression, scope))
}

function isModule(declaration: RepeatableDeclaration): declaration is ModuleDeclaration {
  return declaration.kind === 'module'
}
