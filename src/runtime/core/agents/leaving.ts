// Instances that shall go from where they are: their agent is being emptied, or a rebalancing found a better place. Both
// are a rolling replacement in which these are the old ones: the replacement comes first where the app's strategy leaves
// room, and no stop takes the app below its promise. Read from rows, so that it goes on over restarts.
import { compareStrings } from '../../../base/index.ts'
import type { AgentId, AppId } from '../../../model/index.ts'
import {
  createInstances,
  keepsOld,
  specOf,
  stopInstance,
  stopTask,
  strictlyHealthy,
  touchApp,
} from '../instances.ts'
import { capacityOf, promisedOf, rollingDecision } from '../rolling/rolling.ts'
import type { AppRow, DrainRow, InstanceRow, MoveRow } from '../rows.ts'
import type { State } from '../state.ts'

/** One instance that is to go, and why. */
export interface Leaving {
  readonly instance: InstanceRow
  readonly cause: 'drain' | 'rebalance'
  readonly author: string
  /** Where its replacement is to go. */
  readonly to?: AgentId
}

/** By id. Empty, at no cost, while nothing is emptied or rebalanced. */
export function leavingOf(state: State, app: AppId): Leaving[] {
  const leaving: Leaving[] = []
  for (const { instance, drain } of onDraining(state, app)) {
    leaving.push({ instance, cause: 'drain', author: drain.author })
  }
  for (const move of state.tables.move.values()) {
    const instance = state.tables.instance.get(move.instance)
    if (instance?.app !== app || !isOpen(state, move, instance)) continue
    if (leaving.some(l => l.instance === instance)) continue
    leaving.push({ instance, cause: 'rebalance', author: move.author, to: move.to })
  }
  return leaving.sort((a, b) => compareStrings(a.instance.id, b.instance.id))
}

/**
 * Moves an app without a deployment away from where it shall not be. After a failed deployment it is of two
 * configurations, and each instance moves as it is.
 */
export function moveAway(state: State, app: AppRow, all: readonly Leaving[]): void {
  const isHealthy = (i: InstanceRow): boolean => strictlyHealthy(state, i)
  const leaving = app.halted === undefined ? all : all.filter(l => isHealthy(l.instance))
  for (const { instance, cause, author } of all) {
    if (app.halted === undefined || isHealthy(instance)) continue
    if (state.budget <= 0) return touchApp(state, app.id)
    stopTask(state, instance, cause, author)
  }
  const index = state.apps.get(app.id)
  const live = index?.live ?? 0
  const healthy = leaving.filter(l => isHealthy(l.instance))
  const unhealthy = leaving.filter(l => !isHealthy(l.instance))
  const newHealthy = (index?.healthy ?? 0) - healthy.length
  const { residency, upgradeStrategy } = specOf(state, app.effective)
  const target = app.halted?.instances ?? app.instances
  const minHealthy = promisedOf(target, upgradeStrategy)
  const maxCapacity = capacityOf(target, upgradeStrategy)
  const isStuck = residency !== undefined && minHealthy === maxCapacity
  const decision = rollingDecision(
    { target, minHealthy: isStuck ? Math.max(0, minHealthy - 1) : minHealthy, maxCapacity },
    {
      oldHealthy: healthy.length,
      oldUnhealthy: unhealthy.length,
      oldStopping: index?.stopping.size ?? 0,
      newHealthy,
      newUnhealthy: live - leaving.length - newHealthy,
      newStopping: 0,
    },
  )
  const { stop } = decision
  for (const leaver of [...unhealthy.slice(0, stop.unhealthy), ...healthy.slice(0, stop.healthy)]) {
    if (state.budget <= 0) return touchApp(state, app.id)
    stopInstance(state, leaver.instance, leaver.cause, leaver.author)
  }
  const launch = Math.min(decision.launch, Math.max(0, state.budget))
  const fresh = live - leaving.length
  // Replacements already made took the first places.
  const made = Math.max(0, fresh - (target - leaving.length))
  if (app.halted !== undefined) {
    const replaced = leaving.slice(made, made + launch)
    for (const { instance, to } of replaced) {
      createInstances(state, app, 1, to === undefined ? [] : [to], instance)
    }
  } else if (launch > 0) {
    const places = leaving.flatMap(l => (l.to === undefined ? [] : [l.to]))
    createInstances(state, app, launch, places.slice(made))
  }
  if (launch < decision.launch) touchApp(state, app.id)
}

