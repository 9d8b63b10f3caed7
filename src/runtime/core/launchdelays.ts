// The launch delays of an app, as in Marathon: one for each of its configurations that failed lately. A failure of one
// says nothing of another, which may run beside it: canaries, and what a failed deployment left. Stored, so that a server
// that starts again does not start at once what has just failed.
import { compareStrings, type ClusterMs } from '../../base/index.ts'
import type { App, AppId } from '../../model/index.ts'
import { backoffAfter } from './backoff.ts'
import { backoffKey, type BackoffRow, type InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** Undefined: launches of the configuration wait for nothing. */
export function launchDelayOf(state: State, app: AppId, runKey: string): BackoffRow | undefined {
  const table = state.tables.backoff
  const row = table.get(backoffKey({ app, runKey }))
  if (row !== undefined) return row
  // Former servers stored one delay of an app, under the name of the app alone.
  const former = table.get(app)
  return former?.runKey === runKey ? former : undefined
}

/** A task of the instance has ended by itself: the next launch of its configuration waits, each time longer. */
export function delayLaunches(state: State, { app: id, runKey }: InstanceRow, app: App): void {
  const row = launchDelayOf(state, id, runKey)
  const isKnown = row !== undefined && idleMs(state, row) <= app.maxLaunchDelaySeconds * 1000
  const delayMs = backoffAfter(isKnown ? row.delayMs : undefined, app)
  putDelay(state, { app: id, runKey, delayMs, until: (state.env.now + delayMs) as ClusterMs })
}

/** A task of the configuration moves again: the delay of further launches is counted from now. */
export function anchorLaunchDelay(state: State, instance: InstanceRow, app: App): void {
  const row = launchDelayOf(state, instance.app, instance.runKey)
  if (row === undefined || idleMs(state, row) > app.maxLaunchDelaySeconds * 1000) return
  const until = (state.env.now + row.delayMs) as ClusterMs
  if (until > row.until) putDelay(state, { ...row, until })
}

/** What is launched of the configuration from now on waits for nothing that was before. */
export function resetLaunchDelay(state: State, app: AppId, runKey: string): void {
  const row = launchDelayOf(state, app, runKey)
  if (row !== undefined) deleteDelay(state, row)
}

/** The same for all configurations of the app. */
export function resetLaunchDelays(state: State, app: AppId): void {
  for (const row of launchDelaysOf(state, app)) deleteDelay(state, row)
}

/** Takes all of them out. */
export function takeLaunchDelays(state: State, app: AppId): BackoffRow[] {
  const rows = launchDelaysOf(state, app)
  for (const row of rows) deleteDelay(state, row)
  return rows
}

/** Puts back, perhaps under another name of the app, what was taken out. */
export function putLaunchDelays(state: State, app: AppId, rows: readonly BackoffRow[]): void {
  for (const row of rows) putDelay(state, { ...row, app })
}

/**
 * Those of configurations that nothing has any more. One that has rested for longer than its limit stays, and counts for
 * nothing: a cluster at rest changes no row.
 */
export function dropStaleLaunchDelays(state: State, id: AppId): void {
  const present = state.tables.app.get(id)?.runKey
  for (const row of launchDelaysOf(state, id)) {
    if (row.runKey !== present && !hasInstances(state, row)) deleteDelay(state, row)
  }
}

function hasInstances(state: State, { app, runKey }: BackoffRow): boolean {
  const counts = state.apps.get(app)?.ofRun(runKey)
  return counts !== undefined && (counts.live.size > 0 || counts.stopping > 0)
}

// By configuration, so that nothing hangs on their order of arrival.
function launchDelaysOf(state: State, app: AppId): BackoffRow[] {
  const rows = state.launchDelays.get(app)
  return rows === undefined ? [] : [...rows].sort((a, b) => compareStrings(a.runKey, b.runKey))
}

function putDelay(state: State, row: BackoffRow): void {
  const table = state.tables.backoff
  if (table.get(row.app)?.runKey === row.runKey) table.delete(row.app)
  table.put(backoffKey(row), row)
  state.wakeAt(row.until, row.app)
}

function deleteDelay(state: State, row: BackoffRow): void {
  const table = state.tables.backoff
  if (table.get(row.app)?.runKey === row.runKey) table.delete(row.app)
  table.delete(backoffKey(row))
}

function idleMs(state: State, row: BackoffRow): number {
  return state.env.now - row.until
}
