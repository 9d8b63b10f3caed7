// Reports: batches of statuses, each acknowledged by its number. A report without an answer is sent again, in the same
// connection after a while and in a new one at once. A task has at most one report on its way, so that its statuses
// arrive in order also where messages overtake each other.
import type { ClusterMs } from '../../base/index.ts'
import { maxRowsPerMessage, type AssignmentRow, type ReportRow, type TaskKey } from '../../model/index.ts'
import { tasksInOrder, taskText, type AgentState, type Status, type TaskState } from './state.ts'
import type { Turn } from './turn.ts'

/** A report that was lost inside a living connection is rare: a server's commit may take a while before. */
export const reportRepeatMs = 10_000
/** Bounds what a server that has fallen behind has to hold: 8 reports of 500 rows. */
export const maxReportsInFlight = 8

/** Sends what can be sent now. */
export function flushReports(turn: Turn): void {
  const { connection } = turn.state
  if (connection.phase !== 'welcomed') return
  for (const [seq, report] of connection.reportsInFlight) {
    if (turn.now - report.sentAt >= reportRepeatMs) giveUpReport(turn.state, seq)
  }
  // Every report says the whole set: each replaces what the server believed before.
  const unknown = unknownTasks(turn.state)
  const unknownNow = unknown.map(taskText).join(' ')
  let unknownDue = unknownNow !== connection.unknownSent
  let tasks = connection.outgoing.size > 0 ? tasksInOrder(connection.outgoing) : []
  while ((tasks.length > 0 || unknownDue) && connection.reportsInFlight.size < maxReportsInFlight) {
    const seq = ++turn.state.reportSeq
    const rows: ReportRow[] = []
    const upTo: { task: TaskState; seq: number }[] = []
    let taken = 0
    for (const task of tasks) {
      if (rows.length > 0 && rows.length + task.pending.length > maxRowsPerMessage) break
      for (const status of task.pending) rows.push(reportRow(task, status, turn.now))
      task.pending = task.pending.map(s => (s.sent ? s : { ...s, sent: true }))
      task.sentIn = seq
      upTo.push({ task, seq: task.statusSeq })
      connection.outgoing.delete(task)
      taken++
    }
    tasks = tasks.slice(taken)
    const unknownRows = unknownDue ? rowsOf(turn.state, unknown) : []
    turn.messages.push({
      kind: 'report',
      seq,
      rows,
      unknown,
      ...(unknownRows.length === 0 ? {} : { unknownRows }),
    })
    connection.reportsInFlight.set(seq, { sentAt: turn.now, upTo, unknown: unknownDue })
    connection.unknownSent = unknownNow
    unknownDue = false
  }
}

export function acknowledged(turn: Turn, seq: number): void {
  const { connection } = turn.state
  const report = connection.reportsInFlight.get(seq)
  if (!report) return
  connection.reportsInFlight.delete(seq)
  for (const { task, seq: statusSeq } of report.upTo) {
    if (turn.state.tasks.get(task.text) !== task) continue
    task.sentIn = undefined
    // Not written to the checkpoint on its own: after a restart the server sees a repetition, which is harmless.
    task.pending = task.pending.filter(s => s.seq > statusSeq)
    if (task.pending.length > 0) connection.outgoing.add(task)
    else if (task.phase === 'ended' && task.row && !task.attached) turn.drop(task)
  }
}

/** Nothing of this connection will be answered any more; all that is unacknowledged goes out again in the next. */
export function resetReports(state: AgentState): void {
  for (const seq of [...state.connection.reportsInFlight.keys()]) giveUpReport(state, seq)
  state.connection.unknownSent = ''
}

/** The next time that a report has to be sent again. */
export function reportDueAt(state: AgentState): ClusterMs | undefined {
  let due: number | undefined
  for (const { sentAt } of state.connection.reportsInFlight.values()) {
    if (due === undefined || sentAt + reportRepeatMs < due) due = sentAt + reportRepeatMs
  }
  return due as ClusterMs | undefined
}

function giveUpReport(state: AgentState, seq: number): void {
  const report = state.connection.reportsInFlight.get(seq)
  state.connection.reportsInFlight.delete(seq)
  if (report?.unknown) state.connection.unknownSent = undefined
  for (const { task } of report?.upTo ?? []) {
    if (state.tasks.get(task.text) !== task) continue
    task.sentIn = undefined
    if (task.pending.length > 0) state.connection.outgoing.add(task)
  }
}

function unknownTasks(state: AgentState): readonly TaskKey[] {
  if (state.detached === 0) return []
  const unknown = [...state.tasks.values()].filter(t => !t.attached && t.phase !== 'ended')
  return tasksInOrder(unknown).map(t => t.key)
}

function rowsOf(state: AgentState, keys: readonly TaskKey[]): readonly AssignmentRow[] {
  return keys
    .slice(0, maxRowsPerMessage)
    .map(key => state.tasks.get(taskText(key))?.row)
    .filter(row => row !== undefined)
}

function reportRow(task: TaskState, status: Status, now: ClusterMs): ReportRow {
  return {
    ...task.key,
    statusSeq: status.seq,
    condition: status.condition,
    exit: status.exit,
    health: status.health,
    ready: status.ready,
    agoMs: Math.max(0, now - status.at),
    ipAddresses: status.ipAddresses,
    pid: status.pid,
  }
}
