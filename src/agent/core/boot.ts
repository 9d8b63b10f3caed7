// After a restart: what the checkpoint says against what the drivers find. What runs is adopted, what ended meanwhile
// is reported with its exit, and what is gone without a trace is reported as lost, never started again.
import type { Exit } from '../../model/index.ts'
import { scheduleChecks } from './health.ts'
import { taskText, tasksInOrder, type TaskState } from './state.ts'
import { addStatus } from './status.ts'
import { createTask, end, launch, orderStop, runs } from './task.ts'
import type { Turn } from './turn.ts'
import type { AgentInput, FoundTask } from './types.ts'

/** Above any number that a task can have used before its record was lost, so that no status is taken for a repetition. */
export const firstSeqWithoutRecord = 1_000_000

export function onBoot(turn: Turn, input: Extract<AgentInput, { kind: 'boot' }>): void {
  const added = (input.drivers ?? []).filter(kind => !turn.state.identity.drivers.includes(kind))
  if (added.length > 0) {
    const { identity } = turn.state
    turn.state.identity = { ...identity, drivers: [...identity.drivers, ...added] }
  }
  const found = new Map(input.found.map(f => [taskText(f.key), f]))
  for (const task of tasksInOrder(turn.state.tasks.values())) {
    if (input.drivers && task.driver && !input.drivers.includes(task.driver)) continue
    restore(turn, task, found.get(task.text))
  }
  for (const [text, one] of found) {
    if (turn.state.tasks.has(text)) continue
    // With a whole checkpoint, an end without a record is one that was told and forgotten: only the removal was lost.
    if (one.state === 'ended' && turn.state.appliedGen > 0) {
      turn.effects.push({ kind: 'remove', key: one.key, driver: one.driver })
    } else {
      keepUnknown(turn, one)
    }
  }
}

function restore(turn: Turn, task: TaskState, found: FoundTask | undefined): void {
  switch (task.phase) {
    case 'assigned':
      launch(turn, task)
      return
    case 'ended':
      if (found?.state === 'running') {
        turn.effects.push({ kind: 'stop', key: task.key, driver: found.driver, graceMs: 0 })
      }
      return
    case 'starting':
    case 'running':
      break
  }
  if (!found) {
    end(turn, task, 'Failed', { message: 'lost while the agent was away' })
  } else if (found.state === 'ended') {
    end(turn, task, found.exit?.code === 0 ? 'Finished' : 'Failed', exitOf(found))
  } else {
    runs(turn, task, found.pid, found.ipAddresses)
    // A preparation that is under way goes on by its time.
    if (task.stopping && !task.preStop) orderStop(turn, task)
    else if (!task.stopping) scheduleChecks(turn, task)
  }
}

// The checkpoint was lost, not the task. It stays until the server says what to do with it.
function keepUnknown(turn: Turn, found: FoundTask): void {
  const task = createTask(turn, found.key, turn.state.epoch)
  task.driver = found.driver
  task.statusSeq = firstSeqWithoutRecord
  if (found.state === 'ended') {
    task.phase = 'ended'
    addStatus(turn, task, found.exit?.code === 0 ? 'Finished' : 'Failed', exitOf(found))
  } else {
    runs(turn, task, found.pid, found.ipAddresses)
  }
}

function exitOf(found: FoundTask): Exit {
  return found.exit ?? { message: 'its exit status is not known' }
}
