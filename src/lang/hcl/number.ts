// Numbers of HCL: binary, with a mantissa of 512 bits, rounded to the nearest (to even when halfway), as cty has them
// through Go's big.Float. So 0.1 + 0.2 == 0.3, ids beyond 2^53 survive and 1 / 3 has about 155 digits. What a double
// holds and spells exactly is a plain JavaScript number; a short fraction as written keeps its text until something is
// computed with it; everything else is a BigInt mantissa with an exponent. Exponents are limited: 1e999999999 written
// out in digits would be a memory bomb.

/** A fraction as written, in its shortest spelling: `0.1`. */
export interface Decimal {
  readonly text: string
}

/** mantissa * 2^exponent. The mantissa is odd and has at most 512 bits. */
export interface Binary {
  readonly mantissa: bigint
  readonly exponent: number
}

/**
 * A plain number (see isPlain) or an infinity, or else one of the exact forms. Compare with compareNum: 0.1 may be a
 * Decimal or a Binary.
 */
export type Num = number | Decimal | Binary

/** As in cty. */
const mantissaBits = 512
/** Decimals of so many digits differ in 512 bits: then the exact spelling is the shortest one. */
const distinctDigits = 153
/** Longer fractions are made binary at once. */
const maxDecimalLength = 40
/** Largest power of ten in a number: 1e400 must be exact, and ten thousand digits are still cheap to write out. */
export const maxExponent = 10_000
const maxBinaryExponent = Math.ceil(maxExponent * Math.log2(10))
/** Plain fractions are multiples of 1/1024 below 2^20: JavaScript spells those exactly, without an exponent. */
const plainScale = 1024
const plainLimit = 2 ** 20

/** Thrown by arithmetic; callers turn it into a diagnostic. */
export class NumberRangeError extends Error {}

/**
 * The number of a literal: digits, optional fraction, optional exponent; undefined when the text is not one. Throws
 * NumberRangeError.
 */
export function parseNum(text: string): Num | undefined {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (found === null || text.length > maxExponent) return undefined
  const [, sign, whole, fraction = '', exponent] = found
  if (exponent === undefined) {
    if (fraction === '' && whole!.length <= 15) return Number(sign + whole!) || 0
    if (fraction !== '' && text.length <= maxDecimalLength) return parseFraction(sign!, whole!, fraction)
  }
  return makeNum(BigInt(sign + whole! + fraction), Number(exponent ?? 0) - fraction.length)
}

/** The number of a JavaScript double, by its shortest decimal spelling. */
export function fromDouble(value: number): Num {
  if (isPlain(value) || !Number.isFinite(value)) return value === 0 ? 0 : value
  return parseNum(String(value)) ?? value
}

/** mantissa * 10^exponent. Throws NumberRangeError beyond the limit of exponents. */
export function makeNum(mantissa: bigint, exponent: number): Num {
  if (mantissa === 0n) return 0
  if (exponent > maxExponent || exponent < -2 * maxExponent) throw new NumberRangeError()
  const five = 5n ** BigInt(Math.abs(exponent))
  return exponent >= 0 ? rounded(mantissa * five, exponent) : quotient(mantissa, five, exponent)
}

export function addNum(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isInteger(a) && Number.isInteger(b)) {
      if (Number.isSafeInteger(sum)) return sum
    } else if (Math.abs(a) < plainLimit && Math.abs(b) < plainLimit && isPlain(sum)) {
      return sum
    }
    if (isInfinite(a) || isInfinite(b)) return sum
  }
  if (isInfinite(a)) return a
  if (isInfinite(b)) return b
  const x = toBinary(a)
  const y = toBinary(b)
  const e = Math.min(x.exponent, y.exponent)
  return rounded(scaled(x, e) + scaled(y, e), e)
}

export function negateNum(a: Num): Num {
  if (typeof a === 'number') return a === 0 ? 0 : -a
  if ('text' in a) return { text: a.text.startsWith('-') ? a.text.slice(1) : `-${a.text}` }
  return { mantissa: -a.mantissa, exponent: a.exponent }
}

