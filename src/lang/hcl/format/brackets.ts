// Which pieces open and close something, for indent and spacing alike.
import { T } from '../tokens.ts'
import type { Piece, PieceKind } from './pieces.ts'

const openers = new Set<PieceKind>([T.openBrace, T.openBracket, T.openParen, T.interpolation, T.directive])
const closers = new Set<PieceKind>([T.closeBrace, T.closeBracket, T.closeParen, T.sequenceEnd])

export function opens({ kind }: Piece): boolean {
  return openers.has(kind)
}

export function closes({ kind }: Piece): boolean {
  return closers.has(kind)
}

export function bracketChange(piece: Piece): number {
  return opens(piece) ? 1 : closes(piece) ? -1 : 0
}
