// The fast allocator against the plain one: random agents, apps, ends of tasks, drains and changes of agents; every
// copy must land where the plain one would put it, one by one and in batches.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../src/base/index.ts'
import {
  hostPortsWanted,
  resourcesOf,
  type AgentId,
  type App,
  type Constraint,
} from '../../../../src/model/index.ts'
import { AgentIndex, type AgentFacts } from '../../../../src/runtime/core/allocate/agents.ts'
import { Batch } from '../../../../src/runtime/core/allocate/batch.ts'
import { countedFields, PlacedCounts } from '../../../../src/runtime/core/allocate/placed.ts'
import { explain } from '../../../../src/runtime/core/allocate/place.ts'
import { rounds } from '../../../support/rounds.ts'
import { agentNamed, appNamed } from './fixtures.ts'
import { naiveOrder, naivePasses, type NaiveTask } from './naive.ts'

class Model {
  readonly random: Random
  index = new AgentIndex()
  readonly agents = new Map<AgentId, AgentFacts>()
  tasks: NaiveTask[] = []
  #made = 0

  constructor(seed: number) {
    this.random = new Random(seed)
    const count = this.random.integer(1, 90)
    for (let i = 0; i < count; i++) this.change(`a${this.random.integer(0, 120)}`)
  }

  change(id: string): void {
    const r = this.random
    const facts = agentNamed(id, {
      cpus: r.pick([1, 2, 4, 4, 4]),
      memMiB: r.pick([1024, 4096, 4096]),
      texts: r.chance(0.9) ? { rack: `r${r.integer(0, 4)}`, disk: r.pick(['ssd', 'hdd']) } : {},
      drivers: r.chance(0.8) ? ['process', 'docker'] : ['docker'],
      reachable: r.chance(0.9),
      ...(r.chance(0.1) ? { draining: true } : {}),
      ...(r.chance(0.1) ? { eligible: false } : {}),
    })
    this.agents.set(facts.id, facts)
    this.index.upsert(facts)
  }

  app(): App {
    const r = this.random
    const constraints = Array.from({ length: r.pick([0, 0, 1, 1, 2, 3]) }, () => r.pick(constraintTexts))
    const ports = Array.from({ length: r.pick([0, 0, 0, 1, 2]) }, () => ({
      port: 0,
      ...(r.chance(0.5) ? { hostPort: 31000 + r.integer(0, 3) } : {}),
      protocol: r.pick(['tcp', 'udp'] as const),
      labels: {},
    }))
    const soft = r.chance(0.4)
    return appNamed(`/app${this.#made++}`, {
      cpus: r.pick([0.1, 0.5, 1, 2]),
      mem: r.pick([0, 64, 512, 1024]),
      gpus: 0,
      constraints,
      portDefinitions: distinct(ports),
      ...(soft && r.chance(0.6) ? { affinities: some(r, affinityCases) } : {}),
      ...(soft ? { spreads: some(r, spreadCases) } : {}),
    })
  }

  /** Places copies until one finds no place; the first that lands elsewhere is a mistake. */
  place(app: App, copies: number): string[] {
    const placed = new PlacedCounts(countedFields(app))
    for (const task of this.tasks) {
      if (task.app.id === app.id) placed.add(this.index.get(task.agent)!)
    }
    const request = { app, resources: resourcesOf(app), placed, instances: copies }
    const batch = new Batch(this.index, request)
    for (let slot = 0; slot < copies; slot++) {
      // Something else happens in the middle of a batch.
      const ended = this.random.chance(0.05) ? this.end() : undefined
      if (ended?.app.id === app.id) placed.remove(this.index.get(ended.agent)!)
      const order = naiveOrder(this, app, copies)
      const isPlanned = this.random.chance(0.1)
      const preferred = isPlanned ? this.random.pick([...this.agents.keys()]) : undefined
      const isTaken = preferred !== undefined && order.includes(preferred)
      const expected = isTaken ? preferred : order[0]
      const found = batch.next({ slot, incarnation: 1, preferred })
      if (found?.agent !== expected) {
        const where = found === undefined ? 'nowhere' : found.agent
        return [`copy ${slot} of ${JSON.stringify(app)} went ${where}, best is ${expected ?? 'nowhere'}`]
      }
      if (found === undefined) return this.#reasons(request)
      const protocols = hostPortsWanted(app).map(w => w.protocol)
      this.index.take(found.agent, resourcesOf(app), found.ports, protocols)
      placed.add(this.index.get(found.agent)!)
      this.tasks.push({ app, agent: found.agent, ports: found.ports })
    }
    return []
  }

