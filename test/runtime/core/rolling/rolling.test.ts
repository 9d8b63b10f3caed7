// The start arithmetic against worked figures, and the decision against every small rollout there is.
import { describe, expect, test } from 'vitest'
import {
  rollingDecision,
  startRolling,
  type RollingBounds,
  type RollingStart,
} from '../../../../src/runtime/core/rolling/rolling.ts'
import { rounds } from '../../../support/rounds.ts'

describe('startRolling', () => {
  const cases: readonly [
    string,
    Partial<RollingStart>,
    { minHealthy: number; maxCapacity: number; killNow: number },
  ][] = [
    ['m=1, o=1', { minimumHealthCapacity: 1, maximumOverCapacity: 1 }, figures(4, 8, 0)],
    ['m=1, o=0', { minimumHealthCapacity: 1, maximumOverCapacity: 0 }, figures(4, 5, 0)],
    ['m=0.5, o=0', { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }, figures(2, 4, 2)],
    ['m=0, o=0', { minimumHealthCapacity: 0, maximumOverCapacity: 0 }, figures(0, 4, 4)],
    ['m=0.5, o=0.25', { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.25 }, figures(2, 5, 2)],
    ['N=1, m=1, o=1', one(1, 1), figures(1, 2, 0)],
    ['N=1, m=0.5, o=0', one(0.5, 0), figures(1, 2, 0)],
    ['more than wanted', { target: 2, minimumHealthCapacity: 1, maximumOverCapacity: 1 }, figures(2, 4, 2)],
    ['unhealthy', { healthy: 1, minimumHealthCapacity: 1, maximumOverCapacity: 0 }, figures(4, 4, 0)],
    ['resident', { minimumHealthCapacity: 1, maximumOverCapacity: 0, resident: true }, figures(3, 4, 1)],
  ]
  test.each(cases)('%s', (_, over, expected) => {
    const start = { target: 4, healthy: 4, known: 4, resident: false }
    expect(startRolling({ ...start, minimumHealthCapacity: 1, maximumOverCapacity: 1, ...over })).toEqual(
      expected,
    )
  })
})

function figures(minHealthy: number, maxCapacity: number, killNow: number) {
  return { minHealthy, maxCapacity, killNow }
}

function one(minimumHealthCapacity: number, maximumOverCapacity: number): Partial<RollingStart> {
  return { target: 1, healthy: 1, known: 1, minimumHealthCapacity, maximumOverCapacity }
}

/** All that the decision can see of a rollout: instances are alike, so counts are enough. */
interface Small {
  readonly oldHealthy: number
  readonly oldUnhealthy: number
  readonly oldStopping: number
  readonly newHealthy: number
  readonly newUnhealthy: number
  /** Nobody has promoted the canaries yet. */
  readonly isCanary: boolean
  /** New ones in batches that are over, and whether the time after the last of them still runs. */
  readonly passed: number
  readonly isHeld: boolean
}

interface Run {
  readonly target: number
  readonly minHealthy: number
  readonly maxCapacity: number
  readonly maxParallel?: number
  readonly canary?: number
  /** Instances of a batch, where there is a pause between batches. */
  readonly batch?: number
}

const target = [1, 2, 3, 4]
/** With an `update` there are many times more states. */
const smallTarget = target.slice(0, rounds({ usual: 3, prove: 4 }))
const shares = [0, 0.25, 0.5, 1]

/** What an app's `update` may add; `batch` with the size that it has without `maxParallel`. */
const updates: readonly { name: string; maxParallel?: number; canary?: number; pause?: true }[] = [
  { name: '' },
  { name: ', one at a time', maxParallel: 1 },
  { name: ', two at a time', maxParallel: 2 },
  { name: ', one canary', canary: 1 },
  { name: ', two canaries, one at a time', canary: 2, maxParallel: 1 },
  { name: ', in batches', pause: true },
  { name: ', in batches of one', pause: true, maxParallel: 1 },
  { name: ', in batches of two after two canaries', pause: true, maxParallel: 2, canary: 2 },
]

