// Marathon files as they are: each holds an app, a list of apps, or a group with all that is in it. They name neither
// stack nor volumes nor outputs; addresses are made from the ids.
import { by, errorDiagnostic, hasErrors } from '../../base/index.ts'
import type { Diagnostic, Json, Range } from '../../base/index.ts'
import {
  appAddress,
  classifyMarathonFile,
  groupAddress,
  normalizeApp,
  normalizeGroup,
  validateApp,
} from '../../model/index.ts'
import type { App, Desired, DesiredApp, DesiredGroup, StackName } from '../../model/index.ts'
import { checkWhole } from './assemble.ts'
import type { Assembled } from './assemble.ts'

export interface MarathonFile {
  readonly name: string
  readonly json: Json
  /** The range of a JSON path. */
  readonly places?: (path: string) => Range | undefined
}

export function desiredFromMarathon(files: readonly MarathonFile[], stack: StackName): Assembled {
  const diagnostics: Diagnostic[] = []
  const apps: DesiredApp[] = []
  const groups: DesiredGroup[] = []
  const sources = new Map<string, Range>()
  for (const file of files) {
    const found = Array.isArray(file.json) ? readApps(file.json as readonly Json[]) : readOne(file.json)
    diagnostics.push(...found.diagnostics.map(d => placed(file, d)))
    for (const { app, path } of found.apps) {
      const address = appAddress(app.id)
      remember(sources, address, file, path)
      apps.push({ address, app, sensitivePaths: [] })
      diagnostics.push(
        ...validateApp(app).map(d => placed(file, { ...d, path: under(path, d.path), address })),
      )
    }
    for (const group of found.groups) {
      const address = groupAddress(group.id)
      remember(sources, address, file, '')
      groups.push({ address, id: group.id, dependencies: group.dependencies })
    }
  }
  if (!hasErrors(diagnostics)) diagnostics.push(...checkWhole(apps, groups, sources))
  if (hasErrors(diagnostics)) return { diagnostics, sources }
  const desired: Desired = {
    format: 1,
    stack,
    apps: apps.sort(by(a => a.app.id)),
    groups: groups.sort(by(g => g.id)),
    volumes: [],
    outputs: {},
  }
  return { desired, diagnostics, sources }
}

const notMarathon = 'Not a Marathon definition'

interface Found {
  readonly apps: readonly { readonly app: App; readonly path: string }[]
  readonly groups: readonly Omit<DesiredGroup, 'address'>[]
  readonly diagnostics: readonly Diagnostic[]
}

function readOne(json: Json): Found {
  const kind = classifyMarathonFile(json)
  if (kind === 'group') {
    const { apps, groups, diagnostics } = normalizeGroup(json)
    const paths = appPaths(json, '')
    return { apps: apps.map((app, i) => ({ app, path: paths[i] ?? '' })), groups, diagnostics }
  }
  if (kind === 'app') return readApp(json, '')
  const detail =
    'The file is neither a Marathon app (an object with "id" and "cmd", "args" or "container") ' +
    'nor a group (an object with "apps" or "groups").'
  return {
    apps: [],
    groups: [],
    diagnostics: [errorDiagnostic(notMarathon, detail, { path: '/' })],
  }
}

function readApps(list: readonly Json[]): Found {
  const found = list.map((json, i) => readApp(json, `(${i})`))
  return {
    apps: found.flatMap(f => f.apps),
    groups: [],
    diagnostics: found.flatMap(f => f.diagnostics),
  }
}

function readApp(json: Json, path: string): Found {
  const { app, diagnostics } = normalizeApp(json)
  return {
    apps: app ? [{ app, path }] : [],
    groups: [],
    diagnostics: diagnostics.map(d => ({ ...d, path: under(path, d.path) })),
  }
}

/** The paths of a group's apps, in the order in which normalizeGroup gives them. */
function appPaths(json: Json | undefined, path: string): readonly string[] {
  const group = (json ?? {}) as { readonly apps?: Json; readonly groups?: Json }
  const apps = Array.isArray(group.apps) ? group.apps.map((_, i) => `${path}/apps(${i})`) : []
  const groups = Array.isArray(group.groups) ? (group.groups as readonly Json[]) : []
  return [...apps, ...groups.flatMap((g, i) => appPaths(g, `${path}/groups(${i})`))]
}

function under(prefix: string, path: string | undefined): string {
  if (path === undefined || path === '/') return prefix === '' ? '/' : prefix
  return prefix + path
}

function remember(sources: Map<string, Range>, address: string, file: MarathonFile, path: string): void {
  const range = file.places?.(path)
  if (range) sources.set(address, { ...range, end: range.start })
}

function placed(file: MarathonFile, diagnostic: Diagnostic): Diagnostic {
  const path = diagnostic.path ?? '/'
  const isNotMarathon = diagnostic.summary === notMarathon
  return {
    ...diagnostic,
    summary: isNotMarathon ? notMarathon : `Invalid ${path === '/' ? 'definition' : path.replace(/^\//, '')}`,
    subject: diagnostic.subject ?? placeAt(file, path === '/' ? '' : path),
  }
}

/** The place of a path, or of the nearest part around it. An object as a whole is shown by its first character. */
function placeAt(file: MarathonFile, path: string): Range | undefined {
  const last = /(\(\d+\)|\/[^/(]*)$/
  for (let at = path; ; at = at.replace(last, '')) {
    const range = file.places?.(at)
    if (range) return range.start.line === range.end.line ? range : { ...range, end: range.start }
    if (!last.test(at)) return undefined
  }
}