/**
 * What the deadline of a drain does, also while a deployment holds the app: batch tasks are waited for no longer, and
 * with force nothing else is. Without force, services go on waiting for their promise.
 */
export function keepDeadlines(state: State, app: AppId): void {
  for (const { instance, drain } of onDraining(state, app)) {
    if (drain.deadline === null) continue
    const { mode } = specOf(state, instance.spec)
    const [isBatch, isDaemon] = [mode === 'batch', mode === 'daemon']
    if (!isBatch && !drain.force) continue
    if (drain.deadline > state.env.now) {
      state.wakeAt(drain.deadline, app)
      continue
    }
    if (state.budget <= 0) return touchApp(state, app)
    const cause = drain.force ? 'drain-forced' : 'drain'
    // What its deployment does not replace now starts elsewhere as it was; a daemon has no elsewhere.
    const staysAsItWas = !isDaemon && keepsOld(state, app)
    if (isBatch || staysAsItWas) stopTask(state, instance, cause, drain.author)
    else stopInstance(state, instance, cause, drain.author)
  }
}

/** Drops the moves of an app that are done with: carried out, overtaken, or too old. */
export function dropMoves(state: State, app: AppId): void {
  if (state.tables.move.size === 0) return
  for (const key of state.tables.move.keys()) {
    const move = state.tables.move.get(key)!
    const instance = state.tables.instance.get(move.instance)
    if (instance !== undefined && instance.app !== app) continue
    if (instance === undefined || !isOpen(state, move, instance)) state.tables.move.delete(key)
    else state.wakeAt(move.until, app)
  }
}

function isOpen(state: State, move: MoveRow, instance: InstanceRow): boolean {
  const isSame = instance.goal === 'run' && instance.incarnation === move.incarnation
  return isSame && move.until > state.env.now
}

// Daemons are their own business (see modes/daemon.ts); what was told to stop is leaving already.
function onDraining(state: State, app: AppId): { instance: InstanceRow; drain: DrainRow }[] {
  const found: { instance: InstanceRow; drain: DrainRow }[] = []
  for (const instance of [...candidates(state, app)]) {
    const drain = state.tables.agent.get(instance.agent!)!.drain!
    if (instance.goal !== 'run') continue
    if (state.allocation(instance.id, instance.incarnation)?.goal !== 'run') continue
    const isDue = drain.force && drain.deadline !== null && drain.deadline <= state.env.now
    if (specOf(state, instance.spec).mode === 'daemon' && !isDue) {
      if (drain.force && drain.deadline !== null) state.wakeAt(drain.deadline, app)
      continue
    }
    found.push({ instance, drain })
  }
  return found.sort((a, b) => compareStrings(a.instance.id, b.instance.id))
}

// Those of the app, or those on the agents: whichever is less to look at.
function* candidates(state: State, app: AppId): Iterable<InstanceRow> {
  if (state.draining.size === 0) return
  let held = 0
  for (const agent of state.draining) held += state.allocationsOf.get(agent)?.size ?? 0
  const index = state.apps.get(app)
  if (index === undefined || held === 0) return
  if (index.size <= held) {
    for (const instance of index.rows()) {
      if (instance.agent !== null && state.draining.has(instance.agent)) yield instance
    }
    return
  }
  for (const agent of state.draining) {
    for (const { instance: id, incarnation } of state.allocationsOf.get(agent)?.values() ?? []) {
      const instance = state.tables.instance.get(id)
      if (instance?.app === app && instance.incarnation === incarnation) yield instance
    }
  }
}
