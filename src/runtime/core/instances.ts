// The life of one copy of an app: made for a slot, placed, running, stopped or started anew. Every function changes rows
// and marks what must be looked at again; none decides whether the change should be made (see reconcile.ts).
import { present, type ClusterMs, type UtcMs } from '../../base/index.ts'
import {
  usualRetries,
  type AgentId,
  type App,
  type AppId,
  type Exit,
  type InstanceId,
  type ReportedCondition,
  type SpecHash,
  type StopCause,
} from '../../model/index.ts'
import { noteLaunch } from './dues.ts'
import { batchOutcome, isFailedRun } from './modes/outcome.ts'
import { nextIncarnation, unusedIncarnation } from './incarnations.ts'
import { instanceIdOf } from './instanceid.ts'
import { delayLaunches } from './launchdelays.ts'
import { isCanaryPhase } from './rolling/bounds.ts'
import { actionKey, allocationKey, type AllocationRow, type AppRow, type InstanceRow } from './rows.ts'
import type { HealthFields } from './sound.ts'
import type { State } from './state.ts'
import { recordTiming } from './timings.ts'

export function specOf(state: State, hash: SpecHash): App {
  return present(state.tables.spec.get(hash), `specification ${hash}`).app
}

/** The app with what the server assigned and the number of instances wanted. */
export function effectiveAppOf(state: State, row: Pick<AppRow, 'effective' | 'instances'>): App {
  return { ...specOf(state, row.effective), instances: row.instances }
}

export function submittedAppOf(state: State, row: Pick<AppRow, 'submitted' | 'instances'>): App {
  return { ...specOf(state, row.submitted), instances: row.instances }
}

/** Running, reachable, not told to stop, all checks alive, ready: what every promise of health counts. */
export function strictlyHealthy(state: State, instance: HealthFields): boolean {
  return state.isHealthy(instance)
}

/** Null: no checks, or not all of them have answered yet. */
export function aggregateHealth(state: State, instance: InstanceRow): boolean | null {
  const { checks } = state.factsOf(instance.spec)
  if (checks === 0 || instance.reported !== 'Running') return null
  if (instance.health.length < checks) return null
  return instance.health.every(h => h.alive)
}

/**
 * New instances of an app's present configuration, or of that of another instance, waiting for a place. `planned` is
 * tried first, in order.
 */
export function createInstances(
  state: State,
  app: AppRow,
  count: number,
  planned: readonly AgentId[] = [],
  { spec, runKey, version }: Configuration = { ...app, spec: app.effective },
): void {
  const slots = state.indexOf(app.id).freeSlots(count)
  const place = `${state.tables.cluster.get('cluster')!.clusterId}/${state.epoch}/`
  for (const [i, slot] of slots.entries()) {
    const id = instanceIdOf(app.id, place, state.ordinal(), state.epoch - 1)
    state.tables.instance.put(id, {
      id,
      app: app.id,
      slot,
      incarnation: 1,
      goal: 'run',
      spec,
      runKey,
      version,
      agent: null,
      planned: planned[i] ?? null,
      ...unplaced,
      createdAt: state.env.now,
    })
  }
  if (count > 0) touchApp(state, app.id)
}

type Configuration = Pick<InstanceRow, 'spec' | 'runKey' | 'version'>

const unplaced = {
  reported: null,
  unreachable: false,
  health: [],
  ready: true,
  placedAt: 0 as ClusterMs,
  runningAt: 0 as ClusterMs,
  healthyAt: 0 as ClusterMs,
  stagedUtc: 0 as UtcMs,
  startedUtc: 0 as UtcMs,
  pid: 0,
  ipAddresses: [],
} as const

/** Gives an instance its place: from now on the agent is told to run it. */
export function allocate(state: State, waiting: InstanceRow, agent: AgentId, ports: readonly number[]): void {
  const { resources, graceMs, readyAtOnce } = state.factsOf(waiting.spec)
  const gen = nextGeneration(state, agent)
  const instance = {
    ...waiting,
    incarnation: unusedIncarnation(state, waiting),
    agent,
    ready: readyAtOnce,
    placedAt: state.env.now,
    stagedUtc: state.env.utc,
  }
  state.tables.allocation.set({
    instance: instance.id,
    incarnation: instance.incarnation,
    app: instance.app,
    owner: 'app',
    agent,
    gen,
    goal: 'run',
    cause: null,
    author: '',
    spec: instance.spec,
    version: instance.version,
    resources,
    ports,
    graceMs,
    statusSeq: 0,
    stopAt: 0 as ClusterMs,
  })
  state.tables.instance.put(instance.id, instance)
  noteLaunch(state, instance.app)
  statusEvent(state, instance, agent, 'TASK_STAGING', '')
}

