// A text in the canonical style: only blanks between tokens change, so its meaning can't. The text is cut into pieces
// and those into lines; indent, spacing and alignment then state how many spaces stand before each piece. The style is
// that of HashiCorp's hclwrite, with four exceptions: a heredoc stays as it is, also the code in it; a minus behind
// `${`, `%{` or `=>` is a sign; `a.0. 1` keeps the blank without which it would be another text; and behind a comment
// over several lines columns count from its last line.
import { assert, type Diagnostic, errorDiagnostic } from '../../../base/index.ts'
import { parseFile } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source } from '../source.ts'
import { alignLines } from './align.ts'
import { indentLines } from './indent.ts'
import { cutLines } from './lines.ts'
import { cutPieces, type Piece } from './pieces.ts'
import { spaceLines } from './spacing.ts'

export interface Formatted {
  /** Absent when the text has syntax errors. */
  readonly text?: string
  readonly diagnostics: readonly Diagnostic[]
}

/** UTF-16 units. Alignment next to one enormous line could ask for gigabytes; no text of a person comes near this. */
export const maxFormattedLength = 32 * 1024 * 1024

/** Idempotent. A text with syntax errors is refused whole; `file` names it in the diagnostics. */
export function formatHcl(text: string, file: string): Formatted {
  const source = new Source(file, text)
  const { problems } = parseFile(source)
  if (problems.length > 0) return { diagnostics: problemsToDiagnostics(source, problems) }
  const { pieces, tail } = cutPieces(source)
  const lines = cutLines(pieces)
  spaceLines(lines)
  indentLines(lines)
  alignLines(lines)
  if (lengthOf(pieces) > maxFormattedLength) return { diagnostics: [tooLong(source)] }
  const formatted = pieces.map(({ spaces, text: shown }) => ' '.repeat(spaces) + shown).join('') + tail
  assert(samePieces(pieces, cutPieces(new Source(file, formatted)).pieces), 'formatting changed the tokens')
  return { text: formatted, diagnostics: [] }
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { spaces, text }) => sum + spaces + text.length, 0)
}

function tooLong(source: Source): Diagnostic {
  return errorDiagnostic(
    'Text too wide to format',
    `Aligned, the text would have more than ${maxFormattedLength} characters, because some line is very long. Break that line.`,
    { subject: source.range({ start: source.first, end: source.first }) },
  )
}

function samePieces(before: readonly Piece[], after: readonly Piece[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ kind, text }, i) => kind === after[i]!.kind && text === after[i]!.text)
  )
}
