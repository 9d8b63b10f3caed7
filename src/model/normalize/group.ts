// Groups as Marathon writes them: which kind a file is, a file's definition flattened into its apps and groups with
// absolute ids, and the body of a change over the API. Ids and dependencies inside a body are relative to its group.
import { hasErrors } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'
import type { App } from '../app.ts'
import { parentGroup } from '../ids.ts'
import type { GroupId } from '../ids.ts'
import { appFields } from '../schema/app.ts'
import { boolean, field, list, text } from '../schema/field.ts'
import type { Field } from '../schema/field.ts'
import { maxAppsPerGroup, maxGroupDepth, maxIdLength, maxListLength } from '../schema/limits.ts'
import { normalizeApp } from './app.ts'
import { resolvePath } from './path.ts'
import { isObject, problem, wrongType } from './problem.ts'
import { readObject } from './read.ts'

export interface NormalizedGroup {
  readonly id: GroupId
  readonly dependencies: readonly string[]
}

export interface NormalizedGroups {
  /** In the order of the text; empty when there are errors. */
  readonly apps: readonly App[]
  /** Outer groups before inner ones; the root is left out unless it has dependencies. */
  readonly groups: readonly NormalizedGroup[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What a Marathon file defines, told by its fields; undefined when it is neither. */
export function classifyMarathonFile(json: Json): 'app' | 'group' | undefined {
  if (!isObject(json)) return undefined
  if (Array.isArray(json['apps']) || Array.isArray(json['groups'])) return 'group'
  const telling = [...appFields.map(f => f.name), 'uris', 'ports', 'ipAddress']
  const shared = ['id', 'dependencies']
  return telling.some(name => !shared.includes(name) && Object.hasOwn(json, name)) ? 'app' : undefined
}

/** A group as somebody wants it to be; what is absent stays as it is. */
export interface GroupUpdate {
  readonly id: GroupId
  /** Exactly these apps stand directly in it. */
  readonly apps?: readonly App[]
  /** Exactly these groups stand directly in it; those that exist are changed by the same rules. */
  readonly groups?: readonly GroupUpdate[]
  readonly dependencies?: readonly string[]
  readonly enforceRole?: boolean
}

/** What the body of a change asks for. */
export type GroupBody =
  | { readonly kind: 'content'; readonly update: GroupUpdate }
  /** Multiplies the instances of every app within. */
  | { readonly kind: 'scale'; readonly by: number }
  /** Back to the content that the group had in a version of the root. */
  | { readonly kind: 'version'; readonly version: string }

export interface GroupReading {
  /** The group that the outermost relative id belongs to; `/` if not given. */
  readonly base?: string
  /** The id when it is known from elsewhere, as from the address of a request. */
  readonly id?: GroupId
  /** Looks at the body of an app before it is read. */
  readonly prepare?: (body: Json, group: string) => Json
}

/** `base` is the group that the outermost relative id belongs to. */
export function normalizeGroup(input: Json, base = '/'): NormalizedGroups {
  const found: Found = { diagnostics: [], inner: 0 }
  const read = readGroup(input, base, '', 0, found)
  if (read === undefined || hasErrors(found.diagnostics))
    return { apps: [], groups: [], diagnostics: found.diagnostics }
  const apps: App[] = []
  const groups: NormalizedGroup[] = []
  const flatten = ({ id, dependencies = [], ...inner }: GroupUpdate): void => {
    if (id !== '/' || dependencies.length > 0) groups.push({ id, dependencies })
    apps.push(...(inner.apps ?? []))
    inner.groups?.forEach(flatten)
  }
  flatten(read)
  return { apps, groups, diagnostics: found.diagnostics }
}

/** The body of a change of a group. Absent when there are errors. */
export function normalizeGroupBody(
  input: Json,
  options: GroupReading = {},
): { readonly body?: GroupBody; readonly diagnostics: readonly Diagnostic[] } {
  const { base = '/', ...known } = options
  const found: Found = { diagnostics: [], inner: 0, ...known }
  const body = readOperation(input, found) ?? readContent(input, base, found)
  return body === undefined || hasErrors(found.diagnostics)
    ? { diagnostics: found.diagnostics }
    : { body, diagnostics: found.diagnostics }
}

interface Found {
  readonly diagnostics: Diagnostic[]
  inner: number
  readonly id?: GroupId
  readonly prepare?: NonNullable<GroupReading['prepare']>
}

function readContent(input: Json, base: string, found: Found): GroupBody | undefined {
  const update = readGroup(input, base, '', 0, found)
  return update === undefined ? undefined : { kind: 'content', update }
}

// `{"version"}` and `{"scaleBy"}` stand alone; a version beside scaleBy wins.
function readOperation(input: Json, found: Found): GroupBody | undefined {
  if (!isObject(input)) return undefined
  const named = (name: string): boolean => input[name] !== undefined && input[name] !== null
  const others = Object.keys(input).filter(key => key !== 'id' && named(key))
  const alone = 'not allowed in conjunction with other properties.'
  const detail = 'It is a request of its own.'
  if (named('version')) {
    const { version } = input
    if (others.some(key => key !== 'version' && key !== 'scaleBy'))
      found.diagnostics.push(problem('/version', alone, detail))
    if (typeof version !== 'string')
      return wrongType('jsstring', 'a text', version!, '/version', found.diagnostics)
    return { kind: 'version', version }
  }
  if (!named('scaleBy')) return undefined
  const { scaleBy } = input
  if (others.length > 1) found.diagnostics.push(problem('/scaleBy', alone, detail))
  if (typeof scaleBy !== 'number')
    return wrongType('jsnumber', 'a number', scaleBy!, '/scaleBy', found.diagnostics)
  if (scaleBy < 0)
    found.diagnostics.push(problem('/scaleBy', 'error.min', 'At least 0, which suspends all apps.'))
  return { kind: 'scale', by: scaleBy }
}

/** What a group may have besides its apps and groups. */
export const groupFields: readonly Field[] = [
  field('id', 'id', text(maxIdLength), 'Path that names the group.'),
  field('dependencies', 'depends_on', list(text(maxIdLength), maxListLength), 'Apps and groups it needs.', {
    default: [],
  }),
  field('enforceRole', 'enforce_role', boolean, 'Apps in the group get its name as their role.'),
]

const handledElsewhere = new Set(['apps', 'groups', 'pods', 'version', 'scaleBy'])

function readGroup(
  input: Json,
  base: string,
  path: string,
  depth: number,
  found: Found,
): GroupUpdate | undefined {
  const { diagnostics } = found
  if (depth > maxGroupDepth) {
    diagnostics.push(
      problem(path, 'groups are nested too deeply', `At most ${maxGroupDepth} levels are taken.`),
    )
    return undefined
  }
  const own = readObject(groupFields, input, path, diagnostics, {
    defaults: false,
    ignored: handledElsewhere,
  })
  if (!isObject(input) || !own) return undefined
  refuseOperations(input, path, diagnostics)
  const written = own['id'] as string | undefined
  if (written === undefined && depth > 0) {
    diagnostics.push(problem(`${path}/id`, 'error.path.missing', 'A group needs an "id".'))
    return undefined
  }
  const known = depth === 0 ? found.id : undefined
  const id = known ?? (resolvePath(base, written ?? '') as GroupId)
  if (known !== undefined && written !== undefined && !isNamed(known, written, base))
    diagnostics.push(
      problem('/id', `The group id ${written} differs from ${known} in the address`, 'Leave it out.'),
    )
  if (depth > 0 && !isDirectChild(id, base))
    diagnostics.push(
      problem(`${path}/id`, `Identifier is not child of '${base}'. `, `The group ${id} stands in ${base}.`),
    )
  const dependencies = own['dependencies'] as readonly string[] | undefined
  const enforceRole = own['enforceRole'] as boolean | undefined
  const apps = readApps(input['apps'], id, path, found)
  const groups = readGroups(input['groups'], id, path, depth, found)
  return {
    id,
    ...(apps === undefined ? {} : { apps }),
    ...(groups === undefined ? {} : { groups }),
    ...(dependencies === undefined
      ? {}
      : { dependencies: [...new Set(dependencies.map(target => resolvePath(id, target)))] }),
    ...(enforceRole === undefined ? {} : { enforceRole }),
  }
}

function isNamed(id: GroupId, written: string, base: string): boolean {
  return [base, parentGroup(id)].some(group => resolvePath(group, written) === id)
}

function readApps(
  json: Json | undefined,
  id: string,
  path: string,
  found: Found,
): readonly App[] | undefined {
  return members(json, `${path}/apps`, found)?.flatMap((body, i) => {
    const at = `${path}/apps(${i})`
    const { app, diagnostics } = normalizeApp(found.prepare?.(body, id) ?? body, { base: id })
    found.diagnostics.push(...diagnostics.map(d => ({ ...d, path: under(at, d.path) })))
    if (!app) return []
    if (!isDirectChild(app.id, id))
      found.diagnostics.push(
        problem(`${at}/id`, `Identifier is not child of '${id}'. `, `The app ${app.id} stands in ${id}.`),
      )
    return [app]
  })
}

function readGroups(
  json: Json | undefined,
  id: string,
  path: string,
  depth: number,
  found: Found,
): readonly GroupUpdate[] | undefined {
  return members(json, `${path}/groups`, found)?.flatMap((body, i) => {
    const group = readGroup(body, id, `${path}/groups(${i})`, depth + 1, found)
    return group === undefined ? [] : [group]
  })
}

function members(json: Json | undefined, path: string, found: Found): readonly Json[] | undefined {
  if (json === undefined || json === null) return undefined
  if (!Array.isArray(json)) {
    wrongType('jsarray', 'a list', json, path, found.diagnostics)
    return undefined
  }
  found.inner += json.length
  if (found.inner <= maxAppsPerGroup) return json as readonly Json[]
  found.diagnostics.push(
    problem(path, 'error.maxLength', `At most ${maxAppsPerGroup} apps and groups are taken at once.`),
  )
  return []
}

function refuseOperations(
  input: { readonly [key: string]: Json | undefined },
  path: string,
  diagnostics: Diagnostic[],
): void {
  if (input['scaleBy'] !== undefined && input['scaleBy'] !== null)
    diagnostics.push(
      problem(
        `${path}/scaleBy`,
        'not allowed in conjunction with other properties.',
        'A definition names the instances of each app; "scaleBy" is a request of its own.',
      ),
    )
  if (Array.isArray(input['pods']) && input['pods'].length > 0)
    diagnostics.push(problem(`${path}/pods`, 'pods are not supported', 'Define each container as an app.'))
}

function isDirectChild(id: string, group: string): boolean {
  const cut = id.lastIndexOf('/')
  return id !== '/' && (cut <= 0 ? '/' : id.slice(0, cut)) === group
}

function under(prefix: string, path: string | undefined): string {
  return path === undefined || path === '/' ? prefix : `${prefix}${path}`
}
