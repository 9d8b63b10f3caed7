// Whatever is not as wanted is looked at again, waits for a time or a report, or says why it waits.
import type { PlainRows, State } from '../../runtime/core/index.ts'
import { actionsOf, agentOf, appOf, backoffOf, instancesOf, specOf } from './rows.ts'

/** What waits for nothing. */
export function waitingForNothing(state: State, rows: PlainRows): string[] {
  const broken: string[] = []
  const isBusy = state.dirtyApps.size > 0 || state.dirtyDeployments.size > 0 || state.launchQueue.size > 0
  if (isBusy || state.frozen) return broken
  for (const { row } of rows.instance) {
    if (row.goal !== 'run' || row.agent !== null) continue
    const isDelayed = rows.backoff.some(r => r.row.app === row.app && r.row.until > state.env.now)
    if (!state.waiting.has(row.app) && !isDelayed) {
      broken.push(`waiting: ${row.id} has no place and no reason`)
    }
  }
  for (const { row } of rows.app) {
    if (state.locks.has(row.id)) continue
    const live = instancesOf(rows, row.id).filter(i => i.goal === 'run').length
    if (live < row.instances) broken.push(`waiting: ${live} of ${row.instances} of ${row.id}, and no reason`)
  }
  for (const { row } of rows.deployment) {
    if (row.state !== 'running') continue
    if (!actionsOf(rows, row.id).some(a => a.state === 'running')) {
      broken.push(`waiting: deployment ${row.id} runs, and none of its actions does`)
    }
  }
  return broken
}

/** The earliest of all times that rows call for. An earlier wake is harmless, a later one is not. */
export function missedDeadlines(state: State, rows: PlainRows, wake: number | undefined): string[] {
  if (state.dirtyApps.size > 0) return []
  const broken: string[] = []
  const needs = (at: number, why: string): void => {
    if (at > state.env.now && (wake === undefined || wake > at)) {
      broken.push(`deadlines: ${why} at ${at}, next wake ${wake ?? 'never'}`)
    }
  }
  for (const { row } of rows.instance) {
    if (row.goal !== 'run') continue
    const delay = backoffOf(rows, row)
    if (row.agent === null && delay !== undefined) needs(delay.until, `launch of ${row.id}`)
    const since = agentOf(rows, row.agent)?.unreachableSince
    const strategy = specOf(rows, row.spec)?.unreachableStrategy
    if (!row.unreachable || since === null || since === undefined) continue
    if (strategy === undefined || strategy === 'disabled' || appOf(rows, row.app) === undefined) continue
    needs(since + strategy.inactiveAfterSeconds * 1000, `replacement of ${row.id}`)
  }
  return broken
}
