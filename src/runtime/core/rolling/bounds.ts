// The bounds that an app's `update` sets to one action: taken from the configuration when the action begins, and what
// they allow now.
import type { ClusterMs } from '../../../base/index.ts'
import type { App } from '../../../model/index.ts'
import type { ActionRow, DeploymentRow, RolloutRow } from '../rows.ts'
import type { RollingBounds } from './rolling.ts'

/** `old`: instances to be replaced; `healthy`: new ones that are healthy already. */
export function startRollout(
  deployment: DeploymentRow,
  { update }: App,
  start: {
    readonly action: ActionRow['action']
    readonly target: number
    readonly old: number
    readonly healthy: number
    readonly now: ClusterMs
  },
): RolloutRow | undefined {
  if (update === undefined) return undefined
  const isRestart = start.action === 'RestartApplication'
  // A way back is gone without looking around, and ends where it stands if it can't be gone.
  const isForward = deployment.undoes === undefined
  const canary = isRestart && isForward && start.old > 0 ? Math.min(update.canary ?? 0, start.target) : 0
  const pauseMs = isRestart && isForward ? milliseconds(update.pauseSeconds ?? 0) : 0
  return {
    ...(isRestart && update.maxParallel !== undefined ? { maxParallel: update.maxParallel } : {}),
    ...(canary > 0 ? { canary } : {}),
    ...(pauseMs > 0 ? { pauseMs } : {}),
    ...(update.healthyDeadlineSeconds === undefined
      ? {}
      : { healthyDeadlineMs: milliseconds(update.healthyDeadlineSeconds) }),
    ...(update.progressDeadlineSeconds === undefined
      ? {}
      : { progressDeadlineMs: milliseconds(update.progressDeadlineSeconds) }),
    ...(isForward && update.autoRollback === true ? { autoRollback: true } : {}),
    reached: start.healthy,
    progressAt: start.now,
  }
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000)
}

/** Its canaries run beside the old instances, or are being started, and nobody has promoted them. */
export function isCanaryPhase({ rollout }: ActionRow): boolean {
  return rollout?.canary !== undefined && rollout.promoted !== true
}

/** A batch is over, and the time until the next still runs. */
export function isHeld({ rollout }: ActionRow, now: ClusterMs): boolean {
  return rollout?.heldUntil !== undefined && rollout.heldUntil > now
}

export function boundsOf(action: ActionRow, now: ClusterMs): RollingBounds {
  const { rollout } = action
  if (rollout === undefined) return {}
  const { maxParallel, canary, pauseMs, passed = 0 } = rollout
  const size = Math.max(1, Math.min(maxParallel ?? action.target, action.maxCapacity - action.minHealthy))
  return {
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(canary !== undefined && isCanaryPhase(action) ? { canary } : {}),
    ...(pauseMs === undefined ? {} : { batchEnd: passed + (isHeld(action, now) ? 0 : size) }),
  }
}
