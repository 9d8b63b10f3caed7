// Spacing inside of a line: one space or none between two pieces, by an ordered table of rules. The first that matches
// decides. It never joins what the lexer would then read as one.
import { T } from '../tokens.ts'
import { closes, opens } from './brackets.ts'
import type { Line } from './lines.ts'
import { comment, type Piece, type PieceKind } from './pieces.ts'

/** States the spaces before every piece but the first of a line, and those of the cells that are aligned later. */
export function spaceLines(lines: readonly Line[]): void {
  for (const { lead, assign } of lines) {
    spaceCell(lead)
    spaceCell(assign)
  }
}

function spaceCell(pieces: readonly Piece[]): void {
  for (let i = 1; i < pieces.length; i++) {
    const left = pieces[i - 1]!
    const right = pieces[i]!
    right.spaces = rules.find(rule => rule.when(left, right, pieces[i - 2]))?.spaces ?? 1
  }
}

interface Rule {
  /** `before`: what stands before `left` in the cell. */
  when(left: Piece, right: Piece, before: Piece | undefined): boolean
  readonly spaces: 0 | 1
}

const rules: readonly Rule[] = [
  // No blanks at the end of a line.
  { when: (_, right) => right.kind === T.newline, spaces: 0 },
  // A call: `f(x)`.
  { when: (left, right) => left.kind === T.identifier && right.kind === T.openParen, spaces: 0 },
  // `a.0. 1`: without the blank it would be the number 0.1.
  {
    when: (left, right, before) =>
      left.kind === T.dot && right.kind === T.number && before?.kind === T.number,
    spaces: 1,
  },
  // `space::f`, `a.b`.
  { when: (left, right) => joins.has(left.kind) || joins.has(right.kind), spaces: 0 },
  { when: (_, right) => right.kind === T.comma || right.kind === T.ellipsis, spaces: 0 },
  { when: left => left.kind === T.comma, spaces: 1 },
  // The text of a string is its own.
  { when: (left, right) => beginsText.has(left.kind) || endsText.has(right.kind), spaces: 0 },
  // `for x in [1]`: no index.
  {
    when: (left, _, before) =>
      left.kind === T.identifier && left.text === 'in' && before?.kind === T.identifier,
    spaces: 1,
  },
  // An index: `a[0]`.
  { when: (left, right) => right.kind === T.openBracket && indexed(left), spaces: 0 },
  { when: left => left.kind === T.not, spaces: 0 },
  // A sign stands close to its operand, a subtraction does not.
  { when: (left, _, before) => left.kind === T.minus && isSign(before), spaces: 0 },
  { when: left => left.kind === T.minus, spaces: 1 },
  // `{}`, but `{ a = 1 }`.
  { when: (left, right) => left.kind === T.openBrace && right.kind === T.closeBrace, spaces: 0 },
  { when: (left, right) => left.kind === T.openBrace || right.kind === T.closeBrace, spaces: 1 },
  // `${ { a = 1 } }`: which brace is which stays clear.
  { when: (left, right) => isSequence(left) && right.kind === T.openBrace, spaces: 1 },
  { when: (left, right) => left.kind === T.closeBrace && right.kind === T.sequenceEnd, spaces: 1 },
  { when: (left, right) => left.kind === T.sequenceEnd && isSequence(right), spaces: 0 },
  { when: (left, right) => opens(left) || closes(right), spaces: 0 },
]

const joins = new Set<PieceKind>([T.dot, T.doubleColon])
const beginsText = new Set<PieceKind>([T.openQuote, T.quotedLiteral])
const endsText = new Set<PieceKind>([T.closeQuote, T.quotedLiteral])

/** What an expression can end in, besides brackets; a minus behind anything else is a sign. */
const operandEnds = new Set<PieceKind>([T.identifier, T.number, T.closeQuote, comment])

function isSign(before: Piece | undefined): boolean {
  return before === undefined || !(operandEnds.has(before.kind) || closes(before))
}

function indexed(left: Piece): boolean {
  return left.kind === T.identifier || left.kind === T.number || closes(left)
}

function isSequence({ kind }: Piece): boolean {
  return kind === T.interpolation || kind === T.directive
}