  // Every agent is named under one reason, and those that lack one thing only are those that say so.
  #reasons(request: ConstructorParameters<typeof Batch>[1]): string[] {
    const { reasons, nearest } = explain(this.index, request)
    const counted = reasons.reduce((sum, reason) => sum + reason.agents, 0)
    if (counted !== this.agents.size) return [`${counted} of ${this.agents.size} agents have a reason`]
    const alone = nearest.reduce((sum, reason) => sum + reason.agents, 0)
    return alone > counted ? [`${alone} agents fail a single filter, of ${counted}`] : []
  }

  end(): NaiveTask | undefined {
    if (this.tasks.length === 0) return undefined
    const [task] = this.tasks.splice(this.random.integer(0, this.tasks.length - 1), 1)
    const protocols = hostPortsWanted(task!.app).map(w => w.protocol)
    this.index.release(task!.agent, resourcesOf(task!.app), task!.ports, protocols)
    return task
  }

  /** The same from nothing, agents in another order. */
  reload(): void {
    this.index = new AgentIndex()
    for (const facts of [...this.agents.values()].reverse()) this.index.upsert(facts)
    for (const task of [...this.tasks].reverse()) {
      const protocols = hostPortsWanted(task.app).map(w => w.protocol)
      this.index.take(task.agent, resourcesOf(task.app), task.ports, protocols)
    }
  }
}

const constraintTexts: readonly Constraint[] = [
  ['hostname', 'UNIQUE'],
  ['rack', 'UNIQUE'],
  ['rack', 'MAX_PER', '3'],
  ['hostname', 'MAX_PER', '2'],
  ['rack', 'GROUP_BY'],
  ['rack', 'GROUP_BY', '3'],
  ['disk', 'GROUP_BY'],
  ['hostname', 'GROUP_BY'],
  ['rack', 'CLUSTER'],
  ['rack', 'CLUSTER', 'r1'],
  ['disk', 'IS', 'ssd'],
  ['disk', 'UNLIKE', 's.*'],
  ['rack', 'LIKE', 'r[0-2]'],
  ['hostname', 'LIKE', 'a.*[0-5].example'],
]

const affinityCases: NonNullable<App['affinities']> = [
  { field: 'rack', operator: 'IS', value: 'r1', weight: 50 },
  { field: 'rack', operator: 'LIKE', value: 'r[23]', weight: -30 },
  { field: 'disk', operator: 'UNLIKE', value: 'hdd', weight: 100 },
  { field: 'hostname', operator: 'LIKE', value: 'a[1-4]..*', weight: 10 },
]

const spreadCases: NonNullable<App['spreads']> = [
  { field: 'rack', weight: 100 },
  { field: 'disk', weight: 50, targets: [{ value: 'ssd', percent: 70 }] },
  {
    field: 'rack',
    weight: 10,
    targets: [
      { value: 'r1', percent: 60 },
      { value: 'r2', percent: 40 },
    ],
  },
  { field: 'hostname', weight: 20 },
]

function some<T>(random: Random, from: readonly T[]): T[] {
  return Array.from({ length: random.integer(1, 2) }, () => random.pick(from))
}

function distinct<T extends { hostPort?: number; protocol: string }>(ports: readonly T[]): T[] {
  return ports.filter(
    (p, i) =>
      p.hostPort === undefined ||
      ports.findIndex(q => q.hostPort === p.hostPort && q.protocol === p.protocol) === i,
  )
}

// The plain one takes its time: 20 s for all rounds of the proof on an idle machine, and minutes on a busy one.
const limitMs = 900_000

describe('the allocator', () => {
  test('puts every copy where scoring all agents would put it', { timeout: limitMs }, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), seed => {
        const model = new Model(seed)
        for (let i = 0; i < 12; i++) {
          const dice = model.random.integer(0, 9)
          const known = model.tasks.length > 0 && model.random.chance(0.3)
          if (dice < 6) {
            const app = known ? model.random.pick(model.tasks).app : model.app()
            expect(model.place(app, model.random.integer(1, 25))).toEqual([])
          } else if (dice < 8) for (let n = model.random.integer(1, 10); n > 0; n--) model.end()
          else if (dice < 9) model.change(`a${model.random.integer(0, 120)}`)
          else model.reload()
        }
      }),
      { numRuns: rounds({ usual: 40, prove: 600 }) },
    )
  })

  test('a copy finds no place exactly when no agent passes', () => {
    const model = new Model(7)
    const app = appNamed('/big', { cpus: 4, mem: 4096 })
    expect(model.place(app, 200)).toEqual([])
    expect([...model.agents.values()].filter(agent => naivePasses(model, app, agent))).toEqual([])
  })
})
