// The cluster that tests play on: the real planner and the real core in virtual time, machines that are modelled. One
// for each test file; what a run applies is there for the next one.
import type { AgentId, ClusterId, Desired, Plan } from '../../model/index.ts'
import type { ModelledAgent } from '../../lang/hcl/testfile/agents.ts'
import { createState } from '../../runtime/core/index.ts'
import { planOnReplica } from '../../runtime/forecast/plan.ts'
import { forecastPlan, Simulation } from '../../sim/index.ts'

/** Virtual time after which a rollout counts as stuck: longer than any that a person waits for. */
const longestRolloutMs = 24 * 3_600_000
/** Moments of one rollout: some seconds of computing. */
const mostMoments = 200_000

const origin = 'test'

export class TestCluster {
  readonly #simulation: Simulation

  constructor(agents: readonly ModelledAgent[]) {
    this.#simulation = new Simulation({
      seed: 1,
      state: createState({ clusterId: '00000000-0000-4000-a000-000000000000' as ClusterId }),
      pings: false,
      behaviour: {
        startMs: () => 1500,
        stopMs: () => 300,
        check: () => ({ ok: true, afterMs: 0 }),
      },
    })
    for (const { name, cpus, memMiB, diskMiB, attributes } of agents) {
      const agentId = name as AgentId
      this.#simulation.addMachine({
        agentId,
        hostname: name,
        bootId: 'test',
        capacity: {
          resources: { cpuMilli: cpus * 1000, memKiB: memMiB * 1024, diskKiB: diskMiB * 1024, gpus: 0 },
          ports: [[31000, 32000]],
        },
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([key, value]) => [key, { kind: 'text', value } as const]),
        ),
        drivers: ['process', 'docker'],
        version: '0',
      })
      this.#simulation.bootMachine(agentId)
    }
    this.#rest()
  }

  plan(desired: Desired, deleteUnnamed: boolean): ReturnType<typeof planOnReplica> {
    const request = { mode: 'apply', deleteUnnamed, origin, adopt: false } as const
    return planOnReplica(this.#simulation.state, desired, request, forecastPlan)
  }

  /** Carries the plan out. A sentence when it does not come to its end. */
  apply(plan: Plan): string | undefined {
    const simulation = this.#simulation
    const id = simulation.request({ kind: 'applyPlan', plan, force: true, takeOver: true })
    const ended = simulation.runUntil(
      () => {
        const reply = simulation.replyTo(id)
        if (reply === undefined) return false
        return !reply.ok || reply.deployment === undefined || !this.#runs(reply.deployment)
      },
      { forMs: longestRolloutMs, moments: mostMoments },
    )
    const reply = simulation.replyTo(id)
    if (reply?.ok === false) return reply.message
    return ended ? undefined : 'The rollout does not come to its end.'
  }

  #runs(deployment: Parameters<Simulation['state']['runningDeployments']['has']>[0]): boolean {
    return this.#simulation.state.runningDeployments.has(deployment)
  }

  /** Until everybody has heard what there is to hear. */
  #rest(): void {
    this.#simulation.runFor(1000)
  }
}
