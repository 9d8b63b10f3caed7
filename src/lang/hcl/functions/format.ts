// printf-like formatting: %s %q %d %f %e %g %v %t %x %X %o %b %c %%, with flags, width and precision, `*`, and explicit
// positions as in %[1]s. Numbers are exact where the verb is.
import { type Num, asDouble, compareNum, formatNum, isWhole, negateNum } from '../number.ts'
import { ConversionError, convert } from '../convert.ts'
import { numberType, stringType } from '../type.ts'
import { type Value, isMapping, isSequence } from '../value.ts'
import { numberOf, stringOf } from './arguments.ts'
import { FunctionError } from './function.ts'
import { encodeJson } from './json.ts'

/** Width and precision beyond this are a mistake, or an attack on memory. */
const maxWidth = 1000

export function formatText(format: string, values: readonly Value[]): string {
  let next = 0
  let used = 0
  const take = (): Value => {
    const value = values[next]
    if (value === undefined) throw new FunctionError(`there is no value for the verb number ${next + 1}`, 0)
    next++
    used = Math.max(used, next)
    return value
  }
  const verb = /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\[(\d+)\])?([a-zA-Z%])?/g
  const result = format.replace(
    verb,
    (
      whole: string,
      flags: string,
      width?: string,
      precision?: string,
      position?: string,
      letter?: string,
    ) => {
      if (letter === '%') return '%'
      if (letter === undefined)
        throw new FunctionError(`"${whole}" is not a verb; write %% for a percent sign`, 0)
      const wide = size(width, take)
      const precise = whole.includes('.') ? (size(precision, take) ?? 0) : undefined
      if (position !== undefined) next = Number(position) - 1
      return pad(formatOne(letter, take(), flags, precise, values.length), wide, flags)
    },
  )
  if (used < values.length && values.length > 0 && !format.includes('%[')) {
    throw new FunctionError(`there are ${values.length} values, but verbs for only ${used}`, used + 1)
  }
  return result
}

function size(given: string | undefined, take: () => Value): number | undefined {
  if (given === undefined) return undefined
  const wanted = given === '*' ? asDouble(asNumber(take(), '*')) : Number(given)
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > maxWidth) {
    throw new FunctionError(`a width or precision must be from 0 to ${maxWidth}`, 0)
  }
  return wanted
}

function formatOne(
  letter: string,
  value: Value,
  flags: string,
  precision: number | undefined,
  count: number,
): string {
  switch (letter) {
    case 's':
      return cut(asText(value), precision)
    case 'v':
      return flags.includes('#') || isSequence(value) || isMapping(value) || value.kind === 'null'
        ? encodeJson(value)
        : asText(value)
    case 'q':
      return JSON.stringify(asText(value))
    case 't':
      if (value.kind !== 'bool') throw new FunctionError('%t wants a bool')
      return String(value.value)
    case 'd':
      return signed(formatNum(whole(asNumber(value, letter))), flags)
    case 'b':
      return signed(inBase(asNumber(value, letter), 2), flags)
    case 'o':
      return signed(inBase(asNumber(value, letter), 8), flags)
    case 'x':
    case 'X': {
      const hex = value.kind === 'string' ? hexOfText(value.value) : inBase(asNumber(value, letter), 16)
      return letter === 'X' ? hex.toUpperCase() : hex
    }
    case 'f':
      return signed(fixed(asNumber(value, letter), precision ?? 6), flags)
    case 'e':
    case 'E': {
      const text = exponential(asDouble(asNumber(value, letter)).toExponential(Math.min(precision ?? 6, 100)))
      return signed(letter === 'E' ? text.toUpperCase() : text, flags)
    }
    case 'g':
    case 'G':
      return signed(String(asDouble(asNumber(value, letter))), flags)
    default:
      throw new FunctionError(`%${letter} is not a verb (there are ${count} values)`, 0)
  }
}

function asText(value: Value): string {
  if (value.kind === 'null') throw new FunctionError("a null value can't be formatted as text")
  try {
    return stringOf(convert(value, stringType))
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    return encodeJson(value)
  }
}

function asNumber(value: Value, letter: string): Num {
  if (value.kind === 'null') throw new FunctionError(`%${letter} wants a number, not null`)
  return numberOf(convert(value, numberType))
}

function whole(n: Num): Num {
  if (!isWhole(n)) throw new FunctionError(`a whole number is wanted, not ${formatNum(n)}`)
  return n
}

function inBase(n: Num, base: number): string {
  return BigInt(formatNum(whole(n))).toString(base)
}

function hexOfText(text: string): string {
  return [...new TextEncoder().encode(text)].map(b => b.toString(16).padStart(2, '0')).join('')
}

// Exact: rounds the decimal digits, half away from zero.
function fixed(n: Num, places: number): string {
  if (typeof n === 'number' && !Number.isFinite(n)) return formatNum(n)
  const negative = compareNum(n, 0) < 0
  const [integer, fraction = ''] = formatNum(negative ? negateNum(n) : n).split('.')
  let digits = BigInt(integer! + fraction.slice(0, places).padEnd(places, '0'))
  if ((fraction[places] ?? '0') >= '5') digits += 1n
  const text = digits.toString().padStart(places + 1, '0')
  const split = text.length - places
  const body = places === 0 ? text : `${text.slice(0, split)}.${text.slice(split)}`
  return negative && digits !== 0n ? `-${body}` : body
}

// At least two digits of exponent, as in C and Go.
function exponential(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : [...text].slice(0, precision).join('')
}

function signed(text: string, flags: string): string {
  if (text.startsWith('-')) return text
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
}

function pad(text: string, width: number | undefined, flags: string): string {
  if (width === undefined || text.length >= width) return text
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0')) return text.padStart(width)
  const sign = /^[+-]/.test(text) ? text[0]! : ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}
