// Exact decimals: against BigInt and rationals, at random.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Num,
  addNum,
  asDouble,
  compareNum,
  divideNum,
  floorNum,
  formatNum,
  multiplyNum,
  negateNum,
  parseNum,
  remainderNum,
} from '../../../src/lang/hcl/number.ts'

// A decimal as (integer, number of decimal places), at most 40 digits.
const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }))

function num([mantissa, places]: readonly [bigint, number]): Num {
  const value = parseNum(`${mantissa < 0n ? -mantissa : mantissa}e-${places}`)!
  return mantissa < 0n ? negateNum(value) : value
}

// Both as integers over the same power of ten.
function aligned(a: readonly [bigint, number], b: readonly [bigint, number]): [bigint, bigint, number] {
  const places = Math.max(a[1], b[1])
  return [a[0] * 10n ** BigInt(places - a[1]), b[0] * 10n ** BigInt(places - b[1]), places]
}

test('sum, product, order and remainder are exact', () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      const [x, y, places] = aligned(a, b)
      expect(formatNum(addNum(num(a), num(b)))).toBe(formatNum(num([x + y, places])))
      expect(formatNum(multiplyNum(num(a), num(b)))).toBe(formatNum(num([x * y, places * 2])))
      expect(Math.sign(compareNum(num(a), num(b)))).toBe(x < y ? -1 : x > y ? 1 : 0)
      if (y !== 0n) expect(formatNum(remainderNum(num(a), num(b)))).toBe(formatNum(num([x % y, places])))
    }),
    { numRuns: 2000 },
  )
})

test('one value has one form, and its text reads back as the same', () => {
  fc.assert(
    fc.property(decimals, a => {
      const value = num(a)
      expect(parseNum(formatNum(value))).toEqual(value)
      expect(formatNum(value)).not.toMatch(/[eE]|\..*0$/)
    }),
    { numRuns: 2000 },
  )
})

test('a quotient times the divisor is the dividend to 150 digits', () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      if (b[0] === 0n) return
      const back = multiplyNum(divideNum(num(a), num(b)), num(b))
      const error = addNum(back, negateNum(num(a)))
      const bound = multiplyNum(num([a[0] < 0n ? -a[0] : a[0], a[1]]), parseNum('1e-150')!)
      expect(compareNum(negateNum(bound), error)).toBeLessThanOrEqual(0)
      expect(compareNum(error, bound)).toBeLessThanOrEqual(0)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['1.5', 1],
  ['-1.5', -2],
  ['-2', -2],
  ['0.0001', 0],
  ['-0.0001', -1],
])('floor of %s', (text, expected) => {
  const value = text.startsWith('-') ? negateNum(parseNum(text.slice(1))!) : parseNum(text)!
  expect(floorNum(value)).toBe(expected)
  expect(Math.floor(asDouble(value))).toBe(expected)
})
