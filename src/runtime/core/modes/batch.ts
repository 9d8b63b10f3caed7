// A batch app has so many instances, and each runs once. One that had its end stays as what it came to (see outcome.ts),
// in its slot and without a task, until the app changes or goes. There is no promise of health: what runs once has
// nothing to serve.
import type { ClusterMs } from '../../../base/index.ts'
import { createInBudget } from '../createinbudget.ts'
import { specOf, stopInstance, stopTask, touchApp } from '../instances.ts'
import { hasCompleted, hasFailed, type AppRow, type InstanceRow } from '../rows.ts'
import type { State } from '../state.ts'

/**
 * Keeps the number of instances. When fewer are wanted, what has not begun goes first, what had its end last. True: that
 * many are there, of the present configuration, and nothing else.
 */
export function keepBatch(state: State, app: AppRow, author: string): boolean {
  const index = state.apps.get(app.id)
  const isComplete = index?.liveOf(app.runKey) === app.instances && index.size === app.instances
  if (isComplete) return true
  const live = index?.liveInstances() ?? []
  // What runs of an older configuration, and what came of it, says nothing of the present one.
  const older = live.filter(i => i.runKey !== app.runKey)
  const present = live.filter(i => i.runKey === app.runKey)
  for (const instance of older) {
    if (state.budget <= 0) return postponed(state, app)
    stopInstance(state, instance, 'deployment', author)
  }
  const surplus = [...present].sort((a, b) => rank(a) - rank(b) || b.slot - a.slot)
  for (const instance of surplus.slice(0, Math.max(0, present.length - app.instances))) {
    if (state.budget <= 0) return postponed(state, app)
    stopInstance(state, instance, 'scale', author)
  }
  // Never more at a time than are wanted, also while older ones end.
  const missing = app.instances - present.length - (index?.stopping.size ?? 0)
  if (!createInBudget(state, app, missing)) return false
  return missing === 0 && (index?.stopping.size ?? 0) === 0
}

/** One whose deployment has failed runs nothing that had not begun then, and ends nothing that had. */
export function keepHaltedBatch(state: State, app: AppRow): void {
  const index = state.apps.get(app.id)
  const missing = (app.halted?.instances ?? 0) - (index?.live ?? 0) - (index?.stopping.size ?? 0)
  createInBudget(state, app, missing)
}

/** Every instance had its end, and nothing else is left of the app. */
export function isBatchOver(state: State, app: AppRow): boolean {
  const index = state.apps.get(app.id)
  const ended = (index?.completed.size ?? 0) + (index?.failed.size ?? 0)
  return ended === app.instances && (index?.live ?? 0) === ended && (index?.stopping.size ?? 0) === 0
}

/** Stops runs that take longer than the app allows. All are looked at only when the first may be due. */
export function stopExpired(state: State, app: AppRow): void {
  const index = state.apps.get(app.id)
  const limit = specOf(state, app.effective).maxRunDurationSeconds
  if (index === undefined || limit === undefined) return
  const limitMs = Math.round(limit * 1000)
  if (index.runsDue?.limitMs === limitMs && index.runsDue.at > state.env.now) {
    return state.wakeAt(index.runsDue.at, app.id)
  }
  let next = Infinity
  for (const instance of index.liveInstances()) {
    if (instance.agent === null || instance.runningAt === 0 || instance.unreachable) continue
    if (state.allocation(instance.id, instance.incarnation)?.goal !== 'run') continue
    const due = instance.runningAt + limitMs
    if (due > state.env.now) next = Math.min(next, due)
    else if (state.budget <= 0) return touchApp(state, app.id)
    else stopTask(state, instance, 'expired', 'system')
  }
  index.runsDue = { at: next as ClusterMs, limitMs }
  if (next < Infinity) state.wakeAt(next as ClusterMs, app.id)
}

function rank(instance: InstanceRow): number {
  if (hasCompleted(instance)) return 3
  if (hasFailed(instance)) return 2
  return instance.agent === null ? 0 : 1
}

function postponed(state: State, app: AppRow): false {
  touchApp(state, app.id)
  return false
}
