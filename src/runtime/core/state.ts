// The control plane's state: the durable tables, the indexes that follow them, and a volatile part that can be thrown
// away at any time (sessions, liveness, queues). One owner changes it in place; nobody else holds a reference.
import { Heap, present, type ClusterMs, type Digest, emptyDigest, type UtcMs } from '../../base/index.ts'
import {
  groupsAround,
  type AgentId,
  type AppId,
  type AssignmentRow,
  type DeploymentId,
  type Epoch,
  type InstanceId,
  type PortProtocol,
  type Reply,
  type Revision,
  type ServerMessage,
  type SessionId,
  type SpecHash,
  type TaskKey,
} from '../../model/index.ts'
import { AgentRows } from './agentrows.ts'
import { Aliases, sameResources } from './aliases.ts'
import { AgentIndex } from './allocate/agents.ts'
import { PlacedIndex } from './allocate/placedindex.ts'
import { WaitingApps } from './allocate/waiting.ts'
import { AllocationTable } from './allocationtable.ts'
import { AppIndex } from './appindex.ts'
import type { PlainTable } from './codec.ts'
import { DeploymentIndex } from './deploymentindex.ts'
import {
  auditKey,
  versionKey,
  type AgentRow,
  type AllocationRow,
  type AppRow,
  type BackoffRow,
  type DeploymentRow,
  type InstanceRow,
  type RootRow,
  type VersionRow,
} from './rows.ts'
import { InstanceTable } from './instancetable.ts'
import { isSound, type HealthFields } from './sound.ts'
import { factsOf, type SpecFacts } from './specfacts.ts'
import { Table, type ChangeCount } from './table.ts'
import { Turns } from './turns.ts'
import { UnitCells } from './unitcells.ts'
import {
  defaultSettings,
  maxRowsPerStep,
  type ClusterEvent,
  type EventData,
  type Commit,
  type Env,
  type Settings,
} from './types.ts'

export type Tables = { readonly [T in PlainTable]: Table<T> } & {
  readonly allocation: AllocationTable
  readonly instance: InstanceTable
}

/** One connection of an agent. */
export interface Session {
  readonly id: SessionId
  readonly agent: AgentId
  /** The last generation sent on it. */
  sentGen: number
  /** The ping round at that time. */
  sentRound: number
  /** Send all rows next time. */
  needFull: boolean
  readonly sentSpecs: Set<SpecHash>
  /**
   * Set when this server or the agent may have lost statuses: what the agent says now counts whatever numbers are
   * stored. By allocation key, the numbers heard on this connection.
   */
  heard: Map<string, number> | undefined
  /** It has answered that it holds just the rows that are stored for it; what it runs beyond them it has told before. */
  isInStep?: boolean
  /** Orders to end tasks that no row names, to be told once. */
  stops: AssignmentRow[]
  /** Ends taken note of, to be forgotten by the agent. */
  forget: TaskKey[]
}

/** What a group of steps has to say so far. Taken out at the end of each step. */
export interface Outbox {
  replies: { id: string; reply: Reply }[]
  messages: { session: SessionId; message: ServerMessage }[]
  events: ClusterEvent[]
}

/** A row by its age: a time, or an ordinal. */
export interface Aged {
  readonly key: string
  readonly age: number
}

function olderFirst(a: Aged, b: Aged): boolean {
  return a.age < b.age
}

/** A look that changes nothing takes a part of what a change takes; after a start every app is looked at. */
const looksPerRow = 0.5

interface Wake {
  readonly at: ClusterMs
  readonly app: AppId
}

export class State {
  revision = 0 as Revision
  digest: Digest = emptyDigest
  now = 0 as ClusterMs
  utc = 0 as UtcMs

