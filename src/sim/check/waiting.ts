// Whatever is not as wanted is looked at again, waits for a time or a report, or says why it waits.
import type { InstanceRow, PlainRows, State } from '../../runtime/core/index.ts'
import { daemonHomes, hasEnded } from './modes.ts'
import { actionsOf, agentOf, allocationOf, appOf, backoffOf, instancesOf, specOf } from './rows.ts'

/** What waits for nothing. */
export function waitingForNothing(state: State, rows: PlainRows): string[] {
  const broken: string[] = []
  const isBusy = state.dirtyApps.size > 0 || state.dirtyDeployments.size > 0 || state.launchQueue.size > 0
  if (isBusy || state.frozen) return broken
  for (const { row } of rows.instance) {
    if (row.goal !== 'run' || row.agent !== null || hasEnded(row)) continue
    const isDelayed = (backoffOf(rows, row)?.until ?? 0) > state.env.now
    if (!state.waiting.has(row.app) && !isDelayed) {
      broken.push(`waiting: ${row.id} has no place and no reason`)
    }
  }
  for (const { row } of rows.app) {
    if (state.locks.has(row.id)) continue
    const all = instancesOf(rows, row.id)
    const live = all.filter(i => i.goal === 'run').length
    const spec = specOf(rows, row.effective)
    if (row.mode === 'daemon' && row.halted === undefined && spec !== undefined && live === all.length) {
      const homes = new Set(all.map(i => i.agent ?? i.planned))
      for (const { id } of daemonHomes(rows, row, spec)) {
        if (!homes.has(id)) broken.push(`waiting: ${id} has no instance of ${row.id}, and no reason`)
      }
    }
    if (row.mode === 'daemon' || (row.mode === 'batch' && live < all.length)) continue
    // One whose deployment failed stays as it was then.
    const wanted = row.halted?.instances ?? row.instances
    // While instances leave their agent, the others count those that still stop: their places come free later.
    if (live < all.length && all.some(i => isLeaving(rows, i))) continue
    if (live < wanted) broken.push(`waiting: ${live} of ${wanted} of ${row.id}, and no reason`)
  }
  for (const { row } of rows.deployment) {
    if (row.state !== 'running' || row.paused !== undefined) continue
    if (!actionsOf(rows, row.id).some(a => a.state === 'running')) {
      broken.push(`waiting: deployment ${row.id} runs, and none of its actions does`)
    }
  }
  return broken
}

function isLeaving(rows: PlainRows, { id, goal, agent }: InstanceRow): boolean {
  if (goal !== 'run') return false
  return agentOf(rows, agent)?.drain !== undefined || rows.move.some(m => m.row.instance === id)
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
    if (hasEnded(row)) continue
    const isToRun = allocationOf(rows, row.id, row.incarnation)?.goal === 'run'
    if (isToRun && row.runningAt === 0 && !row.unreachable) {
      // Looked at every 5 s from 300 s on.
      needs(Math.floor((row.placedAt + 304_999) / 5000) * 5000, `launch timeout of ${row.id}`)
    }
    const app = appOf(rows, row.app)
    const longest = app === undefined ? undefined : specOf(rows, app.effective)?.maxRunDurationSeconds
    if (isToRun && longest !== undefined && app?.mode === 'batch' && row.runningAt > 0 && !row.unreachable) {
      needs(row.runningAt + longest * 1000, `end of ${row.id}`)
    }
    const drain = agentOf(rows, row.agent)?.drain
    if (isToRun && drain?.force === true && drain.deadline !== null)
      needs(drain.deadline, `drain of ${row.id}`)
    // One whose turn is still to come has no time of its own.
    const isQueued = state.launchQueue.has(row.app)
    if (row.agent === null && delay !== undefined && !isQueued) needs(delay.until, `launch of ${row.id}`)
    const since = agentOf(rows, row.agent)?.unreachableSince
    const strategy = specOf(rows, row.spec)?.unreachableStrategy
    if (!row.unreachable || since === null || since === undefined) continue
    if (strategy === undefined || strategy === 'disabled' || appOf(rows, row.app) === undefined) continue
    needs(since + strategy.inactiveAfterSeconds * 1000, `replacement of ${row.id}`)
  }
  return broken
}
