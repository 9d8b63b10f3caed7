// The durable tables. A row is plain readonly data: a change replaces it, and the transaction keeps what was there
// before. Hot rows (instance, allocation) are binary on disk, the others canonical JSON (see codec.ts).
import type { ClusterMs, Json, UtcMs } from '../../base/index.ts'
import type {
  Action,
  Actor,
  AgentId,
  App,
  AppId,
  Attribute,
  Capacity,
  ClusterId,
  DeploymentId,
  DriverKind,
  Epoch,
  Exit,
  GroupId,
  HealthResult,
  InstanceId,
  KeptLifecycle,
  Operation,
  Reply,
  ReportedCondition,
  Resources,
  Revision,
  SpecHash,
  StackName,
  Step,
  StopCause,
} from '../../model/index.ts'

export interface ClusterRow {
  readonly clusterId: ClusterId
  readonly epoch: Epoch
  /** After a restore: tasks that agents run and no row names are kept until a person decides. */
  readonly adopt: boolean
  /** When the epoch was raised; absent when it never was. */
  readonly raisedAt?: ClusterMs
}

/** An app's content, stored once. `instances` is 0 in it: the number wanted is the app row's. */
export interface SpecRow {
  readonly app: App
}

/** A specification brought ahead of its apply. */
export interface StagedRow {
  readonly spec: SpecHash
  readonly at: ClusterMs
}

export interface AppRow {
  readonly id: AppId
  readonly address: string
  readonly stack: StackName | null
  readonly submitted: SpecHash
  readonly effective: SpecHash
  readonly instances: number
  /** Instances with the same key run the same configuration; a forced restart changes it too. */
  readonly runKey: string
  readonly restarts: number
  readonly version: UtcMs
  readonly lastScalingAt: UtcMs
  readonly lastConfigChangeAt: UtcMs
  readonly revision: Revision
  /** What its stack applied last, when somebody else changed the app since. */
  readonly applied: { readonly spec: SpecHash; readonly instances: number } | null
  readonly changedBy: string
  readonly sensitivePaths: readonly string[]
  /** What its stack said; absent when nothing, and in rows of older versions. */
  readonly lifecycle?: KeptLifecycle
  /** Of the effective form, for whoever must know without looking at specifications; absent: a service. */
  readonly mode?: 'daemon' | 'batch'
  /** Of the effective form: kept here so that ports in use are known without looking at specifications. */
  readonly servicePorts: readonly number[]
  /**
   * Its deployment failed and was not rolled back: what runs stays as it is, in this number, until the app's
   * configuration is changed again. What ends is started again as it was.
   */
  readonly halted?: { readonly deployment: DeploymentId; readonly instances: number; readonly reason: string }
}

/** What is compared with an app's row to know whether it still is what a deployment made of it. */
export type AppContent = Pick<AppRow, 'submitted' | 'effective' | 'instances' | 'runKey'>

export interface VersionRow {
  readonly app: AppId
  readonly version: UtcMs
  readonly spec: SpecHash
  readonly instances: number
  readonly lastScalingAt: UtcMs
  readonly lastConfigChangeAt: UtcMs
}

export interface RootAppRow {
  readonly spec: SpecHash
  readonly instances: number
  /** Absent: none. */
  readonly sensitivePaths?: readonly string[]
}

/**
 * One accepted change of apps and groups: what it undid. The apps and groups of an older time are worked out from those
 * of now and these rows, newest first; so a change costs what it changes, and not all apps there are.
 */
export interface RootRow {
  readonly version: UtcMs
  /** The version before it; 0: none is known. */
  readonly previous: UtcMs
  /** As they were before, as submitted; null: not there. */
  readonly apps: Readonly<Record<string, RootAppRow | null>>
  /** The dependencies that they had; null: not there. */
  readonly groups: Readonly<Record<string, readonly string[] | null>>
}

export interface GroupRow {
  readonly id: GroupId
  readonly address: string
  readonly dependencies: readonly string[]
  /** Top-level groups only; kept for who reads it. */
  readonly enforceRole?: boolean
  readonly stack: StackName | null
  readonly lifecycle?: KeptLifecycle
  readonly revision: Revision
}

