// Dates: reckoning with and writing of timestamps that are given. What the clock says is not for functions.
import { numberType, stringType } from '../type.ts'
import { type Value, number } from '../value.ts'
import { stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { textValue } from './results.ts'
import {
  type LocalTime,
  localTime,
  padded,
  parseTimestamp,
  writeOffset,
  writeTimestamp,
} from './timestamp.ts'

export const dateFunctions: readonly HclFunction[] = [
  {
    name: 'formatdate',
    summary:
      'A timestamp written by a pattern like "YYYY-MM-DD hh:mm:ss ZZZ"; plain letters stand in single quotes',
    group: 'date',
    examples: [['formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")', '"02 Jan 2018 23:12 UTC"']],
    result: stringType,
    parameters: [text('pattern'), text('timestamp')],
    call: ([pattern, timestamp]) => formatDate(stringOf(pattern), stringOf(timestamp)),
  },
  {
    name: 'timeadd',
    summary: 'A timestamp moved by a duration like "1h30m" or "-2m"',
    group: 'date',
    examples: [['timeadd("2017-11-22T00:00:00Z", "10m")', '"2017-11-22T00:10:00Z"']],
    result: stringType,
    parameters: [text('timestamp'), text('duration')],
    call: ([timestamp, duration]) => {
      const given = parseTimestamp(stringOf(timestamp), 0)
      const nanoseconds = given.nanoseconds + parseNanoseconds(stringOf(duration))
      return textValue(writeTimestamp({ ...given, nanoseconds }))
    },
  },
  {
    name: 'timecmp',
    summary: '-1, 0 or 1: whether a timestamp is before, at or after another',
    group: 'date',
    examples: [['timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00")', '0']],
    result: numberType,
    parameters: [text('timestamp'), text('other')],
    call: ([a, b]) => {
      const first = parseTimestamp(stringOf(a), 0).nanoseconds
      const second = parseTimestamp(stringOf(b), 1).nanoseconds
      return number(first < second ? -1 : first > second ? 1 : 0)
    },
  },
]

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const parts: Readonly<Record<string, (time: LocalTime, offset: number) => string>> = {
  YYYY: t => padded(t.year, 4),
  YY: t => padded(t.year % 100, 2),
  MMMM: t => months[t.month - 1]!,
  MMM: t => months[t.month - 1]!.slice(0, 3),
  MM: t => padded(t.month, 2),
  M: t => String(t.month),
  DD: t => padded(t.day, 2),
  D: t => String(t.day),
  EEEE: t => weekdays[t.weekday]!,
  EEE: t => weekdays[t.weekday]!.slice(0, 3),
  hh: t => padded(t.hour, 2),
  h: t => String(t.hour),
  HH: t => padded(t.hour % 12 || 12, 2),
  H: t => String(t.hour % 12 || 12),
  AA: t => (t.hour < 12 ? 'AM' : 'PM'),
  aa: t => (t.hour < 12 ? 'am' : 'pm'),
  mm: t => padded(t.minute, 2),
  m: t => String(t.minute),
  ss: t => padded(t.second, 2),
  s: t => String(t.second),
  ZZZZZ: (_, offset) => writeOffset(offset, ':'),
  ZZZZ: (_, offset) => writeOffset(offset, ''),
  ZZZ: (_, offset) => (offset === 0 ? 'UTC' : writeOffset(offset, '')),
  Z: (_, offset) => (offset === 0 ? 'Z' : writeOffset(offset, ':')),
}

const makers = new Map(Object.entries(parts))

/** No date is longer; the search for quotes needs stack. */
const maxPatternLength = 1000

function formatDate(pattern: string, timestamp: string): Value {
  if (pattern.length > maxPatternLength) {
    throw new FunctionError(`a pattern may have ${maxPatternLength} characters`, 0)
  }
  const given = parseTimestamp(timestamp, 1)
  const time = localTime(given)
  const written = pattern.replace(
    /'([^']*(?:''[^']*)*)'|'|([A-Za-z])\2*/g,
    (whole: string, literal?: string, letter?: string) => {
      if (literal !== undefined) return literal === '' ? "'" : literal.replaceAll("''", "'")
      if (letter === undefined) throw new FunctionError('a single quote is not closed', 0)
      const make = makers.get(whole)
      if (make === undefined) {
        throw new FunctionError(`"${whole}" is no part of a date; letters to keep stand in single quotes`, 0)
      }
      return make(time, given.offsetMinutes)
    },
  )
  return textValue(written)
}

const unitNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
}

/** More digits than the nanoseconds of all the years a timestamp can have. */
const maxDurationLength = 100

function parseNanoseconds(given: string): bigint {
  const piece = String.raw`(?=\.?\d)(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h|d)`
  const isDuration = given.length <= maxDurationLength && new RegExp(`^[+-]?(?:0|(?:${piece})+)$`).test(given)
  if (!isDuration) throw new FunctionError(`"${given}" is not a duration like "1h30m" or "-2m"`, 1)
  let total = 0n
  for (const [, whole, fraction = '', unit] of given.matchAll(new RegExp(piece, 'g'))) {
    const size = unitNanoseconds[unit!]!
    total += BigInt(whole!) * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length)
  }
  return given.startsWith('-') ? -total : total
}
