// Durations and sizes as people write them: in the largest unit that leaves a whole number, when reading it gives the
// very value again; else as the bare number.
import { parseDurationMs, parseSizeMiB } from '../../base/index.ts'

export function durationText(seconds: number): string | number {
  const ms = Math.round(seconds * 1000)
  const unit = ms === 0 ? durationUnits[2] : durationUnits.find(u => ms % u.ms === 0)
  const text = `${ms / unit!.ms}${unit!.name}`
  return parsed(parseDurationMs(text), 1000) === seconds ? text : seconds
}

const durationUnits = [
  { name: 'h', ms: 3_600_000 },
  { name: 'm', ms: 60_000 },
  { name: 's', ms: 1000 },
  { name: 'ms', ms: 1 },
] as const

export function sizeText(mib: number): string | number {
  if (mib === 0) return 0
  const unit = sizeUnits.find(u => Number.isInteger(mib / u.mib))
  const text = unit && `${mib / unit.mib}${unit.name}`
  return text !== undefined && parseSizeMiB(text) === mib ? text : mib
}

const sizeUnits = [
  { name: 'TiB', mib: 1024 ** 2 },
  { name: 'GiB', mib: 1024 },
  { name: 'MiB', mib: 1 },
] as const

function parsed(value: number | undefined, per: number): number | undefined {
  return value === undefined ? undefined : value / per
}
