// Numbers of 512 bits: against rationals of BigInts, at random. The oracle here rounds in the most naive way.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Num,
  NumberRangeError,
  addNum,
  asDouble,
  compareNum,
  divideNum,
  floorNum,
  formatNum,
  fromDouble,
  isDouble,
  isWhole,
  makeNum,
  multiplyNum,
  negateNum,
  parseNum,
  remainderNum,
} from '../../../src/lang/hcl/number.ts'

interface Rational {
  readonly top: bigint
  /** Positive. */
  readonly bottom: bigint
}

// Integers and fractions, small and large, with an exponent or without.
const texts = fc.oneof(
  fc.integer({ min: -2000, max: 2000 }).map(n => String(n / 8)),
  fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(18)).map(([n, p]) => withPoint(n, p)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: -60, max: 60 }))
    .map(([n, e]) => `${n}e${e}`),
  fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }).map(String),
)

function withPoint(n: bigint, places: number): string {
  const digits = (n < 0n ? -n : n).toString().padStart(places + 1, '0')
  const fraction = places === 0 ? '' : `.${digits.slice(digits.length - places)}`
  return `${n < 0n ? '-' : ''}${digits.slice(0, digits.length - places)}${fraction}`
}

function num(text: string): Num {
  const value = parseNum(text)
  expect(value).toBeDefined()
  return value!
}

/** What the text says, exactly. */
function rationalOfText(text: string): Rational {
  const [digits = '', exponent = '0'] = text.split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  const e = Number(exponent) - fraction.length
  const top = BigInt(whole + fraction)
  return e >= 0 ? { top: top * 10n ** BigInt(e), bottom: 1n } : { top, bottom: 10n ** BigInt(-e) }
}

/** What the number is, exactly: a short fraction has the 512 bits of its text. */
function exact(n: Num): Rational {
  if (typeof n === 'number') return { top: BigInt(n * 1024), bottom: 1024n }
  if ('text' in n) return nearest(rationalOfText(n.text))
  const { mantissa, exponent } = n
  return exponent >= 0
    ? { top: mantissa << BigInt(exponent), bottom: 1n }
    : { top: mantissa, bottom: 1n << BigInt(-exponent) }
}

function ofDouble(double: number): Rational {
  let top = double
  let halvings = 0
  for (; !Number.isInteger(top); halvings++) top *= 2
  return { top: BigInt(top), bottom: 1n << BigInt(halvings) }
}

function same(a: Rational, b: Rational): boolean {
  return a.top * b.bottom === b.top * a.bottom
}

/** Scaled by two until 512 bits stand in front of the point; then the nearest integer, to even when halfway. */
function nearest({ top, bottom }: Rational): Rational {
  if (top === 0n) return { top: 0n, bottom: 1n }
  let x = top < 0n ? -top : top
  let y = bottom
  let halvings = 0
  for (; x >= y << 512n; halvings++) y <<= 1n
  for (; x < y << 511n; halvings--) x <<= 1n
  const floor = x / y
  const rest = (x % y) * 2n
  const up = rest > y || (rest === y && floor % 2n === 1n)
  const m = (up ? floor + 1n : floor) * (top < 0n ? -1n : 1n)
  return halvings >= 0
    ? { top: m << BigInt(halvings), bottom: 1n }
    : { top: m, bottom: 1n << BigInt(-halvings) }
}

