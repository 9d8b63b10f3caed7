// Places what waits for a place, app by app, in slices. Instances of one app are alike, so the first that finds no place
// ends the app's turn; its reasons are kept for whoever asks, and it is tried again when an agent has more room.
import type { ClusterMs } from '../../base/index.ts'
import { resourcesOf, type AppId } from '../../model/index.ts'
import { place } from './allocate/place.ts'
import { PlacedCounts } from './allocate/placed.ts'
import { allocate, specOf } from './instances.ts'
import type { InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** Instances of one app that are placed before another app gets its turn. */
const launchesPerTurn = 100

export function launchWaiting(state: State): void {
  if (state.capacityFreed) {
    state.capacityFreed = false
    for (const app of state.waiting.keys()) state.launchQueue.add(app)
  }
  if (state.frozen) return
  let turn = [...state.launchQueue].sort()
  while (turn.length > 0) {
    const again: AppId[] = []
    for (const app of turn) {
      if (state.budget <= 0) return
      if (launchSome(state, app)) again.push(app)
      else state.launchQueue.delete(app)
    }
    turn = again
  }
}

// True when the app has more to place and may find room.
function launchSome(state: State, app: AppId): boolean {
  const index = state.apps.get(app)
  if (index === undefined || index.scheduled.size === 0) {
    state.waiting.delete(app)
    return false
  }
  const waiting = [...index.scheduled]
    .map(id => state.tables.instance.get(id)!)
    .sort((a, b) => a.slot - b.slot)
  const due = waiting.filter(i => launchTime(state, i) <= state.env.now)
  for (const instance of waiting) {
    const at = launchTime(state, instance)
    if (at > state.env.now) state.wakeAt(at, app)
  }
  const counts = new Map<string, PlacedCounts>()
  for (const instance of due.slice(0, launchesPerTurn)) {
    if (state.budget <= 0) return true
    if (!launchOne(state, instance, countsFor(state, counts, instance))) return false
  }
  state.waiting.delete(app)
  return due.length > launchesPerTurn
}

/** When the backoff of its configuration lets an instance be launched. */
export function launchTime(state: State, instance: InstanceRow): ClusterMs {
  const backoff = state.tables.backoff.get(instance.app)
  return backoff?.runKey === instance.runKey ? backoff.until : (0 as ClusterMs)
}

// Constraints look at the placed instances of the same configuration; older ones do not count.
function countsFor(state: State, cache: Map<string, PlacedCounts>, instance: InstanceRow): PlacedCounts {
  const known = cache.get(instance.runKey)
  if (known !== undefined) return known
  const counts = new PlacedCounts(specOf(state, instance.spec).constraints)
  for (const other of state.apps.get(instance.app)?.instances.values() ?? []) {
    if (other.agent === null || other.runKey !== instance.runKey || other.unreachable) continue
    const agent = state.agents.get(other.agent)
    if (agent !== undefined) counts.add(agent)
  }
  cache.set(instance.runKey, counts)
  return counts
}

function launchOne(state: State, instance: InstanceRow, counts: PlacedCounts): boolean {
  const app = specOf(state, instance.spec)
  const result = place(state.agents, {
    app,
    resources: resourcesOf(app),
    slot: instance.slot,
    incarnation: instance.incarnation,
    placed: counts,
    ...(instance.planned === null ? {} : { preferred: instance.planned }),
  })
  if (result.kind === 'waiting') {
    const before = state.waiting.get(instance.app)
    state.waiting.set(instance.app, {
      reasons: result.reasons,
      since: before?.since ?? state.env.now,
      sinceUtc: before?.sinceUtc ?? state.env.utc,
    })
    return false
  }
  if (result.deviated) {
    state.event('placement_deviation', {
      instanceId: instance.id,
      planned: instance.planned,
      agent: result.agent,
    })
  }
  allocate(state, instance, result.agent, result.ports)
  const agent = state.agents.get(result.agent)
  if (agent !== undefined) counts.add(agent)
  return true
}
