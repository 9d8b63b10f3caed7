// Changes of single apps, as the REST API brings them: create, put, delete, restart. All changes of one request are
// checked before any takes effect, and make one deployment.
import { errorDiagnostic, isoTime, type Diagnostic, type Json } from '../../base/index.ts'
import {
  instancesWithoutAsking,
  isFormMistake,
  marathonApp,
  normalizeApp,
  normalizeUpdate,
  unredact,
  validateApp,
  type Actor,
  type App,
  type AppId,
  type AppRequest,
  type DeploymentId,
  type Operation,
  type Reply,
} from '../../model/index.ts'
import { submittedAppOf } from './instances.ts'
import { invalid, refused } from './replies.ts'
import type { AppRow } from './rows.ts'
import type { State } from './state.ts'
import { commitTargets, waiting, type Target } from './targets.ts'
import { versionedApp, versionKeys } from './versions.ts'

type Checked = { readonly target: Target } | { readonly refusal: Reply }

export function changeApps(
  state: State,
  operation: Extract<Operation, { kind: 'changeApps' }>,
  actor: Actor,
  queuedAs?: DeploymentId,
): Reply {
  const targets = new Map<AppId, Target>()
  for (const change of operation.changes) {
    const checked = check(state, change)
    if ('refusal' in checked) return checked.refusal
    const { target } = checked
    if (targets.has(target.id)) return refused('INVALID', `The request names app '${target.id}' twice`)
    const slip = target.submitted === null ? undefined : tooMany(state, target.submitted, operation.force)
    if (slip !== undefined) return slip
    targets.set(target.id, target)
  }
  return commitTargets(state, actor, [...targets.values()], {
    force: operation.force,
    always: true,
    ...waiting(operation, queuedAs),
  })
}

/** A refusal where an app would get so many instances that they are likelier a slip than a wish. */
export function tooMany(state: State, { id, instances }: App, force: boolean): Reply | undefined {
  const present = state.tables.app.get(id)?.instances ?? 0
  if (instances <= Math.max(instancesWithoutAsking, present) || force) return undefined
  return refused(
    'INVALID',
    `${instances} instances of '${id}' are more than ${instancesWithoutAsking}. If they are meant, repeat with '?force=true'.`,
  )
}

function check(state: State, change: AppRequest): Checked {
  switch (change.kind) {
    case 'create': {
      const made = normalizeApp(change.body, {})
      if (made.app === undefined) return { refusal: malformed(made.diagnostics) }
      if (state.tables.app.has(made.app.id)) {
        return { refusal: refused('EXISTS', `An app with id [${made.app.id}] already exists.`) }
      }
      return checkApp(made.app, made.diagnostics)
    }
    case 'put':
      return checkPut(state, change)
    case 'delete':
      return state.tables.app.has(change.id)
        ? { target: { id: change.id, submitted: null, restart: false } }
        : { refusal: missing(change.id) }
    case 'restart': {
      const row = state.tables.app.get(change.id)
      return row === undefined
        ? { refusal: missing(change.id) }
        : { target: { id: change.id, submitted: submittedAppOf(state, row), restart: true } }
    }
  }
}

function checkPut(state: State, change: Extract<AppRequest, { kind: 'put' }>): Checked {
  const row = state.tables.app.get(change.id)
  const version = versionAsked(change.body)
  if (version !== undefined) return checkRollback(state, change.id, version)
  if (row === undefined && !change.create) return { refusal: missing(change.id) }
  const made =
    row === undefined
      ? normalizeApp(change.body, { id: change.id })
      : normalizeUpdate(submittedAppOf(state, row), withKeptSecrets(state, row, change.body), {
          partial: change.partial,
        })
  if (made.app === undefined) return { refusal: malformed(made.diagnostics) }
  if (made.app.id !== change.id) {
    return {
      refusal: invalid([
        errorDiagnostic(`The app id ${made.app.id} differs from ${change.id} in the address`, '', {
          path: '/id',
        }),
      ]),
    }
  }
  return checkApp(made.app, made.diagnostics)
}

/** A listing shows marks for sensitive values: where one comes back, the value stays as it is stored. */
export function withKeptSecrets(state: State, row: AppRow, body: Json): Json {
  if (row.sensitivePaths.length === 0) return body
  return unredact(body, marathonApp(submittedAppOf(state, row)), row.sensitivePaths)
}

// `{"version": T}` alone goes back to a stored version.
function versionAsked(body: Json): string | undefined {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return undefined
  const fields = body as { readonly [key: string]: Json | undefined }
  const others = Object.keys(fields).filter(key => key !== 'version' && key !== 'id')
  return others.length === 0 && typeof fields['version'] === 'string' ? fields['version'] : undefined
}

function checkRollback(state: State, id: AppId, version: string): Checked {
  const stored = versionKeys(state, id)
    .map(key => state.tables.version.get(key)!)
    .find(row => isoTime(row.version) === version)
  return stored === undefined
    ? { refusal: refused('NOT_FOUND', `App '${id}' does not exist in version ${version}`) }
    : {
        target: {
          id,
          submitted: versionedApp(state, stored),
          restart: false,
        },
      }
}

function checkApp(app: App, diagnostics: readonly Diagnostic[]): Checked {
  const errors = [...diagnostics, ...validateApp(app)].filter(d => d.severity === 'error')
  if (errors.length > 0) return { refusal: malformed(errors) }
  return { target: { id: app.id, submitted: app, restart: false } }
}

/** As `invalid`; what is not of the right form has Marathon's other words. */
export function malformed(diagnostics: readonly Diagnostic[]): Reply {
  const reply = invalid(diagnostics)
  return !reply.ok && diagnostics.some(isFormMistake) ? { ...reply, message: 'Invalid JSON' } : reply
}

function missing(id: AppId): Reply {
  return refused('NOT_FOUND', `App '${id}' does not exist`)
}