test('a text reads as the nearest number of 512 bits', () => {
  fc.assert(
    fc.property(texts, text => {
      expect(same(exact(num(text)), nearest(rationalOfText(text)))).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('sum, difference, product and quotient are the nearest to the exact ones', () => {
  fc.assert(
    fc.property(texts, texts, (s, t) => {
      const [a, b] = [num(s), num(t)]
      const [x, y] = [exact(a), exact(b)]
      const sum = { top: x.top * y.bottom + y.top * x.bottom, bottom: x.bottom * y.bottom }
      expect(same(exact(addNum(a, b)), nearest(sum))).toBe(true)
      const product = { top: x.top * y.top, bottom: x.bottom * y.bottom }
      expect(same(exact(multiplyNum(a, b)), nearest(product))).toBe(true)
      if (y.top === 0n) return
      const sign = y.top < 0n ? -1n : 1n
      const ratio = { top: x.top * y.bottom * sign, bottom: x.bottom * y.top * sign }
      expect(same(exact(divideNum(a, b)), nearest(ratio))).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('order is that of the exact values', () => {
  fc.assert(
    fc.property(texts, texts, (s, t) => {
      const [a, b] = [num(s), num(t)]
      const [x, y] = [exact(a), exact(b)]
      const difference = x.top * y.bottom - y.top * x.bottom
      expect(Math.sign(compareNum(a, b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0)
      expect(compareNum(a, num(s))).toBe(0)
    }),
    { numRuns: 2000 },
  )
})

test('a number is spelled by the shortest text that reads back as it', () => {
  fc.assert(
    fc.property(texts, texts, (s, t) => {
      const value = compareNum(num(t), 0) === 0 ? num(s) : divideNum(num(s), num(t))
      const text = formatNum(value)
      expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
      expect(compareNum(num(text), value)).toBe(0)
      const digits = text.replace(/[-.]/g, '').replace(/^0+/, '')
      const significant = digits.replace(/0+$/, '')
      if (significant.length < 2) return
      const shift = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
      const exponent = digits.length - significant.length - shift + 1
      const cut = BigInt(significant.slice(0, -1)) * (text.startsWith('-') ? -1n : 1n)
      for (const shorter of [cut, text.startsWith('-') ? cut - 1n : cut + 1n]) {
        expect(compareNum(makeNum(shorter, exponent), value)).not.toBe(0)
      }
    }),
    { numRuns: 2000 },
  )
})

test('the remainder of integers is exact; that of fractions is below the divisor', () => {
  const integers = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n })
  fc.assert(
    fc.property(integers, integers, (a, b) => {
      const expected = b === 0n ? a : a % b
      expect(formatNum(remainderNum(num(String(a)), num(String(b))))).toBe(String(expected))
    }),
  )
  fc.assert(
    fc.property(texts, texts, (s, t) => {
      const [a, b] = [num(s), num(t)]
      if (compareNum(b, 0) === 0) return
      const rest = asDouble(remainderNum(a, b))
      expect(Math.abs(rest)).toBeLessThanOrEqual(Math.abs(asDouble(b)))
    }),
  )
})

test('floor, the nearest double, and whether a double is enough', () => {
  fc.assert(
    fc.property(texts, text => {
      const value = num(text)
      const { top, bottom } = exact(value)
      const floor = top / bottom - (top < 0n && top % bottom !== 0n ? 1n : 0n)
      expect(same(exact(floorNum(value)), nearest({ top: floor, bottom: 1n }))).toBe(true)
      expect(isWhole(value)).toBe(top % bottom === 0n)
      expect(asDouble(value)).toBe(Number(formatNum(value)))
      expect(same(exact(negateNum(value)), { top: -top, bottom })).toBe(true)
      const double = asDouble(value)
      const isSame = Number.isFinite(double) && same(ofDouble(double), exact(value))
      expect(isDouble(value)).toBe(isSame)
    }),
    { numRuns: 2000 },
  )
})

test('doubles come back as they were', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), double => {
      expect(asDouble(fromDouble(double))).toBe(double + 0)
    }),
  )
})

test.each([
  ['1e999999999'],
  ['1e-999999999'],
  ['1e99999999999999999999'],
  ['-1e10001'],
  [`${'9'.repeat(5000)}e5002`],
])('%s is out of range, and told so at once', text => {
  expect(() => parseNum(text)).toThrow(NumberRangeError)
})

test('results out of range are refused', () => {
  const large = num('1e9000')
  expect(() => multiplyNum(large, large)).toThrow(NumberRangeError)
  expect(() => divideNum(num('1e-9000'), large)).toThrow(NumberRangeError)
  expect(formatNum(num('1e9999'))).toHaveLength(10_000)
})

test('infinities and what has no answer', () => {
  expect(divideNum(1, 0)).toBe(Infinity)
  expect(divideNum(-1, 0)).toBe(-Infinity)
  expect(divideNum(0, 0)).toBe(NaN)
  expect(divideNum(num('0.1'), 0)).toBe(Infinity)
  expect(divideNum(num('0.1'), -Infinity)).toBe(0)
  expect(divideNum(Infinity, -2)).toBe(-Infinity)
  expect(addNum(Infinity, num('1e400'))).toBe(Infinity)
  expect(addNum(Infinity, -Infinity)).toBe(NaN)
  expect(multiplyNum(-Infinity, num('0.1'))).toBe(-Infinity)
  expect(multiplyNum(0, Infinity)).toBe(NaN)
  expect(compareNum(num('1e400'), Infinity)).toBe(-1)
  expect(compareNum(-Infinity, negateNum(num('1e400')))).toBe(-1)
  expect(remainderNum(Infinity, 5)).toBe(NaN)
  expect(formatNum(-Infinity)).toBe('-Inf')
})
