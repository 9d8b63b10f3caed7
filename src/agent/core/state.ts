// What the agent knows. One mutable owner; everything durable is in `memory`, the specs and the tasks, and is written
// as checkpoint records (see record.ts); the rest belongs to one connection or one run of the process.
import { addDigest, compareStrings, subtractDigest, type ClusterMs, type Digest } from '../../base/index.ts'
import {
  assignmentDigest,
  type App,
  type AssignmentRow,
  type ClusterId,
  type Epoch,
  type Exit,
  type HealthResult,
  type ReportedCondition,
  type Revision,
  type SessionId,
  type SpecHash,
  type TaskKey,
} from '../../model/index.ts'
import type { AgentIdentity, DriverKind } from './types.ts'

export interface AgentState {
  /** Drivers that answer only later are added. */
  identity: AgentIdentity
  clusterId: ClusterId | undefined
  epoch: Epoch
  /** Highest revision seen of that epoch: what the agents witness for the server. */
  seenRevision: Revision
  /** The generation up to which this agent's rows are known; 0: ask for everything. */
  appliedGen: number
  readonly specs: Map<SpecHash, App>
  /** By taskText. */
  readonly tasks: Map<string, TaskState>
  /** How many tasks the server does not know (see TaskState.attached). */
  detached: number
  /** Sum over the rows known and not forgotten (see setHash). */
  rowsDigest: Digest
  readonly connection: Connection
  /** Counts reports over all sessions of this process, so that a late ack can't be taken for another. */
  reportSeq: number
  /** When a row still waits for its spec: the next time to ask. */
  askAgainAt: ClusterMs | undefined
}

/** What belongs to the present connection. */
export interface Connection {
  /** `ignored`: the peer has no authority here (another cluster, an older epoch), nothing it says counts. */
  phase: 'none' | 'greeting' | 'welcomed' | 'ignored'
  session: SessionId | undefined
  /** Why a peer is ignored or refused us, for the log. */
  reason: string | undefined
  parts: PartialAssign | undefined
  readonly reportsInFlight: Map<number, ReportInFlight>
  /** Tasks with statuses that are neither acknowledged nor on their way. */
  readonly outgoing: Set<TaskState>
  /** The set as last reported in this connection; a server starts out believing in an empty one. Undefined: say it again. */
  unknownSent: string | undefined
}

export interface PartialAssign {
  readonly epoch: Epoch
  readonly fromGen: number
  readonly toGen: number
  readonly parts: number
  readonly got: Map<number, { readonly rows: readonly AssignmentRow[]; readonly forget: readonly TaskKey[] }>
}

export interface ReportInFlight {
  readonly sentAt: ClusterMs
  readonly upTo: readonly { readonly task: TaskState; readonly seq: number }[]
  readonly unknown: boolean
}

export interface TaskState {
  readonly key: TaskKey
  /** taskText(key). */
  readonly text: string
  /** Absent: found running without the server having asked for it. */
  row: AssignmentRow | undefined
  /** Generations are compared within one epoch; a row of a later epoch wins. */
  rowEpoch: Epoch
  /** The server knows the row. A full assignment without it makes it false; the task goes on. */
  attached: boolean
  driver: DriverKind | undefined
  /** assigned: waits for its spec. starting: the record is stored, the start may have been carried out. */
  phase: 'assigned' | 'starting' | 'running' | 'ended'
  /** A stop row has come; its end counts as Killed. Never taken back. */
  stopping: boolean
  /** Number of the newest status. */
  statusSeq: number
  last: Status | undefined
  /** Statuses not yet acknowledged, oldest first. */
  pending: Status[]
  /** The report that carries them, while one is on its way: at most one per task, so that none can overtake. */
  sentIn: number | undefined
  checks: CheckState[]
  readiness: CheckState | undefined
  ready: boolean | undefined
  runningSince: ClusterMs | undefined
  pid: number | undefined
  ipAddresses: readonly string[] | undefined
  /** What is done before it is asked to end, while that is under way. */
  preStop: PreStopState | undefined
  /** The next time to order the driver to stop it again. */
  stopAgainAt: ClusterMs | undefined
}

/** Where the preparation of a stop is, and until when at most. */
export interface PreStopState {
  readonly stage: 'command' | 'wait'
  readonly until: ClusterMs
}

export interface Status {
  readonly seq: number
  readonly condition: ReportedCondition
  readonly at: ClusterMs
  readonly exit?: Exit
  readonly health?: readonly HealthResult[]
  readonly ready?: boolean
  readonly pid?: number
  readonly ipAddresses?: readonly string[]
  /** Was in a message once: what it says is fixed from then on. */
  sent?: true
}

export interface CheckState {
  readonly index: number
  consecutiveFailures: number
  /** Undefined until the first result that counts. */
  alive: boolean | undefined
  /** A first success was seen: the grace period is over. */
  succeeded: boolean
  cause: string | undefined
  dueAt: ClusterMs
  inFlight: boolean
}

export function newTask(key: TaskKey, rowEpoch: Epoch): TaskState {
  return {
    key: { instance: key.instance, incarnation: key.incarnation },
    text: taskText(key),
    row: undefined,
    rowEpoch,
    attached: false,
    driver: undefined,
    phase: 'assigned',
    stopping: false,
    statusSeq: 0,
    last: undefined,
    pending: [],
    sentIn: undefined,
    checks: [],
    readiness: undefined,
    ready: undefined,
    runningSince: undefined,
    pid: undefined,
    ipAddresses: undefined,
    preStop: undefined,
    stopAgainAt: undefined,
  }
}

/** `<instance>/<incarnation>`. */
export function taskText(key: TaskKey): string {
  return `${key.instance}/${key.incarnation}`
}

/** In one order whatever the history of the map, so that a restarted agent decides the same. */
export function tasksInOrder(tasks: Iterable<TaskState>): TaskState[] {
  return [...tasks].sort((a, b) => compareStrings(a.text, b.text))
}

/** Replaces a task's row, or takes note that the server does not know it, and keeps the digest equal to the sum. */
export function setRow(
  state: AgentState,
  task: TaskState,
  row: AssignmentRow | undefined,
  rowEpoch: Epoch,
  attached: boolean,
): void {
  if (task.row && task.attached)
    state.rowsDigest = subtractDigest(state.rowsDigest, assignmentDigest(task.row))
  if (task.attached !== attached) state.detached += attached ? -1 : 1
  task.row = row
  task.rowEpoch = rowEpoch
  task.attached = attached
  if (row && attached) state.rowsDigest = addDigest(state.rowsDigest, assignmentDigest(row))
}
