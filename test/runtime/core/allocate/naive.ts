// The allocator once more, the slow and plain way: every agent is held against every rule, every one that passes is
// scored, the best score wins, ties go to the smaller id. What is placed is a list that is read from start to end each
// time. Nothing here is shared with the allocator but what a field means and how one constraint on a text reads.
import { hostPortsWanted, resourcesOf, type AgentId, type App } from '../../../../src/model/index.ts'
import type { AgentFacts } from '../../../../src/runtime/core/allocate/agents.ts'
import { constraintAccepts } from '../../../../src/runtime/core/allocate/constraints.ts'
import { fieldText } from '../../../../src/runtime/core/allocate/fields.ts'
import { PlacedCounts } from '../../../../src/runtime/core/allocate/placed.ts'

export interface NaiveTask {
  readonly app: App
  readonly agent: AgentId
  readonly ports: readonly number[]
}

export interface NaiveCluster {
  readonly agents: ReadonlyMap<AgentId, AgentFacts>
  readonly tasks: readonly NaiveTask[]
}

/** The agents that pass, the best first. */
export function naiveOrder(cluster: NaiveCluster, app: App, instances: number): AgentId[] {
  const scored = [...cluster.agents.values()]
    .filter(agent => naivePasses(cluster, app, agent))
    .map(agent => ({ id: agent.id, score: scoreOf(cluster, app, agent, instances) }))
  return scored.sort((a, b) => compare(a.score, b.score) || (a.id < b.id ? -1 : 1)).map(s => s.id)
}

export function naivePasses(cluster: NaiveCluster, app: App, agent: AgentFacts): boolean {
  if (!agent.reachable || agent.draining === true || agent.eligible === false) return false
  if (!agent.drivers.includes(app.container?.docker === undefined ? 'process' : 'docker')) return false
  const roles = app.acceptedResourceRoles ?? ['*']
  if (!roles.includes('*') && !roles.includes(app.role)) return false
  const needs = resourcesOf(app)
  const free = freeOn(cluster, agent)
  for (const name of ['cpuMilli', 'memKiB', 'diskKiB', 'gpus'] as const) {
    if (needs[name] > 0 && free[name] < needs[name]) return false
  }
  return app.constraints.every(c => mayGo(cluster, app, agent, c)) && portsFit(cluster, app, agent)
}

function freeOn({ tasks }: NaiveCluster, agent: AgentFacts) {
  const free = { ...agent.capacity.resources }
  for (const task of tasks) {
    if (task.agent !== agent.id) continue
    const held = resourcesOf(task.app)
    for (const name of ['cpuMilli', 'memKiB', 'diskKiB', 'gpus'] as const) free[name] -= held[name]
  }
  return free
}

function mayGo(
  cluster: NaiveCluster,
  app: App,
  agent: AgentFacts,
  constraint: App['constraints'][number],
): boolean {
  const [field, operator, value] = constraint
  const mine = fieldText(agent, field)
  if (mine === undefined) return operator === 'UNLIKE'
  const values = valuesOf(cluster, app, field)
  const same = values.filter(v => v === mine).length
  const sizes = [...new Set(values)].map(v => values.filter(other => other === v).length)
  switch (operator) {
    case 'UNIQUE':
      return same === 0
    case 'MAX_PER':
      return same < Number(value)
    case 'GROUP_BY':
      return same === 0 || (sizes.length >= Number(value ?? 0) && sizes.every(size => size >= same))
    case 'CLUSTER':
      if (value !== undefined) return constraintAccepts(constraint, agent, new PlacedCounts([]))
      return values.length === 0 || (same > 0 && sizes.filter(size => size >= same).length === 1)
    default:
      return constraintAccepts(constraint, agent, new PlacedCounts([]))
  }
}

function valuesOf(cluster: NaiveCluster, app: App, field: string): (string | undefined)[] {
  return cluster.tasks
    .filter(t => t.app.id === app.id)
    .map(t => fieldText(cluster.agents.get(t.agent)!, field))
}

