// Timestamps of RFC 3339 as numbers and back, without a clock and without `Date`. A timestamp keeps the offset it was
// written with. Algorithms for days: H. Hinnant, days_from_civil and civil_from_days.
import { FunctionError } from './function.ts'

export interface Timestamp {
  /** Since 1970 in UTC. */
  readonly nanoseconds: bigint
  readonly offsetMinutes: number
}

/** A timestamp as the clock at its place shows it. */
export interface LocalTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0 is Sunday. */
  readonly weekday: number
}

const perSecond = 1_000_000_000n

export function parseTimestamp(text: string, argument: number): Timestamp {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(
    text,
  )
  const refuse = (): never => {
    throw new FunctionError(`"${text}" is not a timestamp like "2026-11-22T08:05:37Z" (RFC 3339)`, argument)
  }
  if (found === null) return refuse()
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as Six
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetRest = '0'] = found
  const offset = (Number(offsetHours) * 60 + Number(offsetRest)) * (sign === '-' ? -1 : 1)
  const dayExists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  const timeExists = hour < 24 && minute < 60 && second < 60
  if (!dayExists || !timeExists || Number(offsetHours) > 23 || Number(offsetRest) > 59) return refuse()
  const seconds = daysOf(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second
  return {
    nanoseconds: BigInt(seconds) * perSecond + BigInt(fraction.padEnd(9, '0')),
    offsetMinutes: offset,
  }
}

export function localTime({ nanoseconds, offsetMinutes }: Timestamp): LocalTime {
  const total = Number(floorDivide(nanoseconds, perSecond)) + offsetMinutes * 60
  const days = Math.floor(total / 86_400)
  const second = total - days * 86_400
  return {
    ...dateOf(days),
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  }
}

/** To the second, as time functions give it. */
export function writeTimestamp(timestamp: Timestamp): string {
  const { year, month, day, hour, minute, second } = localTime(timestamp)
  if (year < 0 || year > 9999) throw new FunctionError(`the year ${year} can't be written as a timestamp`)
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
  const zone = timestamp.offsetMinutes === 0 ? 'Z' : writeOffset(timestamp.offsetMinutes, ':')
  return `${date}T${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}${zone}`
}

/** `+01:30` */
export function writeOffset(minutes: number, separator: ':' | ''): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${padded(Math.floor(size / 60), 2)}${separator}${padded(size % 60, 2)}`
}

export function padded(n: number, width: number): string {
  return String(n).padStart(width, '0')
}

type Six = [number, number, number, number, number, number]

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function dateOf(days: number): Pick<LocalTime, 'year' | 'month' | 'day'> {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

function floorDivide(a: bigint, b: bigint): bigint {
  return a >= 0n || a % b === 0n ? a / b : a / b - 1n
}
