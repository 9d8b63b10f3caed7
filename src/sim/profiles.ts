// How long things take, in three profiles: what was measured for an app where there is enough of it, else plain guesses.
// A plan whose verdict hangs on the profile is one that hangs on luck.
import { byNumber } from '../base/index.ts'
import type { AppId, ForecastProfile } from '../model/index.ts'
import type { State } from '../runtime/core/index.ts'

export interface Profile {
  readonly name: ForecastProfile['name']
  /** The share of samples that are at most as long. */
  readonly share: number
  readonly startMs: number
  readonly stopMs: number
}

/** The one whose placements a plan carries. */
export const typicalProfile: Profile = { name: 'p50', share: 0.5, startMs: 1500, stopMs: 300 }

export const profiles: readonly Profile[] = [
  { name: 'p10', share: 0.1, startMs: 300, stopMs: 100 },
  typicalProfile,
  { name: 'p99', share: 0.99, startMs: 10_000, stopMs: 3000 },
]

/** Fewer samples say nothing about a share. */
const leastSamples = 5

/** What was measured of an app, or the profile's guess. */
export function durationMs(state: State, profile: Profile, app: AppId, kind: 'start' | 'stop'): number {
  const samples = state.tables.timing.get(app)?.[kind] ?? []
  if (samples.length < leastSamples) return kind === 'start' ? profile.startMs : profile.stopMs
  const sorted = [...samples].sort(byNumber(ms => ms))
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * profile.share))]!
}
