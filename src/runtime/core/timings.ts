// How long starts, first health and stops took, per app: what the forecast learns from.
import type { AppId } from '../../model/index.ts'
import type { TimingRow } from './rows.ts'
import type { State } from './state.ts'

/** Enough for a p99 that is not one accident, small enough to be rewritten with every sample. */
const samplesKept = 32
/** Between two samples of an app that has enough. */
const sampleEveryMs = 1000

export function recordTiming(
  state: State,
  app: AppId,
  kind: 'start' | 'healthy' | 'stop',
  durationMs: number,
): void {
  // Many that come together say no more than a few, and each costs a row.
  const known = state.tables.timing.get(app)
  const samples = known?.[kind] ?? []
  if (
    samples.length >= samplesKept &&
    known !== undefined &&
    state.env.now < (known.at ?? 0) + sampleEveryMs
  ) {
    return
  }
  // The last stops of an app that is gone: nobody would clear its row away.
  if (!state.tables.app.has(app)) return
  const row: TimingRow = known ?? { app, start: [], healthy: [], stop: [] }
  state.tables.timing.put(app, {
    ...row,
    [kind]: [...samples, durationMs].slice(-samplesKept),
    at: state.env.now,
  })
}
