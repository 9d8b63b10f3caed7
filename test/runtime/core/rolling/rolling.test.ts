// The start arithmetic against worked figures, and the decision against every small rollout there is.
import { describe, expect, test } from 'vitest'
import type { InstanceId } from '../../../../src/model/index.ts'
import {
  rollingDecision,
  startRolling,
  type RollingStart,
} from '../../../../src/runtime/core/rolling/rolling.ts'

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
}

const target = [1, 2, 3, 4]
const shares = [0, 0.25, 0.5, 1]

describe('rollingDecision, over every reachable state of every rollout with at most 4 instances', () => {
  for (const resident of [false, true]) {
    for (const n of target) {
      for (const m of shares) {
        for (const o of resident ? [0] : shares) {
          test(`N=${n} m=${m} o=${o}${resident ? ' resident' : ''}`, () => {
            let states = 0
            for (let known = 0; known <= n + 2; known++) {
              for (let healthy = 0; healthy <= known; healthy++) {
                states += explore(n, m, o, known, healthy, resident)
              }
            }
            expect(states).toBeGreaterThan(0)
          })
        }
      }
    }
  }
})

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
  const open: Small[] = [
    { oldHealthy: known, oldUnhealthy: 0, oldStopping: 0, newHealthy: 0, newUnhealthy: 0 },
  ]
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

function* kindEvents(s: Small): Iterable<Small> {
  if (s.oldStopping > 0) yield { ...s, oldStopping: s.oldStopping - 1 }
  if (s.newUnhealthy > 0) yield { ...s, newUnhealthy: s.newUnhealthy - 1, newHealthy: s.newHealthy + 1 }
  if (s.oldHealthy > 0) yield { ...s, oldHealthy: s.oldHealthy - 1, oldUnhealthy: s.oldUnhealthy + 1 }
  if (s.oldUnhealthy > 0) yield { ...s, oldUnhealthy: s.oldUnhealthy - 1, oldHealthy: s.oldHealthy + 1 }
}

// Deaths and flaps of health are the world's; the search goes through all orders of all of them.
function explore(n: number, m: number, o: number, known: number, healthy: number, resident: boolean): number {
  const start = startRolling({
    target: n,
    minimumHealthCapacity: m,
    maximumOverCapacity: o,
    healthy,
    known,
    resident,
  })
  const run = { target: n, ...start }
  const base = Math.floor(n * (1 + o))
  const ceiling = resident ? base : base + 1
  const first: Small = {
    oldHealthy: healthy,
    oldUnhealthy: known - healthy,
    oldStopping: 0,
    newHealthy: 0,
    newUnhealthy: 0,
  }
  const seen = new Set<string>()
  const open = [first]
  while (open.length > 0) {
    const state = open.pop()!
    const key = Object.values(state).join()
    if (seen.has(key)) continue
    seen.add(key)
    const { after, stoppedHealthy, launched } = decide(run, state)
    const health = state.oldHealthy + state.newHealthy
    must(stoppedHealthy === 0 || health - stoppedHealthy >= run.minHealthy, 'keeps the promise', state)
    must(launched === 0 || holders(after) <= ceiling, 'starts within capacity', state)
    must(holders(after) <= Math.max(ceiling, holders(state)), 'never grows beyond capacity', state)
    must(finishes(run, state), 'comes to its end', state)
    for (const next of events(after)) open.push(next)
  }
  return seen.size
}

// Plain throws: these run a million times.
function must(condition: boolean, what: string, state: Small): void {
  if (!condition) throw new Error(`${what}: ${JSON.stringify(state)}`)
}

/** From here on only good things happen: old ones stop, new ones become healthy. It must come to its end. */
function finishes(run: { target: number; minHealthy: number; maxCapacity: number }, from: Small): boolean {
  let state = from
  for (let i = 0; i < 40; i++) {
    const { after, done } = decide(run, state)
    if (done) return true
    state = {
      ...after,
      oldStopping: 0,
      newHealthy: after.newHealthy + after.newUnhealthy,
      newUnhealthy: 0,
    }
  }
  return false
}

function decide(run: { target: number; minHealthy: number; maxCapacity: number }, state: Small) {
  const make = (kind: string, count: number, isHealthy: boolean) =>
    Array.from({ length: count }, (_, i) => ({ id: `${kind}${i}` as InstanceId, healthy: isHealthy }))
  const decision = rollingDecision(run, {
    oldLive: [
      ...make('oldHealthy', state.oldHealthy, true),
      ...make('oldUnhealthy', state.oldUnhealthy, false),
    ],
    oldStopping: state.oldStopping,
    newLive: [
      ...make('newHealthy', state.newHealthy, true),
      ...make('newUnhealthy', state.newUnhealthy, false),
    ],
    newStopping: 0,
  })
  const stopped = (kind: string): number => decision.kill.filter(id => id.startsWith(kind)).length
  must(stopped('new') === 0, 'stops no new one', state)
  const after: Small = {
    oldHealthy: state.oldHealthy - stopped('oldHealthy'),
    oldUnhealthy: state.oldUnhealthy - stopped('oldUnhealthy'),
    oldStopping: state.oldStopping + decision.kill.length,
    newHealthy: state.newHealthy,
    newUnhealthy: state.newUnhealthy + decision.launch,
  }
  return { after, done: decision.done, stoppedHealthy: stopped('oldHealthy'), launched: decision.launch }
}

function holders(state: Small): number {
  return Object.values(state).reduce((sum: number, n: number) => sum + n, 0)
}

function* events(s: Small): Iterable<Small> {
  yield s
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
