// When something of an app may be due at the earliest, kept beside its rows so that they are not all gone through with
// each report: a memo that may be too early, never too late, and that is found again after a start of the server.
import type { ClusterMs } from '../../base/index.ts'
import type { AppId } from '../../model/index.ts'
import type { InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** Marathon's task_launch_timeout and task_launch_confirm_timeout. */
const launchTimeoutMs = 300_000
/** A coarse grid: an app of many instances is gone through once in it, not once for each. */
const gridMs = 5000

/** When a task that was placed then and does not run yet is overdue. The same after every start. */
export function overdueAt({ placedAt }: Pick<InstanceRow, 'placedAt'>): ClusterMs {
  return (Math.ceil((placedAt + launchTimeoutMs) / gridMs) * gridMs) as ClusterMs
}

/** A task was placed: it may be the first that is overdue. */
export function noteLaunch(state: State, app: AppId): void {
  const due = overdueAt({ placedAt: state.env.now })
  const index = state.apps.get(app)
  if (index?.startsDue !== undefined) index.startsDue = Math.min(index.startsDue, due) as ClusterMs
  state.wakeAt(due, app)
}

/** A run has begun: it may be the first that takes too long. */
export function noteRun(state: State, app: AppId): void {
  const index = state.apps.get(app)
  const due = index?.runsDue
  if (index === undefined || due === undefined) return
  index.runsDue = { ...due, at: Math.min(due.at, state.env.now + due.limitMs) as ClusterMs }
}

/** Instances that were passed over count again. */
export function forgetDues(state: State, app: AppId): void {
  state.apps.get(app)?.forgetDues()
}
