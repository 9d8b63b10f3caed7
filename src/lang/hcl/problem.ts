// A finding of the lexer or parser before its place is worked out: offsets only, so that a text without mistakes never
// pays for lines and columns.
import { type Diagnostic, errorDiagnostic } from '../../base/index.ts'
import type { Source, Span } from './source.ts'

export interface Problem extends Span {
  readonly summary: string
  readonly detail: string
}

/** Beyond this many findings in one file more of them help nobody; the bound also keeps hostile input cheap. */
export const maxProblemsPerFile = 100

/** In the order of the text, at most `maxProblemsPerFile`. */
export function problemsToDiagnostics(source: Source, problems: readonly Problem[]): Diagnostic[] {
  return [...problems]
    .sort((a, b) => a.start - b.start)
    .slice(0, maxProblemsPerFile)
    .map(p => errorDiagnostic(p.summary, p.detail, { subject: source.range(p) }))
}