/** NaN for zero times an infinity. */
export function multiplyNum(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (isExactProduct(a, b) && isPlain(product)) return product === 0 ? 0 : product
  }
  if (isInfinite(a) || isInfinite(b)) return signNum(a) * signNum(b) * Infinity
  const x = toBinary(a)
  const y = toBinary(b)
  return rounded(x.mantissa * y.mantissa, x.exponent + y.exponent)
}

/** As in cty: x / 0 is an infinity, 0 / 0 is NaN, which callers refuse. */
export function divideNum(a: Num, b: Num): Num {
  if (isInfinite(b)) return isInfinite(a) ? Number.NaN : 0
  if (b === 0 || isInfinite(a)) return signNum(a) * (b === 0 ? 1 : signNum(b)) * Infinity
  if (typeof a === 'number' && typeof b === 'number') {
    const q = a / b
    if (isPlain(q) && isExactProduct(q, b) && q * b === a) return q === 0 ? 0 : q
  }
  const x = toBinary(a)
  const y = toBinary(b)
  const isNegative = y.mantissa < 0n
  return quotient(
    isNegative ? -x.mantissa : x.mantissa,
    isNegative ? -y.mantissa : y.mantissa,
    x.exponent - y.exponent,
  )
}

/** Truncated: the sign is the dividend's, fractions allowed; x % 0 is x. NaN for infinities, as in cty. */
export function remainderNum(a: Num, b: Num): Num {
  if (isInfinite(a) || isInfinite(b)) return Number.NaN
  if (b === 0) return a
  if (typeof a === 'number' && typeof b === 'number') return a % b || 0
  const q = truncated(divideNum(a, b))
  // A quotient beyond 512 bits is rounded: then only the long way gives what is left.
  if (typeof q === 'number' || 'text' in q || isExactWhole(q)) return addNum(a, negateNum(multiplyNum(b, q)))
  const x = toBinary(a)
  const y = toBinary(b)
  const e = Math.min(x.exponent, y.exponent)
  return rounded(scaled(x, e) % scaled(y, e), e)
}

// Below 2^512 every whole number has its own form, so a quotient there was not rounded to a multiple of a power of two.
function isExactWhole({ mantissa, exponent }: Binary): boolean {
  return bitLength(mantissa < 0n ? -mantissa : mantissa) + exponent <= mantissaBits
}

