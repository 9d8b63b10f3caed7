// Rebalancing on request: the fewest moves that make apps lie more evenly over the groups of their GROUP_BY constraints
// and over agents, for example after an agent has joined. Nobody's tasks are moved unasked. Which agent is best is the
// allocator's decision, the same that places; a move is proposed only where it makes the difference between two sizes
// smaller (from n + 2 or more against n), so that moving ends. Carried out as a rolling replacement (agents/leaving.ts).
import type { ClusterMs } from '../../base/index.ts'
import {
  resourcesOf,
  type Actor,
  type AgentId,
  type App,
  type AppId,
  type MoveView,
  type Operation,
  type RebalanceView,
  type Reply,
} from '../../model/index.ts'
import { fieldText } from './allocate/fields.ts'
import { place } from './allocate/place.ts'
import { PlacedCounts } from './allocate/placed.ts'
import { leavingOf } from './agents/leaving.ts'
import { specOf, touchApp } from './instances.ts'
import { refused, succeeded } from './replies.ts'
import type { AppRow, InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** Moves of one request; another one can follow when they are made. */
const maxMoves = 200
/** Instances looked at in one request, unless one app has more: it holds up the loop. */
const maxLookedAt = 50_000
/** A move that was not made by then is given up. */
const moveForMs = 600_000

/** Carries out what `plannedMoves` says now. */
export function rebalance(
  state: State,
  { apps }: Extract<Operation, { kind: 'rebalance' }>,
  actor: Actor,
): Reply {
  const unknown = apps?.find(id => !state.tables.app.has(id))
  if (unknown !== undefined) return refused('NOT_FOUND', `App '${unknown}' does not exist`)
  const until = (state.env.now + moveForMs) as ClusterMs
  for (const move of plannedMoves(state, apps).moves) {
    const { incarnation } = state.tables.instance.get(move.instance)!
    const row = { instance: move.instance, incarnation, to: move.to, author: actor.name, until }
    state.tables.move.put(move.instance, row)
    touchApp(state, move.app)
  }
  return succeeded(state)
}

/** Changes nothing. `apps`: null for all. */
export function plannedMoves(state: State, apps: readonly AppId[] | null): RebalanceView {
  const moves: MoveView[] = []
  const taken: { agent: AgentId; app: App; ports: readonly number[] }[] = []
  let lookedAt = 0
  let appsLeft = 0
  try {
    for (const id of [...(apps ?? (state.tables.app.keys() as AppId[]))].sort()) {
      const app = state.tables.app.get(id)
      if (app === undefined || !mayMove(state, app)) continue
      const live = state.apps.get(id)?.live ?? 0
      if (moves.length >= maxMoves || (lookedAt > 0 && lookedAt + live > maxLookedAt)) {
        appsLeft++
        continue
      }
      lookedAt += live
      const placed = movable(state, app)
      if (placed === undefined) continue
      const spec = specOf(state, app.effective)
      for (const move of movesOf(state, app, spec, placed, maxMoves - moves.length)) {
        moves.push(move.view)
        // Replacement comes first: both places are held for a while.
        state.agents.take(move.view.to, resourcesOf(spec), move.ports)
        taken.push({ agent: move.view.to, app: spec, ports: move.ports })
      }
    }
  } finally {
    for (const { agent, app, ports } of taken) state.agents.release(agent, resourcesOf(app), ports)
  }
  return { moves, appsLeft }
}

// Only what is at rest: a service that no deployment holds, with all its instances there and none on its way.
function mayMove(state: State, app: AppRow): boolean {
  if (app.mode !== undefined || state.locks.has(app.id) || app.instances < 2) return false
  const index = state.apps.get(app.id)
  return index !== undefined && index.live === app.instances && index.stopping.size === 0
}

function movable(state: State, app: AppRow): InstanceRow[] | undefined {
  const live = state.apps.get(app.id)!.liveInstances()
  const isSettled = live.every(i => i.agent !== null && !i.unreachable && i.runKey === app.runKey)
  return isSettled && leavingOf(state, app.id).length === 0 ? live : undefined
}

interface Found {
  readonly view: MoveView
  readonly ports: readonly number[]
}

function* movesOf(
  state: State,
  app: AppRow,
  spec: App,
  live: readonly InstanceRow[],
  most: number,
): Iterable<Found> {
  const fields = [...new Set(spec.constraints.filter(c => c[1] === 'GROUP_BY').map(c => c[0]))]
  const counts = new PlacedCounts(spec.constraints)
  const homes = new Map<InstanceRow, AgentId>()
  for (const instance of live) {
    homes.set(instance, instance.agent!)
    counts.add(state.agents.get(instance.agent!)!)
  }
  const moved = new Set<InstanceRow>()
  while (moved.size < most) {
    const crowded = mostCrowded(state, homes, counts, fields, moved)
    if (crowded === undefined) return
    const from = homes.get(crowded)!
    const before = sizesAt(state, from, counts, fields)
    counts.remove(state.agents.get(from)!)
    const result = place(state.agents, {
      app: spec,
      resources: resourcesOf(spec),
      slot: crowded.slot,
      incarnation: crowded.incarnation + 1,
      placed: counts,
    })
    const to = result.kind === 'placed' ? result.agent : from
    const after = sizesAt(state, to, counts, fields)
    // `after` counts the place without the instance: equal to n where it would be n + 1.
    const level = before.findIndex((size, i) => size - after[i]! !== 1)
    const isBetter = to !== from && level >= 0 && before[level]! - after[level]! >= 2
    if (result.kind !== 'placed' || !isBetter) return
    counts.add(state.agents.get(to)!)
    homes.set(crowded, to)
    moved.add(crowded)
    const what = fields[level] ?? 'agent'
    yield {
      view: {
        instance: crowded.id,
        app: app.id,
        slot: crowded.slot,
        from,
        to,
        reason: `${what}: ${before[level]} there, ${after[level]} here`,
      },
      ports: result.ports,
    }
  }
}

/** How many instances are where the agent is: per group field, and on the agent itself. */
function sizesAt(state: State, agent: AgentId, counts: PlacedCounts, fields: readonly string[]): number[] {
  const facts = state.agents.get(agent)!
  return [
    ...fields.map(field => counts.groups(field).get(fieldText(facts, field)) ?? 0),
    counts.onAgent(facts),
  ]
}

// Of equals the one in the highest slot.
function mostCrowded(
  state: State,
  homes: ReadonlyMap<InstanceRow, AgentId>,
  counts: PlacedCounts,
  fields: readonly string[],
  moved: ReadonlySet<InstanceRow>,
): InstanceRow | undefined {
  let best: InstanceRow | undefined
  let bestSizes: readonly number[] = []
  const known = new Map<AgentId, readonly number[]>()
  for (const [instance, home] of homes) {
    if (moved.has(instance)) continue
    let sizes = known.get(home)
    if (sizes === undefined) known.set(home, (sizes = sizesAt(state, home, counts, fields)))
    const order = best === undefined ? 1 : compareSizes(sizes, bestSizes) || instance.slot - best.slot
    if (order > 0) {
      best = instance
      bestSizes = sizes
    }
  }
  return best
}

function compareSizes(a: readonly number[], b: readonly number[]): number {
  for (const [i, size] of a.entries()) if (size !== b[i]) return size - b[i]!
  return 0
}
