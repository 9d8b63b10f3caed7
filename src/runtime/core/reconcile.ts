// Looks at one app and moves it towards what is wanted: replaces what is out of reach or unhealthy, carries out the
// action of the deployment that holds the app, and corrects the number of instances of an app that none holds.
// Level-triggered: it may run at any time and any number of times, and decides from rows alone.
import type { ClusterMs } from '../../base/index.ts'
import type { AppId, StopCause } from '../../model/index.ts'
import { dropMoves, keepDeadlines, leavingOf, moveAway } from './agents/leaving.ts'
import { createInBudget } from './createinbudget.ts'
import {
  deleteInstance,
  keepsOld,
  specOf,
  stopInstance,
  stopTask,
  strictlyHealthy,
  touchApp,
} from './instances.ts'
import { dropStaleLaunchDelays } from './launchdelays.ts'
import { isBatchOver, keepBatch, keepHaltedBatch, stopExpired } from './modes/batch.ts'
import { keepDaemon, keepHaltedDaemon } from './modes/daemon.ts'
import { daemonProgress } from './modes/progress.ts'
import { stopOverdue } from './overdue.ts'
import { boundsOf, isHeld } from './rolling/bounds.ts'
import { rollingCounts, toStop } from './rolling/counts.ts'
import { watchProgress } from './rolling/deadlines.ts'
import { serviceProgress } from './rolling/progress.ts'
import { promisedOf, rollingDecision } from './rolling/rolling.ts'
import { chooseVictims, type VictimCandidate } from './rolling/victims.ts'
import {
  actionKey,
  hasCompleted,
  hasFailed,
  type ActionRow,
  type AppRow,
  type DeploymentRow,
  type InstanceRow,
} from './rows.ts'
import { killSick, replaceSick } from './sick.ts'
import type { State } from './state.ts'
import { maxRowsPerStep } from './types.ts'

export function reconcileApp(state: State, id: AppId): void {
  replaceUnreachable(state, id)
  const sick = killSick(state, id)
  stopOverdue(state, id)
  dropMoves(state, id)
  keepDeadlines(state, id)
  const app = state.tables.app.get(id)
  if (app?.mode === 'batch') stopExpired(state, app)
  else if (app !== undefined) dropEnds(state, app)
  const lock = state.locks.get(id)
  if (lock === undefined) correctCount(state, id, sick)
  else {
    const deployment = state.tables.deployment.get(lock)!
    const action = state.tables.action.get(actionKey(lock, id))
    if (action?.state === 'running') carryOut(state, deployment, action)
  }
  dropStaleLaunchDelays(state, id)
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
    if (instance.goal === 'stop') deleteInstance(state, instanceId)
    // It is bound to that agent: when the agent is back, another one is made, except where nothing new is.
    else if (specOf(state, instance.spec).mode === 'daemon') {
      if (!keepsOld(state, id)) stopInstance(state, instance, 'replaced', 'system')
    } else stopTask(state, instance, 'replaced', 'system')
  }
}

// Nothing deploys this app: keep the number that is wanted, and nothing of an app that is gone.
function correctCount(state: State, id: AppId, sick: readonly InstanceRow[]): void {
  const index = state.apps.get(id)
  const app = state.tables.app.get(id)
  const live = index?.live ?? 0
  if (app === undefined) return stopMany(state, id, live, 'delete')
  if (app.mode === 'daemon') {
    if (app.halted !== undefined) return keepHaltedDaemon(state, app)
    return void keepDaemon(state, app, 'system')
  }
  if (app.mode === 'batch') {
    if (app.halted !== undefined) return keepHaltedBatch(state, app)
    return void keepBatch(state, app, 'system')
  }
  const leaving = leavingOf(state, id)
  if (leaving.length > 0) return moveAway(state, app, leaving)
  if (sick.length > 0) return replaceSick(state, app, sick)
  const wanted = app.halted?.instances ?? app.instances
  if (live < wanted) createInBudget(state, app, wanted - live)
  else if (live > wanted) stopMany(state, id, live - wanted, 'scale')
}

// A paused deployment begins nothing more, and has no deadlines meanwhile.
function carryOut(state: State, deployment: DeploymentRow, action: ActionRow): void {
  if (deployment.paused !== undefined) return
  const next = performed(state, deployment, action)
  if (next === action) return
  state.tables.action.put(actionKey(deployment.id, action.app), next)
  if (next.state !== 'running') state.dirtyDeployments.add(deployment.id)
}

