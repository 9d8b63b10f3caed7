// A rolling update of many apps while agents die: no stop by the control plane takes an app below its promise, and what
// the deaths took comes back within a stated time. The count that judges shares nothing with the core: it follows the
// rows that each step changes.
import { expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AppId, InstanceId, ReportRow } from '../../../src/model/index.ts'
import type { AllocationRow, State } from '../../../src/runtime/core/index.ts'
import { deploymentView } from '../../../src/runtime/core/index.ts'
import { rounds } from '../../support/rounds.ts'
import { Cluster, type FakeAgent } from './cluster.ts'

const size = rounds({ usual: 100, prove: 1000 })
const instances = 10
const promised = 8
const roundMs = 3000
/** A task is healthy in the second round after its start. */
const roundsToHealth = 2
/**
 * From the deaths until every app has its promised number again: 6 rounds until an agent counts as gone, then one round
 * to start, and as many as a start takes until it is healthy, all of it twice where a replacement was placed on an agent
 * that was dead, too, and not known to be.
 */
const recoveryRounds = 2 * (6 + 1 + roundsToHealth)

test(`${size} apps of ${instances} over ${size} agents, of which 5% die`, { timeout: 600_000 }, () => {
  const cluster = new Cluster()
  for (let i = 0; i < size; i++) cluster.agent(`agent${i}`)
  const judge = new Judge(cluster.state)
  cluster.afterStep = () => judge.look()
  const world = new World(cluster)

  const ids = Array.from({ length: size }, (_, i) => `/app${i}` as AppId)
  const create = ids.map(id => ({ kind: 'create', body: definition(id, 'old') }) as const)
  expect(cluster.request({ kind: 'changeApps', changes: create, force: false }).ok).toBe(true)
  for (let i = 0; i < roundsToHealth + 1; i++) world.round()
  expect(judge.below(instances)).toEqual([])

  const change = ids.map(
    id => ({ kind: 'put', id, body: { cmd: 'new' }, partial: true, create: false }) as const,
  )
  const reply = cluster.request({ kind: 'changeApps', changes: change, force: false })
  const deployment = reply.ok ? reply.deployment! : expect.fail(reply.message)
  // One in twenty, in two waves in the middle of it.
  const victims = [...cluster.agents.values()].filter((_, i) => i % 20 === 7)
  for (let i = 0; i < 3; i++) world.round()
  for (const agent of victims.slice(0, victims.length / 2)) world.kill(agent)
  for (let i = 0; i < 2; i++) world.round()
  for (const agent of victims.slice(victims.length / 2)) world.kill(agent)
  expect(deploymentView(cluster.state, deployment)!.state).toBe('running')

  let recovered = 0
  for (let i = 1; i <= 60; i++) {
    world.round()
    if (judge.below(promised).length > 0) recovered = i
  }
  expect(judge.broken).toEqual([])
  expect(recovered).toBeLessThan(recoveryRounds)
  expect(judge.below(instances)).toEqual([])
  expect(judge.stops).toBeGreaterThan((size * instances) / 2)
  expect(deploymentView(cluster.state, deployment)!.state).toBe('done')
})

function definition(id: AppId, cmd: string): Json {
  return {
    id,
    cmd,
    instances,
    cpus: 0.1,
    mem: 32,
    upgradeStrategy: { minimumHealthCapacity: promised / instances, maximumOverCapacity: 0.2 },
    healthChecks: [{ protocol: 'TCP', gracePeriodSeconds: 3600, maxConsecutiveFailures: 0 }],
  }
}

/** Rounds of time: agents answer pings, and tasks become healthy some rounds after their start. */
class World {
  readonly #cluster: Cluster
  readonly #startedIn = new Map<string, number>()
  #round = 0

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  round(): void {
    const cluster = this.#cluster
    this.#round++
    cluster.now += roundMs
    cluster.input({ kind: 'pingRound', round: this.#round, sentOnTime: true })
    cluster.input({ kind: 'tick' })
    for (const agent of cluster.agents.values()) if (agent.session !== null) this.#report(agent)
    cluster.commits.length = 0
  }

  kill(agent: FakeAgent): void {
    this.#cluster.disconnect(agent)
    agent.obedient = false
  }

  #report(agent: FakeAgent): void {
    const rows: ReportRow[] = []
    for (const [key, task] of agent.tasks) {
      if (task.ended || task.row.goal === 'stop') continue
      const started = this.#startedIn.get(key) ?? this.#round
      this.#startedIn.set(key, started)
      if (this.#round !== started + roundsToHealth - 1) continue
      const { instance, incarnation } = task.row
      const health = [{ index: 0, alive: true, consecutiveFailures: 0 }]
      const statusSeq = ++task.statusSeq
      rows.push({ instance, incarnation, statusSeq, agoMs: 0, condition: 'Running', health })
    }
    if (rows.length === 0) return
    const message = { kind: 'report', seq: 1, unknown: [], rows } as const
    this.#cluster.input({ kind: 'agent', session: agent.session!, message })
  }
}

/** Counts healthy instances by the rows that commits name, and looks at every stop. */
class Judge {
  readonly broken: string[] = []
  stops = 0
  readonly #state: State
  readonly #instances = new Map<AppId, Set<InstanceId>>()

  constructor(state: State) {
    this.#state = state
  }

  look(): void {
    for (const { before, after } of this.#state.tables.instance.changed()) {
      if (after === undefined) this.#instances.get(before!.app)?.delete(before!.id)
      else if (before === undefined) {
        const ids = this.#instances.get(after.app)
        if (ids === undefined) this.#instances.set(after.app, new Set([after.id]))
        else ids.add(after.id)
      }
    }
    const touched = new Set<AppId>()
    for (const { before, after } of this.#state.tables.allocation.changed()) {
      if (before?.goal === 'run' && after?.goal === 'stop') this.#lookAtStop(after, touched)
    }
    for (const app of touched) {
      const healthy = this.#healthy(app)
      if (healthy < promised) this.broken.push(`${app}: ${healthy} healthy after a stop`)
    }
  }

  /** Apps with fewer healthy instances. */
  below(count: number): AppId[] {
    return [...this.#instances.keys()].filter(app => this.#healthy(app) < count)
  }

  #lookAtStop({ app, instance, cause }: AllocationRow, touched: Set<AppId>): void {
    if (cause !== 'deployment' && cause !== 'scale') return
    this.stops++
    // One that was not healthy counted for nothing.
    const victim = this.#state.tables.instance.get(instance)
    if (victim !== undefined && isWell(victim)) touched.add(app)
  }

  #healthy(app: AppId): number {
    let healthy = 0
    for (const id of this.#instances.get(app) ?? []) {
      const row = this.#state.tables.instance.get(id)
      if (row === undefined || row.goal !== 'run' || !isWell(row)) continue
      if (this.#state.allocation(id, row.incarnation)?.goal === 'run') healthy++
    }
    return healthy
  }
}

function isWell(row: NonNullable<ReturnType<State['tables']['instance']['get']>>): boolean {
  return row.reported === 'Running' && !row.unreachable && row.ready && row.health.some(h => h.alive)
}
