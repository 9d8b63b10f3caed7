// Changes of groups, as the REST API brings them: a whole tree at once, merged into what is there (specification: groups,
// update body and semantics). All is checked before a row is touched, and one deployment makes the cluster follow.
// What a stack owns stays its own: a change over REST is drift, which its next plan shows.
import { by, errorDiagnostic, hasErrors, sameJson, type Diagnostic, type Json } from '../../base/index.ts'
import {
  groupAddress,
  groupsAround,
  maxInstances,
  normalizeGroupBody,
  parentGroup,
  resolvePath,
  validateAll,
  validateApp,
  type Actor,
  type App,
  type AppId,
  type DeploymentId,
  type GroupBody,
  type GroupId,
  type GroupRequest,
  type GroupUpdate,
  type Operation,
  type Reply,
} from '../../model/index.ts'
import { malformed, tooMany, withKeptSecrets } from './changes.ts'
import { submittedAppOf } from './instances.ts'
import { invalid, refused } from './replies.ts'
import { rootAt, type Root } from './rootversions.ts'
import type { GroupRow } from './rows.ts'
import type { State } from './state.ts'
import { commitTargets, waiting, type GroupChanges, type Target } from './targets.ts'

/** What a request makes of apps and groups. */
interface Wanted {
  /** Null: it goes. */
  readonly apps: ReadonlyMap<AppId, App | null>
  readonly groups: GroupChanges
  /** Of apps that come back. */
  readonly sensitivePaths?: Root['sensitivePaths']
}

type Result = { readonly id: GroupId; readonly wanted: Wanted } | { readonly refusal: Reply }

export function changeGroup(
  state: State,
  operation: Extract<Operation, { kind: 'changeGroup' }>,
  actor: Actor,
  queuedAs?: DeploymentId,
): Reply {
  const { change, force, dryRun } = operation
  const result = read(state, change)
  if ('refusal' in result) return result.refusal
  const { id, wanted } = result
  // By id: ports are given out in this order, and that of the rows is another one after a start.
  const apps = [...wanted.apps].sort(by(([app]) => app))
  for (const [, app] of apps) {
    const slip = app === null ? undefined : tooMany(state, app, force)
    if (slip !== undefined) return slip
  }
  const created = !existsGroup(state, id)
  const targets = apps.map(([app, submitted]): Target => {
    const sensitivePaths = wanted.sensitivePaths?.get(app)
    return { id: app, submitted, restart: false, ...(sensitivePaths === undefined ? {} : { sensitivePaths }) }
  })
  const reply = commitTargets(state, actor, targets, {
    force,
    always: true,
    groups: wanted.groups,
    dryRun,
    ...waiting(operation, queuedAs),
  })
  return reply.ok ? { ...reply, group: { id, created } } : reply
}

function read(state: State, change: GroupRequest): Result {
  switch (change.kind) {
    case 'create':
      return create(state, change)
    case 'put': {
      const made = readBody(state, change.body, { base: '/', id: change.id })
      if ('refusal' in made) return made
      return put(state, change.id, made.body)
    }
    case 'patch':
      return patch(state, change)
    case 'delete': {
      if (!existsGroup(state, change.id)) return missing(change.id)
      const merge = new Merge(state)
      merge.removeAll(change.id)
      return { id: change.id, wanted: merge }
    }
  }
}

function create(state: State, { parent, body }: Extract<GroupRequest, { kind: 'create' }>): Result {
  const made = readBody(state, body, { base: parent })
  if ('refusal' in made) return made
  const written = (body as { readonly id?: Json }).id
  const id = resolvePath(parent, typeof written === 'string' ? written : '') as GroupId
  if (state.tables.app.has(id)) {
    return { refusal: refused('EXISTS', `An app with the path ${id} already exists.`) }
  }
  if (existsGroup(state, id)) {
    return {
      refusal: refused('EXISTS', `Group ${id} is already created. Use PUT to change this group.`),
    }
  }
  return put(state, id, made.body)
}

