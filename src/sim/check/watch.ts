// The checker of a whole simulation: what the rows say after every step, and what can only be seen over time or beside
// the rows: digests, reloads, deadlines, the brake, and the processes on the machines.
import { addDigest, emptyDigest, rowHash, sameDigest, type Digest } from '../../base/index.ts'
import type { AgentId, AppId } from '../../model/index.ts'
import {
  load,
  nextWake,
  rowsOf,
  tableNames,
  type Commit,
  type PlainRows,
  type Row,
  type State,
} from '../../runtime/core/index.ts'
import type { Observer, Simulation } from '../simulation.ts'
import { checkInvariants } from './invariants.ts'
import { allocationOf, allocationsOn, appOf, instancesOf, specOf } from './rows.ts'

/** A window of the brake on kills by health, and the share of an app's instances that it lets go in one. */
const brakeMs = 60_000
const brakeShare = 0.1

interface HealthKill {
  readonly app: AppId
  readonly at: number
  readonly live: number
  readonly isStored: boolean
}

export class InvariantWatch implements Observer {
  /** What was found broken, in order. */
  readonly found: string[] = []
  #rows: PlainRows | undefined
  readonly #homes = new Map<string, AgentId>()
  /** Homes that no stored commit knows yet. */
  #newHomes: string[] = []
  #healthKills: HealthKill[] = []

  /** After every step, in the open transaction. */
  afterStep(simulation: Simulation): void {
    const rows = plainRows(simulation.state)
    const before = this.#rows ?? rows
    this.#rows = rows
    this.#tell(simulation, checkInvariants({ before, after: rows, now: simulation.now }))
    this.#tell(simulation, this.#homesOf(rows))
    this.#tell(simulation, this.#brake(before, rows, simulation.now))
    this.#tell(simulation, totals(simulation, rows))
    this.#tell(simulation, machines(simulation))
  }

  /** After a group was sealed, before it is stored. */
  afterGroup(simulation: Simulation, commit: Commit | undefined): void {
    const rows = plainRows(simulation.state)
    this.#rows = rows
    this.#tell(simulation, waits(simulation, rows))
    this.#tell(simulation, deadlines(simulation, rows))
    if (commit === undefined) return
    const stored = simulation.storedHead?.revision ?? 0
    if (commit.revision !== stored + 1) {
      this.#tell(simulation, [`commits: ${commit.revision} after ${stored}`])
    }
    const encoded = rowsOf(simulation.state)
    if (!sameDigest(digestOf(encoded), commit.digest)) {
      this.#tell(simulation, [`commits: the digest of ${commit.revision} is not that of its rows`])
    }
    const again = load([...encoded].reverse(), commit)
    if (!sameDigest(digestOf(rowsOf(again)), commit.digest)) {
      this.#tell(simulation, [`reload: the state of ${commit.revision} reads back differently`])
    }
  }

  afterStored(): void {
    this.#newHomes = []
    this.#healthKills = this.#healthKills.map(kill => ({ ...kill, isStored: true }))
  }

  afterLost(simulation: Simulation): void {
    this.#rows = plainRows(simulation.state)
    for (const key of this.#newHomes) this.#homes.delete(key)
    this.#newHomes = []
    this.#healthKills = this.#healthKills.filter(kill => kill.isStored)
  }

  #tell(simulation: Simulation, broken: readonly string[]): void {
    for (const what of broken) this.found.push(`at ${simulation.now} ms: ${what}`)
  }

  // One incarnation is bound to one agent for ever, also when its row has gone meanwhile.
  #homesOf(rows: PlainRows): string[] {
    const broken: string[] = []
    for (const { key, row } of rows.allocation) {
      const home = this.#homes.get(key)
      if (home !== undefined && home !== row.agent) broken.push(`incarnations: ${key} moved to ${row.agent}`)
      if (home === undefined) this.#newHomes.push(key)
      this.#homes.set(key, row.agent)
    }
    return broken
  }

  #brake(before: PlainRows, after: PlainRows, now: number): string[] {
    const broken: string[] = []
    for (const { row } of after.allocation) {
      const isNew = allocationOf(before, row.instance, row.incarnation)?.goal === 'run'
      if (!isNew || row.cause !== 'unhealthy') continue
      const live = instancesOf(after, row.app).filter(i => i.goal === 'run').length
      this.#healthKills = this.#healthKills.filter(kill => kill.at + brakeMs > now)
      this.#healthKills.push({ app: row.app, at: now, live, isStored: false })
      const recent = this.#healthKills.filter(kill => kill.app === row.app)
      const allowed = Math.max(1, ...recent.map(kill => Math.floor(kill.live * brakeShare)))
      if (recent.length > allowed) {
        broken.push(`brake: ${recent.length} kills by health of ${row.app} in a minute, ${allowed} allowed`)
      }
    }
    return broken
  }
}

