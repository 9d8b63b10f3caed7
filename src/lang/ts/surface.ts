// From what a module exports to the surface form that HCL gives, too: every resource with its address, references
// replaced by ids, nothing but JSON in it. Runs in the module's own process; names stay in camelCase, the vocabulary
// renames them. What is not plain data is told, with the property's path.
import type { Diagnostic, Json, Range } from '../../base/index.ts'
import type {
  SurfaceAddress,
  SurfaceConfig,
  SurfaceImport,
  SurfaceLifecycle,
  SurfaceMove,
  SurfaceOutput,
  SurfaceRemoval,
  SurfaceResource,
  SurfaceValue,
} from '../surface.ts'
import type { ClusterConfig } from './cluster.ts'
import type { Keyed } from './described.ts'
import type { Group, Resource } from './group.ts'
import type { Addressed, HistoryEntry } from './history.ts'
import type { LifecycleOptions } from './lifecycle.ts'
import type { Module } from './module.ts'
import type { Site } from './site.ts'
import { outputMark, referenceMark, secretMark, sensitiveMark, textMark } from './text.ts'
import type { Reference, Secret } from './text.ts'

export interface ModuleSurface {
  readonly config: SurfaceConfig
  readonly diagnostics: readonly Diagnostic[]
}

/** Nobody writes deeper; it also ends circles. */
const maxDepth = 32
/** Resources of one configuration; one group of Marathon's takes as many. */
const maxResources = 100_000

export function surfaceOf(config: ClusterConfig, site: Site | undefined): ModuleSurface {
  const diagnostics: Diagnostic[] = []
  const tell = (summary: string, detail: string, at: Site | undefined, path?: string): void => {
    diagnostics.push({ severity: 'error', summary, detail, subject: rangeOf(at ?? site), path })
  }
  if (!isPlain(config) || !Array.isArray(config.resources)) {
    tell('Invalid cluster', 'defineCluster wants an object with "resources: [ … ]".', site)
    return { config: { resources: [], outputs: [] }, diagnostics }
  }
  const known = ['name', 'server', 'resources', 'outputs', 'history']
  const unknown = Object.keys(config).find(key => !known.includes(key))
  if (unknown !== undefined) {
    tell('Unknown property', `A cluster has no property "${unknown}"; known: ${known.join(', ')}.`, site)
  }
  const before = diagnostics.length
  const placed = place(config.resources, tell)
  const incomplete = diagnostics.length > before
  const addresses = new Map(placed.map(p => [p.resource as object, p]))
  const valueOf = (value: unknown, at: Site | undefined, path: string): SurfaceValue => {
    const isEnvironment = path === 'env'
    const found: Found = { addresses, isEnvironment, references: new Set(), sensitive: [], problems: [] }
    const json = plain(value, '', found, 0)
    for (const { pointer, text } of found.problems) {
      tell('Not plain data', `${path}${written(pointer)} ${text}`, at, `/${path}${pointer}`)
    }
    if (found.problems.length > 0) return { value: null, failed: true }
    return {
      value: json ?? null,
      ...(found.references.size > 0 ? { references: [...found.references] } : {}),
      ...(found.sensitive.length > 0 ? { sensitive: found.sensitive } : {}),
    }
  }
  const resources = placed.map(({ resource, address, path }): SurfaceResource => {
    const range = rangeOf(resource.site ?? site)
    const attributes: Record<string, SurfaceValue> = {}
    const { lifecycle, key, ...options } = (resource.options ?? {}) as Keyed & {
      lifecycle?: LifecycleOptions
    }
    for (const [name, value] of Object.entries(withSecrets(options))) {
      if (value !== undefined) attributes[name] = valueOf(value, resource.site, name)
    }
    const body = { attributes, blocks: [], ...(range ? { end: range } : {}) }
    const { name } = resource
    // An instance of a module is a group: the one that holds everything in it.
    const kind = resource.kind === 'module' ? 'group' : resource.kind
    const own = key === undefined ? {} : { key }
    const kept = lifecycle === undefined ? {} : { lifecycle: surfaceLifecycle(lifecycle, range) }
    return { kind, name, ...own, path, address, body, ...kept, ...(range ? { range } : {}) }
  })
  const outputs = Object.entries(config.outputs ?? {}).map(([name, written]): SurfaceOutput => {
    const about = typeof written === 'object' && written !== null && outputMark in written
    const { value, description } = about ? written[outputMark] : { value: written, description: undefined }
    const said = description === undefined ? {} : { description }
    return { name, value: valueOf(value, site, `outputs.${name}`), ...said }
  })
  return {
    config: {
      ...(config.name === undefined ? {} : { stack: valueOf(config.name, site, 'name') }),
      ...(config.server === undefined ? {} : { server: valueOf(config.server, site, 'server') }),
      resources,
      outputs,
      ...surfaceHistory(config.history ?? [], addresses, tell),
      ...(incomplete ? { incomplete } : {}),
    },
    diagnostics,
  }
}

