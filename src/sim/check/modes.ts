// Daemons, batch apps, agents out of service: what must hold of their rows, and what they promise. Naive, as all here.
import type { App } from '../../model/index.ts'
import type { AgentRow, AppRow, InstanceRow, PlainRows } from '../../runtime/core/index.ts'
import type { Checked } from './checked.ts'
import { brokenConstraints } from './placement.ts'
import { agentOf, allocationOf, allocationsOn, instanceOf, instancesOf, specOf } from './rows.ts'

/** Healthy instances that every stop by choice leaves of an app. */
export function promisedOf(rows: PlainRows, app: AppRow, spec: App): number {
  const { minimumHealthCapacity, maximumOverCapacity } = spec.upgradeStrategy
  if (spec.mode === 'batch') return 0
  if (spec.mode === 'daemon') {
    return Math.floor(daemonHomes(rows, app, spec).length * minimumHealthCapacity)
  }
  const full = Math.ceil(app.instances * minimumHealthCapacity)
  const isStuck = full === Math.floor(app.instances * (1 + maximumOverCapacity))
  return spec.residency !== undefined && isStuck ? full - 1 : full
}

/** Agents that a daemon belongs on without any doubt: there, in use, and allowed. */
export function daemonHomes(rows: PlainRows, app: AppRow, spec: App): AgentRow[] {
  if (app.instances === 0) return []
  const [sample] = instancesOf(rows, app.id)
  return rows.agent
    .map(r => r.row)
    .filter(agent => isInUse(agent) && agent.unreachableSince === null)
    .filter(agent => agent.drivers.includes(spec.container?.docker === undefined ? 'process' : 'docker'))
    .filter(agent => {
      if (sample === undefined) return spec.constraints.length === 0
      return brokenConstraints(rows, { ...sample, agent: agent.id, spec: app.effective }, []).length === 0
    })
}

/** A batch instance that had its end. */
export function hasEnded(row: InstanceRow): boolean {
  return row.agent === null && (row.reported === 'Finished' || row.reported === 'Failed')
}

// A daemon's instance is where it is bound to be, and no agent has two of one configuration that are wanted.
export function* daemons({ before, after }: Checked): Iterable<string> {
  const seen = new Map<string, string>()
  for (const { row } of after.instance) {
    if (row.goal !== 'run' || specOf(after, row.spec)?.mode !== 'daemon') continue
    const home = row.agent ?? row.planned
    const isNew = row.agent !== null && allocationOf(before, row.id, row.incarnation) === undefined
    if (isNew && row.planned !== null && row.agent !== row.planned) {
      yield `${row.id} is on ${row.agent}, and belongs on ${row.planned}`
    }
    const place = `${row.runKey} of ${row.app} on ${home}`
    const other = seen.get(place)
    if (home !== null && other !== undefined) yield `${place} has ${other} and ${row.id}`
    seen.set(place, row.id)
  }
}

// What had its end stays so until its configuration changes, and only what runs once has one.
export function* batches({ before, after }: Checked): Iterable<string> {
  for (const { row } of after.instance) {
    if (hasEnded(row)) {
      if (specOf(after, row.spec)?.mode !== 'batch') yield `${row.id} had its end, and is no batch instance`
      if (row.unreachable) yield `${row.id} had its end, and is out of reach`
    }
    const old = instanceOf(before, row.id)
    if (old === undefined || !hasEnded(old) || old.runKey !== row.runKey) continue
    if (!hasEnded(row) && row.goal === 'run') yield `${row.id} had its end and is to run again`
  }
  for (const { row } of after.attempt) {
    const instance = instanceOf(after, row.instance)
    if (instance === undefined) yield `attempts of ${row.instance}, which is gone`
    else if (row.failures > instance.incarnation) yield `${row.instance} failed more often than it ran`
  }
}

// An agent that takes nothing new gets nothing new; one that was struck holds nothing, and its tasks run nowhere else.
export function* service({ before, after, adopted }: Checked): Iterable<string> {
  for (const { row: agent } of after.agent) {
    const was = agentOf(before, agent.id)
    if (was === undefined || isInUse(agent) || isInUse(was)) continue
    for (const allocation of allocationsOn(after, agent.id)) {
      const isNew = allocationOf(before, allocation.instance, allocation.incarnation) === undefined
      // What ran there before the server was set back stays there.
      if (isNew && adopted?.has(allocation.instance) !== true)
        yield `${allocation.instance} was placed on ${agent.id}, which takes nothing new`
    }
  }
  for (const { row: gone } of after.gone) {
    if (agentOf(after, gone.id) !== undefined) yield `agent ${gone.id} is there and struck`
    for (const { instance, incarnation } of gone.allocations) {
      if (allocationOf(after, instance, incarnation) !== undefined) {
        yield `${instance}/${incarnation} was struck with ${gone.id}, and is assigned`
      }
    }
  }
  for (const { row } of after.move) {
    if (instanceOf(after, row.instance) === undefined) yield `a move of ${row.instance}, which is gone`
  }
}

function isInUse(agent: AgentRow): boolean {
  return agent.cordoned === undefined && agent.drain === undefined
}