/** Negative, zero or positive. */
export function compareNum(a: Num, b: Num): number {
  // Rounding to a double keeps the order, so only equal doubles need a closer look.
  const x = asDouble(a)
  const y = asDouble(b)
  if (x !== y) return x < y ? -1 : 1
  if (typeof a === 'number' && typeof b === 'number') return 0
  if (isInfinite(a)) return signNum(a)
  if (isInfinite(b)) return -signNum(b)
  const p = toBinary(a)
  const q = toBinary(b)
  const e = Math.min(p.exponent, q.exponent)
  const difference = scaled(p, e) - scaled(q, e)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Towards minus infinity. */
export function floorNum(a: Num): Num {
  if (typeof a === 'number') return Math.floor(a)
  const { mantissa, exponent } = toBinary(a)
  return exponent >= 0 ? a : rounded(mantissa >> BigInt(-exponent), 0)
}

export function isWhole(a: Num): boolean {
  if (typeof a === 'number') return Number.isInteger(a)
  return 'mantissa' in a && a.exponent >= 0
}

/** Whether a double holds the number without loss. */
export function isDouble(a: Num): boolean {
  if (typeof a === 'number') return true
  const { mantissa } = toBinary(a)
  return bitLength(mantissa < 0n ? -mantissa : mantissa) <= 53 && Number.isFinite(asDouble(a))
}

/** The nearest double; an infinity beyond their range. */
export function asDouble(a: Num): number {
  if (typeof a === 'number') return a
  if ('text' in a) return Number(a.text)
  const { mantissa, exponent } = a
  const magnitude = mantissa < 0n ? -mantissa : mantissa
  // Number() rounds to nearest even; the scaling is exact wherever doubles have all their digits.
  const drop = Math.max(0, bitLength(magnitude) - 64)
  const top = drop === 0 ? magnitude : (magnitude >> BigInt(drop)) | 1n
  const scale = exponent + drop
  const half = Math.trunc(scale / 2)
  const result = Number(top) * 2 ** half * 2 ** (scale - half)
  return mantissa < 0n ? -result : result
}

/** Plain decimal digits, never an exponent: the shortest text that reads back as the same number. */
export function formatNum(a: Num): string {
  if (typeof a === 'number') return Number.isFinite(a) ? String(a) : a > 0 ? '+Inf' : '-Inf'
  if ('text' in a) return a.text
  const isNegative = a.mantissa < 0n
  const spelled = spell(isNegative ? -a.mantissa : a.mantissa, a.exponent)
  return isNegative ? `-${spelled}` : spelled
}

/** Whether a double stands for itself: then it is the only form of its value, and `String` spells it in full. */
function isPlain(value: number): boolean {
  return Number.isSafeInteger(value) || (Math.abs(value) < plainLimit && Number.isInteger(value * plainScale))
}

// Of two plain numbers.
function isExactProduct(a: number, b: number): boolean {
  return Number.isSafeInteger(a * plainScale * (b * plainScale)) || Number.isSafeInteger(a * b * plainScale)
}

function isInfinite(a: Num): boolean {
  return a === Infinity || a === -Infinity
}

function signNum(a: Num): number {
  return Math.sign(asDouble(a))
}

// Zeros at the edges go, so that one fraction has one text.
function parseFraction(sign: string, whole: string, fraction: string): Num {
  const units = whole.replace(/^0+(?=\d)/, '')
  const places = fraction.replace(/0+$/, '')
  if (places === '' && units.length <= 15) return Number(sign + units) || 0
  if (places === '') return makeNum(BigInt(sign + units), 0)
  const text = `${sign}${units}.${places}`
  // A multiple of 1/1024 has at most ten places.
  if (places.length <= 10 && units.length <= 7) {
    const double = Number(text)
    if (isPlain(double)) return double
  }
  return { text }
}

function toBinary(a: Num): Binary {
  if (typeof a === 'number') {
    if (Number.isInteger(a)) return { mantissa: BigInt(a), exponent: 0 }
    return { mantissa: BigInt(a * plainScale), exponent: -10 }
  }
  if ('mantissa' in a) return a
  const point = a.text.indexOf('.')
  const places = a.text.length - point - 1
  const digits = BigInt(a.text.slice(0, point) + a.text.slice(point + 1))
  const made = quotient(digits, 5n ** BigInt(places), -places)
  return typeof made === 'number' || 'text' in made ? toBinary(made) : made
}

function truncated(a: Num): Num {
  return asDouble(a) < 0 ? negateNum(floorNum(negateNum(a))) : floorNum(a)
}

function scaled(a: Binary, exponent: number): bigint {
  return a.mantissa << BigInt(a.exponent - exponent)
}

// a / b * 2^exponent; b is positive. Bits enough to round by, and one more that tells whether the division has a rest.
function quotient(a: bigint, b: bigint, exponent: number): Num {
  const isNegative = a < 0n
  const magnitude = isNegative ? -a : a
  const shift = Math.max(0, mantissaBits + 2 + bitLength(b) - bitLength(magnitude))
  const dividend = magnitude << BigInt(shift)
  const q = ((dividend / b) << 1n) | (dividend % b === 0n ? 0n : 1n)
  return rounded(isNegative ? -q : q, exponent - shift - 1)
}

// mantissa * 2^exponent to 512 bits, in its one form.
function rounded(mantissa: bigint, exponent: number): Num {
  if (mantissa === 0n) return 0
  const isNegative = mantissa < 0n
  let m = isNegative ? -mantissa : mantissa
  let e = exponent
  const drop = bitLength(m) - mantissaBits
  if (drop > 0) {
    const bits = BigInt(drop)
    const rest = BigInt.asUintN(drop, m)
    const half = 1n << (bits - 1n)
    m >>= bits
    e += drop
    if (rest > half || (rest === half && (m & 1n) === 1n)) m += 1n
  }
  const zeros = trailingZeros(m)
  m >>= BigInt(zeros)
  e += zeros
  const size = bitLength(m)
  if ((e >= 0 && size + e <= 53) || (e < 0 && e >= -10 && size + e <= 20)) {
    const plain = Number(m) * 2 ** e
    return isNegative ? -plain : plain
  }
  if (size + e > maxBinaryExponent || size + e < -maxBinaryExponent) throw new NumberRangeError()
  return { mantissa: isNegative ? -m : m, exponent: e }
}

// Of a positive number.
function bitLength(a: bigint): number {
  const digits = a.toString(16)
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits[0]!, 16)) - 28)
}

