// Loads a TypeScript module: bundled with esbuild (packages stay outside, source maps inside), then run by Node in a
// process of its own with a time and memory limit and an empty environment: no address of a cluster, no credentials.
// What it describes comes back as JSON; whatever goes wrong comes back as a diagnostic with the user's file and line.
import { spawn } from 'node:child_process'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Message, Plugin } from 'esbuild'
import { errorDiagnostic, warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Range } from '../../base/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import { Source } from '../hcl/source.ts'
import type { Site } from '../ts/site.ts'
import type { ModuleContext, ModuleResult } from './child.ts'
import { displayName } from './texts.ts'

/** A module that only describes needs far less than a second; this leaves room for a slow machine. */
const defaultTimeLimitMs = 10_000
const heapLimitMiB = 512
/** What the description may be as JSON, and what the module may print. */
const maxResultBytes = 64 * 1024 * 1024
const maxOutputBytes = 64 * 1024

export interface LoadedModule {
  readonly config?: SurfaceConfig
  readonly diagnostics: readonly Diagnostic[]
  /** What the module printed. */
  readonly output: string
}

export interface ModuleOptions {
  readonly env: string
  readonly vars: Readonly<Record<string, string>>
  readonly timeLimitMs?: number
}

// The folder of lang, in src or in dist; the two have the same structure.
const here = fileURLToPath(import.meta.url)
const ownFolder = join(dirname(dirname(here)), sep)
// The build's source maps lead from dist back to src.
const ownFolders = [ownFolder, join(dirname(dirname(ownFolder)), 'src', 'lang', sep)]
const extension = here.endsWith('.ts') ? 'ts' : 'js'

export async function loadModule(path: string, options: ModuleOptions): Promise<LoadedModule> {
  const entry = await realpath(path)
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'sddc-module-'))
  try {
    const bundlePath = join(directory, 'bundle.mjs')
    const { code, diagnostics } = await bundle(entry, bundlePath)
    if (code === undefined) return { diagnostics, output: '' }
    await writeFile(bundlePath, code, { mode: 0o600 })
    const run = await runBundle(bundlePath, dirname(entry), options)
    const found = outcome(run, path, options.timeLimitMs ?? defaultTimeLimitMs)
    return { ...found, diagnostics: [...diagnostics, ...found.diagnostics], output: run.output }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Builds of this process; esbuild's own process is shared by them. */
let runningBuilds = 0

async function bundle(
  entry: string,
  outfile: string,
): Promise<{ code?: Uint8Array; diagnostics: readonly Diagnostic[] }> {
  // Loaded only here: who writes HCL does not wait for it.
  const { build, stop } = await import('esbuild')
  const child = join(ownFolder, 'load', `child.${extension}`)
  runningBuilds++
  try {
    const result = await build({
      stdin: {
        contents: `import { main } from ${JSON.stringify(child)}\nawait main(() => import(${JSON.stringify(entry)}))\n`,
        resolveDir: dirname(entry),
        sourcefile: 'entry.js',
      },
      absWorkingDir: dirname(entry),
      outfile,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [packagesOutside],
    })
    const warnings = result.warnings.map(w => placed(w, dirname(entry), 'warning'))
    return { code: result.outputFiles[0]!.contents, diagnostics: warnings }
  } catch (error) {
    const { errors } = error as { errors?: readonly Message[] }
    if (!errors) throw error
    return { diagnostics: errors.map(e => placed(e, dirname(entry), 'error')) }
  } finally {
    // esbuild keeps a process for the next build; none is expected.
    if (--runningBuilds === 0) await stop()
  }
}

/** `sddc` is this very program; what lies in node_modules is imported by Node from where it is. */
const packagesOutside: Plugin = {
  name: 'packages-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async args => {
      if (args.path === 'sddc') return { path: join(ownFolder, 'ts', `index.${extension}`) }
      if (args.pluginData === packagesOutside || isBuiltin(args.path)) return undefined
      const { importer, kind, resolveDir } = args
      const found = await build.resolve(args.path, {
        importer,
        kind,
        resolveDir,
        pluginData: packagesOutside,
      })
      if (found.errors.length > 0 || found.external) return found
      const inPackages = found.path.split(sep).includes('node_modules')
      return inPackages ? { path: pathToFileURL(found.path).href, external: true } : found
    })
  },
}

interface Run {
  readonly result?: ModuleResult
  readonly output: string
  readonly exitCode: number | null
  readonly timedOut: boolean
  readonly tooMuch: boolean
}