describe.each(updates)(
  'rollingDecision, over every reachable state of every rollout with at most 4 instances$name',
  update => {
    for (const resident of update.canary === undefined ? [false, true] : [false]) {
      for (const n of update.name === '' ? target : smallTarget) {
        for (const m of shares) {
          for (const o of resident ? [0] : shares) {
            test(`N=${n} m=${m} o=${o}${resident ? ' resident' : ''}`, () => {
              let states = 0
              for (let known = 0; known <= n + 2; known++) {
                for (let healthy = 0; healthy <= known; healthy++) {
                  states += explore(n, m, o, known, healthy, resident, update)
                }
              }
              expect(states).toBeGreaterThan(0)
            })
          }
        }
      }
    }
  },
)

describe("without deaths, Marathon's count of kills is never exceeded", () => {
  for (const n of target) {
    for (const m of shares) {
      for (const o of shares) {
        test(`N=${n} m=${m} o=${o}`, () => {
          for (let known = 0; known <= n + 2; known++) countKills(n, m, o, known)
        })
      }
    }
  }
})

// All old ones are healthy at the start; later they may be not, and new ones become healthy for good.
function countKills(n: number, m: number, o: number, known: number): void {
  const start = startRolling({
    target: n,
    minimumHealthCapacity: m,
    maximumOverCapacity: o,
    healthy: known,
    known,
    resident: false,
  })
  const seen = new Set<string>()
  const open = [first(known, known, false)]
  while (open.length > 0) {
    const state = open.pop()!
    const key = Object.values(state).join()
    if (seen.has(key)) continue
    seen.add(key)
    const { after } = decide({ target: n, ...start }, state)
    const killed = known - after.oldHealthy - after.oldUnhealthy
    must(killed <= start.killNow + after.newHealthy, 'kills no more than Marathon', state)
    open.push(after, ...kindEvents(after))
  }
}

function first(known: number, healthy: number, isCanary: boolean): Small {
  return {
    oldHealthy: healthy,
    oldUnhealthy: known - healthy,
    oldStopping: 0,
    newHealthy: 0,
    newUnhealthy: 0,
    isCanary,
    passed: 0,
    isHeld: false,
  }
}

function* kindEvents(s: Small): Iterable<Small> {
  if (s.oldStopping > 0) yield { ...s, oldStopping: s.oldStopping - 1 }
  if (s.newUnhealthy > 0) yield { ...s, newUnhealthy: s.newUnhealthy - 1, newHealthy: s.newHealthy + 1 }
  if (s.oldHealthy > 0) yield { ...s, oldHealthy: s.oldHealthy - 1, oldUnhealthy: s.oldUnhealthy + 1 }
  if (s.oldUnhealthy > 0) yield { ...s, oldUnhealthy: s.oldUnhealthy - 1, oldHealthy: s.oldHealthy + 1 }
}

// Deaths and flaps of health are the world's; the search goes through all orders of all of them.
function explore(
  n: number,
  m: number,
  o: number,
  known: number,
  healthy: number,
  resident: boolean,
  update: (typeof updates)[number],
): number {
  const start = startRolling({
    target: n,
    minimumHealthCapacity: m,
    maximumOverCapacity: o,
    healthy,
    known,
    resident,
  })
  const { maxParallel, pause } = update
  const canary = update.canary === undefined ? undefined : Math.min(update.canary, n)
  const size = Math.max(1, Math.min(maxParallel ?? n, start.maxCapacity - start.minHealthy))
  const run: Run = {
    target: n,
    ...start,
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(canary === undefined ? {} : { canary }),
    ...(pause === undefined ? {} : { batch: size }),
  }
  const base = Math.floor(n * (1 + o))
  const ceiling = resident ? base : base + 1
  const seen = new Set<string>()
  const open = [first(known, healthy, canary !== undefined && known > 0)]
  while (open.length > 0) {
    const state = open.pop()!
    const key = Object.values(state).join()
    if (seen.has(key)) continue
    seen.add(key)
    const { after, stoppedHealthy, launched } = decide(run, state)
    const health = state.oldHealthy + state.newHealthy
    must(stoppedHealthy === 0 || health - stoppedHealthy >= run.minHealthy, 'keeps the promise', state)
    if (state.isCanary && live(state) > 0) {
      must(launched === 0 || fresh(after) <= canary!, 'starts no more than the canaries', state)
      must(after.oldStopping === state.oldStopping, 'stops nothing before the promotion', state)
    } else {
      must(launched === 0 || holders(after) <= ceiling, 'starts within capacity', state)
      must(holders(after) <= Math.max(ceiling, holders(state)), 'never grows beyond capacity', state)
    }
    if (maxParallel !== undefined) {
      must(launched === 0 || after.newUnhealthy <= maxParallel, 'starts few at once', state)
    }
    if (run.batch !== undefined && state.isHeld && live(state) + fresh(state) >= n && fresh(state) < n) {
      must(launched === 0 || fresh(after) <= state.passed, 'starts no batch before its time', state)
    }
    must(finishes(run, state), 'comes to its end', state)
    for (const next of events(after)) open.push(next)
  }
  return seen.size
}