export interface VolumeRow {
  readonly name: string
  readonly address: string
  readonly size: number
  readonly shared: boolean
  readonly stack: StackName | null
  readonly lifecycle?: KeptLifecycle
  readonly revision: Revision
}

export interface StackRow {
  readonly name: StackName
  readonly origin: string
  readonly revision: Revision
  readonly outputs: Readonly<Record<string, { readonly value: Json; readonly sensitive: boolean }>>
}

/** One copy of an app in one slot, over all its incarnations. */
export interface InstanceRow {
  readonly id: InstanceId
  readonly app: AppId
  readonly slot: number
  readonly incarnation: number
  readonly goal: 'run' | 'stop'
  readonly spec: SpecHash
  readonly runKey: string
  readonly version: UtcMs
  /** Set while this incarnation holds an allocation. */
  readonly agent: AgentId | null
  /** The planned agent, tried first. */
  readonly planned: AgentId | null
  readonly reported: ReportedCondition | null
  readonly unreachable: boolean
  readonly health: readonly HealthResult[]
  readonly ready: boolean
  readonly createdAt: ClusterMs
  readonly placedAt: ClusterMs
  readonly runningAt: ClusterMs
  /** When this incarnation was strictly healthy for the first time; 0: not yet. */
  readonly healthyAt: ClusterMs
  /** For people; 0: not yet. */
  readonly stagedUtc: UtcMs
  readonly startedUtc: UtcMs
  readonly pid: number
  readonly ipAddresses: readonly string[]
}

/** What one incarnation holds on an agent; apart from the instance, which it may outlive on an agent that is away. */
export interface AllocationRow {
  readonly instance: InstanceId
  readonly incarnation: number
  readonly app: AppId
  readonly owner: 'app'
  readonly agent: AgentId
  readonly gen: number
  readonly goal: 'run' | 'stop'
  readonly cause: StopCause | null
  /** Who asked for the stop. */
  readonly author: string
  readonly spec: SpecHash
  readonly version: UtcMs
  readonly resources: Resources
  readonly ports: readonly number[]
  readonly graceMs: number
  readonly statusSeq: number
  readonly stopAt: ClusterMs
}

/** What instances made for one configuration of an app share. */
export interface RunAlias {
  readonly kind: 'run'
  readonly number: number
  /** Of their ids, up to the UUID; empty for ids of other forms. */
  readonly start: string
  readonly app: AppId
  readonly spec: SpecHash
  readonly runKey: string
  readonly version: UtcMs
}

/** What allocations of one specification share. */
export interface TaskAlias {
  readonly kind: 'task'
  readonly number: number
  readonly app: AppId
  readonly spec: SpecHash
  readonly version: UtcMs
  readonly resources: Resources
  readonly graceMs: number
}

export interface AgentAlias {
  readonly kind: 'agent'
  readonly number: number
  readonly agent: AgentId
}

export type AliasRow = RunAlias | TaskAlias | AgentAlias

export interface AgentRow {
  readonly id: AgentId
  readonly hostname: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly capacity: Capacity
  readonly drivers: readonly DriverKind[]
  readonly bootId: string
  readonly version: string
  /** Last generation given to a row of this agent. */
  readonly gen: number
  readonly unreachableSince: ClusterMs | null
  /** Gets nothing new, and keeps what it has. */
  readonly cordoned?: true
  /** It is being emptied; gets nothing new either. */
  readonly drain?: DrainRow
}

export interface DrainRow {
  readonly since: ClusterMs
  readonly sinceUtc: UtcMs
  /** From then on batch tasks are waited for no longer. Null: no such time. */
  readonly deadline: ClusterMs | null
  /** At the deadline the rest is stopped, also below its promise of health. */
  readonly force: boolean
  readonly author: string
}

/**
 * An agent that a person took out of the cluster. Should it come back, it counts its generations on, and is told to stop
 * what it ran.
 */
export interface GoneRow {
  readonly id: AgentId
  readonly gen: number
  readonly ordinal: number
  readonly allocations: readonly AllocationRow[]
}

/** How often an instance of a batch app has failed, in which configuration. Absent: never. */
export interface AttemptRow {
  readonly instance: InstanceId
  readonly runKey: string
  readonly failures: number
}

/** An instance that is to be replaced by one on a better agent, by a rebalancing. */
export interface MoveRow {
  readonly instance: InstanceId
  readonly incarnation: number
  readonly to: AgentId
  readonly author: string
  /** Given up then. */
  readonly until: ClusterMs
}

