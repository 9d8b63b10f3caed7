// Reading converted arguments: the evaluator has already made them what the parameters say.
import { assert } from '../../../base/index.ts'
import { type Num, asDouble, formatNum, isWhole } from '../number.ts'
import { anyType, boolType, numberType, stringType } from '../type.ts'
import { type MappingValue, type SequenceValue, type Value, isMapping, isSequence } from '../value.ts'
import { FunctionError, type Parameter } from './function.ts'

export const text = (name: string): Parameter => ({ name, type: stringType })
export const numeric = (name: string): Parameter => ({ name, type: numberType })
export const any = (name: string): Parameter => ({ name, type: anyType })
export const anyOrNull = (name: string): Parameter => ({ name, type: anyType, allowsNull: true })
export const texts = (name: string): Parameter => ({ name, type: { kind: 'list', element: stringType } })
export const numbers = (name: string): Parameter => ({ name, type: { kind: 'list', element: numberType } })
export const bools = (name: string): Parameter => ({ name, type: { kind: 'list', element: boolType } })
/** A list whose elements become one type. */
export const list = (name: string): Parameter => ({ name, type: { kind: 'list', element: anyType } })
/** A set whose elements become one type. */
export const set = (name: string): Parameter => ({ name, type: { kind: 'set', element: anyType } })

export function stringOf(value: Value | undefined): string {
  assert(value?.kind === 'string', 'a string argument')
  return value.value
}

export function numberOf(value: Value | undefined): Num {
  assert(value?.kind === 'number', 'a number argument')
  return value.value
}

/** A whole number that a double holds. */
export function wholeOf(value: Value | undefined, argument: number): number {
  const given = numberOf(value)
  if (!isWhole(given) || !Number.isSafeInteger(asDouble(given))) {
    throw new FunctionError(`a whole number is required, not ${formatNum(given)}`, argument)
  }
  return asDouble(given)
}

/** The elements' strings of a list(string). A null element is refused. */
export function stringsOf(value: Value | undefined, argument: number): string[] {
  return knownElements(value, argument).map(stringOf)
}

/** The elements of a list, none of which is null. */
export function knownElements(value: Value | undefined, argument: number): readonly Value[] {
  const { elements } = sequenceOf(value, argument)
  if (elements.some(e => e.kind === 'null')) throw new FunctionError('the list holds a null', argument)
  return elements
}

export function sequenceOf(value: Value | undefined, argument: number): SequenceValue {
  if (value === undefined || !isSequence(value))
    throw new FunctionError('a list, set or tuple is required', argument)
  return value
}

export function mappingOf(value: Value | undefined, argument: number): MappingValue {
  if (value === undefined || !isMapping(value))
    throw new FunctionError('a map or object is required', argument)
  return value
}