/** The instance is no longer wanted. One that was never placed, or whose agent is away, is gone at once. */
export function stopInstance(state: State, instance: InstanceRow, cause: StopCause, author: string): void {
  const allocation = state.allocation(instance.id, instance.incarnation)
  if (allocation !== undefined) stopAllocation(state, allocation, cause, author)
  if (allocation === undefined || instance.unreachable) deleteInstance(state, instance.id)
  else state.tables.instance.put(instance.id, { ...instance, goal: 'stop' })
  touchApp(state, instance.app)
}

/** The instance is gone, and what was noted of it. */
export function deleteInstance(state: State, id: InstanceId): void {
  state.tables.instance.delete(id)
  state.tables.attempt.delete(id)
  state.tables.move.delete(id)
}

/** Ends the present task of an instance that stays wanted: a new incarnation follows. */
export function stopTask(state: State, instance: InstanceRow, cause: StopCause, author: string): void {
  const allocation = state.allocation(instance.id, instance.incarnation)
  if (allocation === undefined) return
  // Told before: nothing moves until its end is reported.
  if (allocation.goal === 'stop' && !instance.unreachable) return
  stopAllocation(state, allocation, cause, author)
  if (instance.unreachable) goOn(state, instance)
  touchApp(state, instance.app)
}

function stopAllocation(state: State, allocation: AllocationRow, cause: StopCause, author: string): void {
  if (allocation.goal === 'stop') return
  state.tables.allocation.set({
    ...allocation,
    gen: nextGeneration(state, allocation.agent),
    goal: 'stop',
    cause,
    author,
    stopAt: state.env.now,
  })
}

/** The next incarnation of an instance, waiting for a place; of the app's present configuration unless told otherwise. */
function startAnew(state: State, instance: InstanceRow): void {
  const app = state.tables.app.get(instance.app)
  const config =
    app === undefined || (instance.runKey !== app.runKey && keepsOld(state, instance.app))
      ? { spec: instance.spec, runKey: instance.runKey, version: instance.version }
      : { spec: app.effective, runKey: app.runKey, version: app.version }
  const isDaemon = specOf(state, config.spec).mode === 'daemon'
  state.tables.instance.put(instance.id, {
    ...instance,
    ...config,
    ...unplaced,
    incarnation: nextIncarnation(state, instance),
    agent: null,
    planned: isDaemon ? (instance.agent ?? instance.planned) : null,
  })
  touchApp(state, instance.app)
}

/**
 * Old instances of the app stay as they are for now, and start again as they were: a deployment has not come to the app
 * yet, was paused, waits for its canaries to be promoted, or has failed.
 */
export function keepsOld(state: State, app: AppId): boolean {
  const lock = state.locks.get(app)
  if (lock === undefined) return state.tables.app.get(app)?.halted !== undefined
  const action = state.tables.action.get(actionKey(lock, app))
  if (action?.state !== 'running') return true
  return state.tables.deployment.get(lock)?.paused !== undefined || isCanaryPhase(action)
}

/** The agent says that a task is at its end: what it held is free, and its instance goes or starts anew. */
export function taskEnded(
  state: State,
  allocation: AllocationRow,
  condition: ReportedCondition,
  exit: Exit | null,
): void {
  deleteAllocation(state, allocation)
  if (allocation.goal === 'stop') {
    recordTiming(state, allocation.app, 'stop', state.env.now - allocation.stopAt)
  }
  touchApp(state, allocation.app)
  // Daemons go when the agent holds nothing else any more.
  if (state.draining.has(allocation.agent)) {
    state.settledDaemons.clear()
    for (const app of state.daemons) touchApp(state, app)
  }
  const instance = state.tables.instance.get(allocation.instance)
  if (instance === undefined || instance.incarnation !== allocation.incarnation) return
  statusEvent(state, instance, allocation.agent, `TASK_${condition.toUpperCase()}`, exit?.message ?? '')
  if (instance.goal === 'stop') {
    deleteInstance(state, instance.id)
    return
  }
  const app = state.tables.app.get(instance.app)
  const isReplaced = isBeingReplaced(state, instance)
  const isBatch = specOf(state, instance.spec).mode === 'batch'
  const outcome =
    isBatch && app !== undefined && !isReplaced
      ? batchOutcome(state, instance, allocation, condition, retriesOf(state, app))
      : 'again'
  if (outcome === 'completed') return keepEnd(state, instance, 'Finished')
  const isFailure = isBatch && isFailedRun(allocation, condition)
  if ((allocation.goal === 'run' || isFailure) && app !== undefined) {
    recordFailure(state, allocation, condition, endOf(allocation, exit))
    // One that is not started again must not make others wait.
    const isAgain = outcome === 'again' && !isReplaced
    if ((condition !== 'Killed' || isFailure) && isAgain)
      delayLaunches(state, instance, specOf(state, instance.spec))
  }
  if (outcome === 'failed') keepEnd(state, instance, 'Failed')
  else goOn(state, instance)
}

