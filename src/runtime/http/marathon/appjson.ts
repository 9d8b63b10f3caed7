// An app as Marathon shows it: its definition, then what only the runtime knows (counters, deployments, tasks).
import {
  marathonApp,
  redact,
  type App,
  type AppId,
  type DeploymentId,
  type VersionView,
} from '../../../model/index.ts'
import { type AppRow, appView, effectiveApp, failureOf, type State, versionInfoOf } from '../../core/index.ts'
import { taskState, tasksJson } from './taskjson.ts'

export interface Embed {
  readonly tasks: boolean
  readonly lastTaskFailure: boolean
}

/**
 * The JSON text of an app; undefined when there is no such app. Texts of definitions are kept as long as the row stands,
 * so that a list of many apps costs little more than what changes all the time.
 */
export function appText(state: State, id: AppId, embed: Embed): string | undefined {
  const row = state.tables.app.get(id)
  const view = appView(state, id)
  if (row === undefined || view === undefined) return undefined
  const lock = state.locks.get(id)
  const failure = embed.lastTaskFailure ? failureOf(state, id) : undefined
  return joined(definitionText(state, row), {
    tasksStaged: view.staged,
    tasksRunning: view.running,
    tasksHealthy: view.healthy,
    tasksUnhealthy: view.unhealthy,
    deployments: lock === undefined ? [] : [{ id: lock }],
    ...(embed.tasks ? { tasks: tasksJson(view, effectiveApp(state, id)?.role ?? '*') } : {}),
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
  })
}

/** The answer to a creation: as Marathon gives it before anything has started. */
export function createdText(
  state: State,
  id: AppId,
  deployment: DeploymentId | undefined,
): string | undefined {
  const row = state.tables.app.get(id)
  if (row === undefined) return undefined
  return joined(definitionText(state, row), {
    tasksStaged: 0,
    tasksRunning: 0,
    tasksHealthy: 0,
    tasksUnhealthy: 0,
    deployments: deployment === undefined ? [] : [{ id: deployment }],
    tasks: [],
  })
}

// A row is never changed in place, so it stands for its text.
const definitionTexts = new WeakMap<AppRow, string>()

function definitionText(state: State, row: AppRow): string {
  const known = definitionTexts.get(row)
  if (known !== undefined) return known
  const { version, ...versionInfo } = versionInfoOf(state, row.id)!
  const shown = definitionJson(effectiveApp(state, row.id)!, version, versionInfo)
  const text = JSON.stringify(redact(shown, row.sensitivePaths))
  definitionTexts.set(row, text)
  return text
}

// Two objects as one, without reading the first.
function joined(text: string, more: object): string {
  return `${text.slice(0, -1)},${JSON.stringify(more).slice(1)}`
}

/** One stored version: the definition alone. */
export function versionJson(state: State, id: AppId, v: VersionView): unknown {
  const { lastScalingAt, lastConfigChangeAt } = v
  const shown = definitionJson(v.app, v.version, { lastScalingAt, lastConfigChangeAt })
  return redact(shown, state.tables.app.get(id)?.sensitivePaths ?? [])
}

function definitionJson(
  app: App,
  version: string,
  versionInfo: { readonly lastScalingAt: string; readonly lastConfigChangeAt: string },
): Record<string, unknown> {
  return { ...marathonApp(app), version, versionInfo }
}
