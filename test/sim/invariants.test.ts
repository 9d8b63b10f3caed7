// Each invariant must be able to fail: a healthy cluster's rows, damaged in one place, and the sentence that comes out.
import { beforeAll, describe, expect, test } from 'vitest'
import type { AgentId, Constraint, SpecHash } from '../../src/model/index.ts'
import {
  decodeRows,
  type PlainRows,
  type RolloutRow,
  type Rows,
  type TableName,
} from '../../src/runtime/core/index.ts'
import { checkInvariants, invariants, InvariantWatch } from '../../src/sim/index.ts'
import { apply, desired, healthCheck, planFor, simulate } from './cluster.ts'

let rows: PlainRows
let now = 0

// In the middle of a rolling restart, so that every table has rows.
beforeAll(() => {
  const simulation = simulate([{ id: 'a' }, { id: 'b' }])
  const web = {
    id: '/web',
    cpus: 1,
    instances: 3,
    portDefinitions: [{ port: 0, name: 'http' }],
    healthChecks: [healthCheck()],
  }
  apply(simulation, desired({ ...web, cmd: 'one' }))
  const plan = planFor(simulation.state, desired({ ...web, cmd: 'two' }))
  simulation.request({ kind: 'applyPlan', plan, force: false, takeOver: false })
  simulation.runFor(1000)
  expect(simulation.state.runningDeployments.size).toBe(1)
  rows = decodeRows(simulation.storedRows)
  now = simulation.now
})

/** The rows with some of one table replaced. */
function changed<T extends TableName>(
  table: T,
  change: (row: Rows[T], index: number) => Partial<Rows[T]> | undefined,
): PlainRows {
  const list = rows[table] as readonly { key: string; row: Rows[T] }[]
  const next = list.map(({ key, row }, index) => ({ key, row: { ...row, ...change(row, index) } }))
  return { ...rows, [table]: next }
}

const damages: Readonly<Record<string, () => { before?: PlainRows; after: PlainRows }>> = {
  capacity: () => ({
    before: { ...rows, allocation: [] },
    after: changed('allocation', a => ({ resources: { ...a.resources, cpuMilli: 4000 } })),
  }),
  'host ports': () => ({ after: changed('allocation', () => ({ ports: [31000] })) }),
  slots: () => ({ after: changed('instance', () => ({ slot: 0 })) }),
  incarnations: () => ({
    before: changed('instance', i => ({ incarnation: i.incarnation + 1 })),
    after: rows,
  }),
  generations: () => ({ before: changed('agent', a => ({ gen: a.gen + 1000 })), after: rows }),
  'promise of health': () => ({
    after: changed('allocation', () => ({
      goal: 'stop' as const,
      cause: 'deployment' as const,
      author: 'test',
    })),
  }),
  'rolling capacity': () => ({
    before: { ...rows, instance: [] },
    after: changed('action', () => ({ maxCapacity: 1 })),
  }),
  rollout: () => ({
    before: { ...rows, instance: [] },
    after: changed('action', () => ({ rollout: { canary: 0, passed: 0 } as RolloutRow })),
  }),
  constraints: () => ({
    before: { ...rows, allocation: [] },
    after: changed('spec', s => ({
      app: { ...s.app, constraints: [['hostname', 'UNIQUE']] satisfies Constraint[] },
    })),
  }),
  actions: () => ({ after: { ...rows, deployment: [] } }),
  causes: () => ({ after: changed('allocation', () => ({ goal: 'stop' as const })) }),
  backoff: () => ({
    before: { ...rows, allocation: [] },
    after: {
      ...rows,
      backoff: rows.instance.map(({ row }) => ({
        key: row.id,
        row: { app: row.app, runKey: row.runKey, delayMs: 1, until: (now + 1) as never, touched: 0 as never },
      })),
    },
  }),
  'health kills': () => ({
    after: changed('allocation', () => ({
      goal: 'stop' as const,
      cause: 'unhealthy' as const,
      author: 'system',
    })),
  }),
  references: () => ({ after: changed('instance', () => ({ spec: 'nothing' as SpecHash })) }),
  daemons: () => ({
    after: {
      ...changed('spec', s => ({ app: { ...s.app, mode: 'daemon' as const } })),
      instance: changed('instance', () => ({ agent: 'agent1' as AgentId })).instance,
    },
  }),
  batch: () => ({ after: changed('instance', () => ({ agent: null, reported: 'Finished' as const })) }),
  service: () => ({
    before: { ...changed('agent', () => ({ cordoned: true as const })), allocation: [] },
    after: changed('agent', () => ({ cordoned: true as const })),
  }),
  limits: () => ({
    after: {
      ...rows,
      version: Array.from({ length: 51 }, (_, i) => ({ ...rows.version[0]!, key: String(i) })),
    },
  }),
}

describe('invariants', () => {
  test('hold where nothing was damaged', () => {
    expect(checkInvariants({ before: rows, after: rows, now })).toEqual([])
  })

  test('have one damage each', () => {
    expect(Object.keys(damages)).toEqual(invariants.map(i => i.name))
  })

  test.each(Object.keys(damages))('%s', name => {
    const { before = rows, after } = damages[name]!()
    const broken = checkInvariants({ before, after, now })
    expect(broken.filter(what => what.startsWith(`${name}: `))).not.toEqual([])
  })
})

describe('what is seen beside the rows', () => {
  const found = (damage: (simulation: ReturnType<typeof simulate>) => void): string => {
    const watch = new InvariantWatch()
    const simulation = simulate([{ id: 'a' }, { id: 'b' }], { observer: watch })
    apply(simulation, desired({ id: '/web', cmd: 'x', instances: 2 }))
    expect(watch.found).toEqual([])
    damage(simulation)
    simulation.runFor(10_000)
    return watch.found.join('\n')
  }

  test('a process without a record, and one that lives twice', () => {
    const told = found(simulation => {
      const [here] = simulation.machines.get('a' as AgentId)!.driver.find()
      simulation.machines.get('b' as AgentId)!.driver.adopt(here!.key, here!.driver, 0)
    })
    expect(told).toContain('runs on b without a record')
    expect(told).toContain('runs on a and on b')
  })

  test('a total that is not the sum of its parts', () => {
    const told = found(({ state }) => {
      state.agents.take('a' as AgentId, { cpuMilli: 1, memKiB: 0, diskKiB: 0, gpus: 0 }, [31999])
    })
    expect(told).toContain('free cpuMilli of a is kept as')
    expect(told).toContain('ports held on a is kept as')
  })

  test('an instance that waits for nothing', () => {
    const told = found(({ state }) => {
      const instance = state.apps.get('/web' as never)!.liveInstances()[0]!
      const key = `${instance.id}/${instance.incarnation}`
      state.tables.allocation.delete(key)
      state.tables.instance.put(instance.id, { ...instance, agent: null })
    })
    expect(told).toContain('has no place and no reason')
  })
})
