// Diagnostics about JSON values: Marathon's code or text as the summary, its path, and plain words beside it.
import { errorDiagnostic, warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'

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
