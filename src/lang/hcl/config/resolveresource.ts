// A reference to a resource, from the text to the instance that is meant: app.web, group.shop["eu"].app.api. The value
// is marked with the address; the mark travels through locals, templates and functions into the attribute where it
// ends, and makes the dependency.
import { didYouMean } from '../../../base/index.ts'
import type { Step, Traversal } from '../ast.ts'
import { type Resolved, type Scope, reportError, reportStatic } from '../evaluate.ts'
import { asDouble } from '../number.ts'
import { type Value, unknownValue } from '../value.ts'
import { argumentValue } from './argumentvalue.ts'
import type { ResourceDeclaration, ResourceKind } from './declarations.ts'
import { eachDeclaration, findDeclaration, isResourceKind, staticAddress } from './finddeclaration.ts'
import type { Instance, Repetition } from './instance.ts'
import { instanceValue, repetitionValue } from './instancevalue.ts'
import { repetitionOf } from './repetition.ts'
import type { Run } from './run.ts'

type Keyed = Extract<Repetition, { kind: 'keyed' }>

/** The first step is the resource's name. */
export function resolveResource(
  run: Run,
  kind: ResourceKind,
  traversal: Traversal,
  scope: Scope,
  from: Instance | undefined,
): Resolved {
  const { steps } = traversal
  const first = steps[0] as Extract<Step, { kind: 'attribute' }>
  const end = (value: Value): Resolved => ({ value, used: steps.length })
  let declaration = findDeclaration(run.declarations, kind, first.name, from?.declaration)
  if (declaration === undefined) {
    const detail = whyUndeclared(run, kind, first.name, from)
    const span = { start: traversal.start, end: first.end }
    return end(reportStatic(scope, span, 'Reference to undeclared resource', detail))
  }
  let parent = commonParent(declaration, from)
  if (parent === 'elsewhere') return end(unknownValue)
  for (let used = 1; ; used += 2) {
    const repetition: Repetition = repetitionOf(run, declaration, parent)
    if (repetition.kind === 'unknown') return end(unknownValue)
    let instance: Instance
    if (repetition.kind === 'single') {
      instance = repetition.instance
      const step = steps[used]
      if (step?.kind === 'index' && typeof step.key !== 'string') {
        const address = staticAddress(declaration)
        return end(reportStatic(scope, step, 'Unexpected resource instance key', whyNoKey(address)))
      }
    } else {
      const step = steps[used]
      if (step === undefined) return { value: repetitionValue(run, repetition), used }
      if (step.kind !== 'index') return end(missingKey(declaration, repetition, traversal, scope))
      const key = typeof step.key === 'string' ? step.key : asDouble(step.key)
      const found = repetition.instances.get(key)
      if (found === undefined) {
        return end(reportError(scope, step, 'Invalid index', whyNoInstance(declaration, repetition, key)))
      }
      instance = found
      used++
    }
    const inner = steps[used]
    const name = steps[used + 1]
    if (
      declaration.kind !== 'group' ||
      inner?.kind !== 'attribute' ||
      name?.kind !== 'attribute' ||
      !isResourceKind(inner.name)
    ) {
      const value =
        inner?.kind === 'attribute' ? argumentValue(run, instance, inner.name, traversal, scope) : undefined
      if (value !== undefined) return { value, used: used + 1 }
      return { value: instanceValue(run, instance), used }
    }
    const member: ResourceDeclaration | undefined = declaration.members[inner.name].get(name.name)
    if (member === undefined) {
      const near = didYouMean(name.name, declaration.members[inner.name].keys())
      const detail = `${staticAddress(declaration)} has no ${inner.name} "${name.name}".${near}`
      return end(reportStatic(scope, name, 'Reference to undeclared resource', detail))
    }
    declaration = member
    parent = instance
  }
}

// A sibling is found among the groups around the one who asks: the instance of its group is known.
function commonParent(
  declaration: ResourceDeclaration,
  from: Instance | undefined,
): Instance | undefined | 'elsewhere' {
  if (declaration.parent === undefined) return undefined
  for (let i = from; i !== undefined; i = i.parent) if (i.declaration === declaration.parent) return i
  return 'elsewhere'
}

function whyUndeclared(run: Run, kind: ResourceKind, name: string, from: Instance | undefined): string {
  const known = [...run.declarations.resources[kind].keys()]
  for (let i = from; i !== undefined; i = i.parent) known.push(...i.declaration.members[kind].keys())
  let elsewhere: string | undefined
  eachDeclaration(run.declarations.resources, d => {
    if (d.kind === kind && d.name === name) elsewhere ??= staticAddress(d)
  })
  const advice = elsewhere === undefined ? didYouMean(name, known) : ` Did you mean "${elsewhere}"?`
  return `There is no ${kind} "${name}" in this configuration.${advice || listed(known)}`
}

function whyNoInstance(declaration: ResourceDeclaration, repetition: Keyed, key: string | number): string {
  const known = [...repetition.instances.keys()].map(String)
  const missing = `${staticAddress(declaration)} has no instance with the key ${JSON.stringify(key)}.`
  const form = typeof key === 'number' ? 'count' : 'for_each'
  const other = form === repetition.form ? '' : ` It has "${repetition.form}", not "${form}".`
  return `${missing}${other}${didYouMean(String(key), known)}${listed(known)}`
}

/** Of what is one: a resource or a module. */
export function whyNoKey(address: string): string {
  return `${address} has neither "count" nor "for_each", so there is one: leave out the index.`
}

/** Names, when they are few enough to help. */
function listed(names: readonly string[]): string {
  return names.length > 0 && names.length <= 12 ? ` There are: ${names.join(', ')}.` : ''
}

function missingKey(
  declaration: ResourceDeclaration,
  { form }: Keyed,
  traversal: Traversal,
  scope: Scope,
): Value {
  const address = staticAddress(declaration)
  const example = form === 'count' ? '[0]' : '["key"]'
  const detail = `${address} has "${form}", so it is several. Say which: ${address}${example}, or all: [for x in ${address} : x.id].`
  return reportStatic(scope, traversal, 'Missing resource instance key', detail)
}
