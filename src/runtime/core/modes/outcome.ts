// What the end of one run of a batch instance means: done, again, or given up.
//   exit status 0, not told to stop                              completed
//   its own failure, or stopped for one (see failingCauses)      again while retries are left, else failed
//   anything else: its agent is lost or emptied, a person
//   killed it, its configuration changes                         again, and nothing is counted
// A task that was told to stop has been killed, whatever its exit status: it runs again, rather than never.
import type { ReportedCondition, StopCause } from '../../../model/index.ts'
import type { AllocationRow, InstanceRow } from '../rows.ts'
import type { State } from '../state.ts'

/** Stops that are the task's own fault. */
const failingCauses: ReadonlySet<StopCause | null> = new Set<StopCause>([
  'expired',
  'unhealthy',
  'launch-timeout',
])

/** Whether a run that ended so is the task's own failure. */
export function isFailedRun(allocation: AllocationRow, condition: ReportedCondition): boolean {
  if (allocation.goal === 'stop') return failingCauses.has(allocation.cause)
  return condition !== 'Finished' && condition !== 'Killed'
}

/** Counts a failure, and says what comes next. */
export function batchOutcome(
  state: State,
  instance: InstanceRow,
  allocation: AllocationRow,
  condition: ReportedCondition,
  retries: number,
): 'completed' | 'failed' | 'again' {
  if (allocation.goal === 'run' && condition === 'Finished') return 'completed'
  if (!isFailedRun(allocation, condition)) return 'again'
  const failures = failuresOf(state, instance) + 1
  const { id, runKey } = instance
  state.tables.attempt.put(id, { instance: id, runKey, failures })
  return failures > retries ? 'failed' : 'again'
}

/** How often the instance has failed in its present configuration. */
function failuresOf(state: State, instance: InstanceRow): number {
  const row = state.tables.attempt.get(instance.id)
  return row?.runKey === instance.runKey ? row.failures : 0
}
