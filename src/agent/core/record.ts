// The checkpoint's records: one for what the agent remembers of the cluster, one per spec, one per task. They are plain
// JSON under these keys; the checkpoint adds checksums and the sync.
import type { ClusterMs } from '../../base/index.ts'
import type { App, AssignmentRow, Epoch, SpecHash, TaskKey } from '../../model/index.ts'
import type { AgentState, CheckState, PreStopState, Status, TaskState } from './state.ts'
import type { AgentMemory, DriverKind } from './types.ts'

export const memoryKey = 'memory'

export function specKey(hash: SpecHash): string {
  return `spec/${hash}`
}

export function taskRecordKey(text: string): string {
  return `task/${text}`
}

export interface TaskRecord {
  readonly key: TaskKey
  readonly row?: AssignmentRow
  readonly rowEpoch: Epoch
  readonly attached: boolean
  readonly driver?: DriverKind
  readonly phase: TaskState['phase']
  readonly stopping: boolean
  readonly statusSeq: number
  readonly last?: Status
  readonly pending: readonly Status[]
  readonly checks: readonly CheckState[]
  readonly ready?: boolean
  readonly runningSince?: ClusterMs
  readonly pid?: number
  readonly ipAddresses?: readonly string[]
  readonly preStop?: PreStopState
}

export function memoryRecord(state: AgentState): AgentMemory {
  return {
    ...(state.clusterId === undefined ? {} : { clusterId: state.clusterId }),
    epoch: state.epoch,
    seenRevision: state.seenRevision,
    appliedGen: state.appliedGen,
  }
}

/** All records of a state, for a checkpoint that is written anew. */
export function allRecords(state: AgentState): { key: string; value: unknown }[] {
  return [
    ...[...state.specs].map(([hash, app]) => ({ key: specKey(hash), value: app })),
    ...[...state.tasks.values()].map(task => ({ key: taskRecordKey(task.text), value: taskRecord(task) })),
    { key: memoryKey, value: memoryRecord(state) },
  ]
}

/** Undefined fields are left out by JSON. */
export function taskRecord(task: TaskState): TaskRecord {
  return {
    key: task.key,
    row: task.row,
    rowEpoch: task.rowEpoch,
    attached: task.attached,
    driver: task.driver,
    phase: task.phase,
    stopping: task.stopping,
    statusSeq: task.statusSeq,
    last: task.last,
    pending: [...task.pending],
    checks: task.checks.map(c => ({ ...c })),
    ready: task.ready,
    runningSince: task.runningSince,
    pid: task.pid,
    ipAddresses: task.ipAddresses,
    preStop: task.preStop,
  }
}

/** What an agent is that has never joined a cluster. */
export const noMemory = { epoch: 0, seenRevision: 0, appliedGen: 0 } as AgentMemory

/** Sorts the records by what they are. Checksums were proven by the checkpoint, so shapes are taken as written. */
export function decodeRecords(records: Iterable<{ readonly key: string; readonly value: unknown }>): {
  memory: AgentMemory | undefined
  specs: [SpecHash, App][]
  tasks: TaskRecord[]
} {
  let memory: AgentMemory | undefined
  const specs: [SpecHash, App][] = []
  const tasks: TaskRecord[] = []
  for (const { key, value } of records) {
    if (key === memoryKey) memory = value as AgentMemory
    else if (key.startsWith('spec/')) specs.push([key.slice('spec/'.length) as SpecHash, value as App])
    else if (key.startsWith('task/')) tasks.push(value as TaskRecord)
  }
  return { memory, specs, tasks }
}
