// The forecast of plans against clusters in many states, and against what then really happens there.
import { describe, expect, test } from 'vitest'
import { compareStrings, Random } from '../../src/base/index.ts'
import type { AgentId, AppId, Desired, Plan } from '../../src/model/index.ts'
import { rowsOf } from '../../src/runtime/core/index.ts'
import { forecastPlan, type Simulation } from '../../src/sim/index.ts'
import { apply, applyPlan, desired, healthCheck, planFor, simulate } from './cluster.ts'

const three = ['a', 'b', 'c'].map(id => ({ id }))

function forecast(simulation: Simulation, wanted: Desired): Plan {
  const before = JSON.stringify(rowsOf(simulation.state).map(r => [r.key, [...r.value]]))
  const made = forecastPlan(simulation.state, planFor(simulation.state, wanted))
  expect(JSON.stringify(rowsOf(simulation.state).map(r => [r.key, [...r.value]]))).toBe(before)
  return made
}

function landed(simulation: Simulation, app: string): AgentId[] {
  const live = simulation.state.apps.get(app as AppId)?.liveInstances() ?? []
  return live.map(i => i.agent!)
}

describe('forecast', () => {
  test('a new app: lands where apply then puts it', () => {
    const simulation = simulate(three)
    const wanted = desired({
      id: '/web',
      cmd: 'serve',
      cpus: 0.5,
      instances: 5,
      healthChecks: [healthCheck()],
    })
    const plan = forecast(simulation, wanted)
    expect(plan.forecast).toMatchObject({ verdict: 'works', unplaced: [] })
    expect(plan.forecast!.profiles.map(p => [p.name, p.lowestHealthy])).toEqual([
      ['p10', { '/web': 0 }],
      ['p50', { '/web': 0 }],
      ['p99', { '/web': 0 }],
    ])
    const durations = plan.forecast!.profiles.map(p => p.durationMs)
    expect(durations).toEqual([...durations].sort((a, b) => a - b))
    expect(durations[0]).toBeGreaterThanOrEqual(2300)
    expect(plan.placements.map(p => p.slot)).toEqual([0, 1, 2, 3, 4])
    apply(simulation, wanted)
    expect(plan.placements.map(p => p.agent)).toEqual(landed(simulation, '/web'))
  })

  test('says of which apps nothing is healthy before', () => {
    const simulation = simulate(three)
    const web = { id: '/web', cpus: 0.5, instances: 2, healthChecks: [healthCheck()] }
    apply(simulation, desired({ ...web, cmd: 'one' }))
    expect(forecast(simulation, desired({ ...web, cmd: 'two' })).forecast!.unhealthyBefore).toBeUndefined()
    for (const row of [...simulation.state.tables.instance.values()])
      simulation.state.tables.instance.put(row.id, { ...row, health: [] })
    expect(forecast(simulation, desired({ ...web, cmd: 'two' })).forecast!.unhealthyBefore).toEqual(['/web'])
  })

  test('a rolling restart: says how few are healthy on the way', () => {
    const simulation = simulate(three)
    const web = {
      id: '/web',
      cpus: 0.5,
      instances: 4,
      healthChecks: [healthCheck()],
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    }
    apply(simulation, desired({ ...web, cmd: 'one' }))
    simulation.runFor(10_000)
    const plan = forecast(simulation, desired({ ...web, cmd: 'two' }))
    expect(plan.forecast).toMatchObject({ verdict: 'works', unplaced: [] })
    expect(plan.forecast!.profiles.map(p => p.lowestHealthy['/web'])).toEqual([2, 2, 2])
    expect(plan.placements).toHaveLength(4)
  })

  test('200 instances on a cluster that is too small: the number that fits, and the resource that runs out', () => {
    const simulation = simulate(three)
    const plan = forecast(simulation, desired({ id: '/many', cmd: 'x', cpus: 0.1, mem: 8, instances: 200 }))
    expect(plan.forecast).toMatchObject({
      verdict: 'cannot',
      unplaced: [{ app: '/many', wanted: 200, placed: 120, reasons: [{ filter: 'cpus', agents: 3 }] }],
    })
    expect(plan.placements).toHaveLength(120)
  })

  test('no room for the one more that a rollout needs', () => {
    const simulation = simulate([{ id: 'a', cpus: 1 }])
    const web = { id: '/web', cpus: 1, instances: 1 }
    apply(simulation, desired({ ...web, cmd: 'one' }))
    const plan = forecast(simulation, desired({ ...web, cmd: 'two' }))
    expect(plan.forecast).toMatchObject({
      verdict: 'cannot',
      unplaced: [{ app: '/web', wanted: 1, placed: 0, reasons: [{ filter: 'cpus' }] }],
    })
  })

  test('waits for an agent that is away, where it would make the difference', () => {
    const simulation = simulate([{ id: 'a' }, { id: 'b' }])
    simulation.isolate('b' as AgentId)
    expect(
      simulation.runUntil(() => simulation.state.tables.agent.get('b')?.unreachableSince !== null, {
        forMs: 120_000,
      }),
    ).toBe(true)
    const six = forecast(simulation, desired({ id: '/web', cmd: 'x', cpus: 1, instances: 6 }))
    expect(six.forecast).toMatchObject({ verdict: 'waits', unplaced: [{ wanted: 6, placed: 4 }] })
    const nine = forecast(simulation, desired({ id: '/web', cmd: 'x', cpus: 1, instances: 9 }))
    expect(nine.forecast).toMatchObject({ verdict: 'cannot' })
    const four = forecast(simulation, desired({ id: '/web', cmd: 'x', cpus: 1, instances: 4 }))
    expect(four.forecast).toMatchObject({ verdict: 'works' })
  })

  test('in the time after a restore an agent that is away delays nothing that has places', () => {
    const simulation = simulate(three)
    const { cluster } = simulation.state.tables
    cluster.put('cluster', { ...cluster.get('cluster')!, adopt: true })
    simulation.isolate('c' as AgentId)
    const wanted = desired({ id: '/web', cmd: 'serve', instances: 2 })
    expect(forecast(simulation, wanted).forecast).toMatchObject({ verdict: 'works', unplaced: [] })
  })

  test('waits while no agent has joined', () => {
    const plan = forecast(simulate([]), desired({ id: '/web', cmd: 'x' }))
    expect(plan.forecast).toMatchObject({ verdict: 'waits', unplaced: [{ wanted: 1, placed: 0 }] })
  })

  test('an empty plan works and takes no time', () => {
    const simulation = simulate(three)
    const wanted = desired({ id: '/web', cmd: 'x' })
    apply(simulation, wanted)
    const plan = forecast(simulation, wanted)
    expect(plan.forecast).toMatchObject({ verdict: 'works', unplaced: [] })
    expect(plan.forecast!.profiles.every(p => p.durationMs === 0)).toBe(true)
  })

  test('the same state and plan give the same forecast', () => {
    const simulation = simulate(three)
    const wanted = desired({ id: '/web', cmd: 'x', instances: 7 })
    expect(forecast(simulation, wanted)).toEqual(forecast(simulation, wanted))
  })

  test('500 instances on 50 agents', () => {
    const simulation = simulate(Array.from({ length: 50 }, (_, i) => ({ id: `agent${i}` })))
    const plan = forecast(simulation, desired({ id: '/many', cmd: 'x', cpus: 0.1, mem: 8, instances: 500 }))
    expect(plan.forecast).toMatchObject({ verdict: 'works' })
    expect(plan.placements).toHaveLength(500)
  })
})