function put(state: State, id: GroupId, body: GroupBody): Result {
  switch (body.kind) {
    case 'content': {
      const merge = new Merge(state)
      merge.apply(body.update)
      const problems = [...problemsOf(body.update), ...misplacedRoles(body.update)]
      return hasErrors(problems) ? { refusal: invalid(problems) } : { id, wanted: merge }
    }
    case 'scale':
      return existsGroup(state, id) ? scaled(state, id, body.by) : missing(id)
    case 'version':
      return rolledBack(state, id, body.version)
  }
}

function scaled(state: State, id: GroupId, by: number): Result {
  const apps = new Map<AppId, App>()
  for (const name of state.tables.app.keys()) {
    if (!isWithin(name, id)) continue
    const row = state.tables.app.get(name)!
    const scaledTo = Math.ceil(row.instances * by)
    // A daemon is there or suspended; how many there are is the agents' business.
    const instances = row.mode === 'daemon' ? Math.min(scaledTo, 1) : scaledTo
    if (instances > maxInstances) {
      const message = `${row.id} would have ${instances} instances; at most ${maxInstances} are taken`
      return { refusal: refused('INVALID', message) }
    }
    const app = { ...submittedAppOf(state, row), instances }
    const problems = validateApp(app)
    if (hasErrors(problems)) return { refusal: invalid(problems) }
    apps.set(row.id, app)
  }
  return { id, wanted: { apps, groups: new Map() } }
}

function rolledBack(state: State, id: GroupId, version: string): Result {
  const root = rootAt(state, version)
  if (root === undefined || !isGroupOf(root, id)) {
    return { refusal: refused('INVALID', `Group ${id} not available in version ${version}`) }
  }
  const merge = new Merge(state)
  merge.removeAll(id)
  for (const [app, was] of root.apps) if (isWithin(app, id)) merge.apps.set(app, was)
  for (const [group, dependencies] of root.groups) {
    if (group === id || isWithin(group, id)) merge.put({ id: group, dependencies })
  }
  const { apps, groups } = merge
  return { id, wanted: { apps, groups, sensitivePaths: root.sensitivePaths } }
}

// An app of that name is none.
function isGroupOf({ apps, groups }: Root, id: GroupId): boolean {
  const names = [...apps.keys(), ...groups.keys()]
  return id === '/' || groups.has(id) || names.some(name => isWithin(name, id))
}

function patch(state: State, { id, body }: Extract<GroupRequest, { kind: 'patch' }>): Result {
  if (!existsGroup(state, id)) return missing(id)
  const made = readBody(state, body, { base: '/', id })
  if ('refusal' in made) return made
  const { update } = made.body.kind === 'content' ? made.body : {}
  const named = update === undefined ? [] : Object.keys(update).filter(key => key !== 'id')
  if (update?.enforceRole === undefined || named.length > 1) {
    const detail = 'Use PUT for everything else.'
    return {
      refusal: invalid([
        errorDiagnostic("Only 'enforceRole' of a group can be changed so", detail, { path: '/' }),
      ]),
    }
  }
  const misplaced = misplacedRoles(update)
  if (misplaced.length > 0) return { refusal: invalid(misplaced) }
  const merge = new Merge(state)
  merge.put(update)
  return { id, wanted: merge }
}

function readBody(
  state: State,
  body: Json,
  options: { readonly base: string; readonly id?: GroupId },
): { readonly body: GroupBody } | { readonly refusal: Reply } {
  const made = normalizeGroupBody(body, {
    ...options,
    prepare: (app, group) => keptIn(state, app, group),
  })
  if (made.body !== undefined) return { body: made.body }
  return { refusal: malformed(made.diagnostics) }
}

function keptIn(state: State, body: Json, group: string): Json {
  const id = (body as { readonly id?: Json } | null)?.id
  const row = typeof id === 'string' ? state.tables.app.get(resolvePath(group, id)) : undefined
  return row === undefined ? body : withKeptSecrets(state, row, body)
}

