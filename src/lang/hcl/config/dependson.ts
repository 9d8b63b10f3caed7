// depends_on = [app.db, group.shop.app.api]: resources as a whole, never values of theirs. What no name leads to, since it
// stands in another module or in no configuration at all, is named by its id: "/shop/db".
import type { SurfaceValue } from '../../surface.ts'
import type { Attribute, Expression, Traversal } from '../ast.ts'
import { type Scope, reportError } from '../evaluate.ts'
import { type Value, deepMarks } from '../value.ts'
import { isResourceKind } from './finddeclaration.ts'
import type { Instance } from './instance.ts'
import { findModuleInstance } from './resolvemodule.ts'
import { resolveResource } from './resolveresource.ts'
import type { Run } from './run.ts'

const summary = 'Invalid depends_on reference'

/** A list of addresses. `own` has those of the instance and of the groups around it; an output has neither. */
export function evaluateDependsOn(
  run: Run,
  attribute: Attribute,
  scope: Scope,
  instance: Instance | undefined,
  own: ReadonlySet<string>,
): SurfaceValue {
  const { expression } = attribute
  const range = scope.source.range(expression)
  const nameRange = scope.source.range(attribute.nameSpan)
  if (expression.kind !== 'tuple') {
    const detail = 'A list of references is required: depends_on = [app.db].'
    reportError(scope, expression, 'Invalid depends_on argument', detail)
    return { value: null, failed: true, range, nameRange }
  }
  const addresses = new Set<string>()
  const ids = new Set<string>()
  let failed = false
  for (const element of expression.elements) {
    const id = idIn(element)
    if (id !== undefined) {
      ids.add(id)
      continue
    }
    const found = addressesOf(run, element, scope, instance)
    failed ||= found === undefined
    for (const address of found ?? []) {
      if (!own.has(address)) {
        addresses.add(address)
        continue
      }
      const detail = `${instance?.address ?? 'This'} can't depend on itself or on the group around it.`
      reportError(scope, element, summary, detail)
      failed = true
    }
  }
  const list = [...addresses]
  if (failed) return { value: null, failed, range, nameRange }
  const references = list.length === 0 ? {} : { references: list }
  return { value: [...list, ...ids], range, nameRange, ...references }
}

function idIn(element: Expression): string | undefined {
  const part = element.kind === 'template' && element.parts.length === 1 ? element.parts[0] : undefined
  return part?.kind === 'literal' && part.text.startsWith('/') ? part.text : undefined
}

/** Undefined when it names none, which is reported. */
function addressesOf(
  run: Run,
  element: Expression,
  scope: Scope,
  instance: Instance | undefined,
): readonly string[] | undefined {
  const isNamed = element.kind === 'traversal' && element.steps[0]?.kind === 'attribute'
  if (isNamed && element.root === 'module') return addressesOfModule(run, element, scope)
  if (!isNamed || !isResourceKind(element.root)) {
    const detail =
      'Each element names an app, a group, a volume or a module, without quotes: app.db, group.shop.app.api, module.blog. What is not in this configuration is named by its id: "/shop/db".'
    reportError(scope, element, summary, detail)
    return undefined
  }
  const { value, used } = resolveResource(run, element.root, element, scope, instance)
  if (value.kind === 'unknown') return undefined
  const rest = element.steps[used]
  if (rest !== undefined) {
    const detail = 'A dependency is on an app, group or volume as a whole, not on one of its attributes.'
    reportError(scope, rest, summary, detail)
    return undefined
  }
  return ownAddresses(value)
}

function addressesOfModule(run: Run, element: Traversal, scope: Scope): readonly string[] | undefined {
  const found = findModuleInstance(run, element, scope)
  if (found === undefined) return undefined
  const rest = element.steps[found.used]
  if (rest !== undefined) {
    const detail = 'A dependency is on a module as a whole, not on one of its outputs.'
    reportError(scope, rest, summary, detail)
    return undefined
  }
  return found.kind === 'one'
    ? [found.instance.address]
    : [...found.repetition.instances.values()].map(i => i.address)
}

// A single resource carries its address on itself; several are a tuple or object of such.
function ownAddresses(value: Value): string[] {
  return [...(value.marks ?? deepMarks(value) ?? [])]
}
