// Alignment: the `=` of neighbouring lines stand in one column, and so do the comments that end neighbouring lines.
// A line without the cell breaks the chain. Columns are grapheme clusters, as in diagnostics.
import { countGraphemes } from 'unicode-segmenter/grapheme'
import type { Line } from './lines.ts'
import type { Piece } from './pieces.ts'

/** After indent and spacing. `=` first: it moves the comments behind it. */
export function alignLines(lines: readonly Line[]): void {
  alignCells(
    lines,
    line => line.assign[0],
    line => widthOf(line.lead),
  )
  alignCells(
    lines,
    line => line.comment,
    line => widthOf([...line.lead, ...line.assign]),
  )
}

/** One space after the widest line of each chain. */
function alignCells(
  lines: readonly Line[],
  cellOf: (line: Line) => Piece | undefined,
  widthBefore: (line: Line) => number,
): void {
  let chain: { readonly cell: Piece; readonly width: number }[] = []
  const closeChain = (): void => {
    const widest = chain.reduce((most, { width }) => Math.max(most, width), 0)
    for (const { cell, width } of chain) cell.spaces = widest - width + 1
    chain = []
  }
  for (const line of lines) {
    const cell = cellOf(line)
    if (cell === undefined) closeChain()
    else chain.push({ cell, width: widthBefore(line) })
  }
  closeChain()
}

/** Up to the column behind the last piece; a comment over several lines begins anew at its last. */
function widthOf(pieces: readonly Piece[]): number {
  let width = 0
  for (const { spaces, text } of pieces) {
    const lastLine = text.lastIndexOf('\n') + 1
    width = lastLine === 0 ? width + spaces + columns(text) : columns(text.slice(lastLine))
  }
  return width
}

const ascii = /^[ -~\t]*$/

function columns(text: string): number {
  return ascii.test(text) ? text.length : countGraphemes(text)
}
