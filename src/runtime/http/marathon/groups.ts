// `/v2/groups`: Marathon's doors to groups (specification: groups, reading, update body). Every change is one operation of
// the core and makes one deployment.
import {
  groupsAround,
  parentGroup,
  type AppId,
  type GroupId,
  type GroupRequest,
} from '../../../model/index.ts'
import { existsGroup, rootAt, rootVersions, type State } from '../../core/index.ts'
import { jsonBody } from '../body.ts'
import { type Context, type Handler, isTrue } from '../context.ts'
import { accepted, deploymentJson, json, jsonText, notFound } from '../respond.ts'
import type { Found } from '../route.ts'
import { appText, type Embed } from './appjson.ts'

/** The handler for a method on what stands behind `/v2/groups`. */
export function marathonGroups(method: string, rest: readonly string[]): Found {
  const methods = methodsOn(rest)
  const handler = methods[method === 'HEAD' ? 'GET' : method]
  return handler === undefined
    ? { kind: 'method', allowed: Object.keys(methods) }
    : { kind: 'route', handler, params: {} }
}

function methodsOn(rest: readonly string[]): Readonly<Record<string, Handler>> {
  const id = idOf(rest)
  if (rest.at(-1) === 'versions') return { GET: c => showVersions(c, idOf(rest.slice(0, -1))) }
  if (rest.at(-1) === 'apps') return { GET: c => showApps(c, idOf(rest.slice(0, -1))) }
  return {
    GET: c => showGroup(c, id),
    POST: async c => changed(c, { kind: 'create', parent: id, body: await jsonBody(c) }),
    PUT: async c => changed(c, { kind: 'put', id, body: await jsonBody(c) }, isTrue(c.query, 'dryRun')),
    PATCH: async c => changed(c, { kind: 'patch', id, body: await jsonBody(c) }),
    DELETE: c => changed(c, { kind: 'delete', id }),
  }
}

// Clients that escape the whole id send its slashes as %2F: they count as slashes all the same.
function idOf(segments: readonly string[]): GroupId {
  const path = `/${segments.join('/')}`.replace(/\/+/g, '/')
  return (path.length > 1 ? path.replace(/\/$/, '') : path) as GroupId
}

async function changed(
  { backend, query, actor, key, address }: Context,
  change: GroupRequest,
  dryRun = false,
): Promise<Response> {
  const operation = {
    kind: 'changeGroup',
    change,
    dryRun,
    force: isTrue(query, 'force'),
    queue: isTrue(query, 'queue'),
  } as const
  const reply = accepted(await backend.submit(operation, actor, key))
  if (reply.steps !== undefined) return json({ steps: reply.steps })
  const isNew = reply.group?.created === true && change.kind !== 'delete'
  return isNew
    ? deploymentJson(reply, 201, { Location: `http://${address}/v2/groups${reply.group.id}` })
    : deploymentJson(reply)
}

async function showGroup({ backend, query }: Context, id: GroupId): Promise<Response> {
  const asked = query.getAll('embed')
  const parts = new Set(asked.length === 0 ? ['group.groups', 'group.apps'] : asked)
  const wanted: Wanted = {
    groups: parts.has('group.groups'),
    apps: [...parts].some(part => part === 'group.apps' || part.startsWith('group.apps.')),
    embed: {
      tasks: parts.has('group.apps.tasks'),
      lastTaskFailure: parts.has('group.apps.lastTaskFailure') || parts.has('group.apps.failures'),
    },
  }
  const text = await backend.read(state =>
    existsGroup(state, id) ? groupText(state, id, wanted) : undefined,
  )
  if (text === undefined) throw missing(id)
  return jsonText(text)
}

async function showApps({ backend }: Context, id: GroupId): Promise<Response> {
  const embed = { tasks: false, lastTaskFailure: false }
  const texts = await backend.read(state =>
    existsGroup(state, id)
      ? appIds(state).flatMap(app => (isWithin(app, id) ? (appText(state, app, embed) ?? []) : []))
      : undefined,
  )
  if (texts === undefined) throw missing(id)
  return jsonText(`[${texts.join(',')}]`)
}

async function showVersions({ backend }: Context, id: GroupId): Promise<Response> {
  const versions = await backend.read(state =>
    existsGroup(state, id) ? rootVersions(state).filter(version => isIn(state, id, version)) : undefined,
  )
  if (versions === undefined) throw missing(id)
  return json(versions)
}

function isIn(state: State, id: GroupId, version: string): boolean {
  const root = rootAt(state, version)
  if (root === undefined) return false
  return (
    id === '/' || [...root.apps.keys(), ...root.groups.keys()].some(name => name === id || isWithin(name, id))
  )
}

interface Wanted {
  readonly groups: boolean
  readonly apps: boolean
  readonly embed: Embed
}

function groupText(state: State, id: GroupId, wanted: Wanted): string {
  const apps = new Map<GroupId, AppId[]>()
  const inner = new Map<GroupId, Set<GroupId>>()
  const place = (group: GroupId): void => {
    if (group === '/') return
    const siblings = inner.get(parentGroup(group)) ?? new Set()
    inner.set(parentGroup(group), siblings.add(group))
  }
  for (const app of appIds(state)) {
    apps.set(parentGroup(app), [...(apps.get(parentGroup(app)) ?? []), app])
    groupsAround(app).forEach(place)
  }
  for (const group of state.tables.group.keys() as GroupId[]) [group, ...groupsAround(group)].forEach(place)
  const version = rootVersions(state)[0] ?? '1970-01-01T00:00:00.000Z'
  const write = (group: GroupId): string => {
    const row = state.tables.group.get(group)
    const head = JSON.stringify({
      id: group,
      dependencies: row?.dependencies ?? [],
      version,
      ...(row?.enforceRole === undefined ? {} : { enforceRole: row.enforceRole }),
      pods: [],
    })
    const appTexts = (apps.get(group) ?? []).flatMap(app => appText(state, app, wanted.embed) ?? [])
    const groupTexts = [...(inner.get(group) ?? [])].sort().map(write)
    const parts = [
      ...(wanted.apps ? [`"apps":[${appTexts.join(',')}]`] : []),
      ...(wanted.groups ? [`"groups":[${groupTexts.join(',')}]`] : []),
    ]
    return [head.slice(0, -1), ...parts].join(',') + '}'
  }
  return write(id)
}

function appIds(state: State): AppId[] {
  return [...state.tables.app.values()].map(row => row.id).sort()
}

function isWithin(name: string, group: GroupId): boolean {
  return group === '/' || name.startsWith(`${group}/`)
}

function missing(id: GroupId): Error {
  return notFound(`Group '${id}' does not exist`)
}
