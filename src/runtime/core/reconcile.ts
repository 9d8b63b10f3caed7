// Looks at one app and moves it towards what is wanted: replaces what is out of reach or unhealthy, carries out the
// action of the deployment that holds the app, and corrects the number of instances of an app that none holds.
// Level-triggered: it may run at any time and any number of times, and decides from rows alone.
import type { ClusterMs } from '../../base/index.ts'
import type { AppId, StopCause } from '../../model/index.ts'
import { brakeAllows, brakeOpensAt } from './brake.ts'
import { createInstances, stopInstance, stopTask, strictlyHealthy, specOf, touchApp } from './instances.ts'
import { rollingDecision } from './rolling/rolling.ts'
import { chooseVictims, type VictimCandidate } from './rolling/victims.ts'
import { actionKey, type ActionRow, type AppRow, type DeploymentRow, type InstanceRow } from './rows.ts'
import type { State } from './state.ts'
import { maxRowsPerStep } from './types.ts'

export function reconcileApp(state: State, id: AppId): void {
  replaceUnreachable(state, id)
  killUnhealthy(state, id)
  const lock = state.locks.get(id)
  if (lock === undefined) correctCount(state, id)
  else {
    const deployment = state.tables.deployment.get(lock)!
    const action = state.tables.action.get(actionKey(lock, id))
    if (action?.state === 'running') carryOut(state, deployment, action)
  }
  const index = state.apps.get(id)
  if (index !== undefined && index.scheduled.size > 0) state.launchQueue.add(id)
  else state.waiting.delete(id)
}

// An instance whose agent has been away for longer than the app allows gets a new incarnation elsewhere.
function replaceUnreachable(state: State, id: AppId): void {
  const index = state.apps.get(id)
  if (index === undefined) return
  for (const instanceId of [...index.unreachable].sort()) {
    const instance = state.tables.instance.get(instanceId)!
    const since = state.tables.agent.get(instance.agent!)?.unreachableSince
    if (since === null || since === undefined) continue
    const strategy = specOf(state, instance.spec).unreachableStrategy
    if (instance.goal === 'run' && strategy === 'disabled') continue
    const waitMs =
      instance.goal === 'run' && strategy !== 'disabled' ? strategy.inactiveAfterSeconds * 1000 : 0
    const due = (since + waitMs) as ClusterMs
    if (due > state.env.now) {
      state.wakeAt(due, id)
      continue
    }
    if (state.budget <= 0) return touchApp(state, id)
    if (instance.goal === 'stop') state.tables.instance.delete(instanceId)
    else stopTask(state, instance, 'replaced', 'system')
  }
}

function killUnhealthy(state: State, id: AppId): void {
  const index = state.apps.get(id)
  if (index === undefined) return
  for (const instanceId of [...index.failing].sort()) {
    const instance = state.tables.instance.get(instanceId)!
    const checks = specOf(state, instance.spec).healthChecks
    const beyond = instance.health.find(h => {
      const max = checks[h.index]?.maxConsecutiveFailures ?? 0
      return max > 0 && h.consecutiveFailures > max
    })
    if (beyond === undefined || instance.unreachable || instance.reported !== 'Running') continue
    if (state.allocation(instance.id, instance.incarnation)?.goal !== 'run') continue
    if (state.budget <= 0) return touchApp(state, id)
    if (!brakeAllows(state, id, index.live)) return state.wakeAt(brakeOpensAt(state, id), id)
    state.event('unhealthy_instance_kill_event', {
      appId: id,
      instanceId,
      taskId: `${instanceId}._app.${instance.incarnation}`,
      reason: beyond.cause ?? '',
      host: state.tables.agent.get(instance.agent!)?.hostname ?? '',
    })
    stopTask(state, instance, 'unhealthy', 'system')
  }
}

// Nothing deploys this app: keep the number that is wanted, and nothing of an app that is gone.
function correctCount(state: State, id: AppId): void {
  const index = state.apps.get(id)
  const app = state.tables.app.get(id)
  const live = index?.live ?? 0
  if (app === undefined) return stopMany(state, id, live, 'delete')
  if (live < app.instances) create(state, app, app.instances - live)
  else if (live > app.instances) stopMany(state, id, live - app.instances, 'scale')
}

