// A user's mistake, told well: one line that names it, where it is, and what to do. Diagnostics are collected and
// returned, never thrown across a layer. Printing is the business of src/cli.

/** A place in a text. `line` and `column` count from 1, `column` in grapheme clusters; `byte` counts UTF-8 bytes from 0. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly byte: number
}

/** Half-open: `end` is the first position after the text meant. */
export interface Range {
  readonly file: string
  readonly start: Position
  readonly end: Position
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** One line, no full stop: what is wrong. */
  readonly summary: string
  /** Sentences: the values involved and what to do. */
  readonly detail: string
  /** The text to mark. */
  readonly subject?: Range | undefined
  /** The block or construct around it, for example `app "web"`. */
  readonly context?: string | undefined
  /** Where in a JSON value, Marathon's way: `/container/volumes(0)/hostPath`; `/` is the whole object. */
  readonly path?: string | undefined
  /** The address of the object it is about, for example `app.web`. */
  readonly address?: string | undefined
  /** What the names in the expression that failed stand for: `var.count`, `is "abc"`. Never anything sensitive. */
  readonly values?: readonly { readonly name: string; readonly text: string }[] | undefined
}

export function errorDiagnostic(
  summary: string,
  detail: string,
  where: Pick<Diagnostic, 'subject' | 'context' | 'path' | 'address'> = {},
): Diagnostic {
  return { severity: 'error', summary, detail, ...where }
}

export function warningDiagnostic(
  summary: string,
  detail: string,
  where: Pick<Diagnostic, 'subject' | 'context' | 'path' | 'address'> = {},
): Diagnostic {
  return { severity: 'warning', summary, detail, ...where }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(d => d.severity === 'error')
}
