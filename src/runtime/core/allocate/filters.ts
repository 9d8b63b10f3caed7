// What an agent must offer for an instance, in the order in which it is checked. The first filter that an agent fails is
// the reason that users read, so a later one implies that all earlier ones passed: "has the resources, but not the port".
import type { App, DriverKind, Resources } from '../../../model/index.ts'
import type { Candidate } from './agents.ts'
import { constraintAccepts, constraintText } from './constraints.ts'
import type { PlacedCounts } from './placed.ts'
import { missingPort, type PortWanted } from './ports.ts'

export interface Need {
  readonly app: App
  readonly resources: Resources
  readonly placed: PlacedCounts
  readonly driver: DriverKind
  readonly ports: readonly PortWanted[]
}

export interface Filter {
  readonly name: string
  readonly accepts: (agent: Candidate, need: Need) => boolean
  /** What is wrong with these agents (at least one, all failing here), after "2 of 3 agents ". */
  readonly message: (agents: readonly Candidate[], need: Need) => string
}

export const filters: readonly Filter[] = [
  {
    name: 'unreachable',
    accepts: agent => agent.reachable,
    message: agents => `${agents.length === 1 ? 'is' : 'are'} not connected`,
  },
  {
    name: 'draining',
    accepts: agent => agent.draining !== true,
    message: agents => `${agents.length === 1 ? 'is' : 'are'} being drained`,
  },
  {
    name: 'cordoned',
    accepts: agent => agent.eligible !== false,
    message: agents => `${agents.length === 1 ? 'is' : 'are'} cordoned`,
  },
  {
    name: 'driver',
    accepts: (agent, need) => agent.drivers.includes(need.driver),
    message: (_, need) => `can't run ${need.driver === 'docker' ? 'Docker containers' : 'plain processes'}`,
  },
  {
    // Agents offer everything for every role until roles have reservations.
    name: 'role',
    accepts: (_, { app }) => acceptsRole(app),
    message: (_, { app }) => `offer nothing for the roles ${(app.acceptedResourceRoles ?? []).join(', ')}`,
  },
  amount('cpus', 'cpuMilli', milli => `${milli / 1000} CPU`),
  amount('mem', 'memKiB', kib => `${roundTenth(kib / 1024)} MiB of memory`),
  amount('disk', 'diskKiB', kib => `${roundTenth(kib / 1024)} MiB of disk`),
  amount('gpus', 'gpus', n => `${n} GPU${n === 1 ? '' : 's'}`),
  {
    name: 'constraint',
    accepts: (agent, { app, placed }) => app.constraints.every(c => constraintAccepts(c, agent, placed)),
    message: (agents, { app, placed }) => {
      const failing = app.constraints.filter(c => agents.some(a => !constraintAccepts(c, a, placed)))
      return `with the resources do not meet ${failing.map(constraintText).join(', ')}`
    },
  },
  {
    name: 'ports',
    accepts: (agent, need) => missingPort(agent.ports, need.ports) === undefined,
    message: (agents, need) => {
      const missing = new Set(agents.map(agent => missingPort(agent.ports, need.ports)?.port ?? 0))
      const fixed = [...missing].filter(port => port !== 0).sort((a, b) => a - b)
      return fixed.length > 0
        ? `with the resources do not have host port ${fixed.join(', ')} free`
        : 'with the resources have no free host port'
    },
  },
]

export function acceptsRole({ acceptedResourceRoles: accepted, role }: App): boolean {
  return accepted === undefined || accepted.includes('*') || accepted.includes(role)
}

function amount(name: string, key: keyof Resources, say: (amount: number) => string): Filter {
  return {
    name,
    accepts: (agent, { resources }) => resources[key] <= agent.free[key] || resources[key] === 0,
    message: (agents, { resources }) => {
      const most = Math.max(0, ...agents.map(agent => agent.free[key]))
      return `lack ${say(resources[key])} (at most ${say(most)} is free on one)`
    },
  }
}

function roundTenth(value: number): number {
  return Math.round(value * 10) / 10
}