function portsFit(cluster: NaiveCluster, app: App, agent: AgentFacts): boolean {
  const held = new Set<string>()
  for (const task of cluster.tasks) {
    if (task.agent !== agent.id) continue
    const wanted = hostPortsWanted(task.app)
    for (const [i, port] of task.ports.entries()) {
      for (const protocol of wanted[i]!.protocol.split(',')) held.add(`${port}/${protocol}`)
    }
  }
  const offered: number[] = []
  for (const [first, last] of agent.capacity.ports) for (let p = first; p <= last; p++) offered.push(p)
  const wanted = hostPortsWanted(app)
  const fixed = wanted.filter(w => w.port !== 0)
  for (const { port, protocol } of fixed) {
    if (!offered.includes(port)) return false
    if (protocol.split(',').some(one => held.has(`${port}/${one}`))) return false
  }
  const numbers = offered.filter(port => !held.has(`${port}/tcp`) && !held.has(`${port}/udp`))
  const left = numbers.filter(port => !fixed.some(f => f.port === port))
  return left.length >= wanted.length - fixed.length
}

// Smaller is better, from left to right.
function scoreOf(cluster: NaiveCluster, app: App, agent: AgentFacts, instances: number): number[] {
  let groups = 0
  for (const [field, operator] of app.constraints) {
    if (operator !== 'GROUP_BY') continue
    groups += valuesOf(cluster, app, field).filter(v => v === fieldText(agent, field)).length
  }
  const same = cluster.tasks.filter(t => t.app.id === app.id && t.agent === agent.id).length
  const free = freeOn(cluster, agent)
  const room = (free.cpuMilli + free.gpus * 16_000) * rateOf(cluster) + free.memKiB
  return [groups, -preferenceOf(cluster, app, agent, instances), same, room]
}

// Memory per CPU over all agents, as the nearest power of two.
function rateOf({ agents }: NaiveCluster): number {
  let cpu = 0
  let mem = 0
  for (const { capacity } of agents.values()) {
    cpu += capacity.resources.cpuMilli
    mem += capacity.resources.memKiB
  }
  return cpu === 0 ? 1 : 2 ** Math.max(0, Math.round(Math.log2(mem / cpu)))
}

function preferenceOf(cluster: NaiveCluster, app: App, agent: AgentFacts, instances: number): number {
  let sum = 0
  for (const { field, operator, value, weight } of app.affinities ?? []) {
    if (constraintAccepts([field, operator, value], agent, new PlacedCounts([]))) sum += weight * 1_000_000
  }
  for (const { field, weight, targets } of app.spreads ?? []) {
    const mine = fieldText(agent, field)
    const values = valuesOf(cluster, app, field)
    const percentOf = (value: string | undefined): number | undefined =>
      targets?.find(t => t.value === value)?.percent
    const share = (percent: number): number => Math.ceil((instances * percent) / 100)
    let wanted: number
    let there: number
    if (targets === undefined || targets.length === 0) {
      wanted = Math.max(1, Math.ceil(instances / Math.max(1, offeredValues(cluster, app, field).size)))
      there = values.filter(v => v === mine).length
    } else if (percentOf(mine) !== undefined) {
      wanted = share(percentOf(mine)!)
      there = values.filter(v => v === mine).length
    } else {
      wanted = share(Math.max(0, 100 - targets.reduce((all, t) => all + t.percent, 0)))
      there = values.filter(v => percentOf(v) === undefined).length
    }
    sum += weight * (wanted === 0 ? -1_000_000 - there : Math.floor(((wanted - there) * 1_000_000) / wanted))
  }
  return sum
}

// Values on agents that could run the app if they had room: what even spreading spreads over.
function offeredValues({ agents }: NaiveCluster, app: App, field: string): Set<string | undefined> {
  const fixed = app.constraints.filter(
    ([f, operator, value]) =>
      f !== 'hostname' && (['LIKE', 'UNLIKE', 'IS'].includes(operator) || (operator === 'CLUSTER' && value)),
  )
  const driver = app.container?.docker === undefined ? 'process' : 'docker'
  return new Set(
    [...agents.values()]
      .filter(a => a.drivers.includes(driver))
      .filter(a => fixed.every(c => constraintAccepts(c, a, new PlacedCounts([]))))
      .map(a => fieldText(a, field)),
  )
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value - b[i]!
  return 0
}
