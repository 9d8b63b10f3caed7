// What a drain has left to do, and why: for people.
import { compareStrings, isoTime } from '../../../base/index.ts'
import type { AppId, DrainView } from '../../../model/index.ts'
import { specOf } from '../instances.ts'
import { obstaclesFor } from '../launch.ts'
import type { AgentRow, AllocationRow, DrainRow } from '../rows.ts'
import type { State } from '../state.ts'

export function drainView(state: State, agent: AgentRow, drain: DrainRow): DrainView {
  const held = new Map<AppId, AllocationRow[]>()
  for (const allocation of state.allocationsOf.get(agent.id)?.values() ?? []) {
    const others = held.get(allocation.app)
    if (others === undefined) held.set(allocation.app, [allocation])
    else others.push(allocation)
  }
  const remainingMs = drain.deadline === null ? 0 : drain.deadline - state.env.now
  return {
    since: isoTime(drain.sinceUtc),
    done: held.size === 0,
    ...(remainingMs > 0 ? { remainingSeconds: Math.ceil(remainingMs / 1000) } : {}),
    force: drain.force,
    waitingFor: [...held]
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([app, allocations]) => `${allocations.length} of ${app}: ${reason(state, app, allocations)}`),
  }
}

function reason(state: State, app: AppId, allocations: readonly AllocationRow[]): string {
  if (allocations.every(a => a.goal === 'stop')) return 'stopping'
  const mode = specOf(state, allocations[0]!.spec).mode
  if (mode === 'daemon') return 'daemons go last'
  if (mode === 'batch') return 'runs once, waited for'
  if (state.locks.has(app)) return 'its deployment comes first'
  const waiting = obstaclesFor(state, app)?.reasons[0]?.message
  if (waiting !== undefined) return `its replacement waits for a place: ${waiting}`
  return 'waits until its replacements are healthy'
}
