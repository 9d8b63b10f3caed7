// Statuses: what is told to the server about one task, numbered from 1 without a gap. None is skipped; each is kept
// until it is acknowledged. While the server is away, successive health results that were never sent melt into one.
import type { Exit, HealthResult, ReportedCondition } from '../../model/index.ts'
import type { Status, TaskState } from './state.ts'
import type { Turn } from './turn.ts'

export function addStatus(turn: Turn, task: TaskState, condition: ReportedCondition, exit?: Exit): void {
  const newest = task.pending.at(-1)
  const status: Omit<Status, 'seq'> = {
    condition,
    at: turn.now,
    exit,
    health: condition === 'Running' ? healthResults(task) : undefined,
    ready: condition === 'Running' ? task.ready : undefined,
    pid: condition === 'Running' ? task.pid : undefined,
    ipAddresses: condition === 'Running' ? task.ipAddresses : undefined,
  }
  if (newest && !newest.sent && newest.condition === 'Running' && newest.health && condition === 'Running') {
    task.pending[task.pending.length - 1] = { ...status, seq: newest.seq }
  } else {
    task.statusSeq++
    task.pending.push({ ...status, seq: task.statusSeq })
  }
  task.last = task.pending.at(-1)
  turn.taskChanged(task)
  if (task.sentIn === undefined) turn.state.connection.outgoing.add(task)
}

function healthResults(task: TaskState): readonly HealthResult[] | undefined {
  const results: HealthResult[] = []
  for (const check of task.checks) {
    if (check.alive === undefined) continue
    const { index, alive, consecutiveFailures, cause } = check
    results.push(
      cause === undefined
        ? { index, alive, consecutiveFailures }
        : { index, alive, consecutiveFailures, cause },
    )
  }
  return results.length > 0 ? results : undefined
}

/** Tells the newest status once more, although it was acknowledged: the server may have lost it. */
export function repeatLast(turn: Turn, task: TaskState): void {
  if (task.pending.length > 0 || !task.last) return
  task.pending = [task.last]
  if (task.sentIn === undefined) turn.state.connection.outgoing.add(task)
}
