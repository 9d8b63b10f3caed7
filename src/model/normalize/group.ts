// Marathon files: which kind one is, and a group's definition flattened into its apps and groups with absolute ids.
// Ids and dependencies inside a group's body are relative to that group.
import { hasErrors } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'
import type { App } from '../app.ts'
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

/** `base` is the group that the outermost relative id belongs to. */
export function normalizeGroup(input: Json, base = '/'): NormalizedGroups {
  const found: Found = { apps: [], groups: [], diagnostics: [], inner: 0 }
  readGroup(input, base, '', 0, found)
  return hasErrors(found.diagnostics)
    ? { apps: [], groups: [], diagnostics: found.diagnostics }
    : { apps: found.apps, groups: found.groups, diagnostics: found.diagnostics }
}

interface Found {
  readonly apps: App[]
  readonly groups: NormalizedGroup[]
  readonly diagnostics: Diagnostic[]
  inner: number
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

function readGroup(input: Json, base: string, path: string, depth: number, found: Found): void {
  const { diagnostics } = found
  if (depth > maxGroupDepth) {
    diagnostics.push(
      problem(path, 'groups are nested too deeply', `At most ${maxGroupDepth} levels are taken.`),
    )
    return
  }
  const own = readObject(groupFields, input, path, diagnostics, { defaults: true, ignored: handledElsewhere })
  if (!isObject(input) || !own) return
  refuseOperations(input, path, diagnostics)
  const written = own['id'] as string | undefined
  if (written === undefined && depth > 0) {
    diagnostics.push(problem(`${path}/id`, 'error.path.missing', 'A group needs an "id".'))
    return
  }
  const id = resolvePath(base, written ?? '')
  if (depth > 0 && !isDirectChild(id, base))
    diagnostics.push(
      problem(`${path}/id`, `Identifier is not child of '${base}'. `, `The group ${id} stands in ${base}.`),
    )
  const dependencies = (own['dependencies'] as readonly string[]).map(target => resolvePath(id, target))
  if (id !== '/' || dependencies.length > 0) found.groups.push({ id: id as GroupId, dependencies })
  readMembers(input, id, path, depth, found)
}

function readMembers(
  input: { readonly [key: string]: Json | undefined },
  id: string,
  path: string,
  depth: number,
  found: Found,
): void {
  for (const [i, body] of members(input['apps'], `${path}/apps`, found).entries()) {
    const at = `${path}/apps(${i})`
    const { app, diagnostics } = normalizeApp(body, { base: id })
    found.diagnostics.push(...diagnostics.map(d => ({ ...d, path: under(at, d.path) })))
    if (!app) continue
    if (!isDirectChild(app.id, id))
      found.diagnostics.push(
        problem(`${at}/id`, `Identifier is not child of '${id}'. `, `The app ${app.id} stands in ${id}.`),
      )
    found.apps.push(app)
  }
  for (const [i, body] of members(input['groups'], `${path}/groups`, found).entries()) {
    readGroup(body, id, `${path}/groups(${i})`, depth + 1, found)
  }
}

function members(json: Json | undefined, path: string, found: Found): readonly Json[] {
  if (json === undefined || json === null) return []
  if (!Array.isArray(json)) {
    wrongType('jsarray', 'a list', json, path, found.diagnostics)
    return []
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
