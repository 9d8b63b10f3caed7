// printf-like formatting, with the verbs, flags and defaults of go-cty: %s %q %d %b %o %x %X %e %E %f %g %G %v %#v %t %%,
// width and precision (also as `*`), explicit positions as in %[1]s. Width and precision count characters as people see
// them.
import { countGraphemes, splitGraphemes } from 'unicode-segmenter/grapheme'
import { convert, tryConvert } from '../convert.ts'
import type { Num } from '../number.ts'
import { boolType, numberType, stringType } from '../type.ts'
import { type ListValue, type Value, isSequence, string } from '../value.ts'
import { anyOrNull, numberOf, stringOf, text, wholeOf } from './arguments.ts'
import { exponential, fixed, general, integer } from './digits.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { encodeJson } from './json.ts'
import { listOfTexts, refuseLongText, refuseManyElements, textValue } from './results.ts'

/** Width and precision beyond this are a mistake, or an attack on memory. */
const maxWidth = 1000

export const formatFunctions: readonly HclFunction[] = [
  {
    name: 'format',
    summary: 'A text with values put in by verbs as in printf: format("%s-%03d", "web", 7)',
    group: 'string',
    examples: [
      ['format("%s-%03d", "web", 7)', '"web-007"'],
      ['format("%.1f %%", 12.345)', '"12.3 %"'],
    ],
    result: stringType,
    parameters: [text('format')],
    rest: anyOrNull('values'),
    call: ([format, ...values]) => textValue(formatText(stringOf(format), values)),
  },
  {
    name: 'formatlist',
    summary: 'A text for each element of the lists among the values, as format() makes it',
    group: 'string',
    examples: [['formatlist("%s:%d", ["a", "b"], 80)', '["a:80", "b:80"]']],
    result: { kind: 'list', element: stringType },
    parameters: [text('format')],
    rest: anyOrNull('values'),
    call: ([format, ...values]) => formatEach(stringOf(format), values),
  },
]

interface Verb {
  readonly letter: string
  readonly flags: string
  readonly width: number | undefined
  readonly precision: number | undefined
  /** As written, for messages. */
  readonly raw: string
}

function formatText(format: string, values: readonly Value[]): string {
  let next = 0
  let used = 0
  let length = 0
  const take = (): Value => {
    const value = values[next]
    if (value === undefined) throw new FunctionError(`there is no value for the verb number ${next + 1}`, 0)
    next++
    used = Math.max(used, next)
    return value
  }
  const pattern = /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?(?:\[(\d+)\])?([a-zA-Z%])?|[^%]+/g
  const result = format.replace(pattern, (raw: string, flags, width, precision, position, letter) => {
    let written = raw
    if (raw === '%%') written = '%'
    else if (raw.startsWith('%')) {
      if (letter === undefined || letter === '%')
        throw new FunctionError(`"${raw}" is not a verb; write %% for a percent sign`, 0)
      const wide = size(width, take)
      const precise = size(precision, take)
      if (position !== undefined) next = Number(position) - 1
      written = formatOne(take(), { letter, flags, width: wide, precision: precise, raw })
    }
    length += written.length
    refuseLongText(length)
    return written
  })
  if (used < values.length) {
    throw new FunctionError(`there are ${values.length} values, but verbs for only ${used}`, used + 1)
  }
  return result
}

// A list gives each text one of its elements; any other value is the same in all of them.
function formatEach(format: string, values: readonly Value[]): ListValue {
  const first = values.findIndex(isSequence)
  const lengths = values.map(v => (isSequence(v) ? v.elements.length : undefined))
  const length = first === -1 ? 1 : lengths[first]!
  const odd = lengths.findIndex(l => l !== undefined && l !== length)
  if (odd !== -1) {
    throw new FunctionError(
      `this list has ${lengths[odd]} elements, the first one ${length}: they must be equally long`,
      odd + 1,
    )
  }
  refuseManyElements(length)
  let total = 0
  const texts = Array.from({ length }, (_, i) => {
    const made = formatText(
      format,
      values.map(v => (isSequence(v) ? v.elements[i]! : v)),
    )
    total += made.length
    refuseLongText(total)
    return made
  })
  return listOfTexts(texts)
}

