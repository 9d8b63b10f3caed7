// Instances whose health checks have failed too often. They are killed, at most so many a minute (see brake.ts). Where the
// app's strategy leaves room and no deployment holds it, a replacement is started first, and the sick one goes when the
// replacement is healthy; or at once, when there is no place for one, or it ended by itself.
import type { ClusterMs } from '../../base/index.ts'
import { taskIdOf, type AppId } from '../../model/index.ts'
import { leavingOf } from './agents/leaving.ts'
import { brakeAllows, brakeOpensAt } from './brake.ts'
import { createInstances, specOf, stopInstance, stopTask, touchApp } from './instances.ts'
import { capacityOf } from './rolling/rolling.ts'
import type { AppRow, InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** How long a replacement may look for its place before the sick instance goes without: some agents' reports. */
const patienceMs = 10_000

/** Oldest first. */
function sickOf(state: State, id: AppId): InstanceRow[] {
  const sick: InstanceRow[] = []
  for (const instance of state.apps.get(id)?.failing.rows() ?? []) {
    if (instance.unreachable || instance.reported !== 'Running') continue
    if (state.allocation(instance.id, instance.incarnation)?.goal !== 'run') continue
    if (failedCheck(state, instance) !== undefined) sick.push(instance)
  }
  return sick.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}

function failedCheck(state: State, instance: InstanceRow): InstanceRow['health'][number] | undefined {
  const checks = specOf(state, instance.spec).healthChecks
  return instance.health.find(h => {
    const max = checks[h.index]?.maxConsecutiveFailures ?? 0
    return max > 0 && h.consecutiveFailures > max
  })
}

/** Kills those that need not wait for a replacement; gives those that shall. What is left of an app that is gone goes anyway. */
export function killSick(state: State, id: AppId): readonly InstanceRow[] {
  if (!state.tables.app.has(id)) return []
  const sick = sickOf(state, id)
  if (sick.length === 0) return sick
  const spare = roomFor(state, id)
  for (const instance of sick.slice(spare)) {
    if (state.budget <= 0) {
      touchApp(state, id)
      break
    }
    if (!kill(state, instance, state.apps.get(id)!.live)) break
    stopTask(state, instance, 'unhealthy', 'system')
  }
  return sick.slice(0, spare)
}

/** Replacements that the strategy leaves room for; none while somebody else moves the app. */
function roomFor(state: State, id: AppId): number {
  const app = state.tables.app.get(id)
  if (app === undefined || app.mode !== undefined || app.halted !== undefined || state.locks.has(id)) return 0
  const { residency, upgradeStrategy } = specOf(state, app.effective)
  if (residency !== undefined || leavingOf(state, id).length > 0) return 0
  return capacityOf(app.instances, upgradeStrategy) - app.instances
}

/** Makes a replacement for each, and kills them when those are healthy or can't be had. */
export function replaceSick(state: State, app: AppRow, sick: readonly InstanceRow[]): void {
  const index = state.apps.get(app.id)!
  const missing = app.instances + sick.length - index.live
  const room = app.instances + roomFor(state, app.id) - index.size
  const make = Math.max(0, Math.min(missing, room, state.budget))
  if (make > 0) createInstances(state, app, make)
  if (missing > 0) {
    if (make < Math.min(missing, room)) touchApp(state, app.id)
    return
  }
  const waits = waitsFor(state, app)
  if (waits === 'start') return
  if (waits !== undefined && waits > state.env.now) return state.wakeAt(waits, app.id)
  for (const instance of sick.slice(0, index.live - app.instances)) {
    if (state.budget <= 0) return touchApp(state, app.id)
    if (!kill(state, instance, app.instances)) return
    if (waits === undefined) stopInstance(state, instance, 'unhealthy', 'system')
    else stopTask(state, instance, 'unhealthy', 'system')
  }
}

// `start`: a replacement is on its way to its first health. A time: it has no place, and is waited for until then.
function waitsFor(state: State, app: AppRow): 'start' | ClusterMs | undefined {
  const run = state.apps.get(app.id)!.ofRun(app.runKey)
  let until: ClusterMs | undefined
  for (const instance of run.unhealthy.rows()) {
    if (instance.incarnation > 1 || instance.healthyAt > 0 || failedCheck(state, instance) !== undefined)
      continue
    if (instance.agent !== null) return 'start'
    until = Math.max(until ?? 0, instance.createdAt + patienceMs) as ClusterMs
  }
  return until
}

/** Whether the brake lets it go among so many; tells so. */
function kill(state: State, instance: InstanceRow, among: number): boolean {
  if (!brakeAllows(state, instance.app, among)) {
    state.wakeAt(brakeOpensAt(state, instance.app), instance.app)
    return false
  }
  state.event('unhealthy_instance_kill_event', {
    appId: instance.app,
    instanceId: instance.id,
    taskId: taskIdOf(instance.id, instance.incarnation),
    reason: failedCheck(state, instance)?.cause ?? '',
    host: state.tables.agent.get(instance.agent!)?.hostname ?? '',
  })
  return true
}
