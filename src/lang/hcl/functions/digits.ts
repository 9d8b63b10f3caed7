// Numbers as digits, for format(): as integers in a base, with a fixed number of places, with an exponent. From the exact
// decimal, never through doubles. The forms are those of Go's math/big.
import { type Num, compareNum, formatNum, isWhole } from '../number.ts'
import { FunctionError } from './function.ts'

const bases: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  b: [2, '0b'],
  d: [10, ''],
  o: [8, '0'],
  x: [16, '0x'],
  X: [16, '0x'],
}

/** The sign, and at least `least` digits; `marked` puts the prefix of the base in front of them. */
export function integer(n: Num, letter: string, marked: boolean, least: number | undefined): string {
  if (!isWhole(n)) throw new FunctionError(`%${letter} needs a whole number, not ${formatNum(n)}`)
  const [base, prefix] = bases[letter]!
  const whole = BigInt(formatNum(n))
  const digits = (whole < 0n ? -whole : whole).toString(base).padStart(least ?? 1, '0')
  const written = (marked ? prefix : '') + digits
  return (whole < 0n ? '-' : '') + (letter === 'X' ? written.toUpperCase() : written)
}

/** `places` digits behind the point. */
export function fixed(n: Num, places: number): string {
  const parts = split(n)
  if (parts === undefined) return formatNum(n)
  const { digits, point } = rounded(parts, parts.point + places)
  const padded = digits.padEnd(Math.max(point, 0) + places, '0')
  const whole = point > 0 ? padded.slice(0, point) : '0'
  const fraction = '0'.repeat(Math.min(places, Math.max(0, -point))) + padded.slice(Math.max(point, 0))
  return sign(n) + (places === 0 ? whole : `${whole}.${fraction.slice(0, places)}`)
}

/** `1.500000e+03`: one digit in front of the point, `places` behind it, at least two of exponent. */
export function exponential(n: Num, places: number): string {
  const parts = split(n)
  if (parts === undefined) return formatNum(n)
  const { digits, point } = rounded(parts, places + 1)
  return sign(n) + scientific(digits.padEnd(places + 1, '0'), digits === '' ? 0 : point - 1)
}

/** As few digits as tell the number, or `precision` of them; with an exponent when that is under -4 or large. */
export function general(n: Num, precision: number | undefined): string {
  const parts = split(n)
  if (parts === undefined) return formatNum(n)
  if (parts.digits === '') return '0'
  const { digits, point } = precision === undefined ? parts : rounded(parts, Math.max(1, precision))
  const threshold =
    precision === undefined
      ? 6
      : Math.max(1, precision) > digits.length && digits.length >= point
        ? digits.length
        : Math.max(1, precision)
  const exponent = point - 1
  if (exponent < -4 || exponent >= threshold) return sign(n) + scientific(digits, exponent)
  if (point <= 0) return `${sign(n)}0.${'0'.repeat(-point)}${digits}`
  const whole = digits.slice(0, point).padEnd(point, '0')
  return sign(n) + (digits.length > point ? `${whole}.${digits.slice(point)}` : whole)
}

interface Digits {
  /** Without zeros at either end; empty for 0. */
  readonly digits: string
  /** How many of them stand in front of the point; may be negative, or more than there are. */
  readonly point: number
}

function sign(n: Num): string {
  return compareNum(n, 0) < 0 ? '-' : ''
}

// Undefined for an infinity.
function split(n: Num): Digits | undefined {
  if (typeof n === 'number' && !Number.isFinite(n)) return undefined
  const [whole = '', fraction = ''] = formatNum(n).replace('-', '').split('.')
  const all = (whole + fraction).replace(/^0+/, '')
  const point = all.length - fraction.length
  return trimZeros(all, point)
}

function trimZeros(digits: string, point: number): Digits {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end--
  return { digits: digits.slice(0, end), point: end === 0 ? 0 : point }
}

// To `keep` digits. Exactly halfway goes to the even digit, but only where the number has an exact binary form: any other
// is not halfway for Go, whose numbers are binary.
function rounded({ digits, point }: Digits, keep: number): Digits {
  if (keep >= digits.length) return { digits, point }
  if (keep < 0) return { digits: '', point: 0 }
  const next = digits.charCodeAt(keep) - 48
  const half = next === 5 && keep + 1 === digits.length && isBinary(digits, point)
  const odd = keep > 0 && (digits.charCodeAt(keep - 1) - 48) % 2 === 1
  const up = half ? odd : next >= 5
  const kept = digits.slice(0, keep)
  if (!up) return trimZeros(kept, point)
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString()
  return trimZeros(raised, point + raised.length - kept.length)
}

// Whether digits / 10^places is a whole number of halves, quarters and so on: 5^places divides the digits.
function isBinary(digits: string, point: number): boolean {
  const places = digits.length - point
  return places <= 0 || BigInt(digits) % 5n ** BigInt(places) === 0n
}

function scientific(digits: string, exponent: number): string {
  const fraction = digits.slice(1)
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `${digits[0] ?? '0'}${fraction === '' ? '' : `.${fraction}`}e${power}`
}
