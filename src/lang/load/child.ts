// What runs in the child process: takes the module's default export, describes it, and says what came out or what went
// wrong, as one JSON text on file descriptor 3. The loader bundles this with the user's module, so it takes from the
// rest of the program only what stands in lang/ts.
import { createHash } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Diagnostic } from '../../base/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import { clusterMark } from '../ts/cluster.ts'
import type { ClusterConfig, ClusterContext, ClusterDefinition, FileReader } from '../ts/cluster.ts'
import { ConfigurationProblem } from '../ts/problem.ts'
import { collectValues, validateValues } from '../ts/read.ts'
import type { Schemas } from '../ts/schema.ts'
import { siteIn } from '../ts/site.ts'
import type { Site } from '../ts/site.ts'
import { surfaceOf } from '../ts/surface.ts'
import type { ReadFile } from './fileaccess.ts'

export interface ModuleContext {
  readonly env: string
  readonly vars: Readonly<Record<string, string>>
  /** Variables that the command line gives a value to by name: a module that declares its variables must know them. */
  readonly named: readonly string[]
  /** The program's own folders of the language: their frames are not the user's. */
  readonly ownFolders: readonly string[]
  /** The module sees the clock so much later. */
  readonly clockShiftMs?: number
}

/** The channel to the loader; standard output belongs to the module. */
const resultDescriptor = 3

export type ModuleResult =
  | {
      readonly kind: 'surface'
      readonly config: SurfaceConfig
      readonly diagnostics: readonly Diagnostic[]
      readonly files: readonly ReadFile[]
    }
  | { readonly kind: 'told'; readonly problems: readonly ToldProblem[] }
  | { readonly kind: 'threw'; readonly message: string; readonly site?: Site }
  | { readonly kind: 'noDefault'; readonly exports: readonly string[] }
  | { readonly kind: 'notCluster'; readonly found: string }
  | { readonly kind: 'missingVariable'; readonly name: string; readonly site?: Site }

export interface ToldProblem {
  readonly summary: string
  readonly detail: string
  readonly site?: Site
}

/**
 * The main program of the child. The module may call exit or never settle; then nothing is sent, and the loader says
 * so. Called from the entry that the loader writes.
 * @public
 */
export async function main(load: () => Promise<Readonly<Record<string, unknown>>>): Promise<void> {
  const context = JSON.parse(readFileSync(0, 'utf8')) as ModuleContext
  const finish = (result: ModuleResult): never => {
    send(JSON.stringify(result))
    return process.exit(0)
  }
  // A rejection that nobody waits for arrives here, too.
  process.on('uncaughtException', error => finish(failure(error, context)))
  if (context.clockShiftMs !== undefined) shiftClock(context.clockShiftMs)
  finish(await describe(load, context))
}

/** `new Date()`, `Date()` and `Date.now()`; what measures durations differs between two runs anyway. */
function shiftClock(shiftMs: number): void {
  const Real = Date
  const now = (): number => Real.now() + shiftMs
  globalThis.Date = new Proxy(Real, {
    apply: () => new Real(now()).toString(),
    construct: (target, args: unknown[], made) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, made) as Date,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  })
}

async function describe(
  load: () => Promise<Readonly<Record<string, unknown>>>,
  context: ModuleContext,
): Promise<ModuleResult> {
  try {
    const module = await load()
    const definition = module['default']
    if (definition === undefined) return { kind: 'noDefault', exports: Object.keys(module) }
    if (!isDefinition(definition)) return { kind: 'notCluster', found: typeof definition }
    const contents = new Map<string, Buffer>()
    const config = await evaluate(definition, { ...context, readFile: reader(contents) })
    if ('kind' in config) return config
    const { config: surface, diagnostics } = surfaceOf(config, definition.site)
    return { kind: 'surface', config: surface, diagnostics, files: recorded(contents) }
  } catch (error) {
    return failure(error, context)
  }
}

