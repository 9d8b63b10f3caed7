// What the state shows of itself: plain data for the API and the command line, made on demand.
import { by, isoTime } from '../../base/index.ts'
import {
  taskIdOf,
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
  type WaitingView,
  type WaitReason,
} from '../../model/index.ts'
import { roundsUntilUnreachable } from './agentmessages.ts'
import { appsOf } from './deployments.ts'
import { aggregateHealth, effectiveAppOf, strictlyHealthy } from './instances.ts'
import { launchTime, obstaclesFor } from './launch.ts'
import { candidatesOf, figuresOf, healthyCount } from './reconcile.ts'
import { rollingDecision } from './rolling/rolling.ts'
import { actionKey, type ActionRow, type AppRow, type DeploymentRow, type InstanceRow } from './rows.ts'
import type { State } from './state.ts'
import { versionedApp, versionKeys } from './versions.ts'

export function statusView(state: State, version: string, damage: readonly string[]): StatusView {
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
  }
}

export function agentViews(state: State): AgentView[] {
  return [...state.tables.agent.values()].sort(by(a => a.id)).map(row => {
    const held = [...(state.allocationsOf.get(row.id)?.values() ?? [])]
    return {
      id: row.id,
      hostname: row.hostname,
      state: row.unreachableSince !== null ? 'unreachable' : state.sessionOf.has(row.id) ? 'ready' : 'away',
      capacity: row.capacity,
      used: held.map(a => a.resources).reduce(sum, { cpuMilli: 0, memKiB: 0, diskKiB: 0, gpus: 0 }),
      tasks: held.length,
      attributes: row.attributes,
      drivers: row.drivers,
    }
  })
}

/** Agents that have no connection now and do not count as unreachable yet. */
export function agentsAway(state: State): AgentId[] {
  return (state.tables.agent.keys() as AgentId[]).filter(id => !state.sessionOf.has(id))
}

function sum(a: Resources, b: Resources): Resources {
  return {
    cpuMilli: a.cpuMilli + b.cpuMilli,
    memKiB: a.memKiB + b.memKiB,
    diskKiB: a.diskKiB + b.diskKiB,
    gpus: a.gpus + b.gpus,
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
  const instances = [...(index?.instances.values() ?? [])].sort((a, b) => a.slot - b.slot)
  const views = instances.map(i => instanceView(state, i, row))
  const waiting = waitingView(state, id)
  return {
    id,
    address: row?.address ?? id,
    stack: row?.stack ?? null,
    version: row === undefined ? '' : isoTime(row.version),
    wanted: row?.instances ?? 0,
    staged: views.filter(
      v => v.condition === 'Staging' || v.condition === 'Starting' || v.condition === 'Provisioned',
    ).length,
    running: views.filter(v => v.condition === 'Running').length,
    healthy: views.filter(v => v.healthy === true).length,
    unhealthy: views.filter(v => v.healthy === false).length,
    instances: views,
    ...(waiting === undefined ? {} : { waiting }),
  }
}

function waitingView(state: State, id: AppId): WaitingView | undefined {
  const index = state.apps.get(id)
  if (index === undefined || index.scheduled.size === 0) return undefined
  const known = state.waiting.get(id)
  const first = index.scheduled.first()!
  const until = launchTime(state, first)
  const waitMs = until - state.env.now
  const obstacles = obstaclesFor(state, id)
  const found = obstacles?.reasons ?? []
  const reasons = state.frozen ? [frozen(state), ...found] : found
  return {
    instances: index.scheduled.size,
    since: isoTime(known?.sinceUtc ?? state.env.utc),
    reasons,
    ...(waitMs > 0 ? { nextTrySeconds: Math.ceil(waitMs / 1000) } : {}),
  }
}

function frozen(state: State): WaitReason {
  const silent = [...state.missedRounds].filter(([id, missed]) => {
    const isGivenUp = state.tables.agent.get(id)?.unreachableSince !== null
    return missed > roundsUntilUnreachable && !isGivenUp
  })
  const agents = silent.length
  const message = `${agents} of ${state.tables.agent.size} agents are silent, more than are given up in a minute: nothing is placed meanwhile`
  return { filter: 'unreachable', agents, message }
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

/** Running ones, oldest first. */
export function deploymentViews(state: State): DeploymentView[] {
  return [...state.runningDeployments]
    .map(id => state.tables.deployment.get(id)!)
    .sort((a, b) => a.ordinal - b.ordinal)
    .map(row => viewOf(state, row))
}

/** Also one that has ended, as long as it is kept. */
export function deploymentView(state: State, id: DeploymentId): DeploymentView | undefined {
  const row = state.tables.deployment.get(id)
  return row === undefined ? undefined : viewOf(state, row)
}

function viewOf(state: State, row: DeploymentRow): DeploymentView {
  return {
    id: row.id,
    version: isoTime(row.version),
    state: row.state,
    actor: row.actor.name,
    steps: row.steps,
    currentStep: row.current + 1,
    currentActions: row.state === 'running' ? (row.steps[row.current]?.actions ?? []) : [],
    progress: appsOf(row).map(app => progressOf(state, row, app)),
  }
}

function progressOf(state: State, row: DeploymentRow, id: AppId): AppProgress {
  const action = state.tables.action.get(actionKey(row.id, id))
  const app = state.tables.app.get(id)
  const instances = [...(state.apps.get(id)?.instances.values() ?? [])]
  const isNew = (i: InstanceRow): boolean => i.goal === 'run' && i.runKey === app?.runKey
  // An app that is made has two actions; while the last one has not begun, it waits for its turn.
  const last = row.steps.flatMap(s => s.actions).findLast(a => a.app === id)
  const begun = action !== undefined && action.action === last?.action
  const waitingFor = action?.state === 'running' ? waitsFor(state, action, app) : undefined
  return {
    app: id,
    action: last?.action ?? 'ScaleApplication',
    state: begun ? action.state : 'pending',
    old: instances.filter(i => !isNew(i)).length,
    new: instances.filter(isNew).length,
    healthy: healthyCount(state, id),
    target: action?.target ?? app?.instances ?? 0,
    ...(waitingFor === undefined ? {} : { waitingFor }),
  }
}

function waitsFor(state: State, action: ActionRow, app: AppRow | undefined): string | undefined {
  const waiting = waitingView(state, action.app)
  if (waiting !== undefined) {
    const reason = waiting.reasons[0]?.message
    if (waiting.nextTrySeconds !== undefined)
      return `the launch delay after a failure, ${waiting.nextTrySeconds}s more`
    return reason === undefined
      ? `a place for ${waiting.instances}`
      : `a place for ${waiting.instances}: ${reason}`
  }
  if (app === undefined || action.action !== 'RestartApplication') return undefined
  return rollingDecision(figuresOf(state, app, action), candidatesOf(state, app)).waitingFor
}
