// One app, from any form that Marathon accepts to the canonical one. What comes out is well-formed, not yet sensible:
// rules across fields are validateApp's.
import { hasErrors } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'
import type { App } from '../app.ts'
import type { AppId } from '../ids.ts'
import { maxIdLength } from '../schema/limits.ts'
import { completeApp } from './complete.ts'
import { inputFields, translateLegacy } from './legacy.ts'
import type { LooseApp } from './legacy.ts'
import { resolvePath } from './path.ts'
import { problem, remark } from './problem.ts'
import { readObject } from './read.ts'

export interface NormalizeOptions {
  /** The group that relative ids and dependencies belong to; `/` if not given. */
  readonly base?: string
  /** The id when it is known from elsewhere, as from the address of a request. */
  readonly id?: AppId
}

export interface NormalizedApp {
  /** Absent when there are errors. */
  readonly app?: App
  readonly diagnostics: readonly Diagnostic[]
}

export function normalizeApp(input: Json, options: NormalizeOptions = {}): NormalizedApp {
  const diagnostics: Diagnostic[] = []
  const loose = readLoose(input, diagnostics)
  if (!loose) return { diagnostics }
  return finishApp(translateLegacy(loose, diagnostics), options, diagnostics)
}

/** Reads the fields that are there, without defaults for those that are not. */
export function readLoose(input: Json, diagnostics: Diagnostic[]): LooseApp | undefined {
  const read = readObject(inputFields, input, '', diagnostics, { defaults: false, ignored: ignoredFields })
  return read as LooseApp | undefined
}

export function finishApp(
  given: LooseApp,
  options: NormalizeOptions,
  diagnostics: Diagnostic[],
): NormalizedApp {
  const group = options.base ?? '/'
  const id = appId(given.id, group, options.id, diagnostics)
  const app = id && completeApp(id, group, given, diagnostics)
  return app && !hasErrors(diagnostics) ? { app, diagnostics } : { diagnostics }
}

function appId(
  written: string | undefined,
  group: string,
  known: AppId | undefined,
  diagnostics: Diagnostic[],
): AppId | undefined {
  if (known !== undefined) {
    if (written !== undefined && resolvePath(group, written) !== known)
      diagnostics.push(remark('/id', 'another id is written in the definition', `The app is ${known}.`))
    return known
  }
  if (written === undefined) {
    diagnostics.push(problem('/id', 'error.path.missing', 'An app needs an "id", for example "/web".'))
    return undefined
  }
  const path = resolvePath(group, written)
  if (written.trim() === '') {
    diagnostics.push(problem('/id', 'Path must contain at least one path element', 'Give the app a name.'))
    return undefined
  }
  if (path.length > maxIdLength) {
    diagnostics.push(problem('/id', 'error.maxLength', `A path has at most ${maxIdLength} characters.`))
    return undefined
  }
  return path as AppId
}

/** What servers show of an app and clients send back; and old fields without effect. */
export const ignoredFields: ReadonlySet<string> = new Set([
  'version',
  'versionInfo',
  'tasks',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'deployments',
  'lastTaskFailure',
  'taskStats',
  'readinessCheckResults',
  'storeUrls',
  'taskLostBehavior',
])