// The same seed on both sides would prove nothing: what really happens has delays and a network of its own.
describe('what then happens, with other delays', () => {
  const random = new Random(11)
  const cases = Array.from({ length: 6 }, (_, i) => i + 1)

  test.each(cases)('case %i', seed => {
    const stream = random.fork(`case ${seed}`)
    const simulation = simulate(
      [...'abcdef'].map(id => ({ id, cpus: stream.integer(2, 8), rack: stream.pick(['left', 'right']) })),
      {
        seed,
        networkMs: [1, 80],
        appendMs: [0, 30],
        behaviour: {
          startMs: () => stream.integer(100, 4000),
          stopMs: () => stream.integer(10, 1000),
          check: () => ({ ok: true, afterMs: stream.integer(1, 200) }),
        },
      },
    )
    const app = (id: string, cmd: string) => ({
      id,
      cmd,
      cpus: stream.pick([0.2, 0.5, 1]),
      mem: 64,
      instances: stream.integer(1, 5),
      constraints: stream.chance(0.5) ? [['rack', 'GROUP_BY']] : [],
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.5 },
      healthChecks: [healthCheck()],
      portDefinitions: [{ port: 0, name: 'http' }],
    })
    const web = app('/web', 'one')
    const wanted = [desired(web), desired({ ...web, cmd: 'two' }, app('/db', 'one'))]
    for (const one of wanted) {
      const before = new Set(simulation.state.tables.instance.keys())
      const plan = forecast(simulation, one)
      expect(plan.forecast!.verdict).toBe('works')
      applyPlan(simulation, plan)
      const landedNow = [...simulation.state.tables.instance.values()]
        .filter(i => !before.has(i.id))
        .map(i => `${i.app} ${i.agent}`)
      expect(landedNow.sort(compareStrings)).toEqual(
        plan.placements.map(p => `${p.app} ${p.agent}`).sort(compareStrings),
      )
    }
    expect(simulation.events.filter(e => e.type === 'placement_deviation')).toEqual([])
  })
})
