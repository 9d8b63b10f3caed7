// `/v2/apps`: Marathon's doors to apps (specification: REST API, apps and tasks of an app). Every change goes through
// the core's planner and makes a deployment.
import type { Json } from '../../../base/index.ts'
import type { AppId, AppRequest } from '../../../model/index.ts'
import { appView, effectiveApp, type State, versionsOf } from '../../core/index.ts'
import { jsonBody } from '../body.ts'
import { type Context, type Handler, isTrue } from '../context.ts'
import { appPath, type AppPath } from '../path.ts'
import {
  type Accepted,
  accepted,
  deploymentHeader,
  deploymentJson,
  HttpError,
  json,
  jsonText,
  notFound,
} from '../respond.ts'
import type { Found } from '../route.ts'
import { appText, createdText, type Embed, versionJson } from './appjson.ts'
import { parseSelector } from './selector.ts'
import { tasksJson } from './taskjson.ts'
import { killTasks, victimsOf } from './tasks.ts'

/** The handler for a method on what stands behind `/v2/apps`. */
export function marathonApps(method: string, rest: readonly string[]): Found {
  const path = appPath(rest)
  const methods = methodsOn(path)
  const handler = methods[method === 'HEAD' ? 'GET' : method]
  return handler === undefined
    ? { kind: 'method', allowed: Object.keys(methods) }
    : { kind: 'route', handler, params: {} }
}

function methodsOn(path: AppPath): Readonly<Record<string, Handler>> {
  switch (path.kind) {
    case 'all':
      return {
        GET: listApps,
        POST: createApp,
        PUT: c => changeMany(c, isTrue(c.query, 'partialUpdate', true), true),
        PATCH: c => changeMany(c, true, false),
      }
    case 'app':
      return {
        GET: c => showApp(c, path.id),
        PUT: c => changeOne(c, path.id, isTrue(c.query, 'partialUpdate', true), true),
        PATCH: c => changeOne(c, path.id, true, false),
        DELETE: c => changed(c, [{ kind: 'delete', id: path.id }], isTrue(c.query, 'force', true)),
      }
    case 'group':
      return { GET: c => showGroup(c, path.prefix) }
    case 'restart':
      return { POST: c => changed(c, [{ kind: 'restart', id: path.id }]) }
    case 'tasks':
      return { GET: c => showTasks(c, path.id), DELETE: c => killTasksOf(c, path.id) }
    case 'groupTasks':
      return { GET: c => showGroupTasks(c, path.prefix) }
    case 'task':
      return { DELETE: c => killTask(c, path.id, path.task) }
    case 'versions':
      return { GET: c => showVersions(c, path.id) }
    case 'version':
      return { GET: c => showVersion(c, path.id, path.version) }
  }
}

async function listApps({ backend, query }: Context): Promise<Response> {
  const command = query.get('cmd')?.toLowerCase()
  const part = query.get('id')?.toLowerCase()
  const label = query.get('label')
  const selector = label === null ? () => true : parseSelector(label)
  if (selector === undefined)
    throw new HttpError(422, `Couldn't parse label selector: ${label?.slice(0, 200)}`)
  const embed = embedOf(query)
  const apps = await backend.read(state =>
    idsOf(state)
      .filter(id => part === undefined || id.toLowerCase().includes(part))
      .filter(id => {
        if (label === null && command === undefined) return true
        const app = effectiveApp(state, id)!
        return (
          selector(app.labels) && (command === undefined || app.cmd?.toLowerCase().includes(command) === true)
        )
      })
      .flatMap(id => appText(state, id, embed) ?? []),
  )
  return jsonText(`{"apps":[${apps.join(',')}]}`)
}

async function createApp(context: Context): Promise<Response> {
  const { backend } = context
  const reply = await deploy(context, [{ kind: 'create', body: await jsonBody(context) }])
  if (reply.queued === true) return deploymentJson(reply)
  const id = reply.created[0]
  if (id === undefined) throw new HttpError(500, 'The app was created, but its id is not known')
  const created = await backend.read(state => createdText(state, id, reply.deployment))
  // Gone already, by another request.
  return jsonText(created ?? '{}', 201, {
    Location: `http://${context.address}/v2/apps${id}`,
    ...deploymentHeader(reply),
  })
}

async function changeMany(context: Context, partial: boolean, create: boolean): Promise<Response> {
  const body = await jsonBody(context)
  if (!Array.isArray(body)) throw wrongType('/', 'error.expected.jsarray')
  const changes = body.map((update: Json, i): AppRequest => {
    const id = idIn(update)
    if (id === undefined) throw wrongType(`(${i})/id`, 'error.path.missing')
    return { kind: 'put', id, body: update, partial, create }
  })
  return changed(context, changes)
}

