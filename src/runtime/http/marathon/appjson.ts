// An app as Marathon shows it: its definition, then what only the runtime knows (counters, deployments, tasks).
import {
  marathonApp,
  redact,
  type App,
  type AppId,
  type DeploymentId,
  type VersionView,
} from '../../../model/index.ts'
import { appView, effectiveApp, failureOf, type State, versionInfoOf } from '../../core/index.ts'
import { taskState, tasksJson } from './taskjson.ts'

export interface Embed {
  readonly tasks: boolean
  readonly lastTaskFailure: boolean
}

/** Undefined when there is no such app. */
export function appJson(state: State, id: AppId, embed: Embed): Record<string, unknown> | undefined {
  const app = effectiveApp(state, id)
  const view = appView(state, id)
  const info = versionInfoOf(state, id)
  if (app === undefined || view === undefined || info === undefined) return undefined
  const { version, ...versionInfo } = info
  const lock = state.locks.get(id)
  const failure = embed.lastTaskFailure ? failureOf(state, id) : undefined
  return {
    ...redact(definitionJson(app, version, versionInfo), sensitivePathsOf(state, id)),
    tasksStaged: view.staged,
    tasksRunning: view.running,
    tasksHealthy: view.healthy,
    tasksUnhealthy: view.unhealthy,
    deployments: lock === undefined ? [] : [{ id: lock }],
    ...(embed.tasks ? { tasks: tasksJson(view, app.role) } : {}),
    ...(failure === undefined
      ? {}
      : {
          lastTaskFailure: {
            appId: failure.appId,
            host: failure.host,
            message: failure.message,
            state: taskState(failure.condition),
            taskId: failure.taskId,
            timestamp: failure.at,
            version: failure.version,
            slaveId: failure.agent,
          },
        }),
  }
}

/** The answer to a creation: as Marathon gives it before anything has started. */
export function createdJson(state: State, id: AppId, deployment: DeploymentId | undefined): unknown {
  const shown = appJson(state, id, { tasks: false, lastTaskFailure: false })
  return {
    ...shown,
    tasksStaged: 0,
    tasksRunning: 0,
    tasksHealthy: 0,
    tasksUnhealthy: 0,
    deployments: deployment === undefined ? [] : [{ id: deployment }],
    tasks: [],
  }
}

/** One stored version: the definition alone. */
export function versionJson(state: State, id: AppId, v: VersionView): unknown {
  const { lastScalingAt, lastConfigChangeAt } = v
  const shown = definitionJson(v.app, v.version, { lastScalingAt, lastConfigChangeAt })
  return redact(shown, sensitivePathsOf(state, id))
}

function sensitivePathsOf(state: State, id: AppId): readonly string[] {
  return state.tables.app.get(id)?.sensitivePaths ?? []
}

function definitionJson(
  app: App,
  version: string,
  versionInfo: { readonly lastScalingAt: string; readonly lastConfigChangeAt: string },
): Record<string, unknown> {
  return { ...marathonApp(app), version, versionInfo }
}
