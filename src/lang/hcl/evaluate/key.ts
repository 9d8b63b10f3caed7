// A value as the key of an object.
import { tryConvert } from '../convert.ts'
import type { Span } from '../source.ts'
import { nameOfKind, stringType } from '../type.ts'
import type { Value } from '../value.ts'
import { reportError } from './report.ts'
import type { Scope } from './scope.ts'

/** Undefined when it can't be told, or is none, which is reported. */
export function keyText(
  key: Value,
  span: Span,
  scope: Scope,
  ifNull: string,
  ifWrong: string,
): string | undefined {
  if (key.kind === 'string') return key.value
  if (key.kind === 'null') {
    reportError(scope, span, ifNull, "A key can't be null.")
    return undefined
  }
  const text = tryConvert(key, stringType)
  if (text?.kind === 'string') return text.value
  if (text === undefined) {
    reportError(scope, span, ifWrong, `A key must be a string, this is ${nameOfKind(key)}.`)
  }
  return undefined
}
