// A daemon has one instance on every matching agent, and follows the cluster. Its instances are bound to their agents
// (`planned`, also over incarnations); how many are wanted is never stored, but read from the agents' rows each time.
// Updates go through the same arithmetic as those of other apps: instances of an older configuration, and those whose
// agent is no longer theirs, are the old ones of it. The promised share is rounded down, so that one agent alone, whose
// ports the new instance may need, can be updated at all.
import { compareStrings } from '../../../base/index.ts'
import { driverOf, type AgentId, type App } from '../../../model/index.ts'
import { constraintAccepts } from '../allocate/constraints.ts'
import { PlacedCounts } from '../allocate/placed.ts'
import { createInstances, specOf, stopInstance, strictlyHealthy, touchApp } from '../instances.ts'
import { capacityOf, rollingDecision, type RollingBounds } from '../rolling/rolling.ts'
import type { AgentRow, AppRow, InstanceRow } from '../rows.ts'
import type { State } from '../state.ts'

/** The agents that an instance of the daemon belongs on, by id. */
export function wantedAgents(state: State, app: AppRow): AgentId[] {
  if (app.instances === 0) return []
  const spec = specOf(state, app.effective)
  const none = new PlacedCounts(spec.constraints)
  const homes = new Set(liveOf(state, app).map(homeOf))
  return [...state.tables.agent.values()]
    .filter(agent => matches(spec, none, agent) && mayStay(state, agent, homes.has(agent.id)))
    .map(agent => agent.id)
    .sort(compareStrings)
}

export function wantedDaemons(state: State, app: AppRow): number {
  return wantedAgents(state, app).length
}

/** Each change of an agent may bring or take an instance of every daemon. */
export function touchDaemons(state: State): void {
  state.settledDaemons.clear()
  for (const app of state.daemons) touchApp(state, app)
}

/** Moves the daemon towards one instance on each of its agents. True: it is there, as far as agents can be reached. */
export function keepDaemon(state: State, app: AppRow, author: string, bounds: RollingBounds = {}): boolean {
  const index = state.apps.get(app.id)
  const known = state.settledDaemons.get(app.id)
  const isKnown = known?.app === app && known.size === index?.size && known.size === index.liveOf(app.runKey)
  if (isKnown) return index?.healthy === known.size
  state.settledDaemons.delete(app.id)
  const wanted = wantedAgents(state, app)
  const isWanted = new Set(wanted)
  const fresh = new Map<AgentId, InstanceRow>()
  const old: InstanceRow[] = []
  for (const instance of liveOf(state, app)) {
    const home = homeOf(instance)
    const isFresh = instance.runKey === app.runKey && home !== null && isWanted.has(home) && !fresh.has(home)
    if (isFresh) fresh.set(home, instance)
    else if (instance.agent !== null) old.push(instance)
    else if (state.budget <= 0) return postponed(state, app)
    else stopInstance(state, instance, 'scale', author)
  }
  const stopping = index?.stopping.size ?? 0
  const isWhole = old.length === 0 && stopping === 0 && fresh.size === wanted.length
  if (isWhole && wanted.every(agent => state.tables.agent.get(agent)!.unreachableSince === null)) {
    state.settledDaemons.set(app.id, { app, size: fresh.size })
  }
  const isHealthy = (i: InstanceRow): boolean => strictlyHealthy(state, i)
  const hasSuccessor = (i: InstanceRow): boolean => {
    const home = homeOf(i)
    if (home === null || !isWanted.has(home)) return true
    const successor = fresh.get(home)
    return successor !== undefined && isHealthy(successor)
  }
  // Those whose agent has its new one, or is to have none, go first.
  const ordered = [...old.filter(hasSuccessor), ...old.filter(i => !hasSuccessor(i))]
  const healthy = ordered.filter(isHealthy)
  const unhealthy = ordered.filter(i => !isHealthy(i))
  const newHealthy = [...fresh.values()].filter(isHealthy).length
  const decision = rollingDecision(
    { ...figuresOf(state, app, wanted.length), ...bounds },
    {
      oldHealthy: healthy.length,
      oldUnhealthy: unhealthy.length,
      oldStopping: stopping,
      newHealthy,
      newUnhealthy: fresh.size - newHealthy,
      newStopping: 0,
    },
  )
  const { stop } = decision
  const leaving =
    stop.of === 'old' ? [...unhealthy.slice(0, stop.unhealthy), ...healthy.slice(0, stop.healthy)] : []
  for (const instance of leaving) {
    if (state.budget <= 0) return postponed(state, app)
    stopInstance(state, instance, causeOf(state, app, instance), author)
  }
  const busy = new Set(old.map(homeOf))
  const missing = wanted.filter(agent => !fresh.has(agent))
  const next = [...missing.filter(a => !busy.has(a)), ...missing.filter(a => busy.has(a))]
  const launch = Math.min(decision.launch, next.length, Math.max(0, state.budget))
  if (launch > 0) createInstances(state, app, launch, next.slice(0, launch))
  if (launch < Math.min(decision.launch, next.length)) return postponed(state, app)
  return old.length === 0 && stopping === 0 && wanted.every(agent => isThere(state, agent, fresh.get(agent)))
}

