// A reference to what a module gives: module.blog.url, module.blog["eu"].url, module.blog as a whole. Outputs carry the
// marks of what they were made from, so a dependency goes to the very app behind an output.
import { didYouMean } from '../../../base/index.ts'
import type { Step, Traversal } from '../ast.ts'
import { type Resolved, type Scope, reportError, reportStatic } from '../evaluate.ts'
import { asDouble } from '../number.ts'
import { type Value, object, tuple, unknownValue } from '../value.ts'
import { isResourceKind } from './finddeclaration.ts'
import type { Instance, Repetition } from './instance.ts'
import { repetitionOf } from './repetition.ts'
import { whyNoKey } from './resolveresource.ts'
import type { Run } from './run.ts'

/** The first step is the module's name. */
export function resolveModule(run: Run, traversal: Traversal, scope: Scope): Resolved {
  const { steps } = traversal
  const end = (value: Value): Resolved => ({ value, used: steps.length })
  const found = findModuleInstance(run, traversal, scope)
  if (found === undefined) return end(unknownValue)
  const { name, used } = found
  const inner = run.inner.get(name)
  if (inner === undefined) return end(unknownValue)
  const step = steps[used]
  if (found.kind === 'all') {
    if (step === undefined) return { value: wholeModule(run, found), used }
    const { form } = found.repetition
    const example = form === 'count' ? '[0]' : '["key"]'
    const detail = `module.${name} has "${form}", so it is several. Say which: module.${name}${example}, or all: [for m in module.${name} : m.…].`
    return end(reportStatic(scope, traversal, 'Missing module instance key', detail))
  }
  const called = inner.get(found.instance)!
  if (step?.kind === 'index' && typeof step.key !== 'string' && used === 1) {
    return end(reportStatic(scope, step, 'Unexpected module instance key', whyNoKey(`module.${name}`)))
  }
  if (step?.kind !== 'attribute') return { value: outputsOf(called), used }
  const value = called.outputs.get(step.name)
  if (value !== undefined) return { value, used: used + 1 }
  // One that stands in a circle is told already.
  if (called.declarations.outputs.has(step.name)) return end(unknownValue)
  return end(reportStatic(scope, step, 'Unsupported attribute', whyNoOutput(called, name, step)))
}

type Keyed = Extract<Repetition, { kind: 'keyed' }>

interface AllInstances {
  readonly kind: 'all'
  readonly name: string
  readonly repetition: Keyed
  readonly used: number
}

/** `used` is how many steps say so. */
type FoundModule =
  | { readonly kind: 'one'; readonly name: string; readonly instance: Instance; readonly used: number }
  /** The key is left out. */
  | AllInstances

/** Undefined when there is none, or when that can't be told; it is reported. */
export function findModuleInstance(
  run: Run,
  { start, steps }: Traversal,
  scope: Scope,
): FoundModule | undefined {
  const first = steps[0] as Extract<Step, { kind: 'attribute' }>
  const { name } = first
  const declaration = run.declarations.modules.get(name)
  if (declaration === undefined) {
    const known = [...run.declarations.modules.keys()]
    const listed = known.length > 0 && known.length <= 12 ? ` There are: ${known.join(', ')}.` : ''
    const detail = `There is no module "${name}" in this configuration.${didYouMean(name, known) || listed}`
    reportStatic(scope, { start, end: first.end }, 'Reference to undeclared module', detail)
    return undefined
  }
  const repetition = repetitionOf(run, declaration, undefined)
  if (repetition.kind === 'unknown') return undefined
  if (repetition.kind === 'single') return { kind: 'one', name, instance: repetition.instance, used: 1 }
  const step = steps[1]
  if (step?.kind !== 'index') return { kind: 'all', name, repetition, used: 1 }
  const key = typeof step.key === 'string' ? step.key : asDouble(step.key)
  const instance = repetition.instances.get(key)
  if (instance !== undefined) return { kind: 'one', name, instance, used: 2 }
  const known = [...repetition.instances.keys()].map(String)
  const listed = known.length > 0 && known.length <= 12 ? ` There are: ${known.join(', ')}.` : ''
  const detail = `module.${name} has no instance with the key ${JSON.stringify(key)}.${didYouMean(String(key), known)}${listed}`
  reportError(scope, step, 'Invalid index', detail)
  return undefined
}

function wholeModule(run: Run, { name, repetition }: AllInstances): Value {
  const known = run.moduleValues.get(name)
  if (known !== undefined) return known
  const inner = run.inner.get(name)!
  const values = [...repetition.instances].map(([key, i]) => [String(key), outputsOf(inner.get(i)!)] as const)
  const value = repetition.form === 'count' ? tuple(values.map(([, v]) => v)) : object(values)
  run.moduleValues.set(name, value)
  return value
}

function outputsOf(run: Run): Value {
  return object(
    [...run.declarations.outputs.keys()].map(name => [name, run.outputs.get(name) ?? unknownValue] as const),
  )
}

function whyNoOutput(called: Run, name: string, step: Extract<Step, { kind: 'attribute' }>): string {
  const known = [...called.declarations.outputs.keys()]
  const missing = `The module "${name}" has no output "${step.name}".`
  if (called.variables.has(step.name))
    return `${missing} It is a variable of the module: it goes in, not out.`
  if (isResourceKind(step.name) || step.name === 'module' || step.name === 'local') {
    return `${missing} What is inside a module is its own; what others may use it gives as an output.`
  }
  const listed = known.length > 0 && known.length <= 12 ? ` It has: ${known.join(', ')}.` : ''
  return `${missing}${didYouMean(step.name, known) || listed}`
}