// The rows as the tables hold them; rows are never changed in place, so an old list stays what it was.
function plainRows(state: State): PlainRows {
  const lists = tableNames.map(name => {
    const table = state.tables[name]
    return [name, table.keys().map(key => ({ key, row: table.get(key)! }))]
  })
  return Object.fromEntries(lists) as PlainRows
}

function digestOf(rows: readonly Row[]): Digest {
  return rows.reduce((sum, row) => addDigest(sum, rowHash(row.key, row.value)), emptyDigest)
}

// What the core keeps by difference, counted anew.
function totals({ state }: Simulation, rows: PlainRows): string[] {
  const broken: string[] = []
  const compare = (what: string, kept: number, counted: number): void => {
    if (kept !== counted) broken.push(`totals: ${what} is kept as ${kept} and counts as ${counted}`)
  }
  for (const { row } of rows.agent) {
    const kept = state.agents.get(row.id)
    const held = allocationsOn(rows, row.id)
    for (const name of ['cpuMilli', 'memKiB', 'diskKiB', 'gpus'] as const) {
      const free = held.reduce((left, a) => left - a.resources[name], row.capacity.resources[name])
      compare(`free ${name} of ${row.id}`, kept?.free[name] ?? NaN, free)
    }
    compare(`ports held on ${row.id}`, kept?.portsHeld ?? NaN, new Set(held.flatMap(a => a.ports)).size)
  }
  for (const { row } of rows.app) {
    const kept = state.apps.get(row.id)
    const all = instancesOf(rows, row.id)
    const wanted = all.filter(i => i.goal === 'run')
    compare(`live of ${row.id}`, kept?.live ?? 0, wanted.length)
    compare(`stopping of ${row.id}`, kept?.stopping.size ?? 0, all.length - wanted.length)
    const unplaced = wanted.filter(i => i.agent === null).length
    compare(`scheduled of ${row.id}`, kept?.scheduled.size ?? 0, unplaced)
  }
  return broken
}

// Whatever is not as wanted is looked at again, waits for a time or a report, or says why it waits.
function waits({ state }: Simulation, rows: PlainRows): string[] {
  const broken: string[] = []
  const isBusy = state.dirtyApps.size > 0 || state.dirtyDeployments.size > 0 || state.launchQueue.size > 0
  if (isBusy || state.frozen) return broken
  for (const { row } of rows.instance) {
    if (row.goal !== 'run' || row.agent !== null) continue
    const isDelayed = rows.backoff.some(r => r.row.app === row.app && r.row.until > state.env.now)
    if (!state.waiting.has(row.app) && !isDelayed) {
      broken.push(`waiting: ${row.id} has no place and no reason`)
    }
  }
  for (const { row } of rows.app) {
    if (state.locks.has(row.id)) continue
    const live = instancesOf(rows, row.id).filter(i => i.goal === 'run').length
    if (live < row.instances) broken.push(`waiting: ${live} of ${row.instances} of ${row.id}, and no reason`)
  }
  for (const { row } of rows.deployment) {
    if (row.state !== 'running') continue
    const isActing = rows.action.some(r => r.row.deployment === row.id && r.row.state === 'running')
    if (!isActing) broken.push(`waiting: deployment ${row.id} runs, and none of its actions does`)
  }
  return broken
}

// The earliest of all times that rows call for. An earlier wake is harmless, a later one is not.
function deadlines({ state }: Simulation, rows: PlainRows): string[] {
  if (state.dirtyApps.size > 0) return []
  const wake = nextWake(state)
  const broken: string[] = []
  const needs = (at: number, why: string): void => {
    if (at > state.env.now && (wake === undefined || wake > at)) {
      broken.push(`deadlines: ${why} at ${at}, next wake ${wake ?? 'never'}`)
    }
  }
  for (const { row } of rows.instance) {
    if (row.goal !== 'run') continue
    const delay = rows.backoff.find(r => r.row.app === row.app && r.row.runKey === row.runKey)?.row
    if (row.agent === null && delay !== undefined) needs(delay.until, `launch of ${row.id}`)
    const since = rows.agent.find(r => r.row.id === row.agent)?.row.unreachableSince
    const strategy = specOf(rows, row.spec)?.unreachableStrategy
    if (!row.unreachable || since === null || since === undefined) continue
    if (strategy === undefined || strategy === 'disabled' || appOf(rows, row.app) === undefined) continue
    needs(since + strategy.inactiveAfterSeconds * 1000, `replacement of ${row.id}`)
  }
  return broken
}

// On the machines: every living process has a task of its agent behind it, and no incarnation lives twice.
function machines({ machines: all }: Simulation): string[] {
  const broken: string[] = []
  const homes = new Map<string, AgentId>()
  for (const [id, machine] of all) {
    for (const text of machine.driver.living()) {
      if (!machine.state.tasks.has(text)) broken.push(`machines: ${text} runs on ${id} without a record`)
      const other = homes.get(text)
      if (other !== undefined) broken.push(`machines: ${text} runs on ${other} and on ${id}`)
      homes.set(text, id)
    }
  }
  return broken
}
