// `/v2/tasks`: all tasks, as JSON or as the tab-separated lines that old bridges to HAProxy read, and kills by task id.
import {
  type AppId,
  type AppView,
  type InstanceId,
  instanceOfTask,
  type InstanceView,
  servicePorts,
  underscored,
} from '../../../model/index.ts'
import { appView, appViews, effectiveApp, type State } from '../../core/index.ts'
import { jsonBody } from '../body.ts'
import { type Context, isTrue } from '../context.ts'
import { accepted, deploymentJson, HttpError, json, text } from '../respond.ts'
import { taskJson } from './taskjson.ts'

export async function listTasks({ backend, request, query }: Context): Promise<Response> {
  if (wantsText(request)) return text(await backend.read(allLines))
  // Words that are no status are passed over, as Marathon does.
  const wanted = new Set(
    [...query.getAll('status'), ...query.getAll('status[]')]
      .map(word => word.toLowerCase())
      .filter(word => word === 'running' || word === 'staging'),
  )
  const shown = (i: InstanceView): boolean =>
    wanted.size === 0 ||
    (wanted.has('running') && i.condition === 'Running') ||
    (wanted.has('staging') && (i.condition === 'Staging' || i.condition === 'Starting'))
  const tasks = await backend.read(state =>
    appViews(state).flatMap(view => {
      const app = effectiveApp(state, view.id)
      const ports = app === undefined ? [] : servicePorts(app)
      return view.instances
        .filter(shown)
        .map(i => ({ ...taskJson(view.id, app?.role ?? '*', i), servicePorts: ports }))
    }),
  )
  return json({ tasks })
}

/** One task to kill. */
export interface Victim {
  readonly instance: InstanceId
  /** As it is shown to who killed it. */
  readonly task: unknown
}

/** The app's tasks that are meant; undefined when there is no such app. */
export function victimsOf(
  state: State,
  app: AppId,
  isMeant: (instance: InstanceView) => boolean,
): Victim[] | undefined {
  const role = effectiveApp(state, app)?.role ?? '*'
  return appView(state, app)
    ?.instances.filter(isMeant)
    .map(i => ({ instance: i.id, task: taskJson(app, role, i) }))
}

/** Kills, or with `?scale=true` also wants that many fewer. `body` makes the answer of the tasks that were killed. */
export async function killTasks(
  { backend, query, actor, key }: Context,
  victims: readonly Victim[],
  body: (killed: readonly unknown[]) => unknown,
): Promise<Response> {
  const scale = isTrue(query, 'scale')
  if (isTrue(query, 'wipe')) {
    if (scale) throw new HttpError(400, 'You cannot use scale and wipe at the same time.')
    throw new HttpError(422, 'wipe is not supported: the data of volumes is never deleted by a kill', {
      code: 'INVALID',
    })
  }
  const instances = victims.map(v => v.instance)
  const force = isTrue(query, 'force')
  const reply = accepted(await backend.submit({ kind: 'killInstances', instances, scale, force }, actor, key))
  if (scale) return deploymentJson(reply)
  const killed = new Set(reply.killed)
  const tasks = victims.filter(v => killed.has(v.instance)).map(v => v.task)
  return json(body(tasks))
}

export async function deleteTasks(context: Context): Promise<Response> {
  const body = await jsonBody(context)
  const ids = (body as { readonly ids?: unknown } | null)?.ids
  if (!Array.isArray(ids) || !ids.every(id => typeof id === 'string'))
    throw new HttpError(422, 'Invalid JSON', {
      code: 'INVALID',
      details: [{ path: '/ids', errors: ['error.expected.jsarray'] }],
    })
  const wanted = new Set<InstanceId>()
  for (const id of ids) {
    const instance = instanceOfTask(id)
    if (instance === undefined) throw new HttpError(400, `Invalid task id '${id}'`)
    wanted.add(instance.instance)
  }
  const victims = await context.backend.read(state => {
    const found = [...wanted].map(id => state.tables.instance.get(id)).filter(row => row !== undefined)
    const apps = [...new Set(found.map(row => row.app))].sort()
    return apps.flatMap(app => victimsOf(state, app, i => wanted.has(i.id)) ?? [])
  })
  return killTasks(context, victims, tasks => ({ tasks }))
}

// JSON unless text is asked for by name.
function wantsText(request: Request): boolean {
  const accept = request.headers.get('accept') ?? ''
  return accept.includes('text/plain') && !accept.includes('application/json')
}

// One line per app and service port: `name TAB port TAB host:port TAB … NEWLINE`, with a tab at the end.
function allLines(state: State): string {
  let lines = ''
  for (const id of [...state.tables.app.keys()].sort() as AppId[]) {
    const view = appView(state, id)
    const app = effectiveApp(state, id)
    if (view !== undefined && app !== undefined) lines += linesOf(view, servicePorts(app))
  }
  return lines
}

function linesOf(view: AppView, ports: readonly number[]): string {
  const name = underscored(view.id)
  const running = view.instances.filter(i => i.condition === 'Running')
  if (ports.length === 0) return `${name}\t \t${running.map(i => `${i.host ?? ''}\t`).join('')}\n`
  return ports
    .map(
      (port, index) =>
        `${name}\t${port}\t${running.map(i => `${i.host ?? ''}:${i.ports[index] ?? 0}\t`).join('')}\n`,
    )
    .join('')
}