function trailingZeros(a: bigint): number {
  let zeros = 0
  for (let rest = a; ; rest >>= 32n) {
    const low = Number(BigInt.asUintN(32, rest))
    if (low !== 0) return zeros + 31 - Math.clz32(low & -low)
    zeros += 32
  }
}

// Of a positive number. The digits of the exact decimal, cut off as soon as what is left reads back as the same number:
// it must stay within half a unit of the last bit, on either side.
function spell(mantissa: bigint, exponent: number): string {
  const size = bitLength(mantissa)
  if (exponent >= 0 && size + exponent <= mantissaBits) return String(mantissa << BigInt(exponent))
  if (exponent < 0 && exponent > -2 * mantissaBits) {
    const exact = String(mantissa * 5n ** BigInt(-exponent))
    if (exact.length <= distinctDigits) return placePoint(exact, exact.length + exponent)
  }
  // Two bits more than the mantissa has: a step is a quarter of a unit. Below a power of two the units are half as large.
  const shift = mantissaBits + 2 - size
  const steps = mantissa << BigInt(shift)
  const e = exponent - shift
  const factor = e >= 0 ? 1n << BigInt(e) : 5n ** BigInt(-e)
  const upper = String((steps + 2n) * factor)
  const length = upper.length
  const digits = String(steps * factor).padStart(length, '0')
  const lower = String((steps - (mantissa === 1n ? 1n : 2n)) * factor).padStart(length, '0')
  const point = length + Math.min(e, 0)
  return placePoint(shortest(digits, lower, upper, (steps & 4n) === 0n), point)
}

// The bounds themselves read back as the number only when its mantissa is even.
function shortest(digits: string, lower: string, upper: string, inclusive: boolean): string {
  const lowerEnd = lower.replace(/0+$/, '').length
  const upperEnd = upper.replace(/0+$/, '').length
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i)
    const above = upper.charCodeAt(i)
    const canCut = lower.charCodeAt(i) !== digit || (inclusive && i + 1 === lowerEnd)
    const canRaise = digit !== above && (inclusive || digit + 1 < above || i + 1 < upperEnd)
    if (!canCut && !canRaise) continue
    const raises = canRaise && (!canCut || isAboveHalf(digits, i + 1))
    const kept = digits.slice(0, i + 1)
    const result = raises ? (BigInt(kept) + 1n).toString().padStart(i + 1, '0') : kept
    return result.padEnd(digits.length, '0')
  }
  return digits
}

// Whether the digits from `at` on round up; halfway goes to the even digit.
function isAboveHalf(digits: string, at: number): boolean {
  const next = digits.charCodeAt(at) - 48
  if (next !== 5 || !/^0*$/.test(digits.slice(at + 1))) return next >= 5
  return digits.charCodeAt(at - 1) % 2 === 1
}

// `point` digits stand in front of the point; it may be negative, or more than there are digits.
function placePoint(digits: string, point: number): string {
  const padded = point <= 0 ? digits.padStart(digits.length - point + 1, '0') : digits
  const split = Math.max(point, 1)
  const whole = padded.slice(0, split).replace(/^0+(?=\d)/, '')
  const fraction = padded.slice(split).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}
