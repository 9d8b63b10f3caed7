// What the state shows of itself: plain data for the API and the command line, made on demand.
import { by, isoTime } from '../../base/index.ts'
import {
  taskIdOf,
  type Action,
  type AgentId,
  type AgentView,
  type App,
  type AppId,
  type AppProgress,
  type AppView,
  type Condition,
  type DeploymentId,
  type DeploymentView,
  type FailureView,
  type InstanceView,
  type Resources,
  type StatusView,
  type VersionView,
} from '../../model/index.ts'
import { lastActions } from './deployments.ts'
import { aggregateHealth, effectiveAppOf, strictlyHealthy } from './instances.ts'
import { healthyCount } from './reconcile.ts'
import { drainView } from './agents/drainview.ts'
import { wantedDaemons } from './modes/daemon.ts'
import {
  actionKey,
  hasCompleted,
  hasFailed,
  type AppRow,
  type DeploymentRow,
  type InstanceRow,
} from './rows.ts'
import type { State } from './state.ts'
import { unknownView } from './unknown.ts'
import { versionedApp, versionKeys } from './versions.ts'
import { waitingView } from './waiting.ts'
import { waitsOf, waitsOfAction } from './waits.ts'

export function statusView(state: State, version: string, damage: readonly string[]): StatusView {
  const unknown = unknownView(state).tasks
  return {
    cluster: {
      clusterId: state.tables.cluster.get('cluster')!.clusterId,
      epoch: state.epoch,
      revision: state.revision,
      version,
      damage,
    },
    agents: agentViews(state),
    apps: appViews(state),
    deployments: deploymentViews(state),
    ...(unknown.length === 0 ? {} : { unknown }),
  }
}

export function agentViews(state: State): AgentView[] {
  return [...state.tables.agent.values()].sort(by(a => a.id)).map(row => {
    return {
      id: row.id,
      hostname: row.hostname,
      state: row.unreachableSince !== null ? 'unreachable' : state.sessionOf.has(row.id) ? 'ready' : 'away',
      capacity: row.capacity,
      used: usedOf(row.capacity.resources, state.agents.get(row.id)?.free ?? row.capacity.resources),
      tasks: state.allocationsOf.get(row.id)?.size ?? 0,
      attributes: row.attributes,
      drivers: row.drivers,
      ...(row.cordoned === undefined ? {} : { cordoned: row.cordoned }),
      ...(row.drain === undefined ? {} : { drain: drainView(state, row, row.drain) }),
    }
  })
}

/** Agents that have no connection now, whether or not they count as unreachable yet. */
export function agentsAway(state: State): AgentId[] {
  return (state.tables.agent.keys() as AgentId[]).filter(id => !state.sessionOf.has(id))
}

function usedOf(all: Resources, free: Resources): Resources {
  return {
    cpuMilli: all.cpuMilli - free.cpuMilli,
    memKiB: all.memKiB - free.memKiB,
    diskKiB: all.diskKiB - free.diskKiB,
    gpus: all.gpus - free.gpus,
  }
}

/** All apps, by id; also those that are gone but have instances that still stop. */
export function appViews(state: State): AppView[] {
  const ids = new Set<AppId>([...state.tables.app.values()].map(a => a.id))
  for (const id of state.apps.keys()) ids.add(id)
  return [...ids].sort().map(id => appView(state, id)!)
}

export function appView(state: State, id: AppId): AppView | undefined {
  const row = state.tables.app.get(id)
  const index = state.apps.get(id)
  if (row === undefined && index === undefined) return undefined
  const instances = [...(index?.rows() ?? [])]
  const views = instances.map(i => instanceView(state, i, row))
  const waiting = waitingView(state, id)
  return {
    id,
    address: row?.address ?? id,
    stack: row?.stack ?? null,
    version: row === undefined ? '' : isoTime(row.version),
    ...(row?.mode === undefined ? {} : { mode: row.mode }),
    wanted: wantedInstances(state, row),
    ...(row?.mode === 'batch'
      ? { completed: index?.completed.size ?? 0, failed: index?.failed.size ?? 0 }
      : {}),
    staged: views.filter(
      v => v.condition === 'Staging' || v.condition === 'Starting' || v.condition === 'Provisioned',
    ).length,
    running: views.filter(v => v.condition === 'Running').length,
    // As Marathon counts: by the results that there are, also where a check has not answered yet.
    healthy: views.filter(v => v.health.length > 0 && v.health.every(h => h.alive)).length,
    unhealthy: views.filter(v => v.health.some(h => !h.alive)).length,
    instances: views,
    ...(waiting === undefined ? {} : { waiting }),
    ...(row?.halted === undefined
      ? {}
      : { halted: { deployment: row.halted.deployment, reason: row.halted.reason } }),
  }
}

function wantedInstances(state: State, row: AppRow | undefined): number {
  if (row === undefined) return 0
  return row.mode === 'daemon' ? wantedDaemons(state, row) : row.instances
}

