// What a change costs in running instances, from Marathon's rolling arithmetic, read as an upper bound.
import type { App, ChangeAction } from '../model/index.ts'

export interface Disruption {
  /** Instances that are stopped and started anew. */
  readonly restarts: number
  /** How many of them at most at the same time. */
  readonly atATime: number
}

const undisturbed: Disruption = { restarts: 0, atATime: 0 }

/**
 * Assumes that as many instances run, healthy, as `before` wants: a crashed task must not change a plan. Only where
 * that is no number of the configuration (daemons, and what runs once) it is what runs now.
 */
export function disruptionOf(
  before: App | null,
  after: App | null,
  action: ChangeAction,
  running = 0,
): Disruption {
  if (action !== 'restart' || before === null || after === null) return undisturbed
  if (after.mode === 'batch') return { restarts: running, atATime: running }
  const isDaemon = before.mode === 'daemon' || after.mode === 'daemon'
  const healthy = isDaemon ? running : before.instances
  const restarts = isDaemon ? running : Math.min(before.instances, after.instances)
  const wanted = isDaemon ? running : after.instances
  const most = Math.min(mostAtATime(healthy, wanted, after), after.update?.maxParallel ?? Infinity)
  return { restarts, atATime: Math.min(restarts, most) }
}

// At most maxCapacity instances are ever healthy, and a stop must leave minHealthy of them.
function mostAtATime(healthy: number, wanted: number, after: App): number {
  const { minimumHealthCapacity, maximumOverCapacity } = after.upgradeStrategy
  const share = wanted * minimumHealthCapacity
  const minHealthy = after.mode === 'daemon' ? Math.floor(share) : Math.ceil(share)
  let maxCapacity = Math.floor(wanted * (1 + maximumOverCapacity))
  let killNow = Math.max(0, healthy - minHealthy)
  if (minHealthy === maxCapacity && maxCapacity <= healthy) {
    if (after.residency === undefined) maxCapacity += 1
    else killNow = healthy - minHealthy + 1
  }
  return Math.max(killNow, maxCapacity - minHealthy)
}
