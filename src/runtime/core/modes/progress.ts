// How far a daemon or a batch app is in its deployment, and what it waits for: their numbers are not those of a service.
import type { AgentId, DeploymentWait } from '../../../model/index.ts'
import type { Progress } from '../rolling/deadlines.ts'
import type { AppRow } from '../rows.ts'
import type { State } from '../state.ts'
import { wantedAgents } from './daemon.ts'

/** Of a daemon: its new instances, and the agents that can be reached and are to have one. */
export function daemonProgress(state: State, app: AppRow): Progress {
  const index = state.apps.get(app.id)
  const healthy = index?.healthyOf(app.runKey) ?? 0
  const isThere = (agent: AgentId): boolean => state.tables.agent.get(agent)?.unreachableSince === null
  return {
    healthy,
    unhealthy: (index?.liveOf(app.runKey) ?? 0) - healthy,
    wanted: wantedAgents(state, app).filter(isThere).length,
  }
}

/** Undefined for services, and when there is nothing to wait for. */
export function waitOfMode(
  state: State,
  app: AppRow,
): Pick<DeploymentWait, 'kind' | 'message' | 'instances'> | undefined {
  const index = state.apps.get(app.id)
  const stopping = index?.stopping.size ?? 0
  if (stopping > 0) return { kind: 'stop', instances: stopping, message: `${stopping} to stop` }
  if (app.mode === 'daemon') {
    const { healthy, wanted } = daemonProgress(state, app)
    const missing = wanted - healthy
    const message = `healthy instances on ${missing} of ${wanted} agents`
    return missing > 0 ? { kind: 'health', instances: missing, message } : undefined
  }
  const missing = app.instances - (index?.completed.size ?? 0) - (index?.failed.size ?? 0)
  const message = `${missing} of ${app.instances} to complete`
  return missing > 0 ? { kind: 'health', instances: missing, message } : undefined
}
