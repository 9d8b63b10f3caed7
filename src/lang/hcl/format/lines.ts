// Lines and their cells. A line ends at a newline piece, so a heredoc with its body is part of one line, and so is a
// block comment over several.
import { T } from '../tokens.ts'
import { bracketChange } from './brackets.ts'
import { comment, type Piece } from './pieces.ts'

/** Each cell may be empty, but a line is not. */
export interface Line {
  /** Everything up to the assignment. */
  readonly lead: readonly Piece[]
  /** From the first `=` on, if the brackets behind it balance on this line. */
  readonly assign: readonly Piece[]
  /** The comment that ends the line, if anything stands before it. */
  readonly comment: Piece | undefined
}

export function cutLines(pieces: readonly Piece[]): Line[] {
  const lines: Line[] = []
  let start = 0
  pieces.forEach((piece, i) => {
    if (!endsLine(piece)) return
    lines.push(cutCells(pieces.slice(start, i + 1)))
    start = i + 1
  })
  if (start < pieces.length) lines.push(cutCells(pieces.slice(start)))
  return lines
}

function endsLine({ kind, text }: Piece): boolean {
  return kind === T.newline || (kind === comment && text.endsWith('\n'))
}

function cutCells(pieces: readonly Piece[]): Line {
  const last = pieces.at(-1)!
  const ending = pieces.length > 1 && last.kind === comment ? last : undefined
  const code = ending === undefined ? pieces : pieces.slice(0, -1)
  const equal = code.findIndex(({ kind }, i) => i > 0 && kind === T.equal)
  const balanced = equal !== -1 && code.slice(equal).reduce((net, p) => net + bracketChange(p), 0) === 0
  return {
    lead: balanced ? code.slice(0, equal) : code,
    assign: balanced ? code.slice(equal) : [],
    comment: ending,
  }
}
