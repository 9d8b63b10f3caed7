// Reads a configuration from disk, whatever it is written in, and makes `Desired` of it. The only part of the language
// that touches files and processes. A user's mistake never throws: it comes back as a diagnostic with its place.
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { assert, by, errorDiagnostic, hasErrors } from '../../base/index.ts'
import type { Diagnostic, Range } from '../../base/index.ts'
import type { Desired, StackName } from '../../model/index.ts'
import { assemble, checkWhole, desiredFromMarathon, isStackName, stackNameFrom } from '../assemble/index.ts'
import type { Assembled, MarathonFile } from '../assemble/index.ts'
import type { Expressions } from '../hcl/index.ts'
import { Source } from '../hcl/source.ts'
import { parseJson } from '../json/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import type { ReadFile } from './fileaccess.ts'
import { evaluateHcl } from './hcl.ts'
import { hclFilesIn } from './hclfiles.ts'
import { loadModule } from './module.ts'
import type { LoadOptions } from './options.ts'
import { ModulePlaces } from './places.ts'
import { displayName, listDirectory, readAll, readText, reason } from './texts.ts'
import type { TextFile } from './texts.ts'
import { moduleVariables } from './variables.ts'

export type { GivenValue, LoadOptions } from './options.ts'

export interface Loaded {
  /** Absent when there are errors, and where it hangs on `missingVariables`. */
  readonly desired?: Desired
  readonly diagnostics: readonly Diagnostic[]
  /** Texts by the file names that diagnostics carry. */
  readonly sources: ReadonlyMap<string, string>
  readonly kind: 'directory' | 'file'
  /** Where each object stands in the text, by address. */
  readonly places: ReadonlyMap<string, Range>
  /** False for one Marathon file: what it does not name is not touched. */
  readonly deleteUnnamed: boolean
  /** The cluster's address from the settings. */
  readonly server?: string
  /** Absolute. */
  readonly directory: string
  /** What a module printed while it ran. */
  readonly output: string
  /** Whether the module ran without a network; absent where there is no module. */
  readonly isModuleOffline?: boolean
  /** What functions read: files with the hashes of their content, and variables of the environment by name. */
  readonly files: readonly ReadFile[]
  readonly environment: readonly string[]
  /** Variables without a value; empty unless `unknownVariables` allows them. */
  readonly missingVariables: readonly string[]
  /** For more expressions that see the configuration; absent where there is no HCL that could be read. */
  readonly expressions?: Expressions
}

const moduleName = 'sddc.config.ts'

/** `target` is a directory, or one Marathon file. */
export async function loadConfiguration(target: string, options: LoadOptions): Promise<Loaded> {
  const path = resolve(target)
  const diagnostics: Diagnostic[] = []
  const kind = await kindOf(path, diagnostics)
  const reading: Reading = {
    options,
    diagnostics,
    texts: new Map(),
    output: '',
    files: [],
    environment: [],
    missing: [],
  }
  if (kind === 'file') return loadFile(path, reading)
  const base = { kind: 'directory', deleteUnnamed: true, directory: path } as const
  const names = kind === undefined ? undefined : await listDirectory(path, diagnostics)
  if (!names) return finish(base, reading, [])
  const parts = await loadDirectory(path, names, reading)
  return finish(base, reading, parts)
}

interface Reading {
  readonly options: LoadOptions
  readonly diagnostics: Diagnostic[]
  readonly texts: Map<string, string>
  output: string
  files: readonly ReadFile[]
  environment: readonly string[]
  missing: readonly string[]
  isModuleOffline?: boolean
  expressions?: Expressions
}

/** One front end's share of a configuration, before the name of the stack is known. */
interface Part {
  readonly config?: SurfaceConfig
  readonly assemble: (stack: StackName, isAlone: boolean) => Assembled
}

async function kindOf(path: string, diagnostics: Diagnostic[]): Promise<'directory' | 'file' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file'
  } catch (error) {
    const detail = `${displayName(path)}: ${reason(error)}. Give a directory with a configuration, or a Marathon file.`
    diagnostics.push(errorDiagnostic('Configuration not found', detail))
    return undefined
  }
}

async function loadFile(path: string, reading: Reading): Promise<Loaded> {
  const base = { kind: 'file', deleteUnnamed: false, directory: dirname(path) } as const
  if (!path.endsWith('.json')) {
    const detail =
      `${displayName(path)} is not a Marathon file (*.json). HCL and TypeScript are applied as a whole: ` +
      `give the directory ${displayName(dirname(path))}.`
    reading.diagnostics.push(errorDiagnostic('Not a configuration by itself', detail))
    return finish(base, reading, [])
  }
  const file = await readText(path, reading.diagnostics)
  const parts = file ? [marathonPart([file], reading)] : []
  return finish(base, reading, parts, basename(path).replace(/(\.app|\.group)?\.json$/, ''))
}

