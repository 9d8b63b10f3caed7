// Single lives of a cluster, with all invariants checked after every step; random ones stand in random.test.ts.
import { expect, test } from 'vitest'
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