/** Collects what changes, over what is there. */
class Merge implements Wanted {
  readonly apps = new Map<AppId, App | null>()
  readonly groups = new Map<GroupId, GroupRow | null>()
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  apply(update: GroupUpdate): void {
    const { id, apps, groups } = update
    if (apps !== undefined) {
      for (const app of this.#state.tables.app.keys() as AppId[]) {
        if (parentGroup(app) === id) this.apps.set(app, null)
      }
      for (const app of apps) this.apps.set(app.id, app)
    }
    if (groups !== undefined) {
      const named = new Set(groups.map(g => g.id))
      for (const inner of this.#directGroups(id)) if (!named.has(inner)) this.removeAll(inner)
      for (const inner of groups) this.apply(inner)
    }
    this.put(update)
  }

  /** The group's own row. The root has one only for what it says. */
  put({ id, dependencies, enforceRole }: GroupUpdate): void {
    const state = this.#state
    const present = state.tables.group.get(id)
    const named = dependencies ?? present?.dependencies ?? []
    if (id === '/' && named.length === 0 && (present?.stack ?? null) === null) {
      if (present !== undefined) this.groups.set(id, null)
      return
    }
    const role = enforceRole ?? present?.enforceRole
    const row: GroupRow = {
      ...(present ?? { id, address: groupAddress(id), stack: null, revision: state.nextRevision }),
      dependencies: named,
      ...(role === undefined ? {} : { enforceRole: role }),
    }
    // What says the same is no change: a plan that was made before still holds.
    const isSame = present !== undefined && sameJson(row, present)
    this.groups.set(id, isSame ? present : { ...row, revision: state.nextRevision })
  }

  /** Everything in a group, and the group. */
  removeAll(id: GroupId): void {
    for (const app of this.#state.tables.app.keys() as AppId[])
      if (isWithin(app, id)) this.apps.set(app, null)
    for (const group of this.#state.tables.group.keys() as GroupId[]) {
      if (group === id || isWithin(group, id)) this.groups.set(group, null)
    }
  }

  #directGroups(id: GroupId): ReadonlySet<GroupId> {
    const { app, group } = this.#state.tables
    const all = [...(app.keys() as AppId[]), ...(group.keys() as GroupId[])]
    const around = all.flatMap(name => groupsAround(name))
    return new Set(
      [...around, ...(group.keys() as GroupId[])].filter(g => g !== '/' && parentGroup(g) === id),
    )
  }
}

function problemsOf(update: GroupUpdate): readonly Diagnostic[] {
  const apps: App[] = []
  const groups: { id: GroupId; dependencies: readonly string[] }[] = []
  const found: Diagnostic[] = []
  const walk = (group: GroupUpdate, path: string): void => {
    groups.push({ id: group.id, dependencies: group.dependencies ?? [] })
    for (const [i, app] of (group.apps ?? []).entries()) {
      apps.push(app)
      const at = `${path}/apps(${i})`
      found.push(...validateApp(app).map(d => ({ ...d, path: d.path === '/' ? at : `${at}${d.path}` })))
    }
    for (const [i, inner] of (group.groups ?? []).entries()) walk(inner, `${path}/groups(${i})`)
  }
  walk(update, '')
  return [
    ...found,
    ...validateAll(
      apps,
      groups.filter(g => g.id !== '/'),
    ),
  ]
}

function misplacedRoles(update: GroupUpdate): readonly Diagnostic[] {
  const { id, enforceRole, groups = [] } = update
  const isTop = id !== '/' && parentGroup(id) === '/'
  const own =
    enforceRole === undefined || isTop
      ? []
      : [
          errorDiagnostic('enforceRole can only be set for top-level groups', `${id} is none.`, {
            path: '/enforceRole',
          }),
        ]
  return [...own, ...groups.flatMap(misplacedRoles)]
}

/** Written out, or around an app or a group that is there. */
export function existsGroup(state: State, id: GroupId): boolean {
  if (id === '/' || state.tables.group.has(id) || state.groupSizes.has(id)) return true
  return state.tables.group.keys().some(group => isWithin(group, id))
}

function isWithin(name: string, group: GroupId): boolean {
  return group === '/' ? name !== '/' : name.startsWith(`${group}/`)
}

function missing(id: GroupId): { readonly refusal: Reply } {
  return { refusal: refused('NOT_FOUND', `Group '${id}' does not exist`) }
}
