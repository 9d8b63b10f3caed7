// Diagnostics about JSON values: Marathon's code or text as the summary, its path, and plain words beside it.
import { errorDiagnostic, warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'

/** `/` for the whole object, else the path as it is. */
export function problem(path: string, summary: string, detail: string): Diagnostic {
  return errorDiagnostic(summary, detail, { path: path === '' ? '/' : path })
}

export function remark(path: string, summary: string, detail: string): Diagnostic {
  return warningDiagnostic(summary, detail, { path: path === '' ? '/' : path })
}

/** Whether the mistake is one of form (Marathon: "Invalid JSON") rather than of meaning ("Object is not valid"). */
export function isFormMistake(diagnostic: Diagnostic): boolean {
  return diagnostic.summary.startsWith('error.')
}

export type JsonObject = { readonly [key: string]: Json | undefined }

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** Records that a value has the wrong JSON type, in Marathon's code. */
export function wrongType(
  code: string,
  wanted: string,
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
): undefined {
  diagnostics.push(problem(path, `error.expected.${code}`, `Must be ${wanted}, not ${describe(json)}.`))
  return undefined
}

/** A short text of a value for messages. */
function describe(json: Json): string {
  if (json === null) return 'null'
  if (typeof json === 'string') return `the string ${shortened(json)}`
  if (typeof json === 'number') return `the number ${json}`
  if (typeof json === 'boolean') return String(json)
  return Array.isArray(json) ? 'a list' : 'an object'
}

/** A text of a user as messages show it. */
export function shortened(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
}
