// How an app goes from one configuration to the next. `startRolling` is Marathon's arithmetic at the start of a restart,
// exactly; `rollingDecision` is looked at anew with every change and says what may be stopped and started now.
//
// Marathon counts kills: the first killNow at once, one more with each new instance that becomes healthy. That count is
// wrong as soon as something dies or an instance flaps, and it never moves when old instances are unhealthy at the start
// (N=2, m=0.5, o=0 with one unhealthy: nothing may be killed, nothing may be launched). So we count what is there.
// With `old` and `new` the live instances (goal run) and `healthy` those of them that are strictly healthy:
//
//   may be stopped   old + healthy new − minHealthy, unhealthy ones first,
//                    of which healthy ones at most healthy − minHealthy   (the promise of health)
//   may be started   min(target − new, capacity − old − new − stopping)
//   capacity         maxCapacity, and 1 more where minHealthy = maxCapacity and old + healthy new ≥ maxCapacity
//
// When all old instances are healthy at the start and nothing dies this is Marathon's count: old + healthy new −
// minHealthy = killNow + healthy new − killed. Where something died it allows less. Where old instances are unhealthy it
// counts them as places that may be used anew, which breaks no promise: they kept none.
//
// It can't stand still. Let all new ones be healthy, nothing be stopping and old > 0; let T = old + new − minHealthy.
//   T ≥ 1: a stop is allowed, of an unhealthy one, or, if all are healthy, since healthy − minHealthy = T.
//   T ≤ 0: old + new ≤ minHealthy ≤ maxCapacity. If it is less than maxCapacity, a start is allowed (new < target, for
//          with new = target T ≥ old). If it is equal, minHealthy = maxCapacity and the 1 more allows a start.
// Every stop makes old smaller, every start makes new greater up to the target: it ends. A resident app has no room for
// the 1 more, its volume is held by the old instance: its promise is one less there, as in Marathon, where it kills one.
import type { InstanceId } from '../../../model/index.ts'

export interface RollingStart {
  /** N. */
  readonly target: number
  readonly minimumHealthCapacity: number
  readonly maximumOverCapacity: number
  /** H: strictly healthy instances, of any configuration. */
  readonly healthy: number
  /** C: instances with goal run. */
  readonly known: number
  /** Has volumes that only one instance at a time can hold. */
  readonly resident: boolean
}

export interface RollingFigures {
  readonly minHealthy: number
  readonly maxCapacity: number
}

/** Worked out once, then persisted. `killNow` is Marathon's first count, for people and for comparison. */
export function startRolling(start: RollingStart): RollingFigures & { readonly killNow: number } {
  const { target, healthy, known } = start
  const minHealthy = Math.ceil(target * start.minimumHealthCapacity)
  let maxCapacity = Math.floor(target * (1 + start.maximumOverCapacity))
  let killNow = Math.max(0, healthy - minHealthy)
  const stuck = minHealthy === maxCapacity
  if (stuck && maxCapacity <= healthy) {
    if (start.resident) killNow = healthy - minHealthy + 1
    else maxCapacity += 1
  }
  if (target < known) killNow = Math.max(known - target, killNow)
  return {
    minHealthy: start.resident && stuck ? Math.max(0, minHealthy - 1) : minHealthy,
    maxCapacity,
    killNow,
  }
}

export interface RollingInstance {
  readonly id: InstanceId
  /** Strictly: running, reachable, all checks alive, ready. */
  readonly healthy: boolean
}

export interface RollingNow {
  /** Goal run, of another configuration than the target; in the order in which they should go. */
  readonly oldLive: readonly RollingInstance[]
  /** Told to stop, not yet gone; of any old configuration. */
  readonly oldStopping: number
  /** Goal run, of the target configuration. */
  readonly newLive: readonly RollingInstance[]
  readonly newStopping: number
}

export interface Decision {
  /** To be told to stop now. */
  readonly kill: readonly InstanceId[]
  /** New instances of the target configuration to be made now. */
  readonly launch: number
  readonly done: boolean
  /** What it waits for, one sentence, when there is nothing to do now. */
  readonly waitingFor?: string
}

export function rollingDecision(
  figures: RollingFigures & { readonly target: number },
  now: RollingNow,
): Decision {
  const { target, minHealthy, maxCapacity } = figures
  const old = now.oldLive.length
  const fresh = now.newLive.length
  const healthyNew = count(now.newLive)
  const healthy = healthyNew + count(now.oldLive)

  const mayStop = Math.max(0, old + healthyNew - minHealthy)
  const healthyAllowed = Math.max(0, healthy - minHealthy)
  const kill =
    old > 0
      ? unhealthyFirst(now.oldLive, mayStop, healthyAllowed)
      : unhealthyFirst(now.newLive, fresh - target, healthyAllowed)

  const oneMore = minHealthy >= maxCapacity && old + healthyNew >= maxCapacity ? 1 : 0
  const holders = old + fresh + now.oldStopping + now.newStopping
  const launch = Math.max(0, Math.min(target - fresh, maxCapacity + oneMore - holders))

  const done =
    holders === fresh && fresh === target && healthyNew === target && kill.length === 0 && launch === 0
  if (done || kill.length > 0 || launch > 0) return { kill, launch, done }
  return { kill, launch, done, waitingFor: reason(figures, now, healthyNew) }
}

function unhealthyFirst(
  candidates: readonly RollingInstance[],
  wanted: number,
  healthyAllowed: number,
): readonly InstanceId[] {
  if (wanted <= 0) return []
  const unhealthy = candidates.filter(c => !c.healthy).slice(0, wanted)
  const healthy = candidates
    .filter(c => c.healthy)
    .slice(0, Math.min(wanted - unhealthy.length, healthyAllowed))
  return [...unhealthy, ...healthy].map(c => c.id)
}

function count(instances: readonly RollingInstance[]): number {
  return instances.filter(i => i.healthy).length
}

function reason(figures: { target: number }, now: RollingNow, healthyNew: number): string {
  const stopping = now.oldStopping + now.newStopping
  const unhealthy = now.newLive.length - healthyNew
  if (unhealthy > 0) return `${unhealthy} new of ${figures.target} to become healthy`
  return `${stopping} old to stop`
}
