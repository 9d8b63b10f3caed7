// `/v2/tasks`: all tasks, as JSON or as the tab-separated lines that old bridges to HAProxy read, and kills by task id.
import {
  type AppId,
  type AppView,
  instanceOfTask,
  type InstanceView,
  servicePorts,
  underscored,
} from '../../../model/index.ts'
import { appView, appViews, effectiveApp, type State } from '../../core/index.ts'
import { jsonBody } from '../body.ts'
import { type Context, isTrue } from '../context.ts'
import { accepted, HttpError, json, text } from '../respond.ts'
import { taskJson } from './taskjson.ts'

export async function listTasks({ backend, request, query }: Context): Promise<Response> {
  if (wantsText(request)) return text(await backend.read(allLines))
  const wanted = new Set([...query.getAll('status'), ...query.getAll('status[]')])
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
  readonly app: AppId
  readonly view: InstanceView
}

export type Killed =
  | { readonly kind: 'tasks'; readonly tasks: readonly unknown[] }
  | { readonly kind: 'deployment'; readonly response: Response }

/** Kills, or with `?scale=true` also wants that many fewer. */
export async function killTasks(context: Context, victims: readonly Victim[]): Promise<Killed> {
  const { backend, query, actor, key } = context
  const scale = isTrue(query, 'scale')
  if (scale && isTrue(query, 'wipe'))
    throw new HttpError(400, 'You cannot use scale and wipe at the same time.')
  const reply = accepted(
    await backend.submit(
      {
        kind: 'killInstances',
        instances: victims.map(v => v.view.id),
        scale,
        force: isTrue(query, 'force'),
      },
      actor,
      key,
    ),
  )
  if (scale) {
    const body = { version: reply.version, deploymentId: reply.deployment }
    return { kind: 'deployment', response: json(body) }
  }
  const killed = new Set(reply.killed)
  return {
    kind: 'tasks',
    tasks: victims.filter(v => killed.has(v.view.id)).map(v => taskJson(v.app, '*', v.view)),
  }
}

export async function deleteTasks(context: Context): Promise<Response> {
  const body = await jsonBody(context)
  const ids = (body as { readonly ids?: unknown } | null)?.ids
  if (!Array.isArray(ids) || !ids.every(id => typeof id === 'string'))
    throw new HttpError(422, 'Invalid JSON', {
      code: 'INVALID',
      details: [{ path: '/ids', errors: ['error.expected.jsarray'] }],
    })
  const wanted = new Set<string>()
  for (const id of ids) {
    const instance = instanceOfTask(id)
    if (instance === undefined) throw new HttpError(400, `Invalid task id '${id}'`)
    wanted.add(instance.instance)
  }
  const victims = await context.backend.read(state =>
    appViews(state).flatMap(view =>
      view.instances.filter(i => wanted.has(i.id)).map(i => ({ app: view.id, view: i })),
    ),
  )
  const killed = await killTasks(context, victims)
  return killed.kind === 'deployment' ? killed.response : json({ tasks: killed.tasks })
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
