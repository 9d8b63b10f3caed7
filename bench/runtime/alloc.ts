// How fast and how well copies are placed, through the same function as the server's steps: from waiting instances to
// rows, with the agents' totals, ports and counts kept. Agents have 14,000 MHz and 32,000 MB in 50 racks, and every other
// one passes the app's constraint; copies take 6,000 of both. Started by scripts/benchalloc.js. One line of JSON.
import { Random, type ClusterMs, type UtcMs } from '../../src/base/index.ts'
import type {
  AgentId,
  App,
  AppId,
  ClusterId,
  DeploymentId,
  Revision,
  SpecHash,
} from '../../src/model/index.ts'
import { accept, createState, rollback, type State } from '../../src/runtime/core/index.ts'
import { createInstances } from '../../src/runtime/core/instances.ts'
import { launchWaiting } from '../../src/runtime/core/launch.ts'
import type { AppRow } from '../../src/runtime/core/rows.ts'
import { sampleApp } from '../../test/support/sampleapp.ts'

const racks = 50
const agentMHz = 14_000
const agentMB = 32_000
const measuredAgents = 5000
/** Of those that are run the middle one counts. */
const rounds = 9

interface Shape {
  readonly agents: number
  readonly copies: number
  readonly soft?: Partial<App>
}

const half: Partial<App> = { constraints: [['kind', 'IS', 'wanted']] }
const spread: Partial<App> = { ...half, spreads: [{ field: 'rack', weight: 100 }] }
const grouped: Partial<App> = {
  constraints: [
    ['kind', 'IS', 'wanted'],
    ['rack', 'GROUP_BY'],
  ],
}
const withPort: Partial<App> = {
  ...half,
  portDefinitions: [{ port: 0, protocol: 'tcp', labels: {} }],
}

const sizes = [500, 1000, 2000, 5000, 10_000]
const copies = [50, 200, 1200]
const table = sizes.flatMap(agents =>
  copies.map(count => ({
    agents,
    copies: count,
    plain: rateOf({ agents, copies: count, soft: half }),
    spread: rateOf({ agents, copies: count, soft: spread }),
    groupBy: rateOf({ agents, copies: count, soft: grouped }),
    withPort: rateOf({ agents, copies: count, soft: withPort }),
  })),
)
const one = latencies(measuredAgents)
const oneGrouped = latencies(measuredAgents, grouped)
const quality = packed(measuredAgents)
const measured = table.filter(row => row.agents === measuredAgents)

console.log(
  JSON.stringify({
    table,
    placementsPerS: Math.min(...measured.map(row => row.plain)),
    spreadPlacementsPerS: Math.min(...measured.map(row => row.spread)),
    oneP50Ms: one.p50,
    oneP99Ms: one.p99,
    groupByOneP50Ms: oneGrouped.p50,
    ...quality,
  }),
)

/** Placements per second. */
function rateOf({ agents, copies: count, soft }: Shape): number {
  const state = clusterOf(agents)
  const rates = Array.from({ length: rounds }, (_, round) => {
    const app = wanted(state, `/round${round}`, count, { cpus: 6, mem: 6000, ...soft })
    const begun = performance.now()
    launchAll(state, app)
    const seconds = (performance.now() - begun) / 1000
    const placed = state.tables.allocation.size
    if (placed < Math.min(count, agents)) throw new Error(`${placed} of ${count} placed on ${agents}`)
    reset(state)
    return placed / seconds
  })
  return middle(rates)
}

function latencies(agents: number, soft: Partial<App> = half): { p50: number; p99: number } {
  const state = clusterOf(agents)
  const times = Array.from({ length: 4000 }, (_, i) => {
    const app = wanted(state, `/one${i}`, 1, { cpus: 6, mem: 6000, ...soft })
    const begun = performance.now()
    launchAll(state, app)
    return performance.now() - begun
  }).sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)]!
  return { p50: at(0.5), p99: at(0.99) }
}

// 2,000 apps of one task each, of mixed size: how many agents they take, and how many they would take at least.
function packed(agents: number): { agentsUsed: number; lowerBound: number } {
  const state = clusterOf(agents)
  const random = new Random(1)
  let mhz = 0
  let megabytes = 0
  for (let i = 0; i < 2000; i++) {
    const cpu = random.integer(500, 4499)
    const mem = random.integer(1000, 9999)
    mhz += cpu
    megabytes += mem
    launchAll(state, wanted(state, `/task${i}`, 1, { cpus: cpu / 1000, mem }))
  }
  if (state.tables.allocation.size !== 2000) throw new Error('not all tasks were placed')
  return {
    agentsUsed: [...state.allocationsOf.values()].filter(rows => rows.size > 0).length,
    lowerBound: Math.max(Math.ceil(mhz / agentMHz), Math.ceil(megabytes / agentMB)),
  }
}

function clusterOf(agents: number): State {
  const state = createState({ clusterId: 'bench' as ClusterId })
  for (let i = 0; i < agents; i++) {
    const id = `agent${String(i).padStart(5, '0')}` as AgentId
    state.tables.agent.put(id, {
      id,
      hostname: `${id}.example`,
      attributes: {
        rack: { kind: 'text', value: `r${Math.floor(i / 2) % racks}` },
        kind: { kind: 'text', value: i % 2 === 0 ? 'wanted' : 'other' },
      },
      capacity: {
        resources: { cpuMilli: agentMHz, memKiB: agentMB * 1024, diskKiB: 100 * 2 ** 20, gpus: 0 },
        ports: [[31000, 32000]],
      },
      drivers: ['process', 'docker'],
      bootId: 'boot',
      version: 'bench',
      gen: 0,
      unreachableSince: null,
    })
  }
  accept(state)
  connectAll(state)
  return state
}

function connectAll(state: State): void {
  for (const id of state.agents.ids()) state.agents.setReachable(id, true)
  state.agents.takeGained()
}

/** Everything since the agents came is gone. */
function reset(state: State): void {
  rollback(state)
  connectAll(state)
}

/** An app whose copies all wait for a place. */
function wanted(state: State, id: string, count: number, over: Partial<App>): AppId {
  const spec = id as SpecHash
  const app = id as AppId
  state.tables.spec.put(spec, { app: sampleApp({ portDefinitions: [], instances: 0, ...over, id: app }) })
  const row: AppRow = {
    id: app,
    address: id,
    stack: null,
    submitted: spec,
    effective: spec,
    instances: count,
    runKey: spec,
    restarts: 0,
    version: 0 as UtcMs,
    lastScalingAt: 0 as UtcMs,
    lastConfigChangeAt: 0 as UtcMs,
    revision: 0 as Revision,
    applied: null,
    changedBy: 'bench' as DeploymentId,
    sensitivePaths: [],
    servicePorts: [],
  }
  state.tables.app.put(app, row)
  createInstances(state, row, count)
  state.launchQueue.add(app)
  return app
}

// As steps do: a bounded number of rows each.
function launchAll(state: State, app: AppId): void {
  state.env = { now: 1000 as ClusterMs, utc: 1000 as UtcMs }
  do {
    state.beginStep()
    launchWaiting(state)
    state.outbox.events.length = 0
  } while (state.launchQueue.has(app))
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
