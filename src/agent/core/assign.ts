// What the server says should run. Authority is cluster id, then epoch, then the row's generation; whatever is older is
// ignored, whatever leaves a hole is asked for anew. A row that is missing never stops a task.
import {
  protocolVersion,
  type AssignmentRow,
  type Epoch,
  type Revision,
  type ServerMessage,
  type SpecHash,
  type TaskKey,
} from '../../model/index.ts'
import { scheduleChecks } from './health.ts'
import { resetReports } from './report.ts'
import { setRow, taskText, type PartialAssign, type TaskState } from './state.ts'
import { repeatLast } from './status.ts'
import { askForAll, createTask, launch, specsMissing, stop } from './task.ts'
import type { Turn } from './turn.ts'

type Assign = Extract<ServerMessage, { kind: 'assign' }>
type Welcome = Extract<ServerMessage, { kind: 'welcome' }>

/** Specs that no row names are kept up to this many: an app that ends and starts again here needs its spec at once. */
export const maxIdleSpecs = 200
/** Parts of one assign message: 1,000 × 500 rows is far above what one machine can run. */
export const maxAssignParts = 1000

export function onWelcome(turn: Turn, message: Welcome): void {
  const { state } = turn
  const { connection } = state
  if (message.protocolVersion !== protocolVersion) {
    connection.phase = 'ignored'
    connection.reason = `the server speaks version ${message.protocolVersion} of the protocol, this agent ${protocolVersion}`
    return
  }
  if (state.clusterId !== undefined && message.clusterId !== state.clusterId) {
    connection.phase = 'ignored'
    connection.reason = `the server belongs to cluster ${message.clusterId}, this agent to ${state.clusterId}`
    return
  }
  if (message.epoch < state.epoch) {
    connection.phase = 'ignored'
    connection.reason = `the server is at epoch ${message.epoch}, this agent has seen ${state.epoch}`
    return
  }
  connection.phase = 'welcomed'
  connection.reason = undefined
  if (state.clusterId === undefined) {
    state.clusterId = message.clusterId
    turn.memoryChanged()
  }
  if (message.epoch > state.epoch) raiseEpoch(turn, message.epoch, message.revision)
  if (message.repeat === true) for (const task of state.tasks.values()) repeatLast(turn, task)
  noteRevision(turn, message.revision)
  if (specsMissing(turn)) askForAll(turn)
}

export function onAssign(turn: Turn, message: Assign): void {
  const { state } = turn
  if (message.epoch < state.epoch) return
  if (message.epoch > state.epoch) raiseEpoch(turn, message.epoch, message.revision)
  noteRevision(turn, message.revision)
  const old = message.fromGen === 0 ? message.toGen < state.appliedGen : message.toGen <= state.appliedGen
  if (old) return
  if (message.fromGen !== 0 && message.fromGen !== state.appliedGen) {
    askForAll(turn)
    return
  }
  const whole = collect(turn, message)
  if (!whole) return
  if (message.fromGen === 0) detachAbsent(turn, whole.rows)
  for (const row of whole.rows) applyRow(turn, row, message.epoch)
  for (const key of whole.forget) forget(turn, key)
  if (message.fromGen === 0) {
    // The specs that came along may have got lost.
    if (specsMissing(turn)) askForAll(turn)
    else state.askAgainAt = undefined
  }
  if (state.appliedGen !== message.toGen) {
    state.appliedGen = message.toGen
    turn.memoryChanged()
  }
  sweepSpecs(turn)
}

export function onSpecs(turn: Turn, message: Extract<ServerMessage, { kind: 'specs' }>): void {
  const { state } = turn
  const arrived = new Set<SpecHash>()
  for (const { hash, app } of message.specs) {
    if (state.specs.has(hash)) continue
    state.specs.set(hash, app)
    turn.specChanged(hash, app)
    arrived.add(hash)
  }
  if (arrived.size === 0) return
  for (const task of state.tasks.values()) {
    if (!task.row || !arrived.has(task.row.specHash)) continue
    if (task.phase === 'assigned') launch(turn, task)
    else if (task.phase === 'running') scheduleChecks(turn, task)
  }
  sweepSpecs(turn, arrived)
}

/** Only memory: written with the next record, and at each ping that moved it. */
export function noteRevision(turn: Turn, revision: Revision): void {
  if (revision <= turn.state.seenRevision) return
  turn.state.seenRevision = revision
  turn.memoryChanged()
}