function keyOf({ options }: { readonly options?: unknown }): string | number | undefined {
  return (options as Keyed | undefined)?.key
}

/** The last segment of the id. */
function labelOf(resource: Resource | Module): string {
  const key = keyOf(resource)
  return key === undefined ? resource.name : `${resource.name}-${key}`
}

interface Placed {
  readonly resource: Resource | Module
  readonly path: readonly string[]
  readonly address: string
}

function place(
  resources: readonly unknown[],
  tell: (summary: string, detail: string, at: Site | undefined) => void,
): readonly Placed[] {
  const result: Placed[] = []
  const seen = new Set<object>()
  const visit = (
    list: readonly unknown[],
    path: readonly string[],
    scope: string,
    around: Group | Module | undefined,
  ): void => {
    for (const entry of list) {
      // Conditional entries: `debug && app(…)`.
      if (entry === undefined || entry === null || entry === false) continue
      if (!isResource(entry)) {
        const where = around ? `${around.kind} "${around.name}"` : 'the cluster'
        const detail = `Every entry of the resources of ${where} must be made by app(), group(), volume() or a module; one is ${named(entry)}.`
        tell('Not a resource', detail, around?.site)
        continue
      }
      if (path.length > maxDepth || result.length >= maxResources) {
        tell('Too many resources', `At most ${maxResources} resources, ${maxDepth} groups deep.`, entry.site)
        return
      }
      if (entry.kind === 'module' && around?.kind === 'group') {
        const detail = `Module "${entry.name}" stands in group "${around.name}"; modules stand in the cluster or in other modules.`
        tell('Module in a group', detail, entry.site)
        continue
      }
      if (seen.has(entry)) {
        const detail = `${entry.kind} "${entry.name}" is listed twice; what is made once can stand in one place only.`
        tell('Listed twice', detail, entry.site)
        continue
      }
      seen.add(entry)
      const key = keyOf(entry)
      const bracket = key === undefined ? '' : `[${JSON.stringify(key)}]`
      const address = `${scope}${entry.kind}.${entry.name}${bracket}`
      result.push({ resource: entry, path, address })
      if ('resources' in entry) visit(entry.resources, [...path, labelOf(entry)], `${address}.`, entry)
    }
  }
  visit(resources, [], '', undefined)
  return result
}

function isResource(value: unknown): value is Resource | Module {
  if (typeof value !== 'object' || value === null) return false
  const { kind, name, resources } = value as { kind?: unknown; name?: unknown; resources?: unknown }
  if (typeof name !== 'string') return false
  return (
    kind === 'app' ||
    kind === 'volume' ||
    ((kind === 'group' || kind === 'module') && Array.isArray(resources))
  )
}

/** Addresses are read by the assembler, which knows what there is. */
function surfaceHistory(
  history: readonly HistoryEntry[],
  addresses: Found['addresses'],
  tell: (summary: string, detail: string, at: Site | undefined) => void,
): Pick<SurfaceConfig, 'moves' | 'imports' | 'removals'> {
  const moves: SurfaceMove[] = []
  const imports: SurfaceImport[] = []
  const removals: SurfaceRemoval[] = []
  for (const entry of Array.isArray(history) ? (history as readonly HistoryEntry[]) : [history as never]) {
    if (!['moved', 'imported', 'removed'].includes((entry as { kind?: string } | undefined)?.kind ?? '')) {
      const detail = `"history" is a list of what moved(), imported() and removed() make; one entry is ${named(entry)}.`
      tell('Not a part of the history', detail, undefined)
      continue
    }
    const range = rangeOf(entry.site)
    const place = range ? { range } : {}
    const address = (of: Addressed): SurfaceAddress => {
      if (typeof of === 'string') return { text: of, ...place }
      const text = addresses.get(of)?.address
      if (text !== undefined) return { text, ...place, declared: true }
      const detail = `${of.kind} "${of.name}" is not part of this configuration: add it to the resources.`
      tell('Not in the configuration', detail, entry.site)
      return { text: `${of.kind}.${of.name}`, ...place }
    }
    if (entry.kind === 'moved') moves.push({ from: address(entry.from), to: address(entry.to), ...place })
    else if (entry.kind === 'imported') {
      const { id } = entry
      imports.push({
        to: address(entry.to),
        ...(id === undefined ? {} : { id: { value: id, ...place } }),
        ...place,
      })
    } else {
      const { destroy } = entry
      removals.push({
        from: address(entry.from),
        ...(destroy === undefined ? {} : { destroy: { value: destroy, ...place } }),
        ...place,
      })
    }
  }
  return {
    ...(moves.length > 0 ? { moves } : {}),
    ...(imports.length > 0 ? { imports } : {}),
    ...(removals.length > 0 ? { removals } : {}),
  }
}