async function changeOne(context: Context, id: AppId, partial: boolean, create: boolean): Promise<Response> {
  const body = await jsonBody(context)
  const named = idIn(body)
  if (named !== undefined && named !== id)
    throw new HttpError(422, 'Object is not valid', {
      code: 'INVALID',
      details: [{ path: '/id', errors: [`The app id ${named} differs from ${id} in the address`] }],
    })
  const reply = await deploy(context, [{ kind: 'put', id, body, partial, create }])
  if (reply.created.length === 0) return deploymentJson(reply)
  return deploymentJson(reply, 201, { Location: `http://${context.address}/v2/apps${id}` })
}

async function changed(context: Context, changes: readonly AppRequest[], force?: boolean): Promise<Response> {
  return deploymentJson(await deploy(context, changes, force))
}

async function deploy(
  { backend, query, actor, key }: Context,
  changes: readonly AppRequest[],
  force = isTrue(query, 'force'),
): Promise<Accepted> {
  const queue = isTrue(query, 'queue')
  return accepted(await backend.submit({ kind: 'changeApps', changes, force, queue }, actor, key))
}

async function showApp({ backend }: Context, id: AppId): Promise<Response> {
  const app = await backend.read(state => appText(state, id, { tasks: true, lastTaskFailure: true }))
  if (app === undefined) throw missing(id)
  return jsonText(`{"app":${app}}`)
}

async function showGroup({ backend, query }: Context, prefix: string): Promise<Response> {
  const embed = embedOf(query)
  const apps = await backend.read(state =>
    inGroup(state, prefix).flatMap(id => appText(state, id, embed) ?? []),
  )
  return jsonText(`{"*":[${apps.join(',')}]}`)
}

async function showTasks({ backend }: Context, id: AppId): Promise<Response> {
  const tasks = await backend.read(state => {
    const view = appView(state, id)
    return view && tasksJson(view, effectiveApp(state, id)?.role ?? '*')
  })
  if (tasks === undefined) throw missing(id)
  return json({ tasks })
}

async function showGroupTasks({ backend }: Context, prefix: string): Promise<Response> {
  const tasks = await backend.read(state =>
    inGroup(state, prefix).flatMap(id => tasksJson(appView(state, id)!, effectiveApp(state, id)!.role)),
  )
  return json({ tasks })
}

async function killTasksOf(context: Context, id: AppId): Promise<Response> {
  const host = context.query.get('host')
  const victims = await context.backend.read(state =>
    victimsOf(state, id, i => host === null || i.host === host),
  )
  if (victims === undefined) throw missing(id)
  return killTasks(context, victims, tasks => ({ tasks }))
}

async function killTask(context: Context, id: AppId, task: string): Promise<Response> {
  // Any run of the instance matches.
  const victims = await context.backend.read(state =>
    victimsOf(state, id, i => i.taskId === task || i.id === task || task.startsWith(`${i.id}.`)),
  )
  if (victims === undefined) throw missing(id)
  const [victim] = victims
  if (victim === undefined) throw notFound(`Task '${task}' does not exist`)
  // One that is being killed already is shown all the same.
  return killTasks(context, [victim], () => ({ task: victim.task }))
}

async function showVersions({ backend }: Context, id: AppId): Promise<Response> {
  const versions = await backend.read(state => versionsOf(state, id).map(v => v.version))
  if (versions.length === 0) throw missing(id)
  return json({ versions })
}

async function showVersion({ backend }: Context, id: AppId, version: string): Promise<Response> {
  const found = await backend.read(state => {
    const stored = versionsOf(state, id).find(v => v.version === version)
    return stored && versionJson(state, id, stored)
  })
  if (found === undefined) throw notFound(`App '${id}' does not exist in version ${version}`)
  return json(found)
}

export function idsOf(state: State): AppId[] {
  return [...state.tables.app.keys()].sort() as AppId[]
}

function inGroup(state: State, prefix: string): AppId[] {
  const ids = idsOf(state).filter(id => id.startsWith(prefix))
  if (ids.length === 0 && prefix !== '/') throw notFound(`Group '${prefix.slice(0, -1)}' does not exist`)
  return ids
}

// Prefixes `app.`, `apps.` and `group.apps.` mean the same; what is unknown is ignored, as Marathon does.
function embedOf(query: URLSearchParams): Embed {
  const names = new Set(query.getAll('embed').map(e => e.replace(/^(group\.)?apps?\./, '')))
  return {
    tasks: names.has('tasks'),
    lastTaskFailure: names.has('lastTaskFailure') || names.has('failures'),
  }
}

function idIn(update: Json): AppId | undefined {
  const isObject = update !== null && typeof update === 'object' && !Array.isArray(update)
  const id = isObject ? (update as { readonly id?: Json }).id : undefined
  return typeof id === 'string' ? ((id.startsWith('/') ? id : `/${id}`) as AppId) : undefined
}

function wrongType(path: string, error: string): HttpError {
  return new HttpError(422, 'Invalid JSON', { code: 'INVALID', details: [{ path, errors: [error] }] })
}

function missing(id: AppId): HttpError {
  return notFound(`App '${id}' does not exist`)
}