function size(given: string | undefined, take: () => Value): number | undefined {
  if (given === undefined) return undefined
  const wanted = given === '*' ? wholeOf(numberFor(take(), '*'), 0) : Number(given)
  if (wanted < 0 || wanted > maxWidth) {
    throw new FunctionError(`a width or precision must be from 0 to ${maxWidth}`, 0)
  }
  return wanted
}

function formatOne(value: Value, verb: Verb): string {
  const { letter, precision, flags } = verb
  if (value.kind === 'null' && letter !== 'v')
    throw new FunctionError(`null can't be formatted by ${verb.raw}`)
  switch (letter) {
    case 'v':
      return padText(flags.includes('#') ? encodeJson(value) : plain(value), verb)
    case 's':
      return padText(cut(stringOf(convert(value, stringType)), precision), verb)
    case 'q':
      return padText(encodeJson(string(cut(stringOf(convert(value, stringType)), precision))), verb)
    case 't':
      return encodeJson(convert(value, boolType))
    case 'b':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
      return padNumber(integer(numberIn(value, verb), letter, flags.includes('#'), precision), verb)
    case 'e':
    case 'E':
      return padNumber(cased(exponential(numberIn(value, verb), precision ?? 6), letter), verb)
    case 'f':
      return padNumber(fixed(numberIn(value, verb), precision ?? 6), verb)
    case 'g':
    case 'G':
      return padNumber(cased(general(numberIn(value, verb), precision), letter), verb)
    default:
      throw new FunctionError(`${verb.raw} is not a verb`, 0)
  }
}

function plain(value: Value): string {
  if (value.kind === 'string') return value.value
  return value.kind === 'number' ? general(value.value, undefined) : encodeJson(value)
}

function numberFor(value: Value, verb: string): Value {
  const found = tryConvert(value, numberType)
  if (found?.kind !== 'number') throw new FunctionError(`${verb} needs a number`)
  return found
}

function numberIn(value: Value, verb: Verb): Num {
  return numberOf(numberFor(value, verb.raw))
}

function cased(written: string, letter: string): string {
  return letter === letter.toUpperCase() ? written.replace('e', 'E') : written
}

function cut(whole: string, characters: number | undefined): string {
  // As in go-cty, a precision of 0 cuts nothing off.
  return characters === undefined || characters === 0
    ? whole
    : [...splitGraphemes(whole)].slice(0, characters).join('')
}

function padText(whole: string, { width, flags }: Verb): string {
  const missing = (width ?? 0) - countGraphemes(whole)
  if (missing <= 0) return whole
  if (flags.includes('-')) return whole + ' '.repeat(missing)
  return (flags.includes('0') ? '0' : ' ').repeat(missing) + whole
}

// Zeros stand between the sign and the digits; not in front of infinity, nor where a precision says how many digits an
// integer has.
function padNumber(written: string, { letter, width, flags, precision }: Verb): string {
  const isNegative = written.startsWith('-')
  const magnitude = /^[+-]/.test(written) ? written.slice(1) : written
  const isSigned = flags.includes('+') || magnitude === 'Inf'
  const sign = isNegative ? '-' : isSigned ? '+' : flags.includes(' ') ? ' ' : ''
  const missing = (width ?? 0) - sign.length - magnitude.length
  if (missing <= 0) return sign + magnitude
  if (flags.includes('-')) return sign + magnitude + ' '.repeat(missing)
  const isInteger = 'bdoxX'.includes(letter)
  const zeros = flags.includes('0') && magnitude !== 'Inf' && !(isInteger && precision !== undefined)
  if (!zeros) return ' '.repeat(missing) + sign + magnitude
  const prefix = /^0[bxX]/.exec(magnitude)?.[0] ?? ''
  return sign + prefix + '0'.repeat(missing) + magnitude.slice(prefix.length)
}
