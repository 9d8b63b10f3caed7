// When an action has taken too long. What is known of its progress stands in the action's row; a look costs nothing until
// the first deadline that may have passed.
import type { ClusterMs } from '../../../base/index.ts'
import { launchDelayOf } from '../launchdelays.ts'
import type { ActionRow, AppRow, DeploymentRow, InstanceRow, RolloutRow } from '../rows.ts'
import type { State } from '../state.ts'
import { isCanaryPhase } from './bounds.ts'

/** What is new in an app, and how much of it is to be healthy in the end. */
export interface Progress {
  readonly healthy: number
  readonly unhealthy: number
  readonly wanted: number
}

/** The action with its progress noted, or failed because a deadline has passed. */
export function watchProgress(
  state: State,
  deployment: DeploymentRow,
  action: ActionRow,
  app: AppRow,
  progress: Progress,
): ActionRow {
  if (action.rollout === undefined) return action
  const rollout = noted(state, action, action.rollout, app, progress)
  const next = rollout === action.rollout ? action : { ...action, rollout }
  const resumedAt = deployment.resumedAt ?? (0 as ClusterMs)
  const failure =
    missedProgress(state, next, rollout, progress, resumedAt) ??
    missedHealth(state, next, rollout, app, progress, resumedAt)
  return failure === undefined ? next : { ...next, state: 'failed', failure }
}

function noted(
  state: State,
  action: ActionRow,
  rollout: RolloutRow,
  app: AppRow,
  { healthy, unhealthy }: Progress,
): RolloutRow {
  const { troubledAt, ...rest } = rollout
  const isTroubled = unhealthy > 0 && hasTrouble(state, action, app)
  if (healthy > rollout.reached) {
    const { now } = state.env
    return { ...rest, reached: healthy, progressAt: now, ...(isTroubled ? { troubledAt: now } : {}) }
  }
  if (unhealthy === 0) return troubledAt === undefined ? rollout : rest
  return isTroubled && troubledAt === undefined ? { ...rollout, troubledAt: state.env.now } : rollout
}

// A launch delay of this configuration since the action began: a task of it has ended by itself.
function hasTrouble(state: State, action: ActionRow, app: AppRow): boolean {
  const delay = launchDelayOf(state, action.app, app.runKey)
  return delay !== undefined && delay.until - delay.delayMs >= action.begunAt
}

/** When the action fails unless another new instance is healthy by then; absent: nothing runs against it. */
export function progressDeadline(
  action: ActionRow,
  progress: Progress,
  resumedAt: ClusterMs,
): ClusterMs | undefined {
  const { rollout } = action
  if (rollout?.progressDeadlineMs === undefined || progress.healthy >= progress.wanted) return undefined
  const waitsForPerson = isCanaryPhase(action) && progress.unhealthy === 0 && progress.healthy > 0
  if (waitsForPerson) return undefined
  const since = Math.max(rollout.progressAt, rollout.heldUntil ?? 0, resumedAt)
  return (since + rollout.progressDeadlineMs) as ClusterMs
}

function missedProgress(
  state: State,
  action: ActionRow,
  rollout: RolloutRow,
  progress: Progress,
  resumedAt: ClusterMs,
): string | undefined {
  const due = progressDeadline(action, progress, resumedAt)
  if (due === undefined) return undefined
  if (due > state.env.now) {
    state.wakeAt(due, action.app)
    return undefined
  }
  return (
    `no new instance became healthy for ${seconds(rollout.progressDeadlineMs!)} ` +
    `(${progress.healthy} of ${progress.wanted} are)`
  )
}

function missedHealth(
  state: State,
  action: ActionRow,
  rollout: RolloutRow,
  app: AppRow,
  { unhealthy }: Progress,
  resumedAt: ClusterMs,
): string | undefined {
  const deadlineMs = rollout.healthyDeadlineMs
  if (deadlineMs === undefined || unhealthy === 0) return undefined
  const { now } = state.env
  if (rollout.troubledAt !== undefined) {
    const due = (Math.max(rollout.troubledAt, resumedAt) + deadlineMs) as ClusterMs
    if (due <= now) {
      return `new instances end by themselves, and none became healthy for ${seconds(deadlineMs)}`
    }
    state.wakeAt(due, action.app)
  }
  // Whatever is placed from now on is due later than that: until then no look is needed.
  const known = state.deadlineChecks.get(action.app)
  if (known !== undefined && known > now) {
    state.wakeAt(known, action.app)
    return undefined
  }
  let first = (now + deadlineMs) as ClusterMs
  for (const instance of startingOf(state, action, app)) {
    const due = (Math.max(instance.placedAt, resumedAt) + deadlineMs) as ClusterMs
    if (due <= now) {
      return `instance ${instance.id} on ${instance.agent} was not healthy ${seconds(deadlineMs)} after it was placed`
    }
    if (due < first) first = due
  }
  state.deadlineChecks.set(action.app, first)
  state.wakeAt(first, action.app)
  return undefined
}

/** New instances that have a place and were never healthy in it. */
function* startingOf(state: State, action: ActionRow, app: AppRow): Iterable<InstanceRow> {
  for (const instance of state.apps.get(app.id)?.ofRun(app.runKey).unhealthy.rows() ?? []) {
    const isOfAction = action.action === 'RestartApplication' || instance.createdAt >= action.begunAt
    if (isOfAction && instance.agent !== null && instance.healthyAt === 0) yield instance
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}
