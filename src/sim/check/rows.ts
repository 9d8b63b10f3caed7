// Questions about rows, answered the slow and plain way. Nothing here is shared with the core that the checker judges;
// only the shapes of rows and the fields of the model are.
import type { AgentId, App, AppId, InstanceId } from '../../model/index.ts'
import type { ActionRow, AllocationRow, AppRow, InstanceRow, PlainRows } from '../../runtime/core/index.ts'

export function instancesOf(rows: PlainRows, app: AppId): InstanceRow[] {
  return rows.instance.map(r => r.row).filter(i => i.app === app)
}

export function allocationOf(
  rows: PlainRows,
  instance: InstanceId,
  incarnation: number,
): AllocationRow | undefined {
  return rows.allocation.find(r => r.row.instance === instance && r.row.incarnation === incarnation)?.row
}

export function allocationsOn(rows: PlainRows, agent: AgentId): AllocationRow[] {
  return rows.allocation.map(r => r.row).filter(a => a.agent === agent)
}

export function specOf(rows: PlainRows, hash: string): App | undefined {
  return rows.spec.find(r => r.key === hash)?.row.app
}

export function appOf(rows: PlainRows, id: AppId): AppRow | undefined {
  return rows.app.find(r => r.row.id === id)?.row
}

/** Actions of running deployments; one that was cancelled in the middle of an action leaves it as it was. */
export function runningActions(rows: PlainRows): ActionRow[] {
  const running = new Set(rows.deployment.filter(r => r.row.state === 'running').map(r => r.row.id))
  return rows.action.map(r => r.row).filter(a => a.state === 'running' && running.has(a.deployment))
}

/** Running, reachable, all checks alive, ready; the goal is the caller's business. */
export function isSound(rows: PlainRows, instance: InstanceRow): boolean {
  const checks = specOf(rows, instance.spec)?.healthChecks ?? []
  return (
    instance.reported === 'Running' &&
    !instance.unreachable &&
    instance.ready &&
    checks.every((_, index) => instance.health.some(h => h.index === index && h.alive))
  )
}

/** What every promise of health counts. */
export function isStrictlyHealthy(rows: PlainRows, instance: InstanceRow): boolean {
  const allocation = allocationOf(rows, instance.id, instance.incarnation)
  return instance.goal === 'run' && allocation?.goal === 'run' && isSound(rows, instance)
}