function instanceView(state: State, i: InstanceRow, app: AppRow | undefined): InstanceView {
  const allocation = state.allocation(i.id, i.incarnation)
  const agent = i.agent === null ? undefined : state.tables.agent.get(i.agent)
  return {
    id: i.id,
    taskId: taskIdOf(i.id, i.incarnation),
    slot: i.slot,
    incarnation: i.incarnation,
    goal: i.goal,
    condition: conditionOf(state, i),
    ...(allocation?.cause ? { cause: allocation.cause } : {}),
    current: i.runKey === app?.runKey,
    version: isoTime(i.version),
    ...(agent === undefined ? {} : { agent: agent.id, host: agent.hostname }),
    ports: allocation?.ports ?? [],
    ...(i.pid > 0 ? { pid: i.pid } : {}),
    ipAddresses: i.ipAddresses,
    healthy: aggregateHealth(state, i),
    health: i.health,
    ...(i.stagedUtc > 0 ? { stagedAt: isoTime(i.stagedUtc) } : {}),
    ...(i.startedUtc > 0 ? { startedAt: isoTime(i.startedUtc) } : {}),
    serving: strictlyHealthy(state, i),
  }
}

function conditionOf(state: State, i: InstanceRow): Condition {
  if (hasCompleted(i) || hasFailed(i)) return i.reported!
  if (i.agent === null) return 'Scheduled'
  if (i.unreachable) return 'Unreachable'
  if (state.allocation(i.id, i.incarnation)?.goal === 'stop') return 'Killing'
  return i.reported ?? 'Staging'
}

export function effectiveApp(state: State, id: AppId): App | undefined {
  const row = state.tables.app.get(id)
  return row === undefined ? undefined : effectiveAppOf(state, row)
}

/** When the app was last scaled and last configured, for `versionInfo`. */
export function versionInfoOf(
  state: State,
  id: AppId,
): { version: string; lastScalingAt: string; lastConfigChangeAt: string } | undefined {
  const row = state.tables.app.get(id)
  return row === undefined
    ? undefined
    : {
        version: isoTime(row.version),
        lastScalingAt: isoTime(row.lastScalingAt),
        lastConfigChangeAt: isoTime(row.lastConfigChangeAt),
      }
}

/** Newest first. */
export function versionsOf(state: State, id: AppId): VersionView[] {
  return versionKeys(state, id)
    .reverse()
    .map(key => {
      const row = state.tables.version.get(key)!
      return {
        version: isoTime(row.version),
        lastScalingAt: isoTime(row.lastScalingAt),
        lastConfigChangeAt: isoTime(row.lastConfigChangeAt),
        app: versionedApp(state, row),
      }
    })
}

/** The last end of a task of this app that nobody asked for. */
export function failureOf(state: State, id: AppId): FailureView | undefined {
  const row = state.tables.failure.get(id)
  return row === undefined
    ? undefined
    : {
        appId: row.app,
        host: row.host,
        agent: row.agent,
        taskId: taskIdOf(row.instance, row.incarnation),
        condition: row.condition,
        message: row.exit?.message ?? '',
        version: isoTime(row.version),
        at: isoTime(row.utc),
      }
}

/** Running and queued ones, oldest first. */
export function deploymentViews(state: State): DeploymentView[] {
  return [...state.runningDeployments, ...state.progress.queued]
    .map(id => state.tables.deployment.get(id)!)
    .sort((a, b) => a.ordinal - b.ordinal)
    .map(row => viewOf(state, row))
}

/** Those that have ended and are still kept, newest first. */
export function endedDeployments(state: State): DeploymentView[] {
  return [...state.progress.ended]
    .map(id => state.tables.deployment.get(id)!)
    .sort((a, b) => b.ordinal - a.ordinal)
    .map(row => viewOf(state, row))
}

/** Also one that has ended, as long as it is kept. */
export function deploymentView(state: State, id: DeploymentId): DeploymentView | undefined {
  const row = state.tables.deployment.get(id)
  return row === undefined ? undefined : viewOf(state, row)
}

function viewOf(state: State, row: DeploymentRow): DeploymentView {
  const isRunning = row.state === 'running'
  return {
    id: row.id,
    version: isoTime(row.version),
    state: row.paused === undefined ? row.state : 'paused',
    actor: row.actor.name,
    steps: row.steps,
    currentStep: row.state === 'queued' ? 0 : row.current + 1,
    currentActions: isRunning ? (row.steps[row.current]?.actions ?? []) : [],
    progress: [...lastActions(row).values()].map(last => progressOf(state, row, last)),
    waits: waitsOf(state, row),
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    ...(row.undoes === undefined ? {} : { undoes: row.undoes }),
    ...(row.endedUtc === undefined ? {} : { endedAt: isoTime(row.endedUtc) }),
  }
}

function progressOf(state: State, row: DeploymentRow, last: Action): AppProgress {
  const id = last.app
  const action = state.tables.action.get(actionKey(row.id, id))
  const app = state.tables.app.get(id)
  const index = state.apps.get(id)
  const fresh = app === undefined ? 0 : (index?.liveOf(app.runKey) ?? 0)
  // An app that is made has two actions; while the last one has not begun, it waits for its turn.
  const begun = action !== undefined && action.action === last.action
  const isOver = row.state !== 'running' && row.state !== 'queued'
  const waitingFor = row.state === 'running' && begun ? waitsOfAction(state, row, action)[0] : undefined
  return {
    app: id,
    action: last.action,
    state: !begun ? 'pending' : action.state === 'running' && isOver ? 'unfinished' : action.state,
    old: (index?.size ?? 0) - fresh,
    new: fresh,
    ...(app === undefined || app.mode === 'batch' ? {} : { newHealthy: healthyCount(state, id, app.runKey) }),
    healthy: healthyCount(state, id),
    target: app?.mode === 'daemon' ? wantedDaemons(state, app) : (action?.target ?? app?.instances ?? 0),
    ...(waitingFor === undefined ? {} : { waitingFor: waitingFor.message }),
  }
}
