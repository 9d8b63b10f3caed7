// The operators on values. Operands are converted first (arithmetic and order to numbers, logic to bools); equality
// converts nothing. Unknown operands give an unknown result, unless what is known of them decides it. A mistake is thrown as an OperandError and gets its place from the evaluator.
import type { BinaryOperator } from './ast.ts'
import { ConversionError, convert } from './convert.ts'
import {
  type Num,
  NumberRangeError,
  addNum,
  compareNum,
  divideNum,
  maxExponent,
  multiplyNum,
  negateNum,
  remainderNum,
} from './number.ts'
import { boolType, isOpen, numberType, sameType, typeOf } from './type.ts'
import {
  type MappingValue,
  type NumberBound,
  type SequenceValue,
  type Type,
  type UnknownValue,
  type Value,
  bool,
  deepMarks,
  isMapping,
  isNeverNull,
  isSequence,
  notNull,
  number,
  sameValue,
  unknownOf,
  withMarks,
} from './value.ts'

export class OperandError extends Error {
  readonly summary: string
  readonly side: 'left' | 'right' | 'both'
  constructor(summary: string, detail: string, side: 'left' | 'right' | 'both') {
    super(detail)
    this.summary = summary
    this.side = side
  }
}

export function applyBinary(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === '==' || operator === '!=') {
    const same = equality(left, right)
    const result = same === undefined ? unknownBool : bool(operator === '==' ? same : !same)
    return withMarks(result, deepMarks(left), deepMarks(right))
  }
  if (operator === '&&' || operator === '||') {
    const a = operand(left, operator, 'left', 'bool')
    const b = operand(right, operator, 'right', 'bool')
    if (a.kind !== 'bool' || b.kind !== 'bool') return withMarks(unknownBool, left.marks, right.marks)
    const result = operator === '&&' ? a.value && b.value : a.value || b.value
    return withMarks(bool(result), left.marks, right.marks)
  }
  const a = operand(left, operator, 'left', 'number')
  const b = operand(right, operator, 'right', 'number')
  const isKnown = a.kind === 'number' && b.kind === 'number'
  const result = isKnown ? compute(operator, a.value, b.value) : foreseen(operator, a, b)
  return withMarks(result, left.marks, right.marks)
}

export function applyUnary(operator: '-' | '!', value: Value): Value {
  const a = operand(value, operator, 'right', operator === '-' ? 'number' : 'bool')
  if (a.kind === 'number') return withMarks(number(negateNum(a.value)), value.marks)
  if (a.kind === 'bool') return withMarks(bool(!a.value), value.marks)
  const negated =
    operator === '!' ? unknownBool : numberBetween(negatedBound(upperOf(a)), negatedBound(lowerOf(a)))
  return withMarks(negated, value.marks)
}

/**
 * Whether two values are equal: of one type and of the same content. Undefined when that can't be told; what is known of
 * an unknown value may be enough to rule it out.
 */
export function equality(a: Value, b: Value): boolean | undefined {
  if (a.kind === 'null' || b.kind === 'null') {
    if (a.kind === b.kind) return true
    const other = a.kind === 'null' ? b : a
    return isNeverNull(other) ? false : undefined
  }
  if (a.kind === 'unknown' || b.kind === 'unknown') return mayBeEqual(a, b) ? undefined : false
  if (a.kind !== b.kind) return false
  if (isSequence(a)) return equalSequences(a, b as SequenceValue)
  if (isMapping(a)) return equalMappings(a, b as MappingValue)
  return sameValue(a, b)
}

function equalSequences(a: SequenceValue, b: SequenceValue): boolean | undefined {
  if (a.elements.length !== b.elements.length) return false
  if (a.kind !== 'tuple' && b.kind !== 'tuple' && !maySameType(a.element, b.element)) return false
  let result: boolean | undefined = true
  for (let i = 0; i < a.elements.length; i++) {
    const same = equality(a.elements[i]!, b.elements[i]!)
    if (same === false) return false
    if (same === undefined) result = undefined
  }
  return result
}