function retriesOf(state: State, app: AppRow): number {
  return specOf(state, app.effective).retries ?? usualRetries
}

// What the agent can't know of the end of a task: why it was told to stop.
function endOf(allocation: AllocationRow, exit: Exit | null): Exit | null {
  if (allocation.cause !== 'expired') return exit
  return { ...exit, message: 'stopped: it ran for longer than its maxRunDurationSeconds' }
}

// A batch instance has had its end: it stays as what it came to, and holds nothing.
function keepEnd(state: State, instance: InstanceRow, reported: 'Finished' | 'Failed'): void {
  const { id, app } = instance
  state.tables.instance.put(id, {
    ...instance,
    agent: null,
    planned: null,
    reported,
    unreachable: false,
    health: [],
    pid: 0,
    ipAddresses: [],
  })
  state.event(reported === 'Finished' ? 'batch_completed' : 'batch_failed', { appId: app, instanceId: id })
}

/** What becomes of a wanted instance that has lost its task: another one takes its part, or it starts anew. */
export function goOn(state: State, instance: InstanceRow): void {
  if (isBeingReplaced(state, instance)) deleteInstance(state, instance.id)
  else startAnew(state, instance)
}

// During a rolling restart an old instance that dies is not started again: a new one takes its part.
function isBeingReplaced(state: State, instance: InstanceRow): boolean {
  const lock = state.locks.get(instance.app)
  if (lock === undefined) return false
  const action = state.tables.action.get(actionKey(lock, instance.app))
  if (action?.state !== 'running') return false
  if (action.action === 'StopApplication') return true
  return (
    action.action === 'RestartApplication' &&
    instance.runKey !== state.tables.app.get(instance.app)?.runKey &&
    !keepsOld(state, instance.app)
  )
}

function recordFailure(
  state: State,
  allocation: AllocationRow,
  condition: ReportedCondition,
  exit: Exit | null,
): void {
  state.tables.failure.put(allocation.app, {
    app: allocation.app,
    instance: allocation.instance,
    incarnation: allocation.incarnation,
    agent: allocation.agent,
    host: state.tables.agent.get(allocation.agent)?.hostname ?? allocation.agent,
    condition,
    exit,
    version: allocation.version,
    utc: state.env.utc,
  })
}

/** The number that the next changed row of this agent bears. */
export function nextGeneration(state: State, id: AgentId): number {
  state.dirtyAgents.add(id)
  return state.generationOf(id) + 1
}

/**
 * What a task held is free. The agent's row keeps the generation when no row of the agent does any more, so that it is
 * written once for many ends, and never for a start.
 */
export function deleteAllocation(state: State, allocation: AllocationRow): void {
  const agent = present(state.tables.agent.get(allocation.agent), `agent ${allocation.agent}`)
  if (agent.gen < allocation.gen) {
    state.tables.agent.put(agent.id, { ...agent, gen: state.generationOf(agent.id) })
  }
  state.tables.allocation.delete(allocationKey(allocation.instance, allocation.incarnation))
}

/** The app's rows have moved: it is looked at again in this step or the next. */
export function touchApp(state: State, id: AppId): void {
  state.dirtyApps.add(id)
}

export function statusEvent(
  state: State,
  instance: InstanceRow,
  agent: AgentId,
  taskStatus: string,
  message: string,
): void {
  state.outbox.events.push({
    type: 'status_update_event',
    status: {
      instance: instance.id,
      incarnation: instance.incarnation,
      app: instance.app,
      agent,
      host: state.tables.agent.get(agent)?.hostname ?? agent,
      status: taskStatus,
      message,
      ports: state.allocation(instance.id, instance.incarnation)?.ports ?? [],
      version: instance.version,
    },
  })
}