/** How far one action is. The figures are set once, when it begins; all counts are derived from rows. */
export interface ActionRow {
  readonly deployment: DeploymentId
  readonly app: AppId
  readonly action: Action['action']
  /** `failed`: a deadline has passed; the deployment ends with it. `pending` is in rows of older versions only. */
  readonly state: 'pending' | 'running' | 'done' | 'failed'
  readonly begunAt: ClusterMs
  readonly target: number
  /** Instances that had to be started when the action began. */
  readonly toStart: number
  /** Healthy instances when the action began. */
  readonly healthyAtStart: number
  readonly minHealthy: number
  readonly maxCapacity: number
  /** What the app's `update` said then, and how far that is; absent when it said nothing. */
  readonly rollout?: RolloutRow
  /** Why it failed, for people. */
  readonly failure?: string
}

/** The bounds of an action besides Marathon's figures. Times are cluster time. */
export interface RolloutRow {
  readonly maxParallel?: number
  /** New instances to be looked at before the others follow. Absent: none, or nothing old to stand beside. */
  readonly canary?: number
  readonly promoted?: boolean
  readonly pauseMs?: number
  readonly healthyDeadlineMs?: number
  readonly progressDeadlineMs?: number
  readonly autoRollback?: boolean
  /** New instances in batches that are over; the next waits until `heldUntil`. */
  readonly passed?: number
  readonly heldUntil?: ClusterMs
  /** The most new instances that were healthy at once, and since when. */
  readonly reached: number
  readonly progressAt: ClusterMs
  /** Since when a new instance that ended is being started again, without progress meanwhile. */
  readonly troubledAt?: ClusterMs
}

/** `queued`: waits for the apps that another holds; it has no steps yet. `refused`: at its turn it no longer fitted. */
export type DeploymentState = 'queued' | 'running' | 'done' | 'cancelled' | 'replaced' | 'failed' | 'refused'

export interface GroupChangeRow {
  readonly original: readonly string[] | null
  readonly target: readonly string[] | null
  /** Of a group that goes: all that it was. Absent in rows of older versions. */
  readonly row?: GroupRow
}

/** A row before a change and after it; null: not there. */
export interface ChangedRow<Row> {
  readonly original: Row | null
  readonly target: Row | null
}

export interface DeploymentRow {
  readonly id: DeploymentId
  readonly version: UtcMs
  readonly actor: Actor
  readonly state: DeploymentState
  readonly steps: readonly Step[]
  /** 0-based; equal to steps.length when all are done. */
  readonly current: number
  /**
   * What it changed, by app; null: not there. Rows of older versions have whole targets. When it has ended and can't be
   * undone any more, only the names of those are left that no step names, with null for both.
   */
  readonly apps: Readonly<
    Record<string, { readonly original: AppRow | null; readonly target: AppContent | null }>
  >
  /** Dependencies of the groups that it changed; null: there was none, or it is gone. Absent: none. */
  readonly groups?: Readonly<Record<string, GroupChangeRow>>
  /** Planned agents per app, in launch order. */
  readonly placements: Readonly<Record<string, readonly AgentId[]>>
  /** Counts deployments, for order. */
  readonly ordinal: number
  /** The request of one that is queued, and the apps that it waits for. */
  readonly queued?: { readonly operation: Operation; readonly apps: readonly AppId[] }
  /** A person stopped it for a while. */
  readonly paused?: { readonly at: ClusterMs; readonly utc: UtcMs; readonly by: string }
  /** When a person let it go on: deadlines count from then. */
  readonly resumedAt?: ClusterMs
  /** The deployment that this one rolls back. */
  readonly undoes?: DeploymentId
  /** The stack that was applied, and volumes that went, came or changed with it. Absent: none. */
  readonly stack?: ChangedRow<StackRow>
  readonly volumes?: Readonly<Record<string, ChangedRow<VolumeRow>>>
  /** Why it ended, where its state does not say it. */
  readonly reason?: string
  readonly endedUtc?: UtcMs
}

/** Launch delay of one configuration of an app. */
export interface BackoffRow {
  readonly app: AppId
  readonly runKey: string
  readonly delayMs: number
  readonly until: ClusterMs
}

