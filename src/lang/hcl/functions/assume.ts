// Assertions about values that may not be known yet. What is known is checked; what is not passes through, for it is not
// known to break the assumption.
import { tryConvert } from '../convert.ts'
import { anyType, numberType, stringType, typeOf } from '../type.ts'
import {
  type Refinement,
  type Type,
  type Value,
  hasUnknown,
  isMapping,
  isSequence,
  notNull,
  sameValue,
  unknownOf,
  withMarks,
} from '../value.ts'
import { anyOrNull, text, wholeOf } from './arguments.ts'
import { FunctionError, type HclFunction, type Parameter } from './function.ts'

export const assumeFunctions: readonly HclFunction[] = [
  {
    name: 'assumeequal',
    summary: 'The second value, when the first one is equal to it or not known yet',
    group: 'type',
    examples: [['assumeequal("1", 1)', '1']],
    returns: 'the type of the second argument',
    parameters: [anyOrNull('actual'), anyOrNull('expected')],
    seesMarks: true,
    call: ([actual, expected]) => assumedEqual(actual!, expected!),
  },
  ...lengthAssumptions('list'),
  ...lengthAssumptions('map'),
  {
    name: 'assumenotnull',
    summary: 'The value, which must not be null',
    group: 'type',
    examples: [['assumenotnull("a")', '"a"']],
    returns: 'the type of the argument',
    parameters: [anyOrNull('value')],
    seesMarks: true,
    call: ([value]) => {
      if (value!.kind === 'null') throw new FunctionError('the value is null', 0)
      return refined(value!, notNull)
    },
  },
  ...lengthAssumptions('set'),
  {
    name: 'assumestringprefix',
    summary: 'The string, which must start with the prefix',
    group: 'type',
    examples: [['assumestringprefix("ami-12", "ami-")', '"ami-12"']],
    parameters: [{ name: 'value', type: stringType, allowsNull: true }, text('prefix')],
    result: stringType,
    seesMarks: true,
    call: ([value, prefix]) => {
      if (value!.kind === 'null') throw new FunctionError('the value is null', 0)
      if (prefix!.kind !== 'string') return refined(value!, notNull)
      return withPrefix(value!, prefix!.value)
    },
  },
]

// Of different types, the first becomes what the second is.
function assumedEqual(actual: Value, expected: Value): Value {
  if (actual.kind === 'unknown' || hasUnknown(actual) || hasUnknown(expected)) return expected
  const converted = tryConvert(actual, typeOf(expected))
  if (converted !== undefined && sameValue(converted, expected)) return expected
  throw new FunctionError('the value is not the expected one', 0)
}

function withPrefix(value: Value, prefix: string): Value {
  const known =
    value.kind === 'string' ? value.value : value.kind === 'unknown' ? value.refinement?.prefix : ''
  const isKnown = value.kind === 'string' || (known !== undefined && known.length >= prefix.length)
  if (isKnown ? known!.startsWith(prefix) : prefix.startsWith(known ?? '')) {
    return isKnown ? refined(value, notNull) : refined(value, { notNull: true, prefix })
  }
  throw new FunctionError(`the string does not start with "${prefix}"`, 0)
}

// What was known before stays known. Nothing is known of what stands for a mistake.
function refined(value: Value, more: Refinement): Value {
  if (value.kind !== 'unknown' || value.type.kind === 'any') return value
  const { refinement, type, marks } = value
  const minLength = Math.max(refinement?.minLength ?? 0, more.minLength ?? 0)
  const maxLength = Math.min(refinement?.maxLength ?? Infinity, more.maxLength ?? Infinity)
  if (minLength > maxLength) throw new FunctionError('the length is known to be another one', 0)
  const bounds = {
    ...(minLength > 0 ? { minLength } : {}),
    ...(maxLength < Infinity ? { maxLength } : {}),
  }
  return withMarks(unknownOf(type, { ...refinement, ...more, ...bounds }), marks)
}

type Kind = 'list' | 'set' | 'map'

function lengthAssumptions(kind: Kind): HclFunction[] {
  const type: Type = { kind, element: anyType }
  const value: Parameter = { name: 'value', type, allowsNull: true }
  const least: Parameter = { name: 'minimum', type: numberType }
  const most: Parameter = { name: 'maximum', type: numberType }
  const sample = kind === 'map' ? '{ a = 1 }' : '["a"]'
  const shown = kind === 'map' ? '{ "a" = 1 }' : '["a"]'
  const assumption = (
    suffix: '' | 'max' | 'min',
    says: string,
    bounds: readonly Parameter[],
    limits: (given: readonly number[]) => readonly [number, number],
  ): HclFunction => ({
    name: `assume${kind}length${suffix}`,
    summary: `The ${kind}, which must have ${says} elements`,
    group: 'type',
    examples: [[`assume${kind}length${suffix}(${sample}, ${bounds.map((_, i) => i + 1).join(', ')})`, shown]],
    returns: `the ${kind}`,
    parameters: [value, ...bounds],
    seesMarks: true,
    call: ([collection, ...given]) => {
      if (given.some(bound => bound.kind !== 'number')) return collection!
      const [from, to] = limits(given.map((bound, i) => boundOf(bound, i + 1)))
      return withinBounds(collection!, from, to)
    },
  })
  return [
    assumption('', 'from a minimum to a maximum of', [least, most], ([from = 0, to = 0]) => [from, to]),
    assumption('max', 'at most a number of', [most], ([to = 0]) => [0, to]),
    assumption('min', 'at least a number of', [least], ([from = 0]) => [from, Infinity]),
  ]
}

function boundOf(value: Value, argument: number): number {
  const bound = wholeOf(value, argument)
  if (bound < 0) throw new FunctionError(`a length can't be ${bound}`, argument)
  return bound
}

function withinBounds(collection: Value, from: number, to: number): Value {
  if (collection.kind === 'null') throw new FunctionError('the value is null', 0)
  const length = isSequence(collection)
    ? collection.elements.length
    : isMapping(collection)
      ? collection.entries.size
      : undefined
  if (length === undefined)
    return refined(collection, {
      notNull: true,
      minLength: from,
      ...(to < Infinity ? { maxLength: to } : {}),
    })
  if (length >= from && length <= to) return collection
  const wanted = to === Infinity ? `at least ${from}` : `from ${from} to ${to}`
  throw new FunctionError(`there are ${length} elements, not ${wanted}`, 0)
}
