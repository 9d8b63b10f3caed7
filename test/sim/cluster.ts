// A simulated cluster for tests, and the way from a configuration to it: the real planner, the real core, real agents.
import type { AgentIdentity } from '../../src/agent/core/index.ts'
import { hasErrors, type Json } from '../../src/base/index.ts'
import {
  normalizeApp,
  type AgentId,
  type ClusterId,
  type Desired,
  type Plan,
  type StackName,
} from '../../src/model/index.ts'
import { plan } from '../../src/planner/index.ts'
import { createState, snapshotOf, type State } from '../../src/runtime/core/index.ts'
import { Simulation, type Behaviour, type SimulationOptions } from '../../src/sim/index.ts'

export const quick: Behaviour = {
  startMs: () => 200,
  stopMs: () => 100,
  check: () => ({ ok: true, afterMs: 5 }),
}

export interface SimulatedAgent {
  readonly id: string
  readonly cpus?: number
  readonly memMiB?: number
  readonly rack?: string
}

export function simulate(
  agents: readonly SimulatedAgent[],
  over: Partial<SimulationOptions> = {},
): Simulation {
  const state = createState({ clusterId: '00000000-0000-5000-a000-000000000001' as ClusterId })
  const simulation = new Simulation({ seed: 1, state, behaviour: quick, networkMs: [1, 5], ...over })
  for (const agent of agents) {
    simulation.addMachine(identityOf(agent))
    simulation.bootMachine(agent.id as AgentId)
  }
  simulation.runFor(1000)
  return simulation
}

function identityOf({ id, cpus = 4, memMiB = 4096, rack }: SimulatedAgent): AgentIdentity {
  return {
    agentId: id as AgentId,
    hostname: `${id}.example`,
    bootId: 'boot',
    capacity: {
      resources: { cpuMilli: cpus * 1000, memKiB: memMiB * 1024, diskKiB: 1024 * 1024, gpus: 0 },
      ports: [[31000, 31999]],
    },
    attributes: rack === undefined ? {} : { rack: { kind: 'text', value: rack } },
    drivers: ['process', 'docker'],
    version: '0.1.0',
  }
}

/** A configuration of apps, each as Marathon JSON. */
export function desired(...apps: readonly { readonly id: string; readonly [key: string]: Json }[]): Desired {
  return {
    format: 1,
    stack: 'test' as StackName,
    apps: apps.map(body => {
      const made = normalizeApp(body, {})
      if (made.app === undefined) throw new Error(JSON.stringify(made.diagnostics))
      return {
        address: `app.${body.id.slice(1).replaceAll('/', '.')}`,
        app: made.app,
        sensitivePaths: [],
      }
    }),
    groups: [],
    volumes: [],
    outputs: {},
  }
}

export function planFor(state: State, wanted: Desired): Plan {
  const result = plan(wanted, snapshotOf(state), { mode: 'apply', deleteUnnamed: true, origin: 'test' })
  if (result.plan === null || hasErrors(result.diagnostics))
    throw new Error(JSON.stringify(result.diagnostics))
  return result.plan
}

/** Plans, applies, and runs until the deployment is done. */
export function apply(simulation: Simulation, wanted: Desired, forMs = 600_000): Plan {
  const made = planFor(simulation.state, wanted)
  applyPlan(simulation, made, forMs)
  return made
}

export function applyPlan(simulation: Simulation, made: Plan, forMs = 600_000): void {
  const id = simulation.request({ kind: 'applyPlan', plan: made, force: false, takeOver: false })
  const done = simulation.runUntil(
    () => {
      const reply = simulation.replyTo(id)
      if (reply !== undefined && !reply.ok) throw new Error(JSON.stringify(reply))
      return reply !== undefined && simulation.state.runningDeployments.size === 0
    },
    { forMs },
  )
  if (!done) throw new Error('the deployment did not end')
}

export function healthCheck(over: { readonly [key: string]: Json } = {}): Json {
  return {
    protocol: 'TCP',
    portIndex: 0,
    intervalSeconds: 2,
    timeoutSeconds: 1,
    gracePeriodSeconds: 10,
    ...over,
  }
}