/**
 * When the brake let something go lately: kills by health of one app, or agents given up. Durable, so that a server that
 * starts again and again does not let more go.
 */
export interface BrakeRow {
  readonly subject: AppId | 'agents'
  /** Within the window, oldest first. */
  readonly times: readonly ClusterMs[]
}

/** The last end of a task that nobody asked for. */
export interface FailureRow {
  readonly app: AppId
  readonly instance: InstanceId
  readonly incarnation: number
  readonly agent: AgentId
  readonly host: string
  readonly condition: ReportedCondition
  readonly exit: Exit | null
  readonly version: UtcMs
  readonly utc: UtcMs
}

/** Durations seen, newest last, for the forecast: ms from placed to running, running to healthy, stop to gone. */
export interface TimingRow {
  readonly app: AppId
  readonly start: readonly number[]
  readonly healthy: readonly number[]
  readonly stop: readonly number[]
  /** Of the last sample; absent in rows of older versions. */
  readonly at?: ClusterMs
}

export interface RequestRow {
  readonly key: string
  /** Digest of the operation; absent in rows of older versions. */
  readonly content?: string
  readonly reply: Reply
  readonly ordinal: number
}

export interface AuditRow {
  readonly ordinal: number
  readonly utc: UtcMs
  readonly actor: Actor
  readonly operation: string
  readonly subjects: readonly string[]
  readonly outcome: string
}

export interface Rows {
  readonly action: ActionRow
  /** Numbers for what many rows name. */
  readonly alias: AliasRow
  readonly cluster: ClusterRow
  readonly spec: SpecRow
  readonly staged: StagedRow
  readonly app: AppRow
  readonly version: VersionRow
  readonly group: GroupRow
  readonly volume: VolumeRow
  readonly stack: StackRow
  readonly instance: InstanceRow
  readonly allocation: AllocationRow
  readonly agent: AgentRow
  readonly attempt: AttemptRow
  readonly gone: GoneRow
  readonly move: MoveRow
  readonly deployment: DeploymentRow
  readonly backoff: BackoffRow
  readonly brake: BrakeRow
  readonly failure: FailureRow
  readonly timing: TimingRow
  readonly request: RequestRow
  readonly root: RootRow
  readonly audit: AuditRow
}

export type TableName = keyof Rows

export const tableNames = [
  'action',
  'agent',
  'alias',
  'allocation',
  'app',
  'attempt',
  'audit',
  'backoff',
  'brake',
  'cluster',
  'deployment',
  'failure',
  'gone',
  'group',
  'instance',
  'move',
  'request',
  'root',
  'spec',
  'stack',
  'staged',
  'timing',
  'version',
  'volume',
] as const satisfies readonly TableName[]

/** Tables with a row on disk for each row of theirs. Instances and allocations go together (see units.ts). */
export const plainTables = tableNames.filter(
  (name): name is Exclude<TableName, 'instance' | 'allocation'> =>
    name !== 'instance' && name !== 'allocation',
)

/**
 * A batch instance that has had its end: it is kept, without a task, until its app changes or goes. What else has no
 * agent waits for one, and nothing was reported of it.
 */
export function hasCompleted(row: Pick<InstanceRow, 'agent' | 'reported'>): boolean {
  return row.agent === null && row.reported === 'Finished'
}

/** The same after too many failures. */
export function hasFailed(row: Pick<InstanceRow, 'agent' | 'reported'>): boolean {
  return row.agent === null && row.reported === 'Failed'
}

export function allocationKey(instance: InstanceId, incarnation: number): string {
  return `${instance}/${incarnation}`
}

export function backoffKey({ app, runKey }: Pick<BackoffRow, 'app' | 'runKey'>): string {
  return `${app}@${runKey}`
}

export function auditKey(ordinal: number): string {
  return String(ordinal).padStart(16, '0')
}

/** Sorts by time. */
export function rootKey(version: UtcMs): string {
  return String(version).padStart(16, '0')
}

export function actionKey(deployment: DeploymentId, app: AppId): string {
  return `${deployment}${app}`
}

/** Sorts by time within an app. */
export function versionKey(row: Pick<VersionRow, 'app' | 'version'>): string {
  return `${row.app}@${String(row.version).padStart(16, '0')}`
}
