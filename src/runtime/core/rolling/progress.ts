// How far an action of a service is: how many are healthy of those that it is for, and how many shall be in the end.
import type { ActionRow, AppRow } from '../rows.ts'
import type { State } from '../state.ts'
import { rollingCounts } from './counts.ts'
import type { Progress } from './deadlines.ts'

export function serviceProgress(state: State, action: ActionRow, app: AppRow): Progress {
  if (action.action === 'RestartApplication') {
    const { newHealthy, newUnhealthy } = rollingCounts(state, app)
    return { healthy: newHealthy, unhealthy: newUnhealthy, wanted: action.target }
  }
  const index = state.apps.get(app.id)
  const healthy = index?.healthy ?? 0
  // As many more than at the start as were started: one that was unhealthy before need not get well for this.
  const wanted = Math.min(action.target, action.healthyAtStart + action.toStart)
  return { healthy, unhealthy: (index?.live ?? 0) - healthy, wanted }
}
