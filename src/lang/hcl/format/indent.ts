// Indent: two spaces a level. What a line opens, however many brackets, is one level; a line that closes more than it
// opens stands where the line that opened stands.
import { T } from '../tokens.ts'
import { bracketChange } from './brackets.ts'
import type { Line } from './lines.ts'

const indentWidth = 2

/** States the spaces before the first piece of each line. */
export function indentLines(lines: readonly Line[]): void {
  /** Brackets open at each level. */
  const levels: number[] = []
  for (const { lead, assign } of lines) {
    const first = lead[0]!
    if (first.kind === T.newline) continue
    const net = [...lead, ...assign].reduce((sum, piece) => sum + bracketChange(piece), 0)
    if (net < 0) close(levels, -net)
    first.spaces = indentWidth * levels.length
    if (net > 0) levels.push(net)
  }
}

/** A level that loses only some of its brackets stays. */
function close(levels: number[], brackets: number): void {
  let left = brackets
  while (left > 0 && levels.length > 0) {
    const open = levels.pop()!
    if (open > left) levels.push(open - left)
    left -= open
  }
}
