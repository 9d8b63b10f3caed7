// New instances, as many as the step may still make; the rest comes with the next one. The step keeps half of its rows
// for the places of what is made.
import type { AgentId } from '../../model/index.ts'
import { createInstances, touchApp } from './instances.ts'
import type { AppRow } from './rows.ts'
import type { State } from './state.ts'

/** True: all of them are made. `planned` is tried first, in order. */
export function createInBudget(
  state: State,
  app: AppRow,
  count: number,
  planned: readonly AgentId[] = [],
): boolean {
  const kept = state.halfBudget
  const now = Math.min(count, state.budget > kept ? state.budget - kept : Math.max(0, state.budget))
  if (now > 0) createInstances(state, app, now, planned)
  if (now >= count) return true
  touchApp(state, app.id)
  return false
}