  readonly apps = new Map<AppId, AppIndex>()
  readonly agents = new AgentIndex()
  readonly aliases = new Aliases()
  readonly allocationsOf = new Map<AgentId, AgentRows>()
  /** Running deployments by the apps they hold. */
  readonly locks = new Map<AppId, DeploymentId>()
  readonly runningDeployments = new Set<DeploymentId>()
  /** Apps with one instance on every matching agent: each change of an agent is theirs. */
  readonly daemons = new Set<AppId>()
  /**
   * Daemons that have one instance on each of their agents and nothing else, and how many: while neither app nor agents
   * change, reports only move their health. A memo, no state.
   */
  readonly settledDaemons = new Map<AppId, { readonly app: AppRow; readonly size: number }>()
  /** Agents that are being emptied. */
  readonly draining = new Set<AgentId>()
  readonly progress = new DeploymentIndex()
  readonly specReferences = new Map<SpecHash, number>()
  /** Keys of the stored versions of each app. */
  readonly versionsOf = new Map<AppId, Set<string>>()
  /** Staged specifications, replies and audit entries, oldest first; entries whose row has gone are passed over. */
  readonly oldestStaged = new Heap<Aged>(olderFirst)
  readonly oldestOf = { request: new Heap<Aged>(olderFirst), audit: new Heap<Aged>(olderFirst) }
  /** Of each app, one for each configuration that failed lately (see launchdelays.ts). */
  readonly launchDelays = new Map<AppId, Set<BackoffRow>>()
  /** Service ports in use, and by how many apps. */
  readonly servicePorts = new Map<number, number>()
  /** Apps within each group, at any depth; the root is left out. */
  readonly groupSizes = new Map<string, number>()
  /** Specifications whose last reference went; looked at again when the group is sealed. */
  readonly specGarbage = new Set<SpecHash>()
  readonly #facts = new Map<SpecHash, SpecFacts>()
  readonly #dependents = new Set<AppId>()
  readonly #dependentsToLookAt = new Set<AppId>()
  readonly #changes: ChangeCount = { rows: 0 }
  /** The rows of instances and allocations. */
  readonly units = new UnitCells(this.aliases)
  readonly tables: Tables

  // Volatile from here on.
  readonly sessions = new Map<SessionId, Session>()
  readonly sessionOf = new Map<AgentId, SessionId>()
  readonly missedRounds = new Map<AgentId, number>()
  readonly dirtyApps = new Turns<AppId>()
  readonly dirtyAgents = new Turns<AgentId>()
  readonly dirtyDeployments = new Set<DeploymentId>()
  readonly launchQueue = new Turns<AppId>()
  readonly waiting = new WaitingApps()
  readonly placed = new PlacedIndex(this.agents, app => this.apps.get(app)?.instances.values() ?? [])
  readonly wakes = new Heap<Wake>((a, b) => a.at < b.at)
  readonly #wakeOf = new Map<AppId, ClusterMs>()
  /** No deadline of an action on the app can have passed before. */
  readonly deadlineChecks = new Map<AppId, ClusterMs>()
  readonly unknownTasks = new Map<AgentId, readonly TaskKey[]>()
  /** What agents were told once of such tasks, by allocation key, as far as they say. */
  readonly unknownRows = new Map<string, AssignmentRow>()
  /** Until this ping round nothing is placed before all agents have told what they run (see adopt.ts). */
  adoptsUntilRound = 0
  /** Agents that the last ping round found silent, last first; given up as far as the steps since have room for it. */
  silent: AgentId[] | undefined
  /** More agents are silent than may be given up at once: nothing is placed until that is clear. */
  frozen = false
  /** The last ping round. */
  round = 0
  /** When agents are told at the latest what has changed for them, while steps have more to do. */
  flushDue = 0
  outbox: Outbox = { replies: [], messages: [], events: [] }
  /** Counts what this transaction made, so that ids and ordinals differ inside one revision. */
  drawn = 0
  /** Rows that one step may change. Smaller in tests, which cut every action into pieces with it. */
  stepRows = maxRowsPerStep
  /** Rows changed when the present step began. */
  rowsBeforeStep = 0
  /** Apps that the present step may still look at, in vain or not. */
  looks = 0
  /** A message shows the revision of the open transaction: it is made, also if nothing differs in the end. */
  shownNext = false
  /** Between seal and accept or rollback. */
  sealed: Commit | undefined
  env: Env = { now: 0 as ClusterMs, utc: 0 as UtcMs }
  readonly settings: Settings

