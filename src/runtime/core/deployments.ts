// Deployments: steps one after another, the actions of a step side by side. Begins actions, notices ends, finishes,
// cancels, rolls back. What an action does to its app stands in reconcile.ts.
import { derivedUuid, isoTime } from '../../base/index.ts'
import type { Action, Actor, AgentId, AppId, DeploymentId, Step } from '../../model/index.ts'
import { startRolling } from './rolling/rolling.ts'
import { effectiveAppOf, touchApp } from './instances.ts'
import { healthyCount, isMadeBy } from './reconcile.ts'
import { actionKey, type ActionRow, type AppRow, type DeploymentRow } from './rows.ts'
import type { State } from './state.ts'

/** Ended deployments that stay readable. */
const endedKept = 50

export function createDeployment(
  state: State,
  input: {
    readonly actor: Actor
    readonly steps: readonly Step[]
    readonly apps: DeploymentRow['apps']
    readonly placements: Readonly<Record<string, readonly AgentId[]>>
  },
): DeploymentRow {
  const id = derivedUuid(
    state.tables.cluster.get('cluster')!.clusterId,
    state.epoch,
    state.nextRevision,
    state.drawn++,
    'deployment',
  ) as DeploymentId
  const row: DeploymentRow = {
    id,
    version: state.env.utc,
    state: 'running',
    current: 0,
    ordinal: state.ordinal(),
    ...input,
  }
  state.tables.deployment.put(id, row)
  state.event('group_change_success', { groupId: '/', version: isoTime(row.version) })
  for (const action of row.steps.flatMap(s => s.actions)) {
    if (!state.tables.action.has(actionKey(id, action.app))) putAction(state, row, action, 'pending')
  }
  advanceDeployment(state, id)
  return state.tables.deployment.get(id)!
}

/** Begins the actions of the present step, and goes on to the next when all of them are done. */
export function advanceDeployment(state: State, id: DeploymentId): void {
  for (;;) {
    const row = state.tables.deployment.get(id)
    if (row === undefined || row.state !== 'running') return
    const step = row.steps[row.current]
    if (step === undefined) return finish(state, row, 'done')
    const progress = step.actions.map(a => ({ action: a, row: currentAction(state, row, a) }))
    for (const { action, row: progressRow } of progress) {
      if (progressRow === undefined) begin(state, row, action)
    }
    if (!progress.every(p => p.row?.state === 'done')) return
    state.event('deployment_step_success', { id, currentStep: row.current + 1 })
    state.tables.deployment.put(id, { ...row, current: row.current + 1 })
  }
}

// An app can have two actions in one deployment (StartApplication, then ScaleApplication); its row shows the present one.
function currentAction(state: State, row: DeploymentRow, action: Action): ActionRow | undefined {
  const found = state.tables.action.get(actionKey(row.id, action.app))
  return found !== undefined && found.action === action.action && found.state !== 'pending'
    ? found
    : undefined
}

function begin(state: State, row: DeploymentRow, action: Action): void {
  state.event('deployment_info', {
    id: row.id,
    currentStep: row.current + 1,
    action: action.action,
    appId: action.app,
  })
  putAction(state, row, action, 'running')
  if (action.action === 'RestartApplication' || action.action === 'StopApplication') {
    state.tables.backoff.delete(action.app)
  }
  touchApp(state, action.app)
}

// The figures of an action are computed once, when it begins, and never again after a restart.
function putAction(state: State, row: DeploymentRow, action: Action, phase: 'pending' | 'running'): void {
  const app = state.tables.app.get(action.app)
  const base = {
    deployment: row.id,
    app: action.app,
    action: action.action,
    state: phase,
    begunAt: state.env.now,
    target: app?.instances ?? 0,
    toStart: 0,
    healthyAtStart: 0,
    minHealthy: 0,
    maxCapacity: 0,
  }
  if (app === undefined || phase === 'pending') {
    state.tables.action.put(actionKey(row.id, action.app), base)
    return
  }
  const spec = effectiveAppOf(state, app)
  const index = state.apps.get(app.id)
  const live = isMadeBy(row, app.id)
    ? (index?.liveInstances() ?? []).filter(i => i.runKey === app.runKey).length
    : (index?.live ?? 0)
  const figures = startRolling({
    target: app.instances,
    minimumHealthCapacity: spec.upgradeStrategy.minimumHealthCapacity,
    maximumOverCapacity: spec.upgradeStrategy.maximumOverCapacity,
    healthy: healthyCount(state, app.id),
    known: live,
    resident: spec.residency !== undefined,
  })
  state.tables.action.put(actionKey(row.id, action.app), {
    ...base,
    toStart: Math.max(0, app.instances - live),
    healthyAtStart: healthyCount(state, app.id),
    minHealthy: figures.minHealthy,
    maxCapacity: figures.maxCapacity,
  })
}

function finish(state: State, row: DeploymentRow, how: 'done' | 'cancelled' | 'replaced'): void {
  state.tables.deployment.put(row.id, { ...row, state: how })
  state.event(how === 'done' ? 'deployment_success' : 'deployment_failed', { id: row.id, reason: how })
  for (const app of appsOf(row)) touchApp(state, app)
  prune(state)
}

/** Ends a deployment where it stands; what it has done so far stays. */
export function endDeployment(state: State, id: DeploymentId, how: 'cancelled' | 'replaced'): void {
  const row = state.tables.deployment.get(id)
  if (row !== undefined && row.state === 'running') finish(state, row, how)
}

export function appsOf(row: DeploymentRow): AppId[] {
  return [...new Set(row.steps.flatMap(s => s.actions.map(a => a.app)))]
}

/** Whether a deployment still stands for this app as it was made: nobody changed the app since. */
export function isStillTarget(current: AppRow | undefined, target: AppRow | null): boolean {
  if (current === undefined || target === null) return current === undefined && target === null
  return (
    current.effective === target.effective &&
    current.instances === target.instances &&
    current.runKey === target.runKey
  )
}

function prune(state: State): void {
  if (state.tables.deployment.size <= endedKept + state.runningDeployments.size) return
  const ended = [...state.tables.deployment.values()]
    .filter(d => d.state !== 'running')
    .sort((a, b) => a.ordinal - b.ordinal)
  for (const old of ended.slice(0, Math.max(0, ended.length - endedKept))) {
    for (const app of appsOf(old)) state.tables.action.delete(actionKey(old.id, app))
    state.tables.deployment.delete(old.id)
  }
}