function equalMappings(a: MappingValue, b: MappingValue): boolean | undefined {
  if (a.entries.size !== b.entries.size) return false
  if (a.kind === 'map' && b.kind === 'map' && !maySameType(a.element, b.element)) return false
  let result: boolean | undefined = true
  for (const [key, value] of a.entries) {
    const other = b.entries.get(key)
    const same = other === undefined ? false : equality(value, other)
    if (same === false) return false
    if (same === undefined) result = undefined
  }
  return result
}

// At least one of the two is unknown, none is null.
function mayBeEqual(a: Value, b: Value): boolean {
  if (!maySameType(typeOf(a), typeOf(b)) || !textsMeet(a, b)) return false
  return !isBelow(upperOf(a), lowerOf(b)) && !isBelow(upperOf(b), lowerOf(a)) && lengthsMeet(a, b)
}

// A prefix that is no prefix of the other text rules it out; so does one that is longer than a known text.
function textsMeet(a: Value, b: Value): boolean {
  const [x, y] = [textStart(a), textStart(b)]
  if (x === undefined || y === undefined) return true
  return (a.kind !== 'string' && y.startsWith(x)) || (b.kind !== 'string' && x.startsWith(y))
}

// The whole string, or what an unknown one starts with.
function textStart(value: Value): string | undefined {
  return value.kind === 'string'
    ? value.value
    : value.kind === 'unknown'
      ? value.refinement?.prefix
      : undefined
}

function lengthsMeet(a: Value, b: Value): boolean {
  const [x, y] = [lengthBounds(a), lengthBounds(b)]
  return x.least <= y.most && y.least <= x.most
}

/** How many elements a collection can have; anything else from 0 on. */
export function lengthBounds(value: Value): { readonly least: number; readonly most: number } {
  if (isSequence(value)) return { least: value.elements.length, most: value.elements.length }
  if (isMapping(value)) return { least: value.entries.size, most: value.entries.size }
  if (value.kind !== 'unknown') return { least: 0, most: Infinity }
  if (value.type.kind === 'tuple')
    return { least: value.type.elements.length, most: value.type.elements.length }
  return { least: value.refinement?.minLength ?? 0, most: value.refinement?.maxLength ?? Infinity }
}

// Types that are one, or could be once what is open in them is known.
function maySameType(a: Type, b: Type): boolean {
  return isOpen(a) || isOpen(b) || sameType(a, b)
}

function operand(value: Value, operator: string, side: 'left' | 'right', wanted: 'number' | 'bool'): Value {
  if (value.kind === 'null') {
    const detail = `The operand of "${operator}" is null; a ${wanted} is required.`
    throw new OperandError('Operation failed', detail, side)
  }
  if (value.kind === wanted) return value
  try {
    return convert(value, wanted === 'number' ? numberType : boolType)
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const advice =
      operator === '+' && value.kind === 'string' ? ' To put texts together write "${a}${b}".' : ''
    const detail = `Unsuitable value for "${operator}": ${thrown.message}.${advice}`
    throw new OperandError('Invalid operand', detail, side)
  }
}

const unknownBool: UnknownValue = unknownOf(boolType, notNull)

// The result where an operand is unknown: its bounds may decide an order, and give the bounds of a sum.
function foreseen(operator: BinaryOperator, a: Value, b: Value): Value {
  switch (operator) {
    case '<':
    case '>=':
      return ordered(a, b, operator === '<')
    case '>':
    case '<=':
      return ordered(b, a, operator === '>')
    case '+':
      return numberBetween(sumOf(lowerOf(a), lowerOf(b)), sumOf(upperOf(a), upperOf(b)))
    case '-':
      return numberBetween(
        sumOf(lowerOf(a), negatedBound(upperOf(b))),
        sumOf(upperOf(a), negatedBound(lowerOf(b))),
      )
    default:
      return unknownOf(numberType, notNull)
  }
}

