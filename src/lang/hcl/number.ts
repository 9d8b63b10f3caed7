// Numbers of HCL: exact decimals, so that 0.1 + 0.2 == 0.3 and ids beyond 2^53 survive. A safe integer is a plain
// JavaScript number; everything else is a BigInt mantissa with a decimal exponent. cty holds 512 binary
// digits (about 154 decimal ones); we round to as many decimal digits. Exponents are limited: 1e999999999 written out
// in digits would be a memory bomb.

export interface Decimal {
  /** Never divisible by ten. */
  readonly mantissa: bigint
  /** Of ten. */
  readonly exponent: number
}

/** A safe integer, an infinity, or a decimal that is neither. One value has one form. */
export type Num = number | Decimal

/** The digits that a number keeps: as many as 512 binary digits hold. */
export const maxDigits = 155
/** Largest power of ten in a number: 1e400 must be exact, and ten thousand digits are still cheap to write out. */
export const maxExponent = 10_000

/** Thrown by arithmetic; callers turn it into a diagnostic. */
export class NumberRangeError extends Error {}

/** The number of a literal: digits, optional fraction, optional exponent; undefined when the text is not one. */
export function parseNum(text: string): Num | undefined {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text)
  if (found === null || text.length > maxExponent) return undefined
  const [, sign, whole, fraction = '', exponent = '0'] = found
  if (fraction === '' && exponent === '0' && whole!.length <= 15) return Number(sign + whole!) || 0
  const mantissa = BigInt(sign + whole! + fraction)
  // Adding 0 makes of the -0 in "1e-0" a plain 0: one value, one form.
  return makeNum(mantissa, Number(exponent) - fraction.length + 0)
}

/** The number of a JavaScript double, by its shortest decimal spelling. */
export function fromDouble(value: number): Num {
  if (Number.isSafeInteger(value) || !Number.isFinite(value)) return value === 0 ? 0 : value
  return parseNum(String(value)) ?? value
}

/** mantissa * 10^exponent in its one form. Throws NumberRangeError beyond the limit of exponents. */
export function makeNum(mantissa: bigint, exponent: number): Num {
  if (mantissa === 0n) return 0
  let digits = (mantissa < 0n ? -mantissa : mantissa).toString()
  let m = mantissa
  let e = exponent
  if (digits.length > maxDigits) {
    const drop = digits.length - maxDigits
    m = roundedQuotient(m, 10n ** BigInt(drop))
    e += drop
    digits = (m < 0n ? -m : m).toString()
  }
  let zeros = 0
  while (digits.charCodeAt(digits.length - 1 - zeros) === 48) zeros++
  if (zeros > 0) {
    m /= 10n ** BigInt(zeros)
    e += zeros
  }
  if (e >= 0 && digits.length - zeros + e <= 16) {
    const small = Number(m) * 10 ** e
    if (Number.isSafeInteger(small)) return small
  }
  if (digits.length + e > maxExponent || e < -maxExponent) throw new NumberRangeError()
  return { mantissa: m, exponent: e }
}

export function addNum(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (isPlain(sum)) return sum
  }
  if (isInfinite(a)) return isInfinite(b) && a !== b ? Number.NaN : a
  if (isInfinite(b)) return b
  const x = toDecimal(a)
  const y = toDecimal(b)
  const e = Math.min(x.exponent, y.exponent)
  return makeNum(scaled(x, e) + scaled(y, e), e)
}

export function negateNum(a: Num): Num {
  if (typeof a === 'number') return a === 0 ? 0 : -a
  return { mantissa: -a.mantissa, exponent: a.exponent }
}

export function multiplyNum(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (isPlain(product)) return product === 0 ? 0 : product
  }
  if (isInfinite(a) || isInfinite(b)) return asDouble(a) * asDouble(b)
  const x = toDecimal(a)
  const y = toDecimal(b)
  return makeNum(x.mantissa * y.mantissa, x.exponent + y.exponent)
}

/** As in cty: x / 0 is an infinity, 0 / 0 is NaN, which callers refuse. */
export function divideNum(a: Num, b: Num): Num {
  if (b === 0 || isInfinite(a) || isInfinite(b)) {
    const q = asDouble(a) / asDouble(b)
    return q === 0 ? 0 : q
  }
  if (typeof a === 'number' && typeof b === 'number' && a % b === 0) return a / b || 0
  const x = toDecimal(a)
  const y = toDecimal(b)
  const extra = maxDigits + digitCount(y.mantissa)
  const q = roundedQuotient(x.mantissa * 10n ** BigInt(extra), y.mantissa)
  return makeNum(q, x.exponent - y.exponent - extra)
}

/** Truncated: the sign is the dividend's, fractions allowed. NaN when there is no answer. */
export function remainderNum(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number')
    return a % b || (b === 0 || isInfinite(a) ? Number.NaN : 0)
  if (isInfinite(a)) return Number.NaN
  if (isInfinite(b)) return a
  const x = toDecimal(a)
  const y = toDecimal(b)
  if (y.mantissa === 0n) return Number.NaN
  const e = Math.min(x.exponent, y.exponent)
  return makeNum(scaled(x, e) % scaled(y, e), e)
}

/** Negative, zero or positive. */
export function compareNum(a: Num, b: Num): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  if (isInfinite(a)) return a > 0 ? 1 : -1
  if (isInfinite(b)) return b > 0 ? -1 : 1
  const x = toDecimal(a)
  const y = toDecimal(b)
  const e = Math.min(x.exponent, y.exponent)
  const difference = scaled(x, e) - scaled(y, e)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Towards minus infinity. */
export function floorNum(a: Num): Num {
  if (typeof a === 'number' || a.exponent >= 0) return a
  const one = 10n ** BigInt(-a.exponent)
  const quotient = a.mantissa / one
  return makeNum(a.mantissa < 0n ? quotient - 1n : quotient, 0)
}

export function isWhole(a: Num): boolean {
  return typeof a === 'number' ? Number.isFinite(a) : a.exponent >= 0
}

/** The nearest double. */
export function asDouble(a: Num): number {
  return typeof a === 'number' ? a : Number(`${a.mantissa}e${a.exponent}`)
}

/** Plain decimal digits, never an exponent. */
export function formatNum(a: Num): string {
  if (typeof a === 'number') return Number.isFinite(a) ? String(a) : a > 0 ? '+Inf' : '-Inf'
  const negative = a.mantissa < 0n
  const digits = (negative ? -a.mantissa : a.mantissa).toString()
  const sign = negative ? '-' : ''
  if (a.exponent >= 0) return sign + digits + '0'.repeat(a.exponent)
  const padded = digits.padStart(1 - a.exponent, '0')
  const split = padded.length + a.exponent
  return `${sign}${padded.slice(0, split)}.${padded.slice(split)}`
}

function isPlain(value: number): boolean {
  return Number.isSafeInteger(value)
}

function isInfinite(a: Num): a is number {
  return a === Infinity || a === -Infinity
}

function toDecimal(a: Num): Decimal {
  return typeof a === 'number' ? { mantissa: BigInt(a), exponent: 0 } : a
}

function scaled(a: Decimal, exponent: number): bigint {
  return a.mantissa * 10n ** BigInt(a.exponent - exponent)
}

function digitCount(a: bigint): number {
  return a.toString().length
}

// Half away from zero.
function roundedQuotient(a: bigint, b: bigint): bigint {
  const quotient = a / b
  const rest = a % b
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (twice < (b < 0n ? -b : b)) return quotient
  return a < 0n === b < 0n ? quotient + 1n : quotient - 1n
}
