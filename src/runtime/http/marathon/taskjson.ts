// A task as Marathon shows it (specification: runtime objects inside app JSON).
import { type AppId, type AppView, type Condition, type InstanceView } from '../../../model/index.ts'

const states: Readonly<Record<Condition, string>> = {
  Scheduled: 'TASK_STAGING',
  Provisioned: 'TASK_STAGING',
  Staging: 'TASK_STAGING',
  Starting: 'TASK_STARTING',
  Running: 'TASK_RUNNING',
  Killing: 'TASK_KILLING',
  Killed: 'TASK_KILLED',
  Finished: 'TASK_FINISHED',
  Failed: 'TASK_FAILED',
  Error: 'TASK_ERROR',
  Gone: 'TASK_GONE',
  Dropped: 'TASK_DROPPED',
  Unknown: 'TASK_UNKNOWN',
  Unreachable: 'TASK_UNREACHABLE',
  UnreachableInactive: 'TASK_UNREACHABLE',
}

export function taskState(condition: Condition): string {
  return states[condition]
}

/** Without `servicePorts`, which only the list of all tasks carries. */
export function taskJson(app: AppId, role: string, i: InstanceView): Record<string, unknown> {
  const launched = i.stagedAt !== undefined
  return {
    id: i.taskId,
    appId: app,
    host: i.host ?? '',
    slaveId: i.agent ?? '',
    ports: i.ports,
    ipAddresses: (i.ipAddresses.length > 0 || i.host === undefined ? i.ipAddresses : [i.host]).map(
      ipAddress => ({ ipAddress, protocol: ipAddress.includes(':') ? 'IPv6' : 'IPv4' }),
    ),
    ...(launched ? { stagedAt: i.stagedAt, version: i.version } : {}),
    ...(i.startedAt === undefined ? {} : { startedAt: i.startedAt }),
    state: states[i.condition],
    ...(i.health.length === 0
      ? {}
      : {
          healthCheckResults: i.health.map(h => ({
            alive: h.alive,
            consecutiveFailures: h.consecutiveFailures,
            ...(h.cause === undefined ? {} : { lastFailureCause: h.cause }),
            instanceId: i.id,
          })),
        }),
    localVolumes: [],
    role,
  }
}

export function tasksJson(view: AppView, role: string): Record<string, unknown>[] {
  return view.instances.map(i => taskJson(view.id, role, i))
}
