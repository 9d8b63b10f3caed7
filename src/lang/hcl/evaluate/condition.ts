// A condition of whatever construct: true, false, or not to be told.
import { ConversionError, convert } from '../convert.ts'
import type { Span } from '../source.ts'
import { boolType } from '../type.ts'
import type { Value } from '../value.ts'
import { reportError } from './report.ts'
import type { Scope } from './scope.ts'

export interface ConditionWords {
  readonly ifNull: readonly [summary: string, detail: string]
  readonly ifWrong: readonly [summary: string, start: string]
}

export const plainCondition: ConditionWords = {
  ifNull: ['Null condition', 'The condition is null. It must be true or false.'],
  ifWrong: ['Incorrect condition type', 'The condition must be true or false'],
}

/** `unknown` when the value is; undefined after a mistake, which is reported. */
export function decide(
  value: Value,
  span: Span,
  scope: Scope,
  words: ConditionWords = plainCondition,
): boolean | 'unknown' | undefined {
  if (value.kind === 'bool') return value.value
  if (value.kind === 'null') {
    reportError(scope, span, ...words.ifNull)
    return undefined
  }
  try {
    const converted = convert(value, boolType)
    return converted.kind === 'bool' ? converted.value : 'unknown'
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const [summary, start] = words.ifWrong
    reportError(scope, span, summary, `${start}: ${thrown.message}.`)
    return undefined
  }
}