function carryOut(state: State, deployment: DeploymentRow, action: ActionRow): void {
  const done = perform[action.action](state, deployment, action)
  if (!done) return
  state.tables.action.put(actionKey(deployment.id, action.app), { ...action, state: 'done' })
  state.dirtyDeployments.add(deployment.id)
}

const perform: Readonly<
  Record<ActionRow['action'], (state: State, deployment: DeploymentRow, action: ActionRow) => boolean>
> = {
  StartApplication: () => true,
  StopApplication: stop,
  ScaleApplication: scale,
  RestartApplication: restart,
}

function stop(state: State, deployment: DeploymentRow, action: ActionRow): boolean {
  const live = state.apps.get(action.app)?.live ?? 0
  if (live > 0) stopMany(state, action.app, live, 'delete', deployment.actor.name)
  return (state.apps.get(action.app)?.instances.size ?? 0) === 0
}

function scale(state: State, deployment: DeploymentRow, action: ActionRow): boolean {
  const app = state.tables.app.get(action.app)
  if (app === undefined) return true
  if (!clearFormerLife(state, deployment, app)) return false
  const live = state.apps.get(action.app)?.live ?? 0
  if (live < action.target) {
    create(
      state,
      app,
      action.target - live,
      plannedFor(deployment, app.id, Math.max(0, live - (action.target - action.toStart))),
    )
  } else if (live > action.target) {
    stopMany(state, app.id, live - action.target, 'scale', deployment.actor.name)
  }
  const index = state.apps.get(action.app)
  if ((index?.live ?? 0) !== action.target || (index?.stopping.size ?? 0) > 0) return false
  if (action.toStart === 0) return true
  // As many more than at the start as were started: one that was unhealthy before need not get well for this.
  return healthyCount(state, action.app) >= Math.min(action.target, action.healthyAtStart + action.toStart)
}

// An app that was deleted and is made again while instances of the old one are still wanted: those go.
function clearFormerLife(state: State, deployment: DeploymentRow, app: AppRow): boolean {
  if (!isMadeBy(deployment, app.id)) return true
  const index = state.apps.get(app.id)
  for (const runKey of [...(index?.runKeys() ?? [])].sort()) {
    if (runKey === app.runKey) continue
    for (const instance of index!.ofRun(runKey).live.rows()) {
      if (state.budget <= 0) return postponed(state, app.id)
      stopInstance(state, instance, 'delete', deployment.actor.name)
    }
  }
  return true
}

/** Whether the app did not exist before this deployment. */
export function isMadeBy(deployment: DeploymentRow, app: AppId): boolean {
  return deployment.apps[app]?.original === null
}

function restart(state: State, deployment: DeploymentRow, action: ActionRow): boolean {
  const app = state.tables.app.get(action.app)
  if (app === undefined) return true
  const decision = rollingDecision(figuresOf(state, app, action), candidatesOf(state, app))
  for (const id of decision.kill) {
    if (state.budget <= 0) return postponed(state, app.id)
    stopInstance(state, state.tables.instance.get(id)!, 'deployment', deployment.actor.name)
  }
  if (decision.launch > 0) {
    const launched = state.apps.get(app.id)?.liveOf(app.runKey) ?? 0
    create(state, app, decision.launch, plannedFor(deployment, app.id, launched))
  }
  return decision.done
}

/** The figures of the action's start; a promise that was raised since, in place, holds at once. */
export function figuresOf(
  state: State,
  app: AppRow,
  action: ActionRow,
): Pick<ActionRow, 'target' | 'minHealthy' | 'maxCapacity'> {
  const { residency, upgradeStrategy } = specOf(state, app.effective)
  if (residency !== undefined) return action
  const promised = Math.ceil(action.target * upgradeStrategy.minimumHealthCapacity)
  return { ...action, minHealthy: Math.max(action.minHealthy, promised) }
}

