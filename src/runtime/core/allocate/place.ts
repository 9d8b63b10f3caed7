// Where one instance goes. Filters are an ordered table; the agent that passes them all with the best integer score is
// taken, ties by agent id. The agent that a plan names is taken first while it passes. The forecast uses this function
// too: what it says is what happens.
//
// The score: smallest GROUP_BY groups, then the agents with the fewest instances of this app, then the agent that ends
// up fullest (best fit, which keeps room for large tasks). An agent that scores no better than the best so far is not
// filtered at all, so the dear filters (ports, constraints) run on few agents.
import {
  driverOf,
  hostPortsWanted,
  type AgentId,
  type App,
  type Resources,
  type WaitReason,
} from '../../../model/index.ts'
import type { AgentIndex, Candidate } from './agents.ts'
import { groupSize } from './constraints.ts'
import { filters, type Need } from './filters.ts'
import type { PlacedCounts } from './placed.ts'
import { choosePorts } from './ports.ts'
import { waitReasons } from './reasons.ts'

export interface PlaceRequest {
  readonly app: App
  readonly resources: Resources
  readonly slot: number
  readonly incarnation: number
  /** Of the same app and configuration; the caller adds the agent after a placement. */
  readonly placed: PlacedCounts
  /** What the plan says. */
  readonly preferred?: AgentId | undefined
  /** The only agent that will do: the instance's volume is there. */
  readonly onlyAgent?: AgentId | undefined
}

export type PlaceResult =
  | {
      readonly kind: 'placed'
      readonly agent: AgentId
      /** In the order of hostPortsWanted. */
      readonly ports: readonly number[]
      /** Another agent than the planned one. */
      readonly deviated: boolean
    }
  | { readonly kind: 'waiting'; readonly reasons: readonly WaitReason[] }

/** Decides only; the caller takes the resources and ports from the index and counts the instance as placed. */
export function place(index: AgentIndex, request: PlaceRequest): PlaceResult {
  const need = needOf(request)
  const agent = plannedAgent(index, request, need) ?? bestAgent(index, request, need)
  if (agent === undefined) return { kind: 'waiting', reasons: waitReasons(allowed(index, request), need) }
  const chosen = choosePorts(agent, need.ports, need.seed)
  const ports = 'ports' in chosen ? chosen.ports : []
  const deviated = request.preferred !== undefined && request.preferred !== agent.id
  return { kind: 'placed', agent: agent.id, ports, deviated }
}

function needOf({ app, resources, slot, incarnation, placed }: PlaceRequest): Need {
  return {
    app,
    resources,
    placed,
    driver: driverOf(app),
    ports: hostPortsWanted(app),
    seed: { app: app.id, slot, incarnation },
  }
}

function plannedAgent(index: AgentIndex, request: PlaceRequest, need: Need): Candidate | undefined {
  const { preferred, onlyAgent } = request
  if (preferred === undefined || (onlyAgent !== undefined && onlyAgent !== preferred)) return undefined
  const agent = index.get(preferred)
  return agent !== undefined && passes(agent, need) ? agent : undefined
}

function bestAgent(index: AgentIndex, request: PlaceRequest, need: Need): Candidate | undefined {
  let best: Candidate | undefined
  let bestScore: Score | undefined
  for (const agent of allowed(index, request)) {
    const score = scoreOf(agent, need)
    if (bestScore !== undefined && !isLess(score, bestScore)) continue
    if (!passes(agent, need)) continue
    best = agent
    bestScore = score
  }
  return best
}

function allowed(index: AgentIndex, { onlyAgent }: PlaceRequest): Iterable<Candidate> {
  if (onlyAgent === undefined) return index.candidates()
  const agent = index.get(onlyAgent)
  return agent === undefined ? [] : [agent]
}

function passes(agent: Candidate, need: Need): boolean {
  return filters.every(filter => filter.accepts(agent, need))
}

type Score = readonly [group: number, sameApp: number, room: number]

function scoreOf(agent: Candidate, { app, resources, placed }: Need): Score {
  const { free } = agent
  const all = agent.capacity.resources
  const room =
    perMille(free.cpuMilli - resources.cpuMilli, all.cpuMilli) +
    perMille(free.memKiB - resources.memKiB, all.memKiB)
  return [groupSize(app.constraints, agent, placed), placed.onAgent(agent.id), room]
}

function perMille(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * 1000) / whole)
}

function isLess(a: Score, b: Score): boolean {
  return a[0] !== b[0] ? a[0] < b[0] : a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2]
}