  constructor(settings: Settings = defaultSettings) {
    this.settings = settings
    this.tables = this.#makeTables()
  }

  get epoch(): Epoch {
    return this.tables.cluster.get('cluster')?.epoch ?? (1 as Epoch)
  }

  /** The revision that the open transaction will have. */
  get nextRevision(): Revision {
    return (this.revision + 1) as Revision
  }

  get changedRows(): number {
    return this.#changes.rows
  }

  /** Rows that the present step may still change. */
  get budget(): number {
    return this.stepRows - (this.changedRows - this.rowsBeforeStep)
  }

  /** The step may go on: what is left is for the next one. */
  get isInBounds(): boolean {
    return this.budget > 0 && this.looks > 0
  }

  /** What a step may change and look at is counted from here. */
  beginStep(): void {
    this.rowsBeforeStep = this.changedRows
    this.looks = Math.ceil(this.stepRows * looksPerRow)
  }

  /** Half of the rows that a step may change. */
  get halfBudget(): number {
    return Math.floor(this.stepRows / 2)
  }

  /** A number that rises with every call, over all transactions. */
  ordinal(): number {
    return this.nextRevision * 2 ** 20 + this.drawn++
  }

  indexOf(app: AppId): AppIndex {
    let found = this.apps.get(app)
    if (found === undefined) {
      found = new AppIndex(this.units, row => this.isHealthy(row))
      this.apps.set(app, found)
    }
    return found
  }

  allocation(instance: InstanceId, incarnation: number): AllocationRow | undefined {
    return this.tables.allocation.find(instance, incarnation)
  }

  /** What an agent is to do. */
  rowsOn(agent: AgentId): AgentRows {
    let rows = this.allocationsOf.get(agent)
    if (rows === undefined) {
      rows = new AgentRows(agent, this.tables.allocation)
      this.allocationsOf.set(agent, rows)
    }
    return rows
  }

  /** The last generation given to a row of this agent. */
  generationOf(agent: AgentId): number {
    return Math.max(this.tables.agent.get(agent)?.gen ?? 0, this.allocationsOf.get(agent)?.gen ?? 0)
  }

  /** What follows from a specification that is there. */
  factsOf(spec: SpecHash): SpecFacts {
    let facts = this.#facts.get(spec)
    if (facts === undefined) {
      facts = factsOf(present(this.tables.spec.get(spec), `specification ${spec}`).app)
      this.#facts.set(spec, facts)
    }
    return facts
  }

  /** Apps that depend on something, in no defined order. Only they have edges in the graph of dependencies. */
  dependents(): ReadonlySet<AppId> {
    for (const id of this.#dependentsToLookAt) {
      const app = this.tables.app.get(id)
      const spec = app === undefined ? undefined : this.tables.spec.get(app.submitted)
      if (spec !== undefined && spec.app.dependencies.length > 0) this.#dependents.add(id)
      else this.#dependents.delete(id)
    }
    this.#dependentsToLookAt.clear()
    return this.#dependents
  }

  /** The transaction is stored: what was known of specifications that are gone goes too. */
  forgetFacts(specs: Iterable<SpecHash>): void {
    for (const spec of specs) if (!this.tables.spec.has(spec)) this.#facts.delete(spec)
  }

  /** Running, reachable, not told to stop, all checks alive, ready: what every promise of health counts. */
  isHealthy(instance: HealthFields): boolean {
    return this.#isSound(instance) && this.allocation(instance.id, instance.incarnation)?.goal === 'run'
  }