/** What the rolling arithmetic looks at: live and stopping instances, of older configurations and of the present one. */
export function candidatesOf(
  state: State,
  app: AppRow,
): {
  oldLive: { id: InstanceRow['id']; healthy: boolean }[]
  newLive: { id: InstanceRow['id']; healthy: boolean }[]
  oldStopping: number
  newStopping: number
} {
  const oldLive = []
  const newLive = []
  let oldStopping = 0
  let newStopping = 0
  for (const instance of state.apps.get(app.id)?.instances.values() ?? []) {
    const isNew = instance.runKey === app.runKey
    if (instance.goal === 'stop') {
      if (isNew) newStopping++
      else oldStopping++
      continue
    }
    const candidate = { id: instance.id, slot: instance.slot, healthy: strictlyHealthy(state, instance) }
    if (isNew) newLive.push(candidate)
    else oldLive.push(candidate)
  }
  const bySlot = (a: { slot: number }, b: { slot: number }): number => a.slot - b.slot
  return { oldLive: oldLive.sort(bySlot), newLive: newLive.sort(bySlot), oldStopping, newStopping }
}

export function healthyCount(state: State, app: AppId): number {
  return state.apps.get(app)?.healthy ?? 0
}

function liveOf(state: State, app: AppId): InstanceRow[] {
  return state.apps.get(app)?.liveInstances() ?? []
}

function plannedFor(
  deployment: DeploymentRow,
  app: AppId,
  launched: number,
): DeploymentRow['placements'][string] {
  return deployment.placements[app]?.slice(launched, launched + maxRowsPerStep) ?? []
}

// At most half of what the step may still change, in new rows now; the rest in the next slice.
function create(
  state: State,
  app: AppRow,
  count: number,
  planned: DeploymentRow['placements'][string] = [],
): void {
  const now = Math.min(count, Math.max(0, state.budget))
  if (now > 0) createInstances(state, app, now, planned)
  if (now < count) touchApp(state, app.id)
}

// Stops the given number of live instances. A voluntary stop keeps the promise of health: a healthy victim is taken
// only while enough healthy ones remain for the number that is wanted, and unhealthy ones go first.
function stopMany(state: State, id: AppId, count: number, cause: StopCause, author = 'system'): void {
  if (count <= 0) return
  if (cause === 'delete') return stopAll(state, id, author)
  const live = liveOf(state, id)
  const app = state.tables.app.get(id)
  const remaining = live.length - count
  const capacity = app === undefined ? 0 : specOf(state, app.effective).upgradeStrategy.minimumHealthCapacity
  const promised = Math.ceil(remaining * capacity)
  let healthy = live.filter(i => strictlyHealthy(state, i)).length
  const order = victimsInOrder(state, live, count, app)
  const chosen = new Set(order)
  const rest = live.filter(i => !chosen.has(i) && !strictlyHealthy(state, i))
  let stopped = 0
  for (const victim of [...order, ...rest]) {
    if (stopped === count) break
    if (state.budget <= 0) return void postponed(state, id)
    const isHealthy = strictlyHealthy(state, victim)
    if (isHealthy && healthy - 1 < promised) continue
    if (isHealthy) healthy--
    stopInstance(state, victim, cause, author)
    stopped++
  }
}

// The app goes: there is nothing to choose and nothing to promise.
function stopAll(state: State, id: AppId, author: string): void {
  for (const instance of state.apps.get(id)?.liveRows() ?? []) {
    if (state.budget <= 0) return void postponed(state, id)
    stopInstance(state, instance, 'delete', author)
  }
}

function victimsInOrder(
  state: State,
  live: readonly InstanceRow[],
  count: number,
  app: AppRow | undefined,
): InstanceRow[] {
  const spec = app === undefined ? undefined : specOf(state, app.effective)
  const candidates = live.map((i): VictimCandidate => {
    const agent = i.agent === null ? undefined : state.agents.get(i.agent)
    return {
      id: i.id,
      condition:
        i.agent === null ? 'Scheduled' : i.unreachable ? 'Unreachable' : (i.reported ?? 'Provisioned'),
      stagedAt: i.placedAt,
      activeSince: i.runningAt,
      ...(agent === undefined ? {} : { agent }),
    }
  })
  const ids = chooseVictims(candidates, count, {
    selection: spec?.killSelection ?? 'YOUNGEST_FIRST',
    requested: [],
    constraints: spec?.constraints ?? [],
  })
  const byId = new Map(live.map(i => [i.id, i]))
  return ids.map(id => byId.get(id)!)
}

function postponed(state: State, id: AppId): false {
  touchApp(state, id)
  return false
}