async function loadDirectory(
  directory: string,
  names: readonly string[],
  reading: Reading,
): Promise<readonly Part[]> {
  const hcl = hclFilesIn(names)
  const json = names.filter(n => /\.(app|group)\.json$/.test(n))
  const hasModule = names.includes(moduleName)
  if (hcl.length === 0 && json.length === 0 && !hasModule) {
    const other = names.filter(n => /\.(json|ts|tf)$/.test(n)).slice(0, 3)
    const near = other.length === 0 ? '' : ` It has ${other.join(', ')}, which are none of these.`
    const detail =
      `${displayName(directory)} has no *.hcl, no *.hcl.json, no ${moduleName}, no *.app.json and no *.group.json ` +
      `(*.vars.hcl and *.test.hcl do not count).${near}`
    reading.diagnostics.push(errorDiagnostic('No configuration here', detail))
    return []
  }
  const parts: Part[] = []
  if (hcl.length > 0) {
    const files = keep(await readAll(directory, hcl, reading.diagnostics), reading)
    const fallback = stackNameFrom(basename(directory))
    const { config, diagnostics, sources, missing, ...read } = await evaluateHcl(
      files,
      directory,
      names,
      reading.options,
      fallback,
    )
    reading.files = read.files
    reading.environment = read.environment
    reading.missing = missing
    if (read.expressions !== undefined) reading.expressions = read.expressions
    reading.diagnostics.push(...diagnostics)
    for (const [name, text] of sources) reading.texts.set(name, text)
    if (config) parts.push({ config, assemble: (stack, isAlone) => assemble(config, stack, 'hcl', isAlone) })
  }
  if (hasModule) parts.push(...(await modulePart(join(directory, moduleName), reading)))
  if (json.length > 0) parts.push(marathonPart(await readAll(directory, json, reading.diagnostics), reading))
  return parts
}

async function modulePart(path: string, reading: Reading): Promise<readonly Part[]> {
  const file = await readText(path, reading.diagnostics)
  if (!file) return []
  keep([file], reading)
  const { options } = reading
  const vars = await moduleVariables(options, reading.diagnostics)
  const loaded = await loadModule(path, {
    env: options.env['SDDC_ENV'] ?? 'dev',
    vars,
    named: options.given.flatMap(g => (g.kind === 'value' ? [g.name] : [])),
    ...(options.timeLimitMs === undefined ? {} : { timeLimitMs: options.timeLimitMs }),
    ...(options.strict === undefined ? {} : { strict: options.strict }),
  })
  reading.output += loaded.output
  reading.isModuleOffline = loaded.isNetworkCut
  reading.files = [
    ...reading.files,
    ...loaded.files.map(f => ({ ...f, path: displayName(f.path, dirname(path)) })),
  ]
  const places = new ModulePlaces(file => moduleText(file, reading))
  reading.diagnostics.push(...loaded.diagnostics.map(d => places.diagnostic(d)))
  if (!loaded.config) return []
  const config = places.config(loaded.config)
  return [{ config, assemble: (stack, isAlone) => assemble(config, stack, 'typescript', isAlone) }]
}

/** Texts of the modules that diagnostics point into: the entry, and what it imports. */
function moduleText(path: string, reading: Reading): Source | undefined {
  const name = displayName(path)
  try {
    const text = reading.texts.get(name) ?? readFileSync(path, 'utf8')
    reading.texts.set(name, text)
    return new Source(name, text)
  } catch {
    return undefined
  }
}

function marathonPart(files: readonly TextFile[], reading: Reading): Part {
  keep(files, reading)
  const parsed: MarathonFile[] = []
  for (const { name, text } of files) {
    const { json, diagnostics, places } = parseJson(text, name)
    reading.diagnostics.push(...diagnostics)
    if (json !== undefined) parsed.push({ name, json, places })
  }
  return { assemble: stack => desiredFromMarathon(parsed, stack) }
}

function keep(files: readonly TextFile[], reading: Reading): readonly TextFile[] {
  for (const { name, text } of files) reading.texts.set(name, text)
  return files
}

