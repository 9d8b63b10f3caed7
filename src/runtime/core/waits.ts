// What a deployment waits for, for people: every running, paused or queued one has an answer. Worked out from the rows
// when somebody asks.
import { isoTime, type ClusterMs, type UtcMs } from '../../base/index.ts'
import type { Action, AppId, DeploymentWait } from '../../model/index.ts'
import { limitsOf } from './reconcile.ts'
import { daemonProgress, waitOfMode } from './modes/progress.ts'
import { rollingCounts } from './rolling/counts.ts'
import { progressDeadline } from './rolling/deadlines.ts'
import { serviceProgress } from './rolling/progress.ts'
import { rollingDecision, type RollingWait } from './rolling/rolling.ts'
import { actionKey, type ActionRow, type AppRow, type DeploymentRow } from './rows.ts'
import type { State } from './state.ts'
import { waitingView } from './waiting.ts'

/** Of the actions whose step has not come so many are told: each says the same. */
const stepsTold = 20

export function waitsOf(state: State, row: DeploymentRow): DeploymentWait[] {
  if (row.state === 'queued') return waitsOfQueued(state, row)
  if (row.state !== 'running') return []
  const paused: DeploymentWait[] =
    row.paused === undefined
      ? []
      : [
          {
            kind: 'resume',
            message: `somebody to resume it, ${row.paused.by} paused it`,
            since: isoTime(row.paused.utc),
          },
        ]
  const present = row.steps[row.current]?.actions ?? []
  const acting = present.flatMap(({ app }) => {
    const action = state.tables.action.get(actionKey(row.id, app))
    return action === undefined ? [] : waitsOfAction(state, row, action)
  })
  const later = row.steps.slice(row.current + 1).flatMap(s => s.actions)
  const steps = later.slice(0, stepsTold).map(({ app, action }): DeploymentWait => ({
    kind: 'step',
    app,
    action,
    message: `step ${row.current + 1} of ${row.steps.length} to end`,
  }))
  return [...paused, ...acting, ...steps]
}

function waitsOfQueued(state: State, { id, ordinal, version, queued }: DeploymentRow): DeploymentWait[] {
  const since = isoTime(version)
  const waits: DeploymentWait[] = []
  for (const app of queued?.apps ?? []) {
    const lock = state.locks.get(app)
    if (lock === undefined) continue
    waits.push({
      kind: 'lock',
      app,
      message: `deployment ${lock}, which holds ${app}`,
      deployment: lock,
      since,
    })
  }
  if (waits.length > 0) return waits
  const wanted = new Set(queued?.apps)
  for (const other of [...state.progress.queued].sort()) {
    const row = state.tables.deployment.get(other)!
    if (other === id || row.ordinal > ordinal || !row.queued!.apps.some(app => wanted.has(app))) continue
    const message = `deployment ${other}, which came earlier`
    waits.push({ kind: 'lock', message, deployment: other, since })
  }
  return waits.length > 0
    ? waits
    : [{ kind: 'turn', message: 'one of the running deployments to end', since }]
}

/** What one action that runs waits for; the most telling first. */
export function waitsOfAction(state: State, row: DeploymentRow, action: ActionRow): DeploymentWait[] {
  const app = state.tables.app.get(action.app)
  if (action.state !== 'running') return []
  const told = { app: action.app, action: action.action } satisfies { app: AppId; action: Action['action'] }
  const waits: DeploymentWait[] = []
  const deadline = app === undefined ? undefined : deadlineOf(state, row, action, app)
  const waiting = waitingView(state, action.app)
  if (waiting?.nextTrySeconds !== undefined) {
    const until = timeText(state, (state.env.now + waiting.nextTrySeconds * 1000) as ClusterMs)
    const message = `the launch delay after a failure, ${waiting.nextTrySeconds}s more`
    waits.push({ ...told, kind: 'backoff', message, instances: waiting.instances, until, ...deadline })
  } else if (waiting !== undefined) {
    const reason = waiting.reasons[0]?.message
    const message = `a place for ${waiting.instances}${reason === undefined ? '' : `: ${reason}`}`
    const { instances, since } = waiting
    waits.push({ ...told, kind: 'place', message, instances, since, ...deadline })
  }
  const rolling = app === undefined ? undefined : waitOf(state, action, app)
  const isSame = rolling?.kind === 'health' && (rolling.instances ?? 0) <= (waiting?.instances ?? 0)
  if (rolling !== undefined && !isSame) waits.push({ ...told, ...rolling, ...deadline })
  return waits
}

function waitOf(
  state: State,
  action: ActionRow,
  app: AppRow,
): Pick<DeploymentWait, 'kind' | 'message' | 'instances' | 'until' | 'since'> | undefined {
  if (app.mode !== undefined) return waitOfMode(state, app)
  if (action.action !== 'RestartApplication') return waitOfCount(state, action, app)
  const { waitsFor } = rollingDecision(limitsOf(state, app, action), rollingCounts(state, app))
  if (waitsFor === undefined) return undefined
  const { kind, instances } = waitsFor
  const until = kind === 'batch' ? action.rollout?.heldUntil : undefined
  // The last canary became healthy then.
  const since = kind === 'promotion' ? action.rollout?.progressAt : undefined
  return {
    kind,
    instances,
    message: messageOf(waitsFor, action.target),
    ...(since === undefined ? {} : { since: timeText(state, since) }),
    ...(until === undefined ? {} : { until: timeText(state, until) }),
  }
}

function waitOfCount(
  state: State,
  action: ActionRow,
  app: AppRow,
): Pick<DeploymentWait, 'kind' | 'message' | 'instances'> | undefined {
  const index = state.apps.get(action.app)
  const stopping = index?.stopping.size ?? 0
  if (stopping > 0) return { kind: 'stop', instances: stopping, message: `${stopping} to stop` }
  const { healthy, wanted } = serviceProgress(state, action, app)
  const missing = wanted - healthy
  if (action.action !== 'ScaleApplication' || action.toStart === 0 || missing <= 0) return undefined
  return { kind: 'health', instances: missing, message: `${missing} of ${wanted} to become healthy` }
}

function messageOf({ kind, instances }: RollingWait, target: number): string {
  switch (kind) {
    case 'health':
      return `${instances} new of ${target} to become healthy`
    case 'stop':
      return `${instances} old to stop`
    case 'promotion':
      return `somebody to promote it: ${instances} of ${target} run the new configuration`
    case 'batch':
      return `the pause after a batch, ${instances} to follow`
  }
}

function deadlineOf(
  state: State,
  row: DeploymentRow,
  action: ActionRow,
  app: AppRow,
): { deadline: string } | undefined {
  if (row.paused !== undefined || action.rollout === undefined || app.mode === 'batch') return undefined
  const resumedAt = row.resumedAt ?? (0 as ClusterMs)
  const progress = app.mode === 'daemon' ? daemonProgress(state, app) : serviceProgress(state, action, app)
  const due = progressDeadline(action, progress, resumedAt)
  return due === undefined ? undefined : { deadline: timeText(state, due) }
}

// Cluster time decides, people read the clock: the difference of now holds for what is near.
function timeText(state: State, at: ClusterMs): string {
  return isoTime((state.env.utc + (at - state.env.now)) as UtcMs)
}