async function runBundle(path: string, workingDirectory: string, options: ModuleOptions): Promise<Run> {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--no-warnings', `--max-old-space-size=${heapLimitMiB}`, path],
    { cwd: workingDirectory, env: {}, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] },
  )
  const context: ModuleContext = { env: options.env, vars: options.vars, ownFolders }
  child.stdin!.on('error', () => {})
  child.stdin!.end(JSON.stringify(context))
  const results: Buffer[] = []
  let size = 0
  let output = ''
  let tooMuch = false
  let timedOut = false
  child.stdio[3]!.on('data', (chunk: Buffer) => {
    size += chunk.length
    tooMuch = size > maxResultBytes
    if (tooMuch) child.kill('SIGKILL')
    else results.push(chunk)
  })
  const keep = (chunk: Buffer): void => {
    if (output.length < maxOutputBytes) output += chunk.toString()
  }
  child.stdout!.on('data', keep)
  child.stderr!.on('data', keep)
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, options.timeLimitMs ?? defaultTimeLimitMs)
  try {
    const exitCode = await new Promise<number | null>((done, failed) => {
      child.on('error', failed)
      child.on('close', done)
    })
    const result = timedOut || tooMuch ? undefined : parseResult(Buffer.concat(results).toString())
    return { ...(result ? { result } : {}), output, exitCode, timedOut, tooMuch }
  } finally {
    clearTimeout(timer)
  }
}

function parseResult(text: string): ModuleResult | undefined {
  try {
    return JSON.parse(text) as ModuleResult
  } catch {
    return undefined
  }
}

function outcome(run: Run, path: string, timeLimitMs: number): Omit<LoadedModule, 'output'> {
  const file = displayName(path)
  const start = { line: 1, column: 1, byte: 0 }
  const whole: Range = { file, start, end: start }
  const wrong = (summary: string, detail: string, site?: Site): Omit<LoadedModule, 'output'> => ({
    diagnostics: [errorDiagnostic(summary, detail, { subject: site ? siteRange(site) : whole })],
  })
  const { result } = run
  if (!result) {
    const { summary, detail } = silence(run, file, timeLimitMs)
    return wrong(summary, detail)
  }
  switch (result.kind) {
    case 'surface':
      return { config: result.config, diagnostics: result.diagnostics }
    case 'threw':
      return wrong('Module failed', `${result.message}.`.replace(/\.\.$/, '.'), result.site)
    case 'missingVariable':
      return wrong(
        'Missing variable',
        `The module reads the variable "${result.name}", which has no value. Give it with --var ${result.name}=….`,
        result.site,
      )
    case 'noDefault': {
      const named =
        result.exports.length === 0 ? 'It exports nothing.' : `It exports ${result.exports.join(', ')}.`
      return wrong('No default export', `${named} Write: export default defineCluster({ … }).`)
    }
    case 'notCluster':
      return wrong(
        'Default export is not a cluster',
        `It is ${result.found === 'object' ? 'an object' : `a ${result.found}`}. Write: export default defineCluster({ … }).`,
      )
  }
}

/** Why no result came. */
function silence(run: Run, file: string, timeLimitMs: number): { summary: string; detail: string } {
  const printed = run.output.trim().split('\n').slice(-5).join('\n')
  const said = printed === '' ? '' : ` It printed:\n${printed}`
  if (run.timedOut) {
    const detail = `${file} did not end within ${timeLimitMs / 1000} s and was stopped. Look for an endless loop or a wait.${said}`
    return { summary: 'Module takes too long', detail }
  }
  if (run.tooMuch) {
    return {
      summary: 'Module describes too much',
      detail: `At most ${maxResultBytes} bytes of JSON are taken.`,
    }
  }
  // Node's own code for a top-level await that never settles.
  if (run.exitCode === 13) {
    const detail = `${file} waits for a promise that never settles.${said}`
    return { summary: 'Module never finishes', detail }
  }
  const how =
    run.exitCode === null ? 'was ended by a signal (out of memory?)' : `ended with exit code ${run.exitCode}`
  const detail = `The process of ${file} ${how} before it gave a configuration. A module must not call process.exit.${said}`
  return { summary: 'Module ended by itself', detail }
}

function placed(message: Message, directory: string, severity: 'error' | 'warning'): Diagnostic {
  const { location, notes } = message
  const detail = [message.text, ...notes.map(n => n.text)].join(' ')
  const make = severity === 'error' ? errorDiagnostic : warningDiagnostic
  const file = location ? displayName(resolve(directory, location.file)) : undefined
  const subject =
    location && file !== undefined
      ? oneLine(file, location.lineText, location.line, location.column, location.length)
      : undefined
  return make('Module can not be read', `${detail}.`.replace(/\.\.$/, '.'), { subject })
}

/** A range from a line's text and a place in it in UTF-8 bytes. The loader sets `byte` right. */
function oneLine(file: string, text: string, line: number, byteColumn: number, bytes: number): Range {
  const buffer = Buffer.from(text)
  const start = buffer.subarray(0, byteColumn).toString().length
  const end = buffer.subarray(0, byteColumn + bytes).toString().length
  const { start: from, end: to } = new Source(file, text).range({ start, end })
  return { file, start: { ...from, line }, end: { ...to, line } }
}

function siteRange(site: Site): Range {
  const at = { line: site.line, column: site.column, byte: 0 }
  return { file: site.file, start: at, end: at }
}