function ordered(a: Value, b: Value, ifBelow: boolean): Value {
  if (isBelow(upperOf(a), lowerOf(b))) return bool(ifBelow)
  const [low, high] = [lowerOf(a), upperOf(b)]
  if (low !== undefined && high !== undefined && compareNum(low.value, high.value) >= 0) return bool(!ifBelow)
  return unknownBool
}

function lowerOf(value: Value): NumberBound | undefined {
  if (value.kind === 'number') return { value: value.value, inclusive: true }
  return value.kind === 'unknown' ? value.refinement?.lower : undefined
}

function upperOf(value: Value): NumberBound | undefined {
  if (value.kind === 'number') return { value: value.value, inclusive: true }
  return value.kind === 'unknown' ? value.refinement?.upper : undefined
}

/** What holds for both of two numbers. */
export function numberBounds(
  a: Value,
  b: Value,
): { readonly lower: NumberBound | undefined; readonly upper: NumberBound | undefined } {
  return { lower: outer(lowerOf(a), lowerOf(b), -1), upper: outer(upperOf(a), upperOf(b), 1) }
}

function outer(
  a: NumberBound | undefined,
  b: NumberBound | undefined,
  sign: 1 | -1,
): NumberBound | undefined {
  if (a === undefined || b === undefined) return undefined
  const order = compareNum(a.value, b.value) * sign
  return order > 0 || (order === 0 && a.inclusive) ? a : b
}

// Whether everything up to the first is smaller than everything from the second on.
function isBelow(high: NumberBound | undefined, low: NumberBound | undefined): boolean {
  if (high === undefined || low === undefined) return false
  const order = compareNum(high.value, low.value)
  return order < 0 || (order === 0 && !(high.inclusive && low.inclusive))
}

function sumOf(a: NumberBound | undefined, b: NumberBound | undefined): NumberBound | undefined {
  if (a === undefined || b === undefined) return undefined
  try {
    const value = addNum(a.value, b.value)
    return Number.isNaN(value) ? undefined : { value, inclusive: a.inclusive && b.inclusive }
  } catch (thrown) {
    // A bound out of range bounds nothing.
    if (thrown instanceof NumberRangeError) return undefined
    throw thrown
  }
}

function negatedBound(bound: NumberBound | undefined): NumberBound | undefined {
  return bound && { value: negateNum(bound.value), inclusive: bound.inclusive }
}

function numberBetween(lower: NumberBound | undefined, upper: NumberBound | undefined): Value {
  return unknownOf(numberType, lower || upper ? { notNull: true, lower, upper } : notNull)
}

function compute(operator: BinaryOperator, a: Num, b: Num): Value {
  switch (operator) {
    case '>':
      return bool(compareNum(a, b) > 0)
    case '>=':
      return bool(compareNum(a, b) >= 0)
    case '<':
      return bool(compareNum(a, b) < 0)
    case '<=':
      return bool(compareNum(a, b) <= 0)
    default:
      return number(arithmetic(operator, a, b))
  }
}

function arithmetic(operator: BinaryOperator, a: Num, b: Num): Num {
  let result: Num
  try {
    if (operator === '+') result = addNum(a, b)
    else if (operator === '-') result = addNum(a, negateNum(b))
    else if (operator === '*') result = multiplyNum(a, b)
    else if (operator === '/') result = divideNum(a, b)
    else result = remainderNum(a, b)
  } catch (thrown) {
    if (!(thrown instanceof NumberRangeError)) throw thrown
    throw new OperandError('Operation failed', `The result has more than ${maxExponent} digits.`, 'both')
  }
  if (Number.isNaN(result)) {
    const detail =
      operator === '/' || operator === '%'
        ? "Zero can't be divided by zero, nor infinity by infinity."
        : "Infinities can't be combined like this."
    throw new OperandError('Operation failed', detail, 'both')
  }
  return result
}