// The server was restored or repaired. Generations start anew, and it may have lost statuses that it once acknowledged:
// the newest of every task is told again.
function raiseEpoch(turn: Turn, epoch: Epoch, revision: Revision): void {
  const { state } = turn
  state.epoch = epoch
  state.seenRevision = revision
  state.appliedGen = 0
  state.connection.parts = undefined
  turn.memoryChanged()
  resetReports(state)
  for (const task of state.tasks.values()) repeatLast(turn, task)
}

// The union of all parts, or undefined while some are still to come.
function collect(turn: Turn, message: Assign): Pick<Assign, 'rows' | 'forget'> | undefined {
  if (message.parts === 1) return message
  const { connection } = turn.state
  if (message.parts > maxAssignParts || message.part >= message.parts) return undefined
  let partial = connection.parts
  if (!partial || !sameAssign(partial, message)) {
    if (partial && partial.epoch === message.epoch && partial.toGen > message.toGen) return undefined
    const { epoch, fromGen, toGen, parts } = message
    partial = connection.parts = { epoch, fromGen, toGen, parts, got: new Map() }
  }
  partial.got.set(message.part, { rows: message.rows, forget: message.forget })
  if (partial.got.size < message.parts) return undefined
  connection.parts = undefined
  const parts = [...partial.got].sort(([a], [b]) => a - b).map(([, part]) => part)
  return { rows: parts.flatMap(p => p.rows), forget: parts.flatMap(p => p.forget) }
}

function sameAssign(a: PartialAssign, b: Assign): boolean {
  return a.epoch === b.epoch && a.fromGen === b.fromGen && a.toGen === b.toGen && a.parts === b.parts
}

// What the server does not know goes on running and is reported as unknown; what has ended and was told may go.
function detachAbsent(turn: Turn, rows: readonly AssignmentRow[]): void {
  const present = new Set(rows.map(taskText))
  for (const task of [...turn.state.tasks.values()]) {
    if (present.has(task.text)) continue
    if (task.phase === 'ended' && (task.pending.length === 0 || !task.row)) {
      turn.drop(task)
    } else if (task.phase === 'assigned') {
      // Never started: there is nothing to protect, and nothing to report.
      turn.drop(task)
    } else if (task.attached) {
      setRow(turn.state, task, task.row, task.rowEpoch, false)
      turn.taskChanged(task)
    }
  }
}

function applyRow(turn: Turn, row: AssignmentRow, epoch: Epoch): void {
  const { state } = turn
  let task = state.tasks.get(taskText(row))
  if (task?.row && task.rowEpoch === epoch && row.gen <= task.row.gen) {
    // Known already; after a full assignment it counts as known to the server again.
    if (row.gen === task.row.gen && !task.attached) {
      setRow(state, task, task.row, epoch, true)
      turn.taskChanged(task)
    }
    return
  }
  const adopted = task !== undefined && task.row === undefined
  const isBack = task !== undefined && task.row !== undefined && !task.attached
  task ??= createTask(turn, row, epoch)
  setRow(state, task, row, epoch, true)
  turn.taskChanged(task)
  if (row.goal === 'stop') {
    stop(turn, task)
  } else if (adopted) {
    adopt(turn, task)
  } else {
    launch(turn, task)
    // The server has heard nothing of it since it lost the row.
    if (isBack) repeatLast(turn, task)
  }
}

// Found running without a row, and the server wants it: it is taken over as it is.
function adopt(turn: Turn, task: TaskState): void {
  if (task.row && !turn.state.specs.has(task.row.specHash)) askForAll(turn)
  repeatLast(turn, task)
  scheduleChecks(turn, task)
}

function forget(turn: Turn, key: TaskKey): void {
  const task = turn.state.tasks.get(taskText(key))
  if (!task) return
  if (task.phase === 'ended' || task.phase === 'assigned') {
    turn.drop(task)
  } else if (task.attached) {
    setRow(turn.state, task, task.row, task.rowEpoch, false)
    turn.taskChanged(task)
  }
}

function sweepSpecs(turn: Turn, keep: ReadonlySet<SpecHash> = new Set()): void {
  const { specs, tasks } = turn.state
  if (specs.size <= maxIdleSpecs) return
  const used = new Set<SpecHash>(keep)
  for (const task of tasks.values()) if (task.row) used.add(task.row.specHash)
  if (specs.size - used.size <= maxIdleSpecs) return
  for (const hash of [...specs.keys()]) {
    if (used.has(hash)) continue
    specs.delete(hash)
    turn.specChanged(hash, null)
  }
}
