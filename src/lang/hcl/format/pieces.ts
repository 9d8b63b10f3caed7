// What the formatter moves about: the lexer's tokens, with comments as pieces of their own and a whole heredoc, from
// its introducer to its marker, as one. Between two pieces stand only blanks.
import { assert } from '../../../base/index.ts'
import { lex } from '../lexer.ts'
import type { Source } from '../source.ts'
import { T, type TokenKind } from '../tokens.ts'

export interface Piece {
  readonly kind: PieceKind
  /** With its newline, if it ends in one. */
  readonly text: string
  /** How many spaces stand before it. */
  spaces: number
}

export type PieceKind = TokenKind | typeof comment | typeof heredoc

export const comment = 'comment'
export const heredoc = 'heredoc'

/** Of a text without lexical mistakes. `tail`: the blanks behind the last piece. */
export function cutPieces(source: Source): { readonly pieces: Piece[]; readonly tail: string } {
  const { text } = source
  const { kinds, starts, ends, count } = lex(source).tokens
  const pieces: Piece[] = []
  let at = source.first
  let nextComment = findComment()

  for (let i = 0; i < count; i++) {
    const kind = kinds[i]! as TokenKind
    readGap(starts[i]!)
    if (kind === T.end) break
    const start = starts[i]!
    if (kind === T.openHeredoc) i = endOfHeredoc(kinds, i)
    at = ends[i]!
    pieces.push({ kind: pieceKind(kind, start), text: text.slice(start, at), spaces: 0 })
  }
  return { pieces, tail: text.slice(at) }

  // The lexer passes over block comments as over blanks.
  function readGap(end: number): void {
    if (nextComment < at) nextComment = findComment()
    while (nextComment < end) {
      const start = nextComment
      at = text.indexOf('*/', start + 2) + 2
      assert(at > start && at <= end, 'a comment ends before the next token')
      pieces.push({ kind: comment, text: text.slice(start, at), spaces: 0 })
      nextComment = findComment()
    }
  }

  // Remembered until it is passed, so that the text is searched once. It may turn out to stand inside of a token.
  function findComment(): number {
    const found = text.indexOf('/*', at)
    return found === -1 ? text.length : found
  }

  function pieceKind(kind: TokenKind, start: number): PieceKind {
    if (kind === T.openHeredoc) return heredoc
    const c = text.charCodeAt(start)
    // A comment to the end of its line is lexed as its newline.
    return kind === T.newline && (c === 35 || c === 47) ? comment : kind
  }
}

/** The index of the closing token. Heredocs nest inside of `${ }`. */
function endOfHeredoc(kinds: Uint8Array, open: number): number {
  let depth = 1
  let i = open
  while (depth > 0) {
    i++
    assert(i < kinds.length, 'a heredoc ends')
    if (kinds[i] === T.openHeredoc) depth++
    if (kinds[i] === T.closeHeredoc) depth--
  }
  return i
}
