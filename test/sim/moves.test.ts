// New names in a whole cluster: real agents hear nothing of them, the forecast knows them, and random changes, faults
// and renames at the same time break no invariant.
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base/index.ts'
import type { AgentId, AppId, Desired, DesiredMove } from '../../src/model/index.ts'
import { isEmpty } from '../../src/planner/index.ts'
import { forecastPlan, InvariantWatch, type Behaviour, type Simulation } from '../../src/sim/index.ts'
import { apply, desired, healthCheck, planFor, simulate } from './cluster.ts'

function move(from: string, to: string): DesiredMove {
  const place = (id: string) => ({ kind: 'app', address: `app.${id.slice(1)}`, id }) as const
  return { from: place(from), to: place(to) }
}

const body = { cpus: 0.5, mem: 64, healthChecks: [healthCheck()], portDefinitions: [{ port: 0 }] }

function processes(simulation: Simulation): string[] {
  return [...simulation.machines].flatMap(([id, m]) => m.driver.living().map(task => `${id} ${task}`)).sort()
}

describe('a rename', () => {
  const three = ['a', 'b', 'c'].map(id => ({ id }))
  const before = { id: '/web', cmd: 'one', instances: 3, ...body }
  const moved: Desired = {
    ...desired({ ...before, id: '/frontend' }),
    moves: [move('/web', '/frontend')],
  }

  test('leaves every process alone, also over restarts of server and agents', () => {
    const watch = new InvariantWatch({ dear: { share: 0.1, random: new Random(1) } })
    const simulation = simulate(three, { observer: watch })
    apply(simulation, desired(before))
    simulation.runFor(10_000)
    const running = processes(simulation)
    expect(running).toHaveLength(3)
    apply(simulation, moved)
    expect(simulation.state.tables.app.keys()).toEqual(['/frontend'])
    simulation.runFor(10_000)
    simulation.restartServer()
    simulation.runFor(60_000)
    simulation.bootMachine('a' as AgentId)
    simulation.runFor(60_000)
    expect(processes(simulation)).toEqual(running)
    expect(isEmpty(planFor(simulation.state, moved))).toBe(true)
    expect(watch.found).toEqual([])
  })

  test('takes no time and no health in the forecast', () => {
    const simulation = simulate(three)
    apply(simulation, desired(before))
    simulation.runFor(10_000)
    const plan = forecastPlan(simulation.state, planFor(simulation.state, moved))
    expect(plan.placements).toEqual([])
    expect(plan.forecast).toMatchObject({ verdict: 'works', unplaced: [] })
    for (const { durationMs, lowestHealthy } of plan.forecast!.profiles) {
      expect({ durationMs, lowestHealthy }).toEqual({ durationMs: 0, lowestHealthy: { '/frontend': 3 } })
    }
  })

  test('with a change: the forecast counts the instances of before, and places only new ones', () => {
    const simulation = simulate(three)
    const half = { upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } }
    apply(simulation, desired({ ...before, ...half }))
    simulation.runFor(10_000)
    const { apps } = desired({ ...before, ...half, id: '/frontend', cmd: 'two' })
    const want = { ...moved, apps }
    const plan = forecastPlan(simulation.state, planFor(simulation.state, want))
    expect(plan.placements).toHaveLength(3)
    expect(plan.forecast!.profiles.map(p => p.lowestHealthy['/frontend'])).toEqual([2, 2, 2])
  })
})

describe('random changes, faults and names, then peace', () => {
  test.each([1, 2, 3, 4])('seed %i', seed => {
    const random = new Random(seed).fork('names')
    const agents = [...'abcd'].map(id => ({ id }))
    const behaviour: Behaviour = {
      startMs: () => random.integer(50, 3000),
      stopMs: () => random.integer(10, 2000),
      endsBy: () => (random.chance(0.1) ? { afterMs: random.integer(10, 20_000), code: 1 } : undefined),
      check: () => ({ ok: !random.chance(0.05), afterMs: random.integer(1, 300) }),
    }
    const watch = new InvariantWatch({ dear: { share: 0.1, random: new Random(1) } })
    const simulation = simulate(agents, {
      seed,
      behaviour,
      networkMs: [1, 40],
      appendMs: [0, 20],
      observer: watch,
      appendFails: seed % 2 === 0 ? 0.02 : 0,
    })
    const names = ['/web', '/site', '/frontend'] as const
    const wanted = (): Desired => {
      const id = random.pick(names)
      const want = desired(
        { ...body, id, cmd: `v${random.integer(1, 3)}`, instances: random.integer(0, 4) },
        { id: '/db', cmd: 'db', cpus: 1, instances: random.integer(0, 2) },
      )
      return { ...want, moves: names.filter(name => name !== id).map(name => move(name, id)) }
    }
    let last = wanted()
    for (let i = 0; i < 20; i++) {
      simulation.runFor(random.integer(10, 8000))
      const agent = random.pick(agents).id as AgentId
      const what = random.integer(0, 9)
      if (what < 6) {
        last = wanted()
        const plan = planFor(simulation.state, last)
        simulation.request({ kind: 'applyPlan', plan, force: true, takeOver: true })
      } else if (what < 8) simulation.connect(agent)
      else simulation.restartServer()
      expect(watch.found, `seed ${seed}`).toEqual([])
    }
    for (let accepted = false; !accepted;) {
      const plan = planFor(simulation.state, last)
      const id = simulation.request({ kind: 'applyPlan', plan, force: true, takeOver: true })
      simulation.runFor(5000)
      accepted = simulation.replyTo(id)?.ok === true
    }
    const settled = (): boolean => simulation.state.runningDeployments.size === 0
    expect(simulation.runUntil(settled, { forMs: 1_800_000 }), `seed ${seed} comes to rest`).toBe(true)
    expect(isEmpty(planFor(simulation.state, last)), `seed ${seed} plans nothing more`).toBe(true)
    const there = names.filter(name => simulation.state.apps.has(name as AppId))
    expect(there).toEqual(last.apps.filter(a => a.app.id !== '/db' && a.app.instances > 0).map(a => a.app.id))
    expect(watch.found, `seed ${seed}`).toEqual([])
  })
})
