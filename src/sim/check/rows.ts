// Questions about rows, answered from the lists of rows alone. Nothing here is shared with the core that the checker
// judges; only the shapes of rows and the fields of the model are. What is found is kept beside the list that it was
// found in, since lists are never changed in place.
import type { AgentId, App, AppId, InstanceId } from '../../model/index.ts'
import type {
  ActionRow,
  AgentRow,
  AllocationRow,
  AppRow,
  BackoffRow,
  DeploymentRow,
  InstanceRow,
  PlainRows,
} from '../../runtime/core/index.ts'

export function instancesOf(rows: PlainRows, app: AppId): readonly InstanceRow[] {
  return groups(rows.instance, 'app', i => i.app).get(app) ?? []
}

export function instanceOf(rows: PlainRows, id: InstanceId): InstanceRow | undefined {
  return groups(rows.instance, 'id', i => i.id).get(id)?.[0]
}

export function allocationOf(
  rows: PlainRows,
  instance: InstanceId,
  incarnation: number,
): AllocationRow | undefined {
  return groups(rows.allocation, 'task', a => `${a.instance}/${a.incarnation}`).get(
    `${instance}/${incarnation}`,
  )?.[0]
}

export function allocationsOn(rows: PlainRows, agent: AgentId): readonly AllocationRow[] {
  return groups(rows.allocation, 'agent', a => a.agent).get(agent) ?? []
}

export function specOf(rows: PlainRows, hash: string): App | undefined {
  return keyed(rows.spec).get(hash)?.app
}

export function appOf(rows: PlainRows, id: AppId): AppRow | undefined {
  return groups(rows.app, 'id', a => a.id).get(id)?.[0]
}

export function agentOf(rows: PlainRows, id: AgentId | null): AgentRow | undefined {
  return id === null ? undefined : groups(rows.agent, 'id', a => a.id).get(id)?.[0]
}

export function deploymentOf(rows: PlainRows, id: string): DeploymentRow | undefined {
  return groups(rows.deployment, 'id', d => d.id).get(id)?.[0]
}

export function actionsOf(rows: PlainRows, deployment: string): readonly ActionRow[] {
  return groups(rows.action, 'deployment', a => a.deployment).get(deployment) ?? []
}

/** The launch delay that an instance must wait for. */
export function backoffOf(rows: PlainRows, instance: InstanceRow): BackoffRow | undefined {
  return groups(rows.backoff, 'app', b => b.app)
    .get(instance.app)
    ?.find(b => b.runKey === instance.runKey)
}

/** Actions of running deployments; one that was cancelled in the middle of an action leaves it as it was. */
export function runningActions(rows: PlainRows): ActionRow[] {
  return rows.action
    .map(r => r.row)
    .filter(a => a.state === 'running' && deploymentOf(rows, a.deployment)?.state === 'running')
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

type List<Row> = readonly { readonly key: string; readonly row: Row }[]

const grouped = new WeakMap<object, Map<string, Map<string, unknown[]>>>()

function groups<Row>(list: List<Row>, name: string, keyOf: (row: Row) => string): Map<string, Row[]> {
  let known = grouped.get(list)
  if (known === undefined) grouped.set(list, (known = new Map()))
  let found = known.get(name) as Map<string, Row[]> | undefined
  if (found !== undefined) return found
  found = new Map()
  for (const { row } of list) {
    const key = keyOf(row)
    const group = found.get(key)
    if (group === undefined) found.set(key, [row])
    else group.push(row)
  }
  known.set(name, found)
  return found
}

const byKey = new WeakMap<object, Map<string, unknown>>()

function keyed<Row>(list: List<Row>): ReadonlyMap<string, Row> {
  let found = byKey.get(list) as Map<string, Row> | undefined
  if (found === undefined) byKey.set(list, (found = new Map(list.map(r => [r.key, r.row]))))
  return found
}

/** What the agent ran when it was struck; none when it was not. */
export function struckOn(rows: PlainRows, agent: AgentId): readonly AllocationRow[] {
  return rows.gone.find(r => r.row.id === agent)?.row.allocations ?? []
}
