// Moves deployments: steps one after another, the actions of a step side by side. Begins actions, notices when all of a
// step are done, ends a deployment whose action failed, and starts what waits in the queue.
import { present } from '../../base/index.ts'
import type { Action, Actor, AppId } from '../../model/index.ts'
import {
  appsOf,
  endDeployment,
  isStillTarget,
  lastActions,
  pruneDeployments,
  stepEvent,
} from './deployments.ts'
import { effectiveAppOf, touchApp } from './instances.ts'
import { resetLaunchDelay, resetLaunchDelays } from './launchdelays.ts'
import { carryOutOperation } from './operations.ts'
import { healthyCount, isMadeBy } from './reconcile.ts'
import { refusalText } from './replies.ts'
import { startRollout } from './rolling/bounds.ts'
import { startRolling } from './rolling/rolling.ts'
import { actionKey, type DeploymentRow } from './rows.ts'
import type { State } from './state.ts'
import { commitTargets } from './targets.ts'
import { undoGroups, undoRest, undoTargets } from './undo.ts'

const system: Actor = { name: 'system', via: 'system' }

export function advanceDeployment(state: State, id: DeploymentRow['id']): void {
  for (;;) {
    const row = state.tables.deployment.get(id)
    if (row === undefined) return
    if (row.state === 'queued') return startQueued(state, row)
    if (row.state !== 'running') return pruneDeployments(state)
    if (row.paused !== undefined) return
    const failed = state.progress.failedApps(id)
    if (failed.length > 0) return fail(state, row, failed)
    const step = row.steps[row.current]
    if (step === undefined) return endDeployment(state, id, 'done')
    if (!beginAll(state, row, step.actions)) return void state.dirtyDeployments.add(id)
    if (state.progress.runningActions(id) > 0) return
    state.event('deployment_step_success', { id, currentStep: row.current + 1 })
    const next = { ...row, current: row.current + 1 }
    state.tables.deployment.put(id, next)
    stepEvent(state, next)
  }
}

/** Begins the actions of the present step in their order; false when the rest must wait for the next step of the core. */
function beginAll(state: State, row: DeploymentRow, actions: readonly Action[]): boolean {
  const known = state.progress.begun.get(row.id)
  let next = known?.step === row.current ? known.actions : 0
  for (; next < actions.length && state.budget > 0; next++) begin(state, row, actions[next]!)
  state.progress.begun.set(row.id, { step: row.current, actions: next })
  return next === actions.length
}

// An app can have two actions in one deployment (StartApplication, then ScaleApplication); its row shows the present one.
function begin(state: State, row: DeploymentRow, action: Action): void {
  // Marathon lists it, and nothing is done: the app is known from the request on.
  if (action.action === 'StartApplication') return
  const found = state.tables.action.get(actionKey(row.id, action.app))
  if (found?.action === action.action && found.state !== 'pending') return
  putAction(state, row, action)
  const target = state.tables.app.get(action.app)
  if (action.action === 'StopApplication') resetLaunchDelays(state, action.app)
  else if (action.action === 'RestartApplication' && target !== undefined) {
    resetLaunchDelay(state, action.app, target.runKey)
  }
  state.deadlineChecks.delete(action.app)
  touchApp(state, action.app)
}

// The figures of an action are computed once, when it begins, and never again after a restart.
function putAction(state: State, row: DeploymentRow, action: Action): void {
  const app = state.tables.app.get(action.app)
  const base = {
    deployment: row.id,
    app: action.app,
    action: action.action,
    state: 'running' as const,
    begunAt: state.env.now,
    target: app?.instances ?? 0,
    toStart: 0,
    healthyAtStart: 0,
    minHealthy: 0,
    maxCapacity: 0,
  }
  if (app === undefined) return state.tables.action.put(actionKey(row.id, action.app), base)
  const spec = effectiveAppOf(state, app)
  const index = state.apps.get(app.id)
  const current = index?.liveOf(app.runKey) ?? 0
  const live = isMadeBy(row, app.id) ? current : (index?.live ?? 0)
  const healthy = healthyCount(state, app.id)
  const { minHealthy, maxCapacity } = startRolling({
    target: app.instances,
    minimumHealthCapacity: spec.upgradeStrategy.minimumHealthCapacity,
    maximumOverCapacity: spec.upgradeStrategy.maximumOverCapacity,
    healthy,
    known: live,
    resident: spec.residency !== undefined,
  })
  const rollout = startRollout(row, spec, {
    action: action.action,
    target: app.instances,
    old: live - current,
    healthy: action.action === 'RestartApplication' ? healthyCount(state, app.id, app.runKey) : healthy,
    now: state.env.now,
  })
  state.tables.action.put(actionKey(row.id, action.app), {
    ...base,
    toStart: Math.max(0, app.instances - live),
    healthyAtStart: healthy,
    minHealthy,
    maxCapacity,
    ...(rollout === undefined ? {} : { rollout }),
  })
}

