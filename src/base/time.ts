// Time as numbers. The cores never read a clock: `ClusterMs` decides, `UtcMs` is for people and cron.
import type { Brand } from './brand.ts'
import { assert } from './assert.ts'

/** Milliseconds of monotone cluster time: persisted, advances only while a server runs. */
export type ClusterMs = Brand<number, 'ClusterMs'>
/** Milliseconds since 1970 in UTC. Never decides anything but cron and what people read. */
export type UtcMs = Brand<number, 'UtcMs'>

/** `2026-11-22T08:05:37.123Z`. Without `Date`, which pure code may not use. Algorithm: H. Hinnant, days_from_civil. */
export function isoTime(utc: UtcMs): string {
  assert(Number.isSafeInteger(utc) && utc >= 0, `not a time: ${utc}`)
  const days = Math.floor(utc / 86_400_000)
  const ms = utc - days * 86_400_000
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const mp = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * mp + 2) / 5) + 1
  const month = mp < 10 ? mp + 3 : mp - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const time = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60]
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${time.map(t => pad(t, 2)).join(':')}.${pad(ms % 1000, 3)}Z`
}

function pad(n: number, width: number): string {
  return String(n).padStart(width, '0')
}

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of `"30s"`, `"1h30m"`, `"250ms"`, `"2d"`; undefined when it is not a duration. No sign, no bare number. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|min|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|min|m|h|d)/g)) {
    total += Number(amount) * unitsMs[unit!]!
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined
}

/** The shortest exact spelling with units: 90 → `1m30s` in seconds, 0.25 → `250ms`. */
export function formatSeconds(seconds: number): string {
  let ms = Math.round(seconds * 1000)
  if (ms === 0) return '0s'
  let text = ''
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const n = Math.floor(ms / size)
    if (n > 0) text += `${n}${unit}`
    ms -= n * size
  }
  return text
}
