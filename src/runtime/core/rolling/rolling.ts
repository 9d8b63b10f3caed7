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
//
// What the app's `update` says is an upper bound besides. None of it can make it stand still:
//   maxParallel  at most so many new ones that are not healthy; no more places are emptied than it could fill, so
//                minHealthy above is at least target − maxParallel, which is less than maxCapacity.
//   batch        new ones up to its end, old ones down to what it leaves; it is over when all new ones are healthy.
//                Inside it T counts down to the same end: while new < batch, old > target − batch.
//   canary       until it is promoted so many new ones on top of everything, and nothing is stopped.
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

/** What the app's `update` adds; absent: no bound. */
export interface RollingBounds {
  readonly maxParallel?: number
  /** Present until it is promoted. */
  readonly canary?: number
  /** New instances in this batch and all before it; those of the batches before it while it must wait. */
  readonly batchEnd?: number
}

/** How many of so many stay healthy through every stop by choice. */
export function promisedOf(
  target: number,
  { minimumHealthCapacity }: Pick<RollingStart, 'minimumHealthCapacity'>,
): number {
  return Math.ceil(target * minimumHealthCapacity)
}

/** How many there may be at once where so many are wanted. */
export function capacityOf(
  target: number,
  { maximumOverCapacity }: Pick<RollingStart, 'maximumOverCapacity'>,
): number {
  return Math.floor(target * (1 + maximumOverCapacity))
}

/** Worked out once, then persisted. `killNow` is Marathon's first count, for people and for comparison. */
export function startRolling(start: RollingStart): RollingFigures & { readonly killNow: number } {
  const { target, healthy, known } = start
  const minHealthy = promisedOf(target, start)
  let maxCapacity = capacityOf(target, start)
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

/** Instances by what becomes of them. Live: goal run. Healthy: running, reachable, all checks alive, ready. */
export interface RollingCounts {
  /** Live, of another configuration than the target. */
  readonly oldHealthy: number
  readonly oldUnhealthy: number
  /** Told to stop, not yet gone; of any old configuration. */
  readonly oldStopping: number
  /** Live, of the target configuration. */
  readonly newHealthy: number
  readonly newUnhealthy: number
  readonly newStopping: number
}

export interface Decision {
  /** How many are to be told to stop now, and whose. */
  readonly stop: { readonly of: 'old' | 'new'; readonly healthy: number; readonly unhealthy: number }
  /** New instances of the target configuration to be made now. */
  readonly launch: number
  readonly done: boolean
  /** All new ones of the batch are healthy, and others are to follow. */
  readonly isBatchOver: boolean
  /** What it waits for when there is nothing to do now. */
  readonly waitsFor?: RollingWait
}

/** `promotion`: the canaries are healthy; `batch`: the time between two batches. */
export interface RollingWait {
  readonly kind: 'health' | 'stop' | 'promotion' | 'batch'
  /** How many it waits for. */
  readonly instances: number
}

export function rollingDecision(
  figures: RollingFigures & RollingBounds & { readonly target: number },
  now: RollingCounts,
): Decision {
  const { target, minHealthy, maxCapacity, maxParallel = Infinity, canary } = figures
  const old = now.oldHealthy + now.oldUnhealthy
  const fresh = now.newHealthy + now.newUnhealthy
  const healthy = now.newHealthy + now.oldHealthy
  const holders = old + fresh + now.oldStopping + now.newStopping
  const batchEnd = fresh >= target ? Infinity : (figures.batchEnd ?? Infinity)
  const unproven = maxParallel - now.newUnhealthy

  if (canary !== undefined && old > 0) {
    const launch = atLeast0(Math.min(canary - fresh, unproven))
    const waitsFor = launch === 0 ? canaryWait(now) : undefined
    return decision(nothing, launch, false, false, waitsFor)
  }
  const emptied = Math.max(minHealthy, target - maxParallel)
  const mayStop = atLeast0(Math.min(old + now.newHealthy - emptied, old - target + batchEnd))
  const healthyAllowed = atLeast0(healthy - minHealthy)
  const stop =
    old > 0
      ? unhealthyFirst('old', now.oldUnhealthy, now.oldHealthy, mayStop, healthyAllowed)
      : unhealthyFirst('new', now.newUnhealthy, now.newHealthy, fresh - target, healthyAllowed)

  const oneMore = minHealthy >= maxCapacity && old + now.newHealthy >= maxCapacity ? 1 : 0
  const room = maxCapacity + oneMore - holders
  // Old ones that died are replaced whatever the batch.
  const batch = Math.max(batchEnd, target - old)
  const launch = atLeast0(Math.min(target - fresh, room, unproven, batch - fresh))

  const isIdle = stop.healthy + stop.unhealthy + launch === 0
  const done = isIdle && holders === fresh && fresh === target && now.newHealthy === target
  const isBatchOver = fresh >= batchEnd && now.newUnhealthy === 0
  return decision(stop, launch, done, isBatchOver, isIdle && !done ? waitOf(now, target - fresh) : undefined)
}

const nothing = { of: 'old', healthy: 0, unhealthy: 0 } as const

function decision(
  stop: Decision['stop'],
  launch: number,
  done: boolean,
  isBatchOver: boolean,
  waitsFor: RollingWait | undefined,
): Decision {
  return { stop, launch, done, isBatchOver, ...(waitsFor === undefined ? {} : { waitsFor }) }
}

function unhealthyFirst(
  of: 'old' | 'new',
  unhealthy: number,
  healthy: number,
  wanted: number,
  healthyAllowed: number,
): Decision['stop'] {
  const first = Math.min(unhealthy, atLeast0(wanted))
  return { of, unhealthy: first, healthy: atLeast0(Math.min(healthy, wanted - first, healthyAllowed)) }
}

function canaryWait(now: RollingCounts): RollingWait {
  return now.newUnhealthy > 0
    ? { kind: 'health', instances: now.newUnhealthy }
    : { kind: 'promotion', instances: now.newHealthy }
}

function waitOf(now: RollingCounts, toCome: number): RollingWait {
  if (now.newUnhealthy > 0) return { kind: 'health', instances: now.newUnhealthy }
  const stopping = now.oldStopping + now.newStopping
  if (stopping > 0) return { kind: 'stop', instances: stopping }
  return { kind: 'batch', instances: toCome }
}

function atLeast0(count: number): number {
  return Math.max(0, count)
}