  #isSound(instance: HealthFields): boolean {
    // The specification is asked for only when it matters: rows are loaded in any order.
    return instance.reported === 'Running' && isSound(instance, this.factsOf(instance.spec).checks)
  }

  /** Looks at the app again at that time, or earlier if it is to be looked at earlier anyway. */
  wakeAt(at: ClusterMs, app: AppId): void {
    const planned = this.#wakeOf.get(app)
    if (planned !== undefined && planned <= at) return
    this.#wakeOf.set(app, at)
    this.wakes.push({ at, app })
  }

  /** Queues the apps whose time has come. */
  wakeDue(): void {
    for (
      let wake = this.wakes.peek();
      wake !== undefined && wake.at <= this.env.now;
      wake = this.wakes.peek()
    ) {
      this.wakes.pop()
      if (this.#wakeOf.get(wake.app) === wake.at) this.#wakeOf.delete(wake.app)
      this.dirtyApps.add(wake.app)
    }
  }

  event(type: string, data: EventData): void {
    this.outbox.events.push({ type, data: { ...data, eventType: type } })
  }

  /** Everything volatile goes; every app is looked at again, which rebuilds queues and wakes from rows. */
  dropVolatile(): void {
    this.sessions.clear()
    this.sessionOf.clear()
    for (const agent of this.agents.ids()) this.agents.setReachable(agent, false)
    this.missedRounds.clear()
    this.dirtyAgents.clear()
    for (const rows of this.allocationsOf.values()) rows.recount()
    this.launchQueue.clear()
    this.waiting.clear()
    this.placed.clear()
    this.unknownTasks.clear()
    this.unknownRows.clear()
    this.silent = undefined
    this.frozen = false
    this.outbox = { replies: [], messages: [], events: [] }
    this.lookAtAll()
  }

  /** Queues every app and deployment for a new look: after load and rollback. */
  lookAtAll(): void {
    while (this.wakes.size > 0) this.wakes.pop()
    this.#wakeOf.clear()
    // What a lost transaction had dealt with is due again.
    for (const index of this.apps.values()) index.forgetDues()
    this.settledDaemons.clear()
    this.deadlineChecks.clear()
    this.progress.begun.clear()
    for (const id of this.tables.app.unsortedKeys()) this.dirtyApps.add(id as AppId)
    for (const id of this.apps.keys()) this.dirtyApps.add(id)
    for (const id of [...this.runningDeployments].sort()) this.dirtyDeployments.add(id)
    for (const id of this.progress.queued) this.dirtyDeployments.add(id)
  }

  #makeTables(): Tables {
    const count = this.#changes
    const plain = <T extends PlainTable>(name: T): Table<T> => new Table(name, count)
    return {
      action: new Table('action', count, {
        change: (old, row) => {
          if (old !== undefined) this.progress.removeAction(old)
          if (row !== undefined) this.progress.addAction(row)
        },
      }),
      alias: new Table('alias', count, {
        change: (old, row) => this.aliases.change(old, row),
      }),
      agent: new Table('agent', count, {
        change: (old, row) => {
          // What an agent holds outlives each change of its row.
          this.draining.delete((row ?? old)!.id)
          if (row === undefined) this.agents.remove(old!.id)
          else this.#addAgent(row)
        },
      }),
      allocation: new AllocationTable(this.units, count, {
        change: (old, row, handle) => this.#changeAllocation(old, row, handle),
      }),
      app: new Table('app', count, {
        change: (old, row) => {
          if (row !== undefined) this.#countApp(row, 1)
          if (old !== undefined) this.#countApp(old, -1)
          this.#dependentsToLookAt.add((row ?? old)!.id)
          if (row?.mode === 'daemon') this.daemons.add(row.id)
          else this.daemons.delete((row ?? old)!.id)
        },
      }),
      attempt: plain('attempt'),
      audit: new Table('audit', count, {
        change: (_, row) => {
          if (row !== undefined) this.oldestOf.audit.push({ key: auditKey(row.ordinal), age: row.ordinal })
        },
      }),
      backoff: new Table('backoff', count, {
        change: (old, row) => {
          if (old !== undefined) this.#removeLaunchDelay(old)
          if (row !== undefined) this.#addLaunchDelay(row)
        },
      }),
      brake: plain('brake'),
      cluster: plain('cluster'),
      deployment: new Table('deployment', count, {
        change: (old, row) => {
          if (old !== undefined) this.#removeDeployment(old)
          if (row !== undefined) this.#addDeployment(row)
        },
      }),
      failure: plain('failure'),
      gone: new Table('gone', count, {
        change: (old, row) => {
          for (const { spec } of row?.allocations ?? []) this.#refer(spec, 1)
          for (const { spec } of old?.allocations ?? []) this.#refer(spec, -1)
        },
      }),
      group: plain('group'),
      instance: new InstanceTable(this.units, count, {
        change: (old, row, handle) => this.#changeInstance(old, row, handle),
      }),
      move: plain('move'),
      request: new Table('request', count, {
        change: (_, row) => {
          if (row !== undefined) this.oldestOf.request.push({ key: row.key, age: row.ordinal })
        },
      }),
      root: new Table('root', count, {
        change: (old, row) => {
          if (row !== undefined) this.#referRoot(row, 1)
          if (old !== undefined) this.#referRoot(old, -1)
        },
      }),
      spec: plain('spec'),
      stack: plain('stack'),
      staged: new Table('staged', count, {
        change: (_, row) => {
          if (row !== undefined) this.oldestStaged.push({ key: row.spec, age: row.at })
        },
      }),
      timing: plain('timing'),
      version: new Table('version', count, {
        change: (old, row) => {
          if (row !== undefined) this.#addVersion(row)
          if (old !== undefined) this.#removeVersion(old, row)
        },
      }),
      volume: plain('volume'),
    }
  }

  #addAgent(row: AgentRow): void {
    if (row.drain !== undefined) this.draining.add(row.id)
    this.agents.upsert({
      id: row.id,
      hostname: row.hostname,
      attributes: row.attributes,
      drivers: row.drivers,
      capacity: row.capacity,
      reachable: this.sessionOf.has(row.id) && row.unreachableSince === null,
      draining: row.drain !== undefined,
      eligible: row.cordoned !== true,
    })
  }

  // In rows that are damaged a specification may be missing; a port without one is held for every protocol.
  #protocolsOf({ ports, spec }: AllocationRow): readonly PortProtocol[] | undefined {
    const isKnown = ports.length > 0 && (this.#facts.has(spec) || this.tables.spec.has(spec))
    return isKnown ? this.factsOf(spec).protocols : undefined
  }

  #changeAllocation(old: AllocationRow | undefined, row: AllocationRow | undefined, handle: number): void {
    this.#referInstead(old?.spec, row?.spec)
    const { instance, incarnation } = (row ?? old)!
    if (!holdsSame(old, row)) {
      if (old !== undefined) this.agents.release(old.agent, old.resources, old.ports, this.#protocolsOf(old))
      if (row !== undefined) this.agents.take(row.agent, row.resources, row.ports, this.#protocolsOf(row))
    }
    if (old !== undefined && old.agent !== row?.agent) this.rowsOn(old.agent).change(old, undefined, handle)
    if (row !== undefined) {
      this.rowsOn(row.agent).change(old?.agent === row.agent ? old : undefined, row, handle)
    }
    const wasToRun = old?.goal === 'run'
    const isToRun = row?.goal === 'run'
    if (wasToRun === isToRun) return
    const holder = this.tables.instance.get(instance)
    if (holder === undefined || holder.incarnation !== incarnation || !this.#isSound(holder)) return
    this.indexOf(holder.app).change(holder, holder, wasToRun, isToRun, handle)
  }

  #changeInstance(old: InstanceRow | undefined, row: InstanceRow | undefined, handle: number): void {
    this.#referInstead(old?.spec, row?.spec)
    this.placed.change(old, row)
    const wasHealthy = old !== undefined && this.isHealthy(old)
    const isHealthy = row !== undefined && this.isHealthy(row)
    if (old !== undefined && row !== undefined && old.app === row.app) {
      this.indexOf(row.app).change(old, row, wasHealthy, isHealthy, handle)
      return
    }
    if (row !== undefined) this.indexOf(row.app).change(undefined, row, false, isHealthy, handle)
    if (old === undefined) return
    const index = this.indexOf(old.app)
    index.change(old, undefined, wasHealthy, false, handle)
    if (index.size === 0) this.apps.delete(old.app)
  }

  #addDeployment(row: DeploymentRow): void {
    for (const { original, target } of Object.values(row.apps)) {
      if (original !== null) this.#referAppSpecs(original, 1)
      if (target !== null) this.#referAppSpecs(target, 1)
    }
    this.progress.addDeployment(row)
    if (row.state !== 'running') return
    this.runningDeployments.add(row.id)
    for (const step of row.steps) for (const action of step.actions) this.locks.set(action.app, row.id)
  }

  #removeDeployment(row: DeploymentRow): void {
    for (const { original, target } of Object.values(row.apps)) {
      if (original !== null) this.#referAppSpecs(original, -1)
      if (target !== null) this.#referAppSpecs(target, -1)
    }
    this.progress.removeDeployment(row)
    if (row.state !== 'running') return
    this.runningDeployments.delete(row.id)
    for (const step of row.steps) {
      for (const action of step.actions) {
        if (this.locks.get(action.app) === row.id) this.locks.delete(action.app)
      }
    }
  }

  #addLaunchDelay(row: BackoffRow): void {
    const rows = this.launchDelays.get(row.app)
    if (rows === undefined) this.launchDelays.set(row.app, new Set([row]))
    else rows.add(row)
  }

  #removeLaunchDelay(row: BackoffRow): void {
    const rows = this.launchDelays.get(row.app)
    rows?.delete(row)
    if (rows?.size === 0) this.launchDelays.delete(row.app)
  }

  #addVersion(row: VersionRow): void {
    this.#refer(row.spec, 1)
    let keys = this.versionsOf.get(row.app)
    if (keys === undefined) this.versionsOf.set(row.app, (keys = new Set()))
    keys.add(versionKey(row))
  }

  #removeVersion(row: VersionRow, next: VersionRow | undefined): void {
    this.#refer(row.spec, -1)
    if (next !== undefined) return
    const keys = this.versionsOf.get(row.app)
    keys?.delete(versionKey(row))
    if (keys?.size === 0) this.versionsOf.delete(row.app)
  }

  #countApp(row: AppRow, by: 1 | -1): void {
    this.#referAppSpecs(row, by)
    for (const group of groupsAround(row.id)) {
      const size = (this.groupSizes.get(group) ?? 0) + by
      if (size === 0) this.groupSizes.delete(group)
      else this.groupSizes.set(group, size)
    }
    for (const port of row.servicePorts) {
      const count = (this.servicePorts.get(port) ?? 0) + by
      if (count === 0) this.servicePorts.delete(port)
      else this.servicePorts.set(port, count)
    }
  }

  #referRoot(row: RootRow, by: 1 | -1): void {
    for (const app of Object.values(row.apps)) if (app !== null) this.#refer(app.spec, by)
  }

  #referAppSpecs(
    row: Pick<AppRow, 'submitted' | 'effective'> & Partial<Pick<AppRow, 'applied'>>,
    by: 1 | -1,
  ): void {
    this.#refer(row.submitted, by)
    this.#refer(row.effective, by)
    if (row.applied) this.#refer(row.applied.spec, by)
  }

  // The new one first, so that a specification that stays is never without a reference.
  #referInstead(old: SpecHash | undefined, spec: SpecHash | undefined): void {
    if (old === spec) return
    if (spec !== undefined) this.#refer(spec, 1)
    if (old !== undefined) this.#refer(old, -1)
  }

  #refer(spec: SpecHash, by: 1 | -1): void {
    const count = (this.specReferences.get(spec) ?? 0) + by
    if (count === 0) {
      this.specReferences.delete(spec)
      this.specGarbage.add(spec)
    } else this.specReferences.set(spec, count)
  }
}

// A row may be made from what is stored at any time: what it holds is the same, its objects need not be.
function holdsSame(old: AllocationRow | undefined, row: AllocationRow | undefined): boolean {
  if (old === undefined || row === undefined || old.agent !== row.agent) return false
  const { ports } = row
  return (
    sameResources(old.resources, row.resources) &&
    (old.ports === ports || (old.ports.length === ports.length && old.ports.every((p, i) => p === ports[i])))
  )
}