// A deadline has passed: back to what was before, where that is wanted and there is something to go back to.
function fail(state: State, row: DeploymentRow, apps: readonly AppId[]): void {
  const failure = failureOf(state, row, apps[0]!)
  const isUndone = appsOf(row).some(app => asksForRollback(state, row, app))
  const targets = isUndone ? undoTargets(state, row, { deletes: false }) : []
  let reason = failure
  if (targets.length > 0) {
    const groups = undoGroups(state, row)
    const options = { force: true, always: true, undoes: row.id, reason, groups }
    const reply = commitTargets(state, system, targets, options)
    if (reply.ok) {
      undoRest(state, row)
      return halt(state, row, reason)
    }
    reason = `${failure}. It is not rolled back: ${refusalText(reply)}`
  }
  endDeployment(state, row.id, 'failed', reason)
  halt(state, row, reason)
}

function failureOf(state: State, row: DeploymentRow, app: AppId): string {
  const action = present(state.tables.action.get(actionKey(row.id, app)), `action on ${app}`)
  return `${app}: ${action.failure ?? 'failed'}`
}

// A deployment is one change: it goes back as a whole when any app of it asks for that, whichever failed. What an action
// has begun with counts; an app whose turn has not come is asked itself.
function asksForRollback(state: State, row: DeploymentRow, id: AppId): boolean {
  if (row.undoes !== undefined) return false
  const rollout = state.tables.action.get(actionKey(row.id, id))?.rollout
  if (rollout !== undefined) return rollout.autoRollback === true
  const app = state.tables.app.get(id)
  return app !== undefined && effectiveAppOf(state, app).update?.autoRollback === true
}

// What has not come to its end stays as it is: the lock is gone, and nobody else may finish the work unasked.
function halt(state: State, row: DeploymentRow, reason: string): void {
  for (const [app, last] of lastActions(row)) {
    const current = state.tables.app.get(app)
    const action = state.tables.action.get(actionKey(row.id, app))
    const hasBegun = action !== undefined && action.action === last.action && action.state !== 'pending'
    if (current === undefined || (hasBegun && action.state === 'done') || state.locks.has(app)) continue
    const target = row.apps[app]?.target
    if (target !== undefined && !isStillTarget(current, target)) continue
    state.tables.app.put(app, {
      ...current,
      halted: {
        deployment: row.id,
        instances: hasBegun ? current.instances : (state.apps.get(app)?.live ?? 0),
        reason,
      },
    })
    touchApp(state, app)
  }
}

// In order: it begins when nobody holds its apps, and nobody who came earlier waits for one of them.
function startQueued(state: State, row: DeploymentRow): void {
  if (state.budget <= 0) return void state.dirtyDeployments.add(row.id)
  const { operation, apps } = row.queued!
  const wanted = new Set(apps)
  for (const app of apps) if (state.locks.has(app)) return
  for (const id of state.progress.queued) {
    const other = state.tables.deployment.get(id)!
    if (other.ordinal < row.ordinal && other.queued!.apps.some(app => wanted.has(app))) return
  }
  const reply = carryOutOperation(state, operation, row.actor, row.id)
  if (!reply.ok) {
    // Somebody holds an app that the change has come to need since, or too many run: it waits on.
    if (reply.code === 'LOCKED' || reply.code === 'TOO_MANY') return
    endDeployment(state, row.id, 'refused', refusalText(reply))
    return
  }
  // A change of no steps, or one that has come about meanwhile.
  if (reply.deployment === undefined) endDeployment(state, row.id, 'done')
}