// Starting and stopping is the same for all apps; what lies between goes by the mode.
function performed(state: State, deployment: DeploymentRow, action: ActionRow): ActionRow {
  const app = state.tables.app.get(action.app)
  const isOther = action.action === 'ScaleApplication' || action.action === 'RestartApplication'
  if (app?.mode === undefined || !isOther) return perform[action.action](state, deployment, action)
  const author = deployment.actor.name
  if (app.mode === 'daemon') {
    const noted = watchProgress(state, deployment, action, app, daemonProgress(state, app))
    if (noted.state === 'failed') return noted
    return keepDaemon(state, app, author, boundsOf(noted, state.env.now)) ? done(noted) : noted
  }
  if (!keepBatch(state, app, author) || !isBatchOver(state, app)) return action
  const failed = state.apps.get(app.id)?.failed.size ?? 0
  // A scaling runs what is new; what failed before is not its failure.
  const isWhole = action.action === 'RestartApplication' || isMadeBy(deployment, app.id)
  if (failed === 0 || !isWhole) return done(action)
  return { ...action, state: 'failed', failure: `${failed} of ${app.instances} instances have failed` }
}

/** Each gives the action as it is then: the same, with its progress noted, done, or failed. */
const perform: Readonly<
  Record<ActionRow['action'], (state: State, deployment: DeploymentRow, action: ActionRow) => ActionRow>
> = {
  StartApplication: (_, __, action) => done(action),
  StopApplication: stop,
  ScaleApplication: scale,
  RestartApplication: restart,
}

function done(action: ActionRow): ActionRow {
  return { ...action, state: 'done' }
}

function stop(state: State, deployment: DeploymentRow, action: ActionRow): ActionRow {
  const live = state.apps.get(action.app)?.live ?? 0
  if (live > 0) stopMany(state, action.app, live, 'delete', deployment.actor.name)
  return (state.apps.get(action.app)?.instances.size ?? 0) === 0 ? done(action) : action
}

function scale(state: State, deployment: DeploymentRow, action: ActionRow): ActionRow {
  const app = state.tables.app.get(action.app)
  if (app === undefined) return done(action)
  if (!clearFormerLife(state, deployment, app)) return action
  const live = state.apps.get(action.app)?.live ?? 0
  if (live < action.target) {
    const launched = Math.max(0, live - (action.target - action.toStart))
    createInBudget(state, app, action.target - live, plannedFor(deployment, app.id, launched))
  } else if (live > action.target) {
    stopMany(state, app.id, live - action.target, 'scale', deployment.actor.name)
  }
  const index = state.apps.get(action.app)
  const isSettled = (index?.live ?? 0) === action.target && (index?.stopping.size ?? 0) === 0
  if (action.toStart === 0) return isSettled ? done(action) : action
  const progress = serviceProgress(state, action, app)
  if (isSettled && progress.healthy >= progress.wanted) return done(action)
  return watchProgress(state, deployment, action, app, progress)
}

// An app that was deleted and is made again while instances of the old one are still wanted: those go.
function clearFormerLife(state: State, deployment: DeploymentRow, app: AppRow): boolean {
  if (!isMadeBy(deployment, app.id)) return true
  const index = state.apps.get(app.id)
  for (const runKey of [...(index?.runKeys() ?? [])].sort()) {
    if (runKey === app.runKey) continue
    for (const instance of index!.ofRun(runKey).live.rows()) {
      if (state.budget <= 0) {
        touchApp(state, app.id)
        return false
      }
      stopInstance(state, instance, 'delete', deployment.actor.name)
    }
  }
  return true
}

// An app that was a batch once: what ran to its end then is no instance of what it is now, whoever holds the app.
function dropEnds(state: State, app: AppRow): void {
  const index = state.apps.get(app.id)
  if (index === undefined || index.completed.size + index.failed.size === 0 || keepsOld(state, app.id)) return
  for (const instance of index.liveInstances()) {
    if (!hasCompleted(instance) && !hasFailed(instance)) continue
    if (state.budget <= 0) return touchApp(state, app.id)
    stopInstance(state, instance, 'deployment', 'system')
  }
}

/** Whether the app did not exist before this deployment. */
export function isMadeBy(deployment: DeploymentRow, app: AppId): boolean {
  return deployment.apps[app]?.original === null
}

