// Loads a TypeScript module: bundled with esbuild (packages stay outside, source maps inside), then run by Node in a
// process of its own with a time and memory limit and an empty environment: no address of a cluster, no credentials.
// What it describes comes back as JSON; whatever goes wrong comes back as a diagnostic with the user's file and line.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Range } from '../../base/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import type { Site } from '../ts/site.ts'
import { bundleModule } from './bundle.ts'
import type { ReadFile } from './fileaccess.ts'
import { maxResultBytes, runModule } from './runmodule.ts'
import type { ModuleInput, ModuleRun } from './runmodule.ts'
import { findSandbox } from './sandbox.ts'
import { firstDifference } from './samesurface.ts'
import { displayName } from './texts.ts'

/** A module that only describes needs far less than a second; this leaves room for a slow machine. */
const defaultTimeLimitMs = 10_000
/** Another year, month, day, weekday, hour, minute and second. */
const clockShiftMs = (((400 * 24 + 5) * 60 + 7) * 60 + 11) * 1000 + 234

export interface LoadedModule {
  readonly config?: SurfaceConfig
  readonly diagnostics: readonly Diagnostic[]
  /** What the module printed. */
  readonly output: string
  /** What it read with `readFile`; paths absolute. */
  readonly files: readonly ReadFile[]
  /** False where the system does not allow it. */
  readonly isNetworkCut: boolean
}

export interface ModuleOptions extends ModuleInput {
  readonly timeLimitMs?: number
  /** Runs it twice, the second time at another time of day, and compares. */
  readonly strict?: boolean
}

export async function loadModule(path: string, options: ModuleOptions): Promise<LoadedModule> {
  const timeLimitMs = options.timeLimitMs ?? defaultTimeLimitMs
  const entry = await realpath(path)
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'sddc-module-'))
  try {
    const bundlePath = join(directory, 'bundle.mjs')
    const [sandbox, { code, diagnostics }] = await Promise.all([
      findSandbox(),
      bundleModule(entry, bundlePath),
    ])
    const { isNetworkCut } = sandbox
    if (code === undefined) return { diagnostics, output: '', files: [], isNetworkCut }
    await writeFile(bundlePath, code, { mode: 0o600 })
    const run = (input: ModuleInput): Promise<ModuleRun> =>
      runModule(sandbox, bundlePath, dirname(entry), input, timeLimitMs)
    const first = await run(options)
    const found = outcome(first, path, timeLimitMs)
    const all = [...diagnostics, ...found.diagnostics]
    if (options.strict === true && found.config) {
      const again = outcome(await run({ ...options, clockShiftMs }), path, timeLimitMs)
      all.push(...compared(found.config, again))
    }
    const files = first.result?.kind === 'surface' ? first.result.files : []
    return { ...found, diagnostics: all, output: first.output, files, isNetworkCut }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

type Outcome = Pick<LoadedModule, 'config' | 'diagnostics'>

/** What two runs of the same module must not differ in. */
function compared(config: SurfaceConfig, again: Outcome): readonly Diagnostic[] {
  const advice =
    'It must depend on nothing but its text, its variables and the files it reads: no clock, no chance.'
  if (!again.config) {
    const [error] = again.diagnostics
    const detail = `It failed when it was run again: ${error?.detail ?? 'without a word.'} ${advice}`
    return [errorDiagnostic('Module is not repeatable', detail, { subject: error?.subject })]
  }
  const difference = firstDifference(config, again.config)
  if (!difference) return []
  const { path, pointer, before, after, subject } = difference
  const detail =
    `Run twice, at two times of day, it gives two results. The first difference is ${path}: ` +
    `${before}, then ${after}. ${advice}`
  return [errorDiagnostic('Module is not repeatable', detail, { subject, path: pointer })]
}

function outcome(run: ModuleRun, path: string, timeLimitMs: number): Outcome {
  const file = displayName(path)
  const start = { line: 1, column: 1, byte: 0 }
  const whole: Range = { file, start, end: start }
  const wrong = (summary: string, detail: string, site?: Site): Outcome => ({
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
    case 'told':
      return {
        diagnostics: result.problems.map(({ summary, detail, site }) =>
          errorDiagnostic(summary, detail, { subject: site ? siteRange(site) : whole }),
        ),
      }
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
function silence(run: ModuleRun, file: string, timeLimitMs: number): { summary: string; detail: string } {
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

function siteRange(site: Site): Range {
  const at = { line: site.line, column: site.column, byte: 0 }
  return { file: site.file, start: at, end: at }
}