/** Secrets that the environment names belong to the app; those that it lists itself are left as they are. */
function withSecrets(options: { readonly env?: unknown; readonly secrets?: object }): object {
  const { env, secrets } = options
  if (!isPlain(env)) return options
  const named = Object.values(env).flatMap((value: unknown) =>
    typeof value === 'object' && value !== null && secretMark in value ? [(value as Secret)[secretMark]] : [],
  )
  if (named.length === 0) return options
  return {
    ...options,
    secrets: { ...Object.fromEntries(named.map(s => [s.name, { source: s.source }])), ...secrets },
  }
}

function surfaceLifecycle(
  { ignoreChanges, preventDestroy, destroy }: LifecycleOptions,
  range: Range | undefined,
): SurfaceLifecycle {
  const place = range ? { range } : {}
  return {
    ...(ignoreChanges === undefined
      ? {}
      : {
          ignoreChanges:
            ignoreChanges === 'all' ? ignoreChanges : ignoreChanges.map(text => ({ text, ...place })),
        }),
    ...(preventDestroy === undefined ? {} : { preventDestroy: { value: preventDestroy, ...place } }),
    ...(destroy === undefined ? {} : { destroy: { value: destroy, ...place } }),
    ...place,
  }
}

interface Found {
  readonly addresses: ReadonlyMap<object, Placed>
  /** The value is an app's `env`. */
  readonly isEnvironment: boolean
  readonly references: Set<string>
  readonly sensitive: string[]
  /** By the JSON pointers of the values. */
  readonly problems: { readonly pointer: string; readonly text: string }[]
}

function plain(value: unknown, path: string, found: Found, depth: number): Json | undefined {
  if (value === undefined || value === null) return value
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value
    found.problems.push({ pointer: path, text: `is ${value}, which is not a number to plan with.` })
    return undefined
  }
  if (depth > maxDepth) {
    found.problems.push({ pointer: `${path.slice(0, 60)}…`, text: 'is nested too deeply, or in a circle.' })
    return undefined
  }
  if (Array.isArray(value)) return value.map((v, i) => plain(v, `${path}/${i}`, found, depth + 1) ?? null)
  if (typeof value !== 'object') {
    found.problems.push({ pointer: path, text: `is ${named(value)}; a configuration holds plain data only.` })
    return undefined
  }
  const special = value as { [sensitiveMark]?: unknown; [textMark]?: readonly (string | Reference)[] }
  if (sensitiveMark in value) {
    found.sensitive.push(path)
    return plain(special[sensitiveMark], path, found, depth + 1)
  }
  if (secretMark in value) {
    if (found.isEnvironment && /^\/[^/]+$/.test(path)) return { secret: (value as Secret)[secretMark].name }
    found.problems.push({
      pointer: path,
      text: 'is a secret, which can be the value of a variable in "env" only.',
    })
    return undefined
  }
  if (textMark in value)
    return special[textMark]!.map(p => (typeof p === 'string' ? p : idOf(p, path, found))).join('')
  if (referenceMark in value) return idOf(value as Reference, path, found)
  if (isResource(value)) return idOf({ [referenceMark]: value }, path, found)
  if (!isPlain(value)) {
    found.problems.push({ pointer: path, text: `is ${named(value)}; a configuration holds plain data only.` })
    return undefined
  }
  const result: Record<string, Json> = {}
  for (const [key, entry] of Object.entries(value)) {
    const json = plain(entry, `${path}/${escaped(key)}`, found, depth + 1)
    if (json !== undefined) result[key] = json
  }
  return result
}

/** A JSON pointer as a program writes it: `[0].path`. */
function written(pointer: string): string {
  return pointer
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
}

/** A step of a JSON pointer (RFC 6901). */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The id that a reference stands for; for a volume its name. */
function idOf(reference: Reference, path: string, found: Found): string {
  const resource = reference[referenceMark] as Resource
  const placed = found.addresses.get(resource)
  if (!placed) {
    const text =
      `refers to ${resource.kind} "${resource.name}", which is not part of this configuration: ` +
      'add it to the resources of the cluster or of a group.'
    found.problems.push({ pointer: path, text })
    return ''
  }
  found.references.add(placed.address)
  const segments = [...placed.path, labelOf(resource)]
  return resource.kind === 'volume' ? segments.join('-') : `/${segments.join('/')}`
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

function named(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) {
    const name = (value.constructor as { name?: string } | undefined)?.name
    return Array.isArray(value) ? 'a list' : `an object${name && name !== 'Object' ? ` (${name})` : ''}`
  }
  return typeof value === 'string' ? JSON.stringify(value) : `a ${typeof value}`
}

/** Columns are UTF-16 units and bytes unknown here; the loader, which has the text, sets them right and finds properties. */
function rangeOf(site: Site | undefined): Range | undefined {
  if (!site) return undefined
  const at = { line: site.line, column: site.column, byte: 0 }
  return { file: site.file, start: at, end: at }
}