/**
 * One whose deployment has failed stays as it is then, of two configurations as it may be, until a person says how to go
 * on: nothing is replaced, and nothing new is started. Only from agents that are no longer its own it goes.
 */
export function keepHaltedDaemon(state: State, app: AppRow): void {
  const wanted = wantedAgents(state, app)
  const isWanted = new Set(wanted)
  const { minHealthy } = figuresOf(state, app, wanted.length)
  let healthy = state.apps.get(app.id)?.healthy ?? 0
  for (const instance of liveOf(state, app)) {
    const home = homeOf(instance)
    if (home !== null && isWanted.has(home)) continue
    const isHealthy = strictlyHealthy(state, instance)
    if (isHealthy && healthy - 1 < minHealthy) continue
    if (state.budget <= 0) return touchApp(state, app.id)
    if (isHealthy) healthy--
    stopInstance(
      state,
      instance,
      instance.agent === null ? 'scale' : drainOrScale(state, instance.agent),
      'system',
    )
  }
}

/** Counted anew each time, for agents come and go; without a bound that was set when an update began. */
function figuresOf(
  state: State,
  app: AppRow,
  target: number,
): { target: number; minHealthy: number; maxCapacity: number } {
  const strategy = specOf(state, app.effective).upgradeStrategy
  return {
    target,
    minHealthy: Math.floor(target * strategy.minimumHealthCapacity),
    maxCapacity: capacityOf(target, strategy),
  }
}

function causeOf(state: State, app: AppRow, instance: InstanceRow): 'deployment' | 'drain' | 'scale' {
  if (instance.runKey !== app.runKey) return 'deployment'
  return drainOrScale(state, instance.agent!)
}

function drainOrScale(state: State, agent: AgentId): 'drain' | 'scale' {
  return state.draining.has(agent) ? 'drain' : 'scale'
}

// What is out of reach is neither waited for nor counted as there.
function isThere(state: State, agent: AgentId, instance: InstanceRow | undefined): boolean {
  if (state.tables.agent.get(agent)?.unreachableSince !== null) return true
  return instance !== undefined && strictlyHealthy(state, instance)
}

/** Where it is, or is bound to be. */
function homeOf(instance: InstanceRow): AgentId | null {
  return instance.agent ?? instance.planned
}

function liveOf(state: State, app: AppRow): InstanceRow[] {
  return state.apps.get(app.id)?.liveInstances() ?? []
}

// By what the agent is; whether it has room is the allocator's business, and a reason to wait.
function matches(spec: App, none: PlacedCounts, agent: AgentRow): boolean {
  return (
    agent.drivers.includes(driverOf(spec)) && spec.constraints.every(c => constraintAccepts(c, agent, none))
  )
}

// An agent that is out of reach or takes nothing new keeps what it has; one that is emptied keeps its daemons until
// everything else has gone from it.
function mayStay(state: State, agent: AgentRow, isHome: boolean): boolean {
  if (agent.drain !== undefined) return isHome && hasOthers(state, agent.id)
  return isHome || (agent.unreachableSince === null && agent.cordoned !== true)
}

/** Whether the agent holds anything that is no daemon. */
function hasOthers(state: State, agent: AgentId): boolean {
  for (const allocation of state.allocationsOf.get(agent)?.values() ?? []) {
    if (specOf(state, allocation.spec).mode !== 'daemon') return true
  }
  return false
}

function postponed(state: State, app: AppRow): false {
  touchApp(state, app.id)
  return false
}
