// The brake: of many things that go wrong at once, only a share may be acted on in a minute. What it let go is kept in a
// row, so that neither a restart nor a lost commit makes it forget or invent.
import type { ClusterMs } from '../../base/index.ts'
import type { BrakeRow } from './rows.ts'
import type { State } from './state.ts'

const windowMs = 60_000
/** Share of all that may go in one window; one may always. */
const share = 0.1

/** Takes note of one more, if the brake lets it go among so many. */
export function brakeAllows(state: State, subject: BrakeRow['subject'], among: number): boolean {
  const recent = recentOf(state, subject)
  if (recent.length >= Math.max(1, Math.floor(among * share))) return false
  state.tables.brake.put(subject, { subject, times: [...recent, state.env.now] })
  return true
}

/** When the brake may let the next one go. */
export function brakeOpensAt(state: State, subject: BrakeRow['subject']): ClusterMs {
  return ((recentOf(state, subject)[0] ?? state.env.now) + windowMs) as ClusterMs
}

function recentOf(state: State, subject: BrakeRow['subject']): readonly ClusterMs[] {
  return (state.tables.brake.get(subject)?.times ?? []).filter(at => at + windowMs > state.env.now)
}
