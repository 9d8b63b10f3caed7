// How long starts, first health and stops took, per app: what the forecast learns from.
import type { AppId } from '../../model/index.ts'
import type { TimingRow } from './rows.ts'
import type { State } from './state.ts'

/** Enough for a p99 that is not one accident, small enough to be rewritten with every sample. */
const samplesKept = 32

export function recordTiming(
  state: State,
  app: AppId,
  kind: 'start' | 'healthy' | 'stop',
  durationMs: number,
): void {
  // The last stops of an app that is gone: nobody would clear its row away.
  if (!state.tables.app.has(app)) return
  const row: TimingRow = state.tables.timing.get(app) ?? { app, start: [], healthy: [], stop: [] }
  state.tables.timing.put(app, { ...row, [kind]: [...row[kind], durationMs].slice(-samplesKept) })
}
