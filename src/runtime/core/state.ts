// The control plane's state: the durable tables, the indexes that follow them, and a volatile part that can be thrown
// away at any time (sessions, liveness, queues). One owner changes it in place; nobody else holds a reference.
import { Heap, type ClusterMs, type Digest, emptyDigest, type UtcMs } from '../../base/index.ts'
import type {
  AgentId,
  AppId,
  DeploymentId,
  Epoch,
  InstanceId,
  Reply,
  Revision,
  ServerMessage,
  SessionId,
  SpecHash,
  TaskKey,
  WaitReason,
} from '../../model/index.ts'
import { AgentIndex } from './allocate/agents.ts'
import { AppIndex } from './appindex.ts'
import {
  allocationKey,
  auditKey,
  tableNames,
  versionKey,
  type AgentRow,
  type AllocationRow,
  type AppRow,
  type DeploymentRow,
  type InstanceRow,
  type TableName,
  type VersionRow,
} from './rows.ts'
import { Table } from './table.ts'
import {
  defaultSettings,
  maxRowsPerStep,
  type ClusterEvent,
  type Commit,
  type Env,
  type Settings,
} from './types.ts'

export type Tables = { readonly [T in TableName]: Table<T> }

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
  readonly allocationsOf = new Map<AgentId, Map<string, AllocationRow>>()
  /** Running deployments by the apps they hold. */
  readonly locks = new Map<AppId, DeploymentId>()
  readonly runningDeployments = new Set<DeploymentId>()
  readonly specReferences = new Map<SpecHash, number>()
  /** Keys of the stored versions of each app. */
  readonly versionsOf = new Map<AppId, Set<string>>()
  /** Staged specifications, replies and audit entries, oldest first; entries whose row has gone are passed over. */
  readonly oldestStaged = new Heap<Aged>(olderFirst)
  readonly oldestOf = { request: new Heap<Aged>(olderFirst), audit: new Heap<Aged>(olderFirst) }
  /** Service ports in use, and by how many apps. */
  readonly servicePorts = new Map<number, number>()
  /** Specifications whose last reference went; looked at again when the group is sealed. */
  readonly specGarbage = new Set<SpecHash>()
  readonly tables: Tables

  // Volatile from here on.
  readonly sessions = new Map<SessionId, Session>()
  readonly sessionOf = new Map<AgentId, SessionId>()
  readonly missedRounds = new Map<AgentId, number>()
  readonly dirtyApps = new Set<AppId>()
  readonly dirtyAgents = new Set<AgentId>()
  readonly dirtyDeployments = new Set<DeploymentId>()
  readonly launchQueue = new Set<AppId>()
  readonly waiting = new Map<AppId, { reasons: readonly WaitReason[]; since: ClusterMs; sinceUtc: UtcMs }>()
  readonly wakes = new Heap<Wake>((a, b) => a.at < b.at)
  readonly #wakeOf = new Map<AppId, ClusterMs>()
  readonly unknownTasks = new Map<AgentId, readonly TaskKey[]>()
  /** More agents are silent than may be given up at once: nothing is placed until that is clear. */
  frozen = false
  /** The last ping round. */
  round = 0
  capacityFreed = false
  outbox: Outbox = { replies: [], messages: [], events: [] }
  /** Counts what this transaction made, so that ids and ordinals differ inside one revision. */
  drawn = 0
  /** Rows that one step may change. Smaller in tests, which cut every action into pieces with it. */
  stepRows = maxRowsPerStep
  /** Rows changed when the present step began. */
  rowsBeforeStep = 0
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
    let sum = 0
    for (const name of tableNames) sum += this.tables[name].changes
    return sum
  }

  /** Rows that the present step may still change. */
  get budget(): number {
    return this.stepRows - (this.changedRows - this.rowsBeforeStep)
  }

  /** A number that rises with every call, over all transactions. */
  ordinal(): number {
    return this.nextRevision * 2 ** 20 + this.drawn++
  }

  indexOf(app: AppId): AppIndex {
    let found = this.apps.get(app)
    if (found === undefined) {
      found = new AppIndex()
      this.apps.set(app, found)
    }
    return found
  }

  allocation(instance: InstanceId, incarnation: number): AllocationRow | undefined {
    return this.tables.allocation.get(allocationKey(instance, incarnation))
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

  event(type: string, data: ClusterEvent['data']): void {
    this.outbox.events.push({ type, data: { ...data, eventType: type } })
  }

  /** Everything volatile goes; every app is looked at again, which rebuilds queues and wakes from rows. */
  dropVolatile(): void {
    this.sessions.clear()
    this.sessionOf.clear()
    for (const agent of this.agents.ids()) this.agents.setReachable(agent, false)
    this.missedRounds.clear()
    this.dirtyAgents.clear()
    this.launchQueue.clear()
    this.waiting.clear()
    this.unknownTasks.clear()
    this.frozen = false
    this.outbox = { replies: [], messages: [], events: [] }
    this.lookAtAll()
  }

  /** Queues every app and deployment for a new look: after load and rollback. */
  lookAtAll(): void {
    while (this.wakes.size > 0) this.wakes.pop()
    this.#wakeOf.clear()
    for (const id of this.tables.app.keys()) this.dirtyApps.add(id as AppId)
    for (const id of [...this.apps.keys()].sort()) this.dirtyApps.add(id)
    for (const id of [...this.runningDeployments].sort()) this.dirtyDeployments.add(id)
  }

  #makeTables(): Tables {
    const plain = <T extends TableName>(name: T): Table<T> => new Table(name)
    return {
      action: plain('action'),
      agent: new Table('agent', {
        add: row => this.#addAgent(row),
        // What an agent holds outlives each change of its row; only the rollback of its first hello takes it away.
        remove: (row, next) => {
          if (next === undefined) this.agents.remove(row.id)
        },
      }),
      allocation: new Table('allocation', {
        add: row => this.#addAllocation(row),
        remove: row => this.#removeAllocation(row),
      }),
      app: new Table('app', {
        add: row => this.#countApp(row, 1),
        remove: row => this.#countApp(row, -1),
      }),
      audit: new Table('audit', {
        add: row => this.oldestOf.audit.push({ key: auditKey(row.ordinal), age: row.ordinal }),
        remove: () => {},
      }),
      backoff: plain('backoff'),
      brake: plain('brake'),
      cluster: plain('cluster'),
      deployment: new Table('deployment', {
        add: row => this.#addDeployment(row),
        remove: row => this.#removeDeployment(row),
      }),
      failure: plain('failure'),
      group: plain('group'),
      instance: new Table('instance', {
        add: row => this.#addInstance(row),
        remove: row => this.#removeInstance(row),
      }),
      request: new Table('request', {
        add: row => this.oldestOf.request.push({ key: row.key, age: row.ordinal }),
        remove: () => {},
      }),
      spec: plain('spec'),
      stack: plain('stack'),
      staged: new Table('staged', {
        add: row => this.oldestStaged.push({ key: row.spec, age: row.at }),
        remove: () => {},
      }),
      timing: plain('timing'),
      version: new Table('version', {
        add: row => this.#addVersion(row),
        remove: row => this.#removeVersion(row),
      }),
      volume: plain('volume'),
    }
  }

  #addAgent(row: AgentRow): void {
    this.agents.upsert({
      id: row.id,
      hostname: row.hostname,
      attributes: row.attributes,
      drivers: row.drivers,
      capacity: row.capacity,
      reachable: this.sessionOf.has(row.id) && row.unreachableSince === null,
    })
  }

  #addAllocation(row: AllocationRow): void {
    this.#refer(row.spec, 1)
    this.agents.take(row.agent, row.resources, row.ports)
    let held = this.allocationsOf.get(row.agent)
    if (held === undefined) this.allocationsOf.set(row.agent, (held = new Map()))
    held.set(allocationKey(row.instance, row.incarnation), row)
  }

  #removeAllocation(row: AllocationRow): void {
    this.#refer(row.spec, -1)
    this.agents.release(row.agent, row.resources, row.ports)
    this.allocationsOf.get(row.agent)?.delete(allocationKey(row.instance, row.incarnation))
  }

  #addInstance(row: InstanceRow): void {
    this.#refer(row.spec, 1)
    this.indexOf(row.app).add(row)
  }

  #removeInstance(row: InstanceRow): void {
    this.#refer(row.spec, -1)
    const index = this.indexOf(row.app)
    index.remove(row)
    if (index.instances.size === 0) this.apps.delete(row.app)
  }

  #addDeployment(row: DeploymentRow): void {
    for (const { original, target } of Object.values(row.apps)) {
      if (original !== null) this.#referAppSpecs(original, 1)
      if (target !== null) this.#referAppSpecs(target, 1)
    }
    if (row.state !== 'running') return
    this.runningDeployments.add(row.id)
    for (const step of row.steps) for (const action of step.actions) this.locks.set(action.app, row.id)
  }

  #removeDeployment(row: DeploymentRow): void {
    for (const { original, target } of Object.values(row.apps)) {
      if (original !== null) this.#referAppSpecs(original, -1)
      if (target !== null) this.#referAppSpecs(target, -1)
    }
    if (row.state !== 'running') return
    this.runningDeployments.delete(row.id)
    for (const step of row.steps) {
      for (const action of step.actions) {
        if (this.locks.get(action.app) === row.id) this.locks.delete(action.app)
      }
    }
  }

  #addVersion(row: VersionRow): void {
    this.#refer(row.spec, 1)
    let keys = this.versionsOf.get(row.app)
    if (keys === undefined) this.versionsOf.set(row.app, (keys = new Set()))
    keys.add(versionKey(row))
  }

  #removeVersion(row: VersionRow): void {
    this.#refer(row.spec, -1)
    const keys = this.versionsOf.get(row.app)
    keys?.delete(versionKey(row))
    if (keys?.size === 0) this.versionsOf.delete(row.app)
  }

  #countApp(row: AppRow, by: 1 | -1): void {
    this.#referAppSpecs(row, by)
    for (const port of row.servicePorts) {
      const count = (this.servicePorts.get(port) ?? 0) + by
      if (count === 0) this.servicePorts.delete(port)
      else this.servicePorts.set(port, count)
    }
  }

  #referAppSpecs(row: AppRow, by: 1 | -1): void {
    this.#refer(row.submitted, by)
    this.#refer(row.effective, by)
    if (row.applied !== null) this.#refer(row.applied.spec, by)
  }

  #refer(spec: SpecHash, by: 1 | -1): void {
    const count = (this.specReferences.get(spec) ?? 0) + by
    if (count === 0) {
      this.specReferences.delete(spec)
      this.specGarbage.add(spec)
    } else this.specReferences.set(spec, count)
  }
}
