// Tasks that were placed and never came to run: their agent is there and says nothing of them, or is stuck fetching.
// Marathon's two limits are one here, counted from the placement.
import type { ClusterMs } from '../../base/index.ts'
import type { AppId } from '../../model/index.ts'
import { overdueAt } from './dues.ts'
import { stopTask, touchApp } from './instances.ts'
import type { State } from './state.ts'

/** Stops what is overdue; it starts anew, elsewhere or in the same place. */
export function stopOverdue(state: State, id: AppId): void {
  const index = state.apps.get(id)
  if (index === undefined || index.starting.size === 0) return
  if (index.startsDue !== undefined && index.startsDue > state.env.now)
    return state.wakeAt(index.startsDue, id)
  let next = Infinity
  for (const instanceId of [...index.starting].sort()) {
    const instance = state.tables.instance.get(instanceId)!
    // Silent agents have a limit of their own.
    if (instance.unreachable || state.allocation(instance.id, instance.incarnation)?.goal !== 'run') continue
    const due = overdueAt(instance)
    if (due > state.env.now) next = Math.min(next, due)
    else if (state.budget <= 0) return touchApp(state, id)
    else stopTask(state, instance, 'launch-timeout', 'system')
  }
  index.startsDue = next as ClusterMs
  if (next < Infinity) state.wakeAt(next as ClusterMs, id)
}