function finish(
  base: Pick<Loaded, 'kind' | 'deleteUnnamed' | 'directory'>,
  reading: Reading,
  parts: readonly Part[],
  ownName: string = basename(base.directory),
): Loaded {
  const { diagnostics, options } = reading
  const settings = parts.flatMap(p => (p.config ? [p.config] : []))
  const stack = chooseStack(options.stack, settings, ownName, diagnostics)
  // What one front end says is told, even where another one failed.
  const assembled = parts.map(p => p.assemble(stack ?? ('unnamed' as StackName), parts.length === 1))
  for (const { diagnostics: found } of assembled) diagnostics.push(...found)
  const desired = hasErrors(diagnostics) ? undefined : merge(assembled, reading.missing, diagnostics)
  const server = settings.map(s => s.server?.value).find(v => typeof v === 'string')
  return {
    ...base,
    ...(desired === undefined || hasErrors(diagnostics) ? {} : { desired }),
    ...(server === undefined ? {} : { server }),
    diagnostics: inOrder(diagnostics, [...reading.texts.keys()]),
    sources: reading.texts,
    places: new Map(assembled.flatMap(a => [...a.sources])),
    output: reading.output,
    ...(reading.isModuleOffline === undefined ? {} : { isModuleOffline: reading.isModuleOffline }),
    files: reading.files,
    environment: reading.environment,
    missingVariables: reading.missing,
    ...(reading.expressions === undefined ? {} : { expressions: reading.expressions }),
  }
}

/** As the texts are read: by file, then from top to bottom; what has no place comes first. */
function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const rank = (d: Diagnostic): number => (d.subject ? files.indexOf(d.subject.file) : -1)
  return [...diagnostics].sort(
    (a, b) => rank(a) - rank(b) || (a.subject?.start.byte ?? 0) - (b.subject?.start.byte ?? 0),
  )
}

function chooseStack(
  given: string | undefined,
  settings: readonly SurfaceConfig[],
  ownName: string,
  diagnostics: Diagnostic[],
): StackName | undefined {
  const setting = settings.find(s => s.stack)?.stack
  const written = given ?? setting?.value
  if (written === undefined || written === null) {
    const made = stackNameFrom(ownName)
    if (made !== undefined) return made
    const detail = `No name can be made from ${JSON.stringify(ownName)}. Give one with --stack.`
    diagnostics.push(errorDiagnostic('No name for the stack', detail))
    return undefined
  }
  if (typeof written === 'string' && isStackName(written)) return written as StackName
  const detail =
    `${JSON.stringify(written)} is not a name of a stack: at most 63 lower-case letters, digits and hyphens, ` +
    'not beginning or ending with a hyphen.'
  const subject = given === undefined ? setting?.range : undefined
  diagnostics.push(errorDiagnostic('Invalid name of the stack', detail, { subject }))
  return undefined
}

/** All front ends of a directory are one configuration. */
function merge(
  assembled: readonly Assembled[],
  missing: readonly string[],
  diagnostics: Diagnostic[],
): Desired | undefined {
  const all = assembled.flatMap(a => (a.desired ? [a.desired] : []))
  // What hangs on a variable without a value can't be told.
  if (missing.length > 0 && all.length < assembled.length) return undefined
  // A part left out would be deleted from the cluster.
  assert(all.length === assembled.length, 'a part of the configuration has neither a value nor an error')
  const [first] = all
  if (!first || all.length === 1) return first
  if (reportDoubles(assembled, diagnostics)) return undefined
  const apps = all.flatMap(d => d.apps).sort(by(a => a.app.id))
  const groups = all.flatMap(d => d.groups).sort(by(g => g.id))
  const places = new Map(assembled.flatMap(a => [...a.sources]))
  diagnostics.push(...checkWhole(apps, groups, places))
  const volumes = all.flatMap(d => d.volumes).sort(by(v => v.name))
  return {
    ...first,
    apps,
    groups,
    volumes,
    outputs: Object.assign({}, ...all.map(d => d.outputs)) as Desired['outputs'],
    ...together('moves', all),
    ...together('imports', all),
    ...together('forgets', all),
  }
}

/** Absent where none of them says any. */
function together<K extends 'moves' | 'imports' | 'forgets'>(
  list: K,
  all: readonly Desired[],
): Pick<Desired, K> | Record<never, never> {
  const said = all.flatMap((d): readonly unknown[] => d[list] ?? [])
  return said.length === 0 ? {} : { [list]: said }
}

/** Apps that two front ends describe, at the second place. */
function reportDoubles(assembled: readonly Assembled[], diagnostics: Diagnostic[]): boolean {
  const first = new Map<string, Range | undefined>()
  let found = false
  for (const { desired, sources } of assembled) {
    const own = new Map((desired?.apps ?? []).map(a => [a.app.id, sources.get(a.address)]))
    for (const [id, subject] of own) {
      if (first.has(id)) {
        const before = first.get(id)
        const where = before ? ` at ${before.file}:${before.start.line}` : ''
        const detail = `${id} is already defined${where}. Rename one of the two, or remove it.`
        diagnostics.push(errorDiagnostic('Duplicate app', detail, { subject }))
        found = true
      } else first.set(id, subject)
    }
  }
  return found
}
