// The settings: sddc { stack = … server = … }.
import { errorDiagnostic } from '../../../base/index.ts'
import type { SurfaceValue } from '../../surface.ts'
import { argumentNames, constructs } from '../../vocabulary/index.ts'
import type { Attribute } from '../ast.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { nameOfKind } from '../type.ts'
import { isSensitive, string } from '../value.ts'
import { namedAttributes, refuseBlocks } from './attributes.ts'
import { type Run, scopeIn } from './run.ts'
import { surfaceAttribute } from './surfaceattribute.ts'

export interface Settings {
  readonly stack?: SurfaceValue
  readonly server?: SurfaceValue
}

/** Also sets `sddc.stack`: what was given wins over the block, the block over the fallback. */
export function evaluateSettings(
  run: Run,
  given: string | undefined,
  fallback: string | undefined,
): Settings {
  const [first, ...more] = run.declarations.settings
  for (const { block, source } of more) {
    const detail = `A configuration has one "sddc" block; the first is in ${first!.source.name}.`
    run.report(errorDiagnostic('Duplicate sddc definition', detail, { subject: source.range(block.header) }))
  }
  run.shared.stack = string(given ?? fallback ?? '')
  if (first === undefined) return {}
  const { block, source } = first
  refuseBlocks(block.body, source, 'sddc', run.report)
  const named = namedAttributes(block.body, argumentNames(constructs.sddc), source, 'sddc', run.report)
  const scope = scopeIn(run, source, undefined, 'sddc')
  const stack = settingText(run, named.get('stack'), scope)
  const server = settingText(run, named.get('server'), scope)
  if (given === undefined && typeof stack?.value === 'string') run.shared.stack = string(stack.value)
  return { ...(stack === undefined ? {} : { stack }), ...(server === undefined ? {} : { server }) }
}

function settingText(run: Run, attribute: Attribute | undefined, scope: Scope): SurfaceValue | undefined {
  if (attribute === undefined) return undefined
  const value = evaluate(attribute.expression, scope)
  if (isSensitive(value)) {
    const detail = `Sensitive values can't be used: "${attribute.name}" is shown in plans and listings.`
    const unknown = reportError(scope, attribute.expression, 'Sensitive setting', detail)
    return surfaceAttribute(run, attribute, unknown, scope)
  }
  if (value.kind === 'string' || value.kind === 'unknown') {
    return surfaceAttribute(run, attribute, value, scope)
  }
  const detail = `"${attribute.name}" must be a string, this is ${nameOfKind(value)}.`
  const unknown = reportError(scope, attribute.expression, 'Unsuitable value type', detail)
  return surfaceAttribute(run, attribute, unknown, scope)
}
