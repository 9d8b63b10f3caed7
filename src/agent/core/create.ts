// From the checkpoint to a state, as an agent does when it starts.
import { addDigest, emptyDigest } from '../../base/index.ts'
import { assignmentDigest } from '../../model/index.ts'
import { decodeRecords, type TaskRecord } from './record.ts'
import { newTask, type AgentState, type TaskState } from './state.ts'
import type { AgentIdentity, AgentMemory } from './types.ts'

/** From the checkpoint's records, in any order. What can't be read is left out; the drivers' finds make up for it. */
export function createAgentState(
  identity: AgentIdentity,
  memory: AgentMemory,
  records: Iterable<{ readonly key: string; readonly value: unknown }>,
): AgentState {
  const state: AgentState = {
    identity,
    clusterId: memory.clusterId,
    epoch: memory.epoch,
    seenRevision: memory.seenRevision,
    appliedGen: memory.appliedGen,
    specs: new Map(),
    tasks: new Map(),
    detached: 0,
    rowsDigest: emptyDigest,
    connection: {
      phase: 'none',
      session: undefined,
      reason: undefined,
      parts: undefined,
      reportsInFlight: new Map(),
      outgoing: new Set(),
      unknownSent: '',
    },
    reportSeq: 0,
    askAgainAt: undefined,
  }
  const { specs, tasks } = decodeRecords(records)
  for (const [hash, app] of specs) state.specs.set(hash, app)
  for (const record of tasks) {
    const task = restoredTask(record)
    state.tasks.set(task.text, task)
    if (!task.attached) state.detached++
    if (task.row && task.attached) state.rowsDigest = addDigest(state.rowsDigest, assignmentDigest(task.row))
    if (task.pending.length > 0) state.connection.outgoing.add(task)
  }
  return state
}

function restoredTask(record: TaskRecord): TaskState {
  const task = newTask(record.key, record.rowEpoch)
  task.row = record.row
  task.attached = record.attached
  task.driver = record.driver
  task.phase = record.phase
  task.stopping = record.stopping
  task.statusSeq = record.statusSeq
  task.pending = record.pending.map(s => ({ ...s, sent: true }))
  task.last = task.pending.at(-1) ?? record.last
  task.checks = record.checks.map(c => ({
    ...c,
    alive: c.alive,
    cause: c.cause,
    dueAt: c.dueAt,
    inFlight: false,
  }))
  task.ready = record.ready
  task.runningSince = record.runningSince
  task.pid = record.pid
  task.ipAddresses = record.ipAddresses
  task.preStop = record.preStop
  return task
}