// Plain throws: these run a million times.
function must(condition: boolean, what: string, state: Small): void {
  if (!condition) throw new Error(`${what}: ${JSON.stringify(state)}`)
}

/**
 * From here on only good things happen: old ones stop, new ones become healthy, pauses end, somebody promotes. It must
 * come to its end.
 */
function finishes(run: Run, from: Small): boolean {
  let state = from
  for (let i = 0; i < 60; i++) {
    const { after, done } = decide(run, state)
    if (done) return true
    const isProven = after.newUnhealthy === 0
    state = {
      ...after,
      oldStopping: 0,
      newHealthy: fresh(after),
      newUnhealthy: 0,
      isHeld: false,
      isCanary: after.isCanary && !isProven,
    }
  }
  return false
}

function decide(run: Run, state: Small) {
  const { isCanary, passed, isHeld, ...counts } = state
  const batchEnd = run.batch === undefined ? undefined : passed + (isHeld ? 0 : run.batch)
  const bounds: RollingBounds = {
    ...(run.maxParallel === undefined ? {} : { maxParallel: run.maxParallel }),
    ...(isCanary ? { canary: run.canary! } : {}),
    ...(batchEnd === undefined ? {} : { batchEnd }),
  }
  const figures = { target: run.target, minHealthy: run.minHealthy, maxCapacity: run.maxCapacity }
  const { stop, launch, done, isBatchOver } = rollingDecision(
    { ...figures, ...bounds },
    { ...counts, newStopping: 0 },
  )
  must(stop.of === 'old' || stop.healthy + stop.unhealthy === 0, 'stops no new one', state)
  must(stop.healthy <= state.oldHealthy && stop.unhealthy <= state.oldUnhealthy, 'stops what is there', state)
  const after: Small = {
    oldHealthy: state.oldHealthy - stop.healthy,
    oldUnhealthy: state.oldUnhealthy - stop.unhealthy,
    oldStopping: state.oldStopping + stop.healthy + stop.unhealthy,
    newHealthy: state.newHealthy,
    newUnhealthy: state.newUnhealthy + launch,
    isCanary,
    passed: isBatchOver && !isHeld ? fresh(state) : passed,
    isHeld: isHeld || isBatchOver,
  }
  return { after, done, stoppedHealthy: stop.healthy, launched: launch }
}

function live(state: Small): number {
  return state.oldHealthy + state.oldUnhealthy
}

function fresh(state: Small): number {
  return state.newHealthy + state.newUnhealthy
}

function holders(state: Small): number {
  return live(state) + fresh(state) + state.oldStopping
}

function* events(s: Small): Iterable<Small> {
  yield s
  if (s.isHeld) yield { ...s, isHeld: false }
  if (s.isCanary) yield { ...s, isCanary: false }
  if (s.oldStopping > 0) yield { ...s, oldStopping: s.oldStopping - 1 }
  if (s.newUnhealthy > 0) {
    yield { ...s, newUnhealthy: s.newUnhealthy - 1, newHealthy: s.newHealthy + 1 }
  }
  if (s.newHealthy > 0) {
    yield { ...s, newUnhealthy: s.newUnhealthy + 1, newHealthy: s.newHealthy - 1 }
  }
  if (s.oldHealthy > 0) {
    yield { ...s, oldHealthy: s.oldHealthy - 1 }
    yield { ...s, oldHealthy: s.oldHealthy - 1, oldUnhealthy: s.oldUnhealthy + 1 }
  }
  if (s.oldUnhealthy > 0) {
    yield { ...s, oldUnhealthy: s.oldUnhealthy - 1 }
    yield { ...s, oldUnhealthy: s.oldUnhealthy - 1, oldHealthy: s.oldHealthy + 1 }
  }
}
