// Numbers. Exact wherever an exact answer exists; only log() and powers with fractions go through doubles.
import {
  type Num,
  addNum,
  asDouble,
  compareNum,
  divideNum,
  floorNum,
  formatNum,
  fromDouble,
  isWhole,
  makeNum,
  multiplyNum,
  negateNum,
} from '../number.ts'
import { numberType } from '../type.ts'
import { type Value, number } from '../value.ts'
import { any, knownElements, numberOf, numbers, numeric, wholeOf } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { numberValue } from './results.ts'

/** Reading digits takes quadratic time; numbers have fewer. */
const maxParsedLength = 10_000

const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

export const numericFunctions: readonly HclFunction[] = [
  {
    name: 'abs',
    summary: 'The number without its sign',
    group: 'numeric',
    examples: [['abs(-12.4)', '12.4']],
    result: numberType,
    parameters: [numeric('number')],
    call: ([n]) => number(compareNum(numberOf(n), 0) < 0 ? negateNum(numberOf(n)) : numberOf(n)),
  },
  {
    name: 'ceil',
    summary: 'The next whole number upwards',
    group: 'numeric',
    examples: [['ceil(5.1)', '6']],
    result: numberType,
    parameters: [numeric('number')],
    call: ([n]) => number(negateNum(floorNum(negateNum(numberOf(n))))),
  },
  {
    name: 'floor',
    summary: 'The next whole number downwards',
    group: 'numeric',
    examples: [['floor(-5.1)', '-6']],
    result: numberType,
    parameters: [numeric('number')],
    call: ([n]) => number(floorNum(numberOf(n))),
  },
  {
    name: 'log',
    summary: 'The logarithm of a number to a base',
    group: 'numeric',
    examples: [['log(1024, 2)', '10']],
    result: numberType,
    parameters: [numeric('number'), numeric('base')],
    call: ([n, base]) =>
      numberValue(() => fromDouble(Math.log(asDouble(numberOf(n))) / Math.log(asDouble(numberOf(base))))),
  },
  {
    name: 'max',
    summary: 'The largest of the numbers',
    group: 'numeric',
    examples: [
      ['max(12, 54, 3)', '54'],
      ['max([3, 7]...)', '7'],
    ],
    result: numberType,
    parameters: [numeric('number')],
    rest: numeric('number'),
    call: values => extreme(values, 1),
  },
  {
    name: 'min',
    summary: 'The smallest of the numbers',
    group: 'numeric',
    examples: [['min(12, 54, 3)', '3']],
    result: numberType,
    parameters: [numeric('number')],
    rest: numeric('number'),
    call: values => extreme(values, -1),
  },
  {
    name: 'parseint',
    summary: 'The whole number that a string spells in a base from 2 to 62',
    group: 'numeric',
    examples: [
      ['parseint("FF", 16)', '255'],
      ['parseint("-1011", 2)', '-11'],
    ],
    result: numberType,
    parameters: [any('string'), numeric('base')],
    call: ([s, base]) => {
      // A number has been read already, in base ten.
      if (s?.kind !== 'string') throw new FunctionError('a string is required', 0)
      return numberValue(() => parsed(s.value, wholeOf(base, 1)))
    },
  },
  {
    name: 'pow',
    summary: 'A number raised to a power',
    group: 'numeric',
    examples: [
      ['pow(2, 10)', '1024'],
      ['pow(4, 0.5)', '2'],
    ],
    result: numberType,
    parameters: [numeric('number'), numeric('power')],
    call: ([n, power]) => numberValue(() => raised(numberOf(n), numberOf(power))),
  },
  {
    name: 'signum',
    summary: '-1, 0 or 1: the sign of a number',
    group: 'numeric',
    examples: [['signum(-13)', '-1']],
    result: numberType,
    parameters: [numeric('number')],
    call: ([n]) => number(Math.sign(compareNum(numberOf(n), 0))),
  },
  {
    name: 'sum',
    summary: 'The sum of a list of numbers',
    group: 'numeric',
    examples: [['sum([10, 13, 6.5])', '29.5']],
    result: numberType,
    parameters: [numbers('list')],
    call: ([list]) => {
      const elements = knownElements(list, 0).map(numberOf)
      if (elements.length === 0) throw new FunctionError('an empty list has no sum', 0)
      return numberValue(() => elements.reduce(addNum))
    },
  },
]

function extreme(values: readonly Value[], sign: 1 | -1): Value {
  const chosen = values.map(numberOf).reduce((best: Num, n) => (compareNum(n, best) * sign > 0 ? n : best))
  return number(chosen)
}

// Up to base 36 the case of a letter does not matter; above, upper case follows lower case.
function parsed(given: string, base: number): Num {
  if (base < 2 || base > 62) throw new FunctionError(`the base must be from 2 to 62, not ${base}`, 1)
  if (given.length > maxParsedLength) throw new FunctionError(`more than ${maxParsedLength} digits`, 0)
  const negative = given.startsWith('-')
  const spelled = /^[+-]/.test(given) ? given.slice(1) : given
  const refuse = (): never => {
    throw new FunctionError(`"${given}" is not a whole number in base ${base}`, 0)
  }
  if (spelled === '') refuse()
  let result = 0n
  for (const digit of base <= 36 ? spelled.toLowerCase() : spelled) {
    const value = digits.indexOf(digit)
    if (value === -1 || value >= base) refuse()
    result = result * BigInt(base) + BigInt(value)
  }
  return makeNum(negative ? -result : result, 0)
}

function raised(base: Num, power: Num): Num {
  const exponent = asDouble(power)
  if (!isWhole(power) || !Number.isFinite(asDouble(base))) return fromDouble(asDouble(base) ** exponent)
  if (!Number.isSafeInteger(exponent)) {
    throw new FunctionError(`the power ${formatNum(power)} is out of range`, 1)
  }
  const result = repeated(base, Math.abs(exponent))
  return exponent < 0 ? divideNum(1, result) : result
}

// By squaring. The last square is not made: it may be out of range when the result is not.
function repeated(base: Num, times: number): Num {
  let result: Num = 1
  let square = base
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiplyNum(result, square)
    if (left > 1) square = multiplyNum(square, square)
  }
  return result
}
