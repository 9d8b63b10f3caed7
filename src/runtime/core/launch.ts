// Places what waits for a place, app by app, in slices. Instances of one app and configuration are alike, so the first
// that finds no place ends the turn of all; it is tried again when an agent gets room that may help. Why it waits is
// worked out when somebody asks.
import type { ClusterMs } from '../../base/index.ts'
import type { App, AppId, SpecHash } from '../../model/index.ts'
import { awaitsAgents } from './adopt.ts'
import { Batch, type BatchRequest } from './allocate/batch.ts'
import { explain } from './allocate/place.ts'
import { countedFields } from './allocate/placed.ts'
import type { Obstacles } from './allocate/reasons.ts'
import { allocate, specOf } from './instances.ts'
import { launchDelayOf } from './launchdelays.ts'
import type { InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** Instances of one app that are placed before another app gets its turn. */
const launchesPerTurn = 500

/** Whether what is queued may be launched now. */
export function mayLaunch(state: State): boolean {
  return state.launchQueue.size > 0 && !state.frozen && !awaitsAgents(state)
}

export function launchWaiting(state: State): void {
  state.waiting.wake(state.agents, state.agents.takeGained())
  queueWoken(state)
  if (!mayLaunch(state)) return
  while (state.isInBounds) {
    const app = state.launchQueue.take()
    if (app === undefined) return
    state.looks--
    if (launchSome(state, app)) state.launchQueue.add(app)
    queueWoken(state)
  }
}

function queueWoken(state: State): void {
  for (const app of state.waiting.takeWoken()) state.launchQueue.add(app)
}

/** What waits in one configuration. */
interface Run {
  /** Nothing of it can be launched now. */
  isOver: boolean
  readonly batches: Map<SpecHash, Batch>
}

// True when the app has more to place and may find room.
function launchSome(state: State, app: AppId): boolean {
  const index = state.apps.get(app)
  if (index === undefined || index.scheduled.size === 0) {
    state.waiting.delete(app)
    return false
  }
  state.placed.trim(app)
  const configurations = [...index.runKeys()].length
  const runs = new Map<string, Run>()
  let launched = 0
  /** The first of each configuration. */
  const failed = new Map<string, InstanceRow>()
  for (const instance of index.scheduled.rows()) {
    if (state.budget <= 0 || launched >= launchesPerTurn) return true
    const run = runOf(state, runs, instance)
    if (!run.isOver && launchOne(state, instance, batchOf(state, run, instance))) {
      launched++
      continue
    }
    if (!run.isOver && !failed.has(instance.runKey)) failed.set(instance.runKey, instance)
    // Instances of one configuration are alike, but for those that are bound to an agent.
    run.isOver ||= !isBound(state, instance)
    if (runs.size === configurations && [...runs.values()].every(r => r.isOver)) break
  }
  const [first, ...others] = failed.values()
  if (first === undefined) state.waiting.delete(app)
  else wait(state, first, others)
  return false
}

// Instances whose backoff is not over are left for later.
function runOf(state: State, runs: Map<string, Run>, instance: InstanceRow): Run {
  let run = runs.get(instance.runKey)
  if (run === undefined) {
    const at = launchTime(state, instance)
    if (at > state.env.now) state.wakeAt(at, instance.app)
    run = { isOver: at > state.env.now, batches: new Map() }
    runs.set(instance.runKey, run)
  }
  return run
}

/** When the delay of its configuration lets an instance be launched. */
export function launchTime(state: State, instance: InstanceRow): ClusterMs {
  return launchDelayOf(state, instance.app, instance.runKey)?.until ?? (0 as ClusterMs)
}

function batchOf(state: State, run: Run, instance: InstanceRow): Batch {
  let batch = run.batches.get(instance.spec)
  if (batch === undefined) {
    batch = new Batch(state.agents, requestOf(state, instance))
    run.batches.set(instance.spec, batch)
  }
  return batch
}

type InstanceKind = Pick<InstanceRow, 'app' | 'spec' | 'runKey'>

// Constraints look at the placed instances of the same configuration; older ones do not count.
function requestOf(state: State, instance: InstanceKind): BatchRequest {
  const app = preferring(state, instance)
  return {
    app,
    resources: state.factsOf(instance.spec).resources,
    placed: state.placed.of(instance.app, instance.runKey, countedFields(app)),
    instances: state.tables.app.get(instance.app)?.instances ?? 1,
  }
}

// What is kept while it waits.
function needOf(state: State, instance: InstanceKind): Pick<BatchRequest, 'app' | 'resources'> {
  return { app: preferring(state, instance), resources: state.factsOf(instance.spec).resources }
}

// What an app prefers changes in place: what waits goes by its present words.
function preferring(state: State, { app: id, spec, runKey }: InstanceKind): App {
  const app = specOf(state, spec)
  const row = state.tables.app.get(id)
  if (row === undefined || row.runKey !== runKey || row.effective === spec) return app
  const { affinities, spreads } = specOf(state, row.effective)
  const { affinities: _, spreads: __, ...rest } = app
  return { ...rest, ...(affinities ? { affinities } : {}), ...(spreads ? { spreads } : {}) }
}

function launchOne(state: State, instance: InstanceRow, batch: Batch): boolean {
  const { slot, incarnation, planned } = instance
  // A daemon's instance belongs on its agent.
  const onlyAgent = planned !== null && isBound(state, instance) ? planned : undefined
  const placement = batch.next({ slot, incarnation, preferred: planned ?? undefined, onlyAgent })
  if (placement === undefined) return false
  if (placement.deviated) {
    state.event('placement_deviation', { instanceId: instance.id, planned, agent: placement.agent })
  }
  allocate(state, instance, placement.agent, placement.ports)
  return true
}

function isBound(state: State, instance: InstanceRow): boolean {
  return specOf(state, instance.spec).mode === 'daemon'
}

function wait(state: State, instance: InstanceRow, others: readonly InstanceRow[]): void {
  const before = state.waiting.get(instance.app)
  state.waiting.set(instance.app, {
    since: before?.since ?? state.env.now,
    sinceUtc: before?.sinceUtc ?? state.env.utc,
    need: needOf(state, instance),
    ...(others.length === 0 ? {} : { others: others.map(other => needOf(state, other)) }),
    spec: instance.spec,
    runKey: instance.runKey,
    ...(isBound(state, instance) && instance.planned !== null ? { onlyAgent: instance.planned } : {}),
  })
}

/** Why instances of the app find no place, as things are now; undefined when none is waiting for one. */
export function obstaclesFor(state: State, app: AppId): Obstacles | undefined {
  const waiting = state.waiting.get(app)
  if (waiting === undefined || !state.tables.spec.has(waiting.spec)) return undefined
  return state.waiting.obstaclesOf(app, state.agents.version, () =>
    explain(state.agents, requestOf(state, { ...waiting, app }), waiting.onlyAgent),
  )
}
