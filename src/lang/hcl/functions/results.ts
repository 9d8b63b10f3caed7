// Making results: what a call may produce is limited, and text is normalised as everywhere in the language.
import { compareStrings } from '../../../base/index.ts'
import { type Num, NumberRangeError, maxExponent } from '../number.ts'
import { stringType } from '../type.ts'
import { type ListValue, type NumberValue, type StringValue, number, string } from '../value.ts'
import { FunctionError } from './function.ts'

/** Elements that one call may make: ten times the largest cluster we plan for. */
export const maxElements = 1_000_000

/** Characters that one call may make: far more than a configuration needs, far less than memory holds. */
export const maxTextLength = 16 * 1024 * 1024

export function textValue(text: string): StringValue {
  refuseLongText(text.length)
  return string(text.normalize('NFC'))
}

/** Called before the text is made, when its length can be known. */
export function refuseLongText(length: number): void {
  if (length > maxTextLength) {
    throw new FunctionError(`the result would have more than ${maxTextLength} characters`)
  }
}

export function refuseManyElements(count: number): void {
  if (count > maxElements) throw new FunctionError(`the result would have more than ${maxElements} elements`)
}

export function listOfTexts(items: readonly string[]): ListValue {
  refuseManyElements(items.length)
  return { kind: 'list', element: stringType, elements: items.map(textValue) }
}

/** Sorted, each once. */
export function setOfTexts(items: readonly string[]): ListValue {
  const elements = [...new Set(items.map(item => textValue(item).value))].sort(compareStrings).map(string)
  refuseManyElements(elements.length)
  return { kind: 'set', element: stringType, elements }
}

/** The number that `compute` gives, which may be out of range or not exist. */
export function numberValue(compute: () => Num): NumberValue {
  let result: Num
  try {
    result = compute()
  } catch (thrown) {
    if (!(thrown instanceof NumberRangeError)) throw thrown
    throw new FunctionError(`the result has more than ${maxExponent} digits`)
  }
  if (Number.isNaN(result)) throw new FunctionError('there is no such number')
  return number(result)
}
