// Whole clusters from one seed, with all invariants checked after every step. SDDC_SEEDS=n runs n seeds of the faults.
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/index.ts'
import type { AgentId, AppId } from '../../src/model/index.ts'
import { isEmpty } from '../../src/planner/index.ts'
import { strictlyHealthy, type State } from '../../src/runtime/core/index.ts'
import {
  InvariantWatch,
  type Behaviour,
  type Simulation,
  type SimulationOptions,
} from '../../src/sim/index.ts'
import { apply, desired, healthCheck, planFor, quick, simulate, type SimulatedAgent } from './cluster.ts'

function watched(
  seed: number,
  agents: readonly SimulatedAgent[],
  behaviour: Behaviour = quick,
  over: Partial<SimulationOptions> = {},
): { simulation: Simulation; watch: InvariantWatch } {
  const watch = new InvariantWatch()
  const simulation = simulate(agents, {
    seed,
    behaviour,
    networkMs: [1, 40],
    appendMs: [0, 20],
    observer: watch,
    ...over,
  })
  return { simulation, watch }
}

function healthy(state: State, app: string): number {
  const live = state.apps.get(app as AppId)?.liveInstances() ?? []
  return live.filter(i => strictlyHealthy(state, i)).length
}

const web = {
  id: '/web',
  cpus: 0.5,
  mem: 64,
  instances: 4,
  portDefinitions: [{ port: 0, name: 'http' }],
  healthChecks: [healthCheck({ maxConsecutiveFailures: 1 })],
  upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.25 },
}
const three = ['a', 'b', 'c'].map(id => ({ id }))

test('apply, roll, lose a machine, restart the server, converge; planning again is empty', () => {
  const { simulation, watch } = watched(7, three)
  apply(simulation, desired({ ...web, cmd: 'one' }))
  expect(healthy(simulation.state, '/web')).toBe(4)

  const wanted = desired({ ...web, cmd: 'two' })
  const id = simulation.request({
    kind: 'applyPlan',
    plan: planFor(simulation.state, wanted),
    force: false,
    takeOver: false,
  })
  expect(simulation.runUntil(() => simulation.replyTo(id)?.ok === true, { forMs: 5000 })).toBe(true)
  simulation.runFor(1500)
  simulation.restartServer()
  simulation.runFor(500)
  simulation.loseMachine('b' as AgentId)

  const converged = (): boolean =>
    simulation.state.runningDeployments.size === 0 && healthy(simulation.state, '/web') === 4
  expect(simulation.runUntil(converged, { forMs: 300_000 })).toBe(true)
  const agents = simulation.state.apps
    .get('/web' as AppId)!
    .liveInstances()
    .map(i => i.agent)
  expect(agents).not.toContain('b')

  simulation.bootMachine('b' as AgentId)
  simulation.runFor(60_000)
  expect(isEmpty(planFor(simulation.state, wanted))).toBe(true)
  expect(watch.found).toEqual([])
})

test('a task that finishes is started again, later each time; deleting the app leaves nothing', () => {
  const { simulation, watch } = watched(3, three, {
    ...quick,
    endsBy: () => ({ afterMs: 100, code: 0 }),
  })
  apply(simulation, desired({ id: '/batch', cmd: 'true' }))
  simulation.runFor(30_000)
  const [instance] = simulation.state.apps.get('/batch' as AppId)!.liveInstances()
  expect(instance!.incarnation).toBeGreaterThan(3)
  expect(instance!.incarnation).toBeLessThan(20)
  apply(simulation, desired())
  expect(simulation.state.tables.instance.size).toBe(0)
  expect(simulation.state.tables.allocation.size).toBe(0)
  expect([...simulation.machines.values()].flatMap(m => m.driver.living())).toEqual([])
  expect(watch.found).toEqual([])
})

const seeds = Array.from({ length: Number(process.env['SDDC_SEEDS'] ?? 8) }, (_, i) => i + 1)

describe('random changes and faults, then peace', () => {
  test.each(seeds)('seed %i', seed => {
    const random = new Random(seed).fork('faults')
    const agents = [...'abcde'].map(id => ({ id, rack: id < 'c' ? 'left' : 'right' }))
    // For a while every check fails.
    let sick = false
    const behaviour: Behaviour = {
      startMs: () => random.integer(50, 3000),
      stopMs: () => random.integer(10, 2000),
      endsBy: () =>
        random.chance(0.1) ? { afterMs: random.integer(10, 20_000), code: random.integer(0, 1) } : undefined,
      check: () => ({ ok: !sick && !random.chance(0.05), afterMs: random.integer(1, 300) }),
    }
    const { simulation, watch } = watched(seed, agents, behaviour, { appendFails: seed % 2 === 0 ? 0.02 : 0 })
    const lost = new Set<AgentId>()
    const wanted = () =>
      desired(
        {
          ...web,
          cmd: `v${random.integer(1, 3)}`,
          // One per agent at most, so that UNIQUE can be met.
          instances: random.integer(0, agents.length),
          upgradeStrategy: {
            minimumHealthCapacity: random.pick([0, 0.5, 1]),
            maximumOverCapacity: random.pick([0, 0.5, 1]),
          },
          constraints: [
            random.pick([
              ['rack', 'GROUP_BY'],
              ['hostname', 'UNIQUE'],
              ['rack', 'CLUSTER'],
              ['hostname', 'MAX_PER', '2'],
            ]),
          ],
        },
        { id: '/db', cmd: `db${random.integer(1, 2)}`, cpus: 1, mem: 128, instances: random.integer(0, 3) },
      )
    let last = wanted()
    for (let i = 0; i < 25; i++) {
      sick = random.chance(0.25)
      simulation.runFor(random.integer(10, 8000))
      const agent = random.pick(agents).id as AgentId
      const what = random.integer(0, 9)
      if (what < 4) {
        last = wanted()
        const plan = planFor(simulation.state, last)
        simulation.request({ kind: 'applyPlan', plan, force: true, takeOver: true })
      } else if (what < 6 && lost.size < 2) {
        if (lost.has(agent)) continue
        lost.add(agent)
        if (what === 4) simulation.loseMachine(agent)
        else simulation.isolate(agent)
      } else if (what < 8 && lost.size > 0) {
        const back = random.pick([...lost])
        lost.delete(back)
        if (simulation.isIsolated(back)) simulation.heal(back)
        else simulation.bootMachine(back)
      } else if (what === 8) simulation.restartServer()
      else if (!lost.has(agent)) simulation.connect(agent)
      expect(watch.found, `seed ${seed}`).toEqual([])
    }
    sick = false
    for (const agent of lost) {
      if (simulation.isIsolated(agent)) simulation.heal(agent)
      else simulation.bootMachine(agent)
    }
    // A client repeats until it has an answer.
    for (let accepted = false; !accepted;) {
      const plan = planFor(simulation.state, last)
      const id = simulation.request({ kind: 'applyPlan', plan, force: true, takeOver: true })
      simulation.runFor(5000)
      accepted = simulation.replyTo(id)?.ok === true
    }
    const settled = (): boolean => simulation.state.runningDeployments.size === 0
    expect(simulation.runUntil(settled, { forMs: 1_800_000 }), `seed ${seed} comes to rest`).toBe(true)
    expect(isEmpty(planFor(simulation.state, last)), `seed ${seed} plans nothing more`).toBe(true)
    expect(watch.found, `seed ${seed}`).toEqual([])
  })
})
