// What runs in the child process: takes the module's default export, describes it, and says what came out or what went
// wrong, as one JSON text on file descriptor 3. The loader bundles this with the user's module, so it takes from the
// rest of the program only what stands in lang/ts.
import { readFileSync, writeSync } from 'node:fs'
import type { Diagnostic } from '../../base/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import { clusterMark } from '../ts/cluster.ts'
import type { ClusterConfig, ClusterDefinition } from '../ts/cluster.ts'
import { siteIn } from '../ts/site.ts'
import type { Site } from '../ts/site.ts'
import { surfaceOf } from '../ts/surface.ts'

export interface ModuleContext {
  readonly env: string
  readonly vars: Readonly<Record<string, string>>
  /** The program's own folders of the language: their frames are not the user's. */
  readonly ownFolders: readonly string[]
}

/** The channel to the loader; standard output belongs to the module. */
const resultDescriptor = 3

export type ModuleResult =
  | { readonly kind: 'surface'; readonly config: SurfaceConfig; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'threw'; readonly message: string; readonly site?: Site }
  | { readonly kind: 'noDefault'; readonly exports: readonly string[] }
  | { readonly kind: 'notCluster'; readonly found: string }
  | { readonly kind: 'missingVariable'; readonly name: string; readonly site?: Site }

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
  finish(await describe(load, context))
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
    const described = definition[clusterMark]
    const config: ClusterConfig =
      typeof described === 'function'
        ? await described({ env: context.env, vars: guarded(context.vars) })
        : described
    const { config: surface, diagnostics } = surfaceOf(config, definition.site)
    return { kind: 'surface', config: surface, diagnostics }
  } catch (error) {
    return failure(error, context)
  }
}

function failure(error: unknown, context: ModuleContext): ModuleResult {
  const isError = error instanceof Error
  const site = siteIn(userFrames(isError ? (error.stack ?? '') : '', context))
  const where = site ? { site } : {}
  if (error instanceof MissingVariable) return { kind: 'missingVariable', name: error.variable, ...where }
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
function guarded(vars: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
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
