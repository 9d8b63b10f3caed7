// What a change costs in running instances, from Marathon's rolling arithmetic, read as an upper bound.
import type { App, ChangeAction } from '../model/index.ts'

export interface Disruption {
  /** Instances that are stopped and started anew. */
  readonly restarts: number
  /** How many of them at most at the same time. */
  readonly atATime: number
}

const undisturbed: Disruption = { restarts: 0, atATime: 0 }

/** Assumes that as many instances run, healthy, as `before` wants: a crashed task must not change a plan. */
export function disruptionOf(before: App | null, after: App | null, action: ChangeAction): Disruption {
  if (action !== 'restart' || before === null || after === null) return undisturbed
  const restarts = Math.min(before.instances, after.instances)
  return { restarts, atATime: Math.min(restarts, mostAtATime(before.instances, after)) }
}

// At most maxCapacity instances are ever healthy, and a stop must leave minHealthy of them.
function mostAtATime(healthy: number, after: App): number {
  const { minimumHealthCapacity, maximumOverCapacity } = after.upgradeStrategy
  const wanted = after.instances
  const minHealthy = Math.ceil(wanted * minimumHealthCapacity)
  let maxCapacity = Math.floor(wanted * (1 + maximumOverCapacity))
  let killNow = Math.max(0, healthy - minHealthy)
  if (minHealthy === maxCapacity && maxCapacity <= healthy) {
    if (after.residency === undefined) maxCapacity += 1
    else killNow = healthy - minHealthy + 1
  }
  return Math.max(killNow, maxCapacity - minHealthy)
}
