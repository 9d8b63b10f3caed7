// The operators on values. Operands are converted first (arithmetic and order to numbers, logic to bools); equality
// converts nothing. A mistake is thrown as an OperandError and gets its place from the evaluator.
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
import { boolType, numberType } from './type.ts'
import {
  type BoolValue,
  type NumberValue,
  type Value,
  bool,
  deepMarks,
  number,
  sameValue,
  unknownValue,
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
    if (left.kind === 'unknown' || right.kind === 'unknown') return unknownValue
    const same = sameValue(left, right)
    return withMarks(bool(operator === '==' ? same : !same), deepMarks(left), deepMarks(right))
  }
  if (operator === '&&' || operator === '||') {
    const a = operand(left, operator, 'left', 'bool')
    const b = operand(right, operator, 'right', 'bool')
    if (a.kind === 'unknown' || b.kind === 'unknown') return unknownValue
    const x = (a as BoolValue).value
    const y = (b as BoolValue).value
    return withMarks(bool(operator === '&&' ? x && y : x || y), left.marks, right.marks)
  }
  const a = operand(left, operator, 'left', 'number')
  const b = operand(right, operator, 'right', 'number')
  if (a.kind === 'unknown' || b.kind === 'unknown') return unknownValue
  const result = compute(operator, (a as NumberValue).value, (b as NumberValue).value)
  return withMarks(result, left.marks, right.marks)
}

export function applyUnary(operator: '-' | '!', value: Value): Value {
  const a = operand(value, operator, 'right', operator === '-' ? 'number' : 'bool')
  if (a.kind === 'number') return withMarks(number(negateNum(a.value)), value.marks)
  if (a.kind === 'bool') return withMarks(bool(!a.value), value.marks)
  return unknownValue
}

function operand(value: Value, operator: string, side: 'left' | 'right', wanted: 'number' | 'bool'): Value {
  if (value.kind === 'null') {
    throw new OperandError(
      'Invalid operand',
      `The operand of "${operator}" is null; a ${wanted} is required.`,
      side,
    )
  }
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