function restart(state: State, deployment: DeploymentRow, action: ActionRow): ActionRow {
  const app = state.tables.app.get(action.app)
  if (app === undefined) return done(action)
  const counts = rollingCounts(state, app)
  const noted = watchProgress(state, deployment, action, app, serviceProgress(state, action, app))
  if (noted.state === 'failed') return noted
  const decision = rollingDecision(limitsOf(state, app, noted), counts)
  for (const instance of toStop(state, app, decision.stop)) {
    if (state.budget <= 0) return postponed(state, noted)
    stopInstance(state, instance, 'deployment', deployment.actor.name)
  }
  const fresh = counts.newHealthy + counts.newUnhealthy
  if (decision.launch > 0) createInBudget(state, app, decision.launch, plannedFor(deployment, app.id, fresh))
  if (decision.done) return done(noted)
  return pauseAfter(state, noted, decision.isBatchOver ? fresh : undefined)
}

// Between two batches it waits a while. `over`: so many new instances are healthy, and their batch is over.
function pauseAfter(state: State, action: ActionRow, over: number | undefined): ActionRow {
  const { rollout } = action
  if (rollout?.pauseMs === undefined) return action
  if (isHeld(action, state.env.now)) {
    state.wakeAt(rollout.heldUntil!, action.app)
    return action
  }
  if (over === undefined) return action
  const heldUntil = (state.env.now + rollout.pauseMs) as ClusterMs
  state.wakeAt(heldUntil, action.app)
  return { ...action, rollout: { ...rollout, passed: over, heldUntil } }
}

/** All that bounds a restart now. */
export function limitsOf(
  state: State,
  app: AppRow,
  action: ActionRow,
): ReturnType<typeof figuresOf> & ReturnType<typeof boundsOf> {
  return { ...figuresOf(state, app, action), ...boundsOf(action, state.env.now) }
}

/** The figures of the action's start; a promise that was raised since, in place, holds at once. */
function figuresOf(
  state: State,
  app: AppRow,
  { target, minHealthy, maxCapacity }: ActionRow,
): Pick<ActionRow, 'target' | 'minHealthy' | 'maxCapacity'> {
  const { residency, upgradeStrategy } = specOf(state, app.effective)
  if (residency !== undefined) return { target, minHealthy, maxCapacity }
  const promised = promisedOf(target, upgradeStrategy)
  return { target, minHealthy: Math.max(minHealthy, promised), maxCapacity }
}

/** Strictly healthy ones, of one configuration if told. */
export function healthyCount(state: State, app: AppId, runKey?: string): number {
  const index = state.apps.get(app)
  return (runKey === undefined ? index?.healthy : index?.healthyOf(runKey)) ?? 0
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

// Stops the given number of live instances. A voluntary stop keeps the promise of health: a healthy victim is taken
// only while enough healthy ones remain for the number that is wanted, and unhealthy ones go first.
function stopMany(state: State, id: AppId, count: number, cause: StopCause, author = 'system'): void {
  if (count <= 0) return
  if (cause === 'delete') return stopAll(state, id, author)
  const live = liveOf(state, id)
  const app = state.tables.app.get(id)
  const remaining = live.length - count
  const promised = app === undefined ? 0 : promisedOf(remaining, specOf(state, app.effective).upgradeStrategy)
  let healthy = live.filter(i => strictlyHealthy(state, i)).length
  const order =
    app?.halted === undefined
      ? victimsInOrder(state, live, count, app)
      : leastUseful(state, live, app).slice(0, count)
  const chosen = new Set(order)
  const rest = live.filter(i => !chosen.has(i) && !strictlyHealthy(state, i))
  let stopped = 0
  for (const victim of [...order, ...rest]) {
    if (stopped === count) break
    if (state.budget <= 0) return touchApp(state, id)
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
    if (state.budget <= 0) return touchApp(state, id)
    stopInstance(state, instance, 'delete', author)
  }
}

// Of an app whose deployment failed: unhealthy ones first, and new ones before old ones.
function leastUseful(state: State, live: readonly InstanceRow[], app: AppRow): InstanceRow[] {
  const use = (i: InstanceRow): number =>
    (strictlyHealthy(state, i) ? 2 : 0) + (i.runKey === app.runKey ? 0 : 1)
  return [...live].sort((a, b) => use(a) - use(b) || a.slot - b.slot)
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

// The rest of what the action does comes with the next slice.
function postponed(state: State, action: ActionRow): ActionRow {
  touchApp(state, action.app)
  return action
}