async function evaluate(
  definition: ClusterDefinition,
  { env, vars: given, named, readFile }: ModuleContext & { readonly readFile: FileReader },
): Promise<ClusterConfig | Extract<ModuleResult, { kind: 'told' }>> {
  const described = definition[clusterMark]
  const context: ClusterContext = { env, vars: guarded(given), readFile }
  if (typeof described === 'function') return described(context)
  if (described.build === undefined) return described
  const { vars: schemas, build } = described
  const results = validateValues(schemas, given).map(async ([name, result]) => [name, await result] as const)
  const { values, problems } = collectValues(await Promise.all(results), given)
  const told = problems.map(({ name, isMissing, message }): ToldProblem => {
    const site = siteOf(schemas, name) ?? definition.site
    const how = `Give it with --var ${name}=….`
    return {
      summary: isMissing ? 'Missing variable' : 'Invalid value of a variable',
      detail: isMissing ? `The variable "${name}" has no value. ${how}` : `Variable "${name}": ${message}`,
      ...(site ? { site } : {}),
    }
  })
  for (const name of named.filter(n => !Object.hasOwn(schemas, n))) {
    const detail = `No variable "${name}" is declared. Those that are: ${Object.keys(schemas).join(', ')}.`
    const site = definition.site
    told.push({ summary: 'Value for undeclared variable', detail, ...(site ? { site } : {}) })
  }
  if (told.length > 0) return { kind: 'told', problems: told }
  return build({ ...context, vars: guarded(values) } as never)
}

/** Our own schemas know where they were written. */
function siteOf(schemas: Schemas, name: string): Site | undefined {
  return (schemas[name] as { readonly site?: Site } | undefined)?.site
}

/** Every file is read once. Paths are relative to the module: its folder is the working directory of this process. */
function reader(contents: Map<string, Buffer>): FileReader {
  function readFile(path: string): string
  function readFile(path: string, as: 'bytes'): Uint8Array
  function readFile(path: string, as?: 'bytes'): string | Uint8Array {
    const whole = resolve(path)
    const bytes = contents.get(whole) ?? readFileSync(path)
    contents.set(whole, bytes)
    return as === 'bytes' ? new Uint8Array(bytes) : bytes.toString()
  }
  return readFile
}

function recorded(contents: ReadonlyMap<string, Buffer>): readonly ReadFile[] {
  return [...contents]
    .map(([path, bytes]) => ({ path, sha256: createHash('sha256').update(bytes).digest('hex') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function failure(error: unknown, context: ModuleContext): ModuleResult {
  const isError = error instanceof Error
  const site = siteIn(userFrames(isError ? (error.stack ?? '') : '', context))
  const where = site ? { site } : {}
  if (error instanceof MissingVariable) return { kind: 'missingVariable', name: error.variable, ...where }
  if (error instanceof ConfigurationProblem) {
    return { kind: 'told', problems: [{ summary: error.summary, detail: error.message, ...where }] }
  }
  if (isError && (error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED') {
    const detail =
      'A module can read files, but write none, start no programs or threads and load no native code.'
    return { kind: 'told', problems: [{ summary: 'Not allowed in a module', detail, ...where }] }
  }
  const message = isError ? `${error.name}: ${error.message}` : String(error)
  return { kind: 'threw', message, ...where }
}

function send(text: string): void {
  const bytes = Buffer.from(text)
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(resultDescriptor, bytes, sent)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

class MissingVariable extends Error {
  readonly variable: string
  constructor(variable: string) {
    super(`variable ${variable} is not set`)
    this.variable = variable
  }
}

/** Reading a variable that nobody gave is a mistake to tell, not an `undefined` that ends in a command line. */
function guarded<T>(vars: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return new Proxy(vars, {
    get(target, name) {
      if (typeof name === 'symbol' || name === 'toJSON' || name === 'then') return undefined
      if (!Object.hasOwn(target, name)) throw new MissingVariable(name)
      return target[name]
    },
  })
}

function isDefinition(value: unknown): value is ClusterDefinition {
  return typeof value === 'object' && value !== null && clusterMark in value
}

/** The frames of a trace without our own and the engine's. */
function userFrames(stack: string, context: ModuleContext): string {
  return stack
    .split('\n')
    .filter(
      line =>
        /^\s+at /.test(line) && !context.ownFolders.some(f => line.includes(f)) && !line.includes('node:'),
    )
    .join('\n')
}
