// The two shapes of an answer, and a refusal in one line.
import { isoTime, type Diagnostic, type Json } from '../../base/index.ts'
import type { RefusalCode, Reply } from '../../model/index.ts'
import type { State } from './state.ts'

export function succeeded(state: State, more: Partial<Extract<Reply, { ok: true }>> = {}): Reply {
  return {
    ok: true,
    revision: state.nextRevision,
    version: isoTime(state.env.utc),
    created: [],
    killed: [],
    ...more,
  }
}

export function refused(code: RefusalCode, message: string, details?: Json): Reply {
  return { ok: false, code, message, ...(details === undefined ? {} : { details }) }
}

/** Marathon's body for an object that is not valid: errors by JSON path. */
export function invalid(diagnostics: readonly Diagnostic[]): Reply {
  const byPath = new Map<string, string[]>()
  for (const d of diagnostics) {
    if (d.severity !== 'error') continue
    const path = d.path ?? '/'
    byPath.set(path, [...(byPath.get(path) ?? []), d.summary])
  }
  return refused(
    'INVALID',
    'Object is not valid',
    [...byPath].map(([path, errors]) => ({ path, errors })),
  )
}

/** What is wrong, in one line: the message, and the errors where its details hold them. */
export function refusalText({ message, details }: Extract<Reply, { ok: false }>): string {
  const errors = (Array.isArray(details) ? (details as readonly Json[]) : []).flatMap(entry => {
    const { path, errors } = (entry ?? {}) as { readonly path?: Json; readonly errors?: readonly string[] }
    return typeof path === 'string' && errors !== undefined ? [`${path}: ${errors.join(', ')}`] : []
  })
  return [message, ...errors].join('; ')
}
