// Plan and forecast on a replica of the state: what the worker runs, and tests run in place.
import { hasErrors } from '../../base/index.ts'
import type { AgentId, Desired, Plan, PlanRequest } from '../../model/index.ts'
import { plan } from '../../planner/index.ts'
import { snapshotOf, type State } from '../core/index.ts'
import type { PlanOutcome } from '../http/context.ts'

/** The forecast of src/sim, handed in: it works in a transaction of the replica that is rolled back. */
export type ForecastPlan = (state: State, plan: Plan, away: readonly AgentId[]) => Plan

export function planOnReplica(
  state: State,
  desired: Desired,
  request: Omit<PlanRequest, 'desired'>,
  forecastPlan: ForecastPlan,
  away: readonly AgentId[] = [],
): PlanOutcome {
  const made = plan(desired, snapshotOf(state), request)
  if (made.plan === null || hasErrors(made.diagnostics)) return made
  // A forecast copies the whole state; where nothing is to be done there is nothing to foresee.
  if (made.plan.changes.length === 0 && made.plan.steps.length === 0) return made
  return { plan: forecastPlan(state, made.plan, away), diagnostics: made.diagnostics }
}
