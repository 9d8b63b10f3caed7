// Deployments as rows: made, ended, and the oldest thrown away. What moves them from step to step stands in advance.ts,
// what an action does to its app in reconcile.ts.
import { derivedUuid, isoTime, type UtcMs } from '../../base/index.ts'
import type { Action, Actor, AgentId, AppId, DeploymentId, Operation, Step } from '../../model/index.ts'
import { touchApp } from './instances.ts'
import { actionKey, type AppContent, type AppRow, type DeploymentRow, type DeploymentState } from './rows.ts'
import type { State } from './state.ts'

/** Ended deployments that stay readable. */
const endedKept = 50

export function createDeployment(
  state: State,
  input: {
    readonly actor: Actor
    readonly steps: readonly Step[]
    readonly version: UtcMs
    readonly apps: DeploymentRow['apps']
    readonly groups?: NonNullable<DeploymentRow['groups']>
    readonly placements: Readonly<Record<string, readonly AgentId[]>>
    readonly undoes?: DeploymentId
  },
  /** The id under which it was queued. */
  queuedAs?: DeploymentId,
): DeploymentRow {
  const id = queuedAs ?? newId(state)
  const row: DeploymentRow = {
    id,
    state: 'running',
    current: 0,
    ordinal: state.ordinal(),
    ...input,
  }
  state.tables.deployment.put(id, row)
  state.event('group_change_success', { groupId: '/', version: isoTime(row.version) })
  stepEvent(state, row)
  state.dirtyDeployments.add(id)
  return row
}

/** A request that waits until nobody holds its apps. */
export function queueDeployment(
  state: State,
  actor: Actor,
  operation: Operation,
  apps: readonly AppId[],
): DeploymentRow {
  const id = newId(state)
  const row: DeploymentRow = {
    id,
    version: state.env.utc,
    actor,
    state: 'queued',
    steps: [],
    current: 0,
    apps: {},
    placements: {},
    ordinal: state.ordinal(),
    queued: { operation, apps: [...apps].sort() },
  }
  state.tables.deployment.put(id, row)
  return row
}

function newId(state: State): DeploymentId {
  return derivedUuid(
    state.tables.cluster.get('cluster')!.clusterId,
    state.epoch,
    state.nextRevision,
    state.drawn++,
    'deployment',
  ) as DeploymentId
}

/** A step begins. Small whatever the number of apps: whoever wants to know them asks. */
export function stepEvent(state: State, row: DeploymentRow): void {
  const step = row.steps[row.current]
  if (step === undefined) return
  state.event('deployment_info', {
    id: row.id,
    currentStep: row.current + 1,
    actions: step.actions.slice(0, actionsInEvent).map(a => ({ action: a.action, app: a.app })),
  })
}

/** Of one event: what a client reads at once. Marathon's events once carried everything and broke their readers. */
const actionsInEvent = 20

/** Ends a deployment where it stands; what it has done so far stays. One that has ended already is left as it is. */
export function endDeployment(
  state: State,
  id: DeploymentId,
  how: Exclude<DeploymentState, 'queued' | 'running'>,
  reason?: string,
): void {
  const row = state.tables.deployment.get(id)
  if (row === undefined || (row.state !== 'running' && row.state !== 'queued')) return
  const { queued: _, paused: __, ...rest } = row
  state.tables.deployment.put(id, {
    ...(how === 'failed' ? rest : withoutContent(rest)),
    state: how,
    endedUtc: state.env.utc as UtcMs,
    ...(reason === undefined ? {} : { reason }),
  })
  state.progress.begun.delete(id)
  state.event(how === 'done' ? 'deployment_success' : 'deployment_failed', { id, reason: reason ?? how })
  for (const app of appsOf(row)) touchApp(state, app)
  // What waits for its apps, or for its turn behind it, may go on.
  for (const next of state.progress.queued) state.dirtyDeployments.add(next)
  pruneDeployments(state)
}

// Tens of them are kept, and each may have changed all apps there are. One that failed can still be undone.
function withoutContent({ groups: _, stack: __, volumes: ___, ...row }: DeploymentRow): DeploymentRow {
  const inSteps = new Set<string>(appsOf(row))
  const others = Object.keys(row.apps).filter(app => !inSteps.has(app))
  const apps = Object.fromEntries(others.map(app => [app, { original: null, target: null }]))
  return { ...row, apps, placements: {} }
}

export function appsOf(row: Pick<DeploymentRow, 'steps'>): AppId[] {
  return [...new Set(row.steps.flatMap(s => s.actions.map(a => a.app)))]
}

/** The last action of the deployment on each of its apps. */
export function lastActions(row: DeploymentRow): ReadonlyMap<AppId, Action> {
  return new Map(row.steps.flatMap(s => s.actions.map(action => [action.app, action])))
}

/** Whether a deployment still stands for this app as it was made: nobody changed the app since. */
export function isStillTarget(current: AppRow | undefined, target: AppContent | null): boolean {
  if (current === undefined || target === null) return current === undefined && target === null
  return (
    current.effective === target.effective &&
    current.instances === target.instances &&
    current.runKey === target.runKey
  )
}

/** Throws the oldest of those that have ended away, with their actions; what is too much for this step later. */
export function pruneDeployments(state: State): void {
  while (state.progress.ended.size > endedKept) {
    const id = state.progress.oldestEnded()!
    for (const app of appsOf(state.tables.deployment.get(id)!)) {
      const key = actionKey(id, app)
      if (!state.tables.action.has(key)) continue
      if (state.budget <= 0) return void state.dirtyDeployments.add(id)
      state.tables.action.delete(key)
    }
    state.tables.deployment.delete(id)
  }
}
