// The cores know no clock, no chance and no locale. Lint bans the names in their sources; this takes the things
// themselves away while both cores, the planner and the simulator run a whole cluster, so that nothing reaches them
// through a package either.
import { afterEach, expect, test } from 'vitest'
import { isEmpty } from '../../src/planner/index.ts'
import { apply, desired, healthCheck, planFor, simulate } from '../sim/cluster.ts'

/** Each stands on an object under a name; reading it is what the cores must not do. */
const poisoned: readonly (readonly [owner: object, name: string])[] = [
  [Math, 'random'],
  [globalThis, 'Date'],
  [globalThis, 'Intl'],
  [globalThis, 'performance'],
  [globalThis, 'setTimeout'],
  [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'],
  [globalThis, 'fetch'],
  [String.prototype, 'localeCompare'],
  [Number.prototype, 'toLocaleString'],
]
const originals = poisoned.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name))

afterEach(heal)

test('a whole cluster runs without clock, chance and locale', () => {
  const unchanged = withPoison(() => {
    const simulation = simulate([{ id: 'a' }, { id: 'b' }], { seed: 1 })
    const web = { id: '/web', cpus: 0.5, mem: 64, instances: 3, healthChecks: [healthCheck()] }
    apply(simulation, desired({ ...web, cmd: 'one' }))
    apply(simulation, desired({ ...web, cmd: 'two' }))
    return isEmpty(planFor(simulation.state, desired({ ...web, cmd: 'two' })))
  })
  expect(unchanged).toBe(true)
})

test('the poison works', () => {
  expect(() => withPoison(() => Math.random())).toThrow('Math.random')
  expect(() => withPoison(() => new Date())).toThrow('Date')
  expect(() => withPoison(() => 'a'.localeCompare('b'))).toThrow('localeCompare')
})

// The first use throws, and is kept as well: what throws could be caught on its way.
function withPoison<T>(body: () => T): T {
  const used: string[] = []
  for (const [owner, name] of poisoned) {
    const get = (): never => {
      used.push(name)
      throw new Error(`a pure layer uses ${owner === Math ? 'Math.' : ''}${name}`)
    }
    Object.defineProperty(owner, name, { configurable: true, get })
  }
  try {
    const result = body()
    if (used.length > 0) throw new Error(`a pure layer uses ${used.join(', ')}`)
    return result
  } finally {
    heal()
  }
}

function heal(): void {
  for (const [i, [owner, name]] of poisoned.entries()) Object.defineProperty(owner, name, originals[i]!)
}
