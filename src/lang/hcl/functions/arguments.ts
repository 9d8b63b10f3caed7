// Reading converted arguments: the evaluator has already made them what the parameters say.
import { assert } from '../../../base/index.ts'
import type { Num } from '../number.ts'
import { anyType, numberType, stringType } from '../type.ts'
import { type MappingValue, type SequenceValue, type Value, isMapping, isSequence } from '../value.ts'
import { FunctionError, type Parameter } from './function.ts'

export const text = (name: string): Parameter => ({ name, type: stringType })
export const numeric = (name: string): Parameter => ({ name, type: numberType })
export const any = (name: string): Parameter => ({ name, type: anyType })
export const anyOrNull = (name: string): Parameter => ({ name, type: anyType, allowsNull: true })
export const texts = (name: string): Parameter => ({ name, type: { kind: 'list', element: stringType } })

export function stringOf(value: Value | undefined): string {
  assert(value?.kind === 'string', 'a string argument')
  return value.value
}

export function numberOf(value: Value | undefined): Num {
  assert(value?.kind === 'number', 'a number argument')
  return value.value
}

/** The elements' strings of a list(string). A null element is refused. */
export function stringsOf(value: Value | undefined, argument: number): string[] {
  return sequenceOf(value, argument).elements.map(e => {
    if (e.kind === 'null') throw new FunctionError('the list holds a null', argument)
    return stringOf(e)
  })
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
