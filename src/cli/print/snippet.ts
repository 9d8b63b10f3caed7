// The source line of a diagnostic with a row of carets under the text meant:
//      3:   instances = "two"
//                       ^^^^^
// A line too long for the terminal is shown around the carets, with … where it is cut.
import type { Range } from '../../base/index.ts'
import { cellLine } from './cells.ts'
import type { Cell } from './cells.ts'
import { printable } from './printable.ts'

export interface Snippet {
  readonly source: string
  readonly carets: string
}

/** `line` is the text of the range's first line. Two lines of the same indentation; no line longer than `width`. */
export function snippetOf(line: string, range: Range, width: number): Snippet {
  const prefix = `${String(range.start.line).padStart(4)}: `
  // More than one line's width after the start of the mark is never shown.
  const cells = cellLine(printable(line), range.start.column + 2 * Math.max(minimumWidth, width))
  const from = Math.min(range.start.column - 1, cells.length)
  const until =
    range.end.line > range.start.line ? cells.length : Math.min(range.end.column - 1, cells.length)
  const { shown, before, marked } = windowOf(
    cells,
    from,
    until,
    Math.max(minimumWidth, width - prefix.length),
  )
  return {
    source: (prefix + shown).trimEnd(),
    carets: ' '.repeat(prefix.length + before) + '^'.repeat(Math.max(1, marked)),
  }
}

/** Narrower than this a source line says nothing. */
const minimumWidth = 20

interface Window {
  readonly shown: string
  /** Cells before the marked text, and of it. */
  readonly before: number
  readonly marked: number
}

function windowOf(cells: readonly Cell[], from: number, until: number, width: number): Window {
  if (widthIn(cells, 0, cells.length) <= width) {
    return {
      shown: textIn(cells, 0, cells.length),
      before: widthIn(cells, 0, from),
      marked: widthIn(cells, from, until),
    }
  }
  // A third of the room goes to what stands before the mark.
  const room = width - 2
  let first = from
  for (let left = Math.floor(room / 3); first > 0 && left >= cells[first - 1]!.width;) {
    first -= 1
    left -= cells[first]!.width
  }
  let last = first
  for (let left = room; last < cells.length && left >= cells[last]!.width; last++) left -= cells[last]!.width
  const cutBefore = first > 0 ? '…' : ''
  const cutAfter = last < cells.length ? '…' : ''
  return {
    shown: cutBefore + textIn(cells, first, last) + cutAfter,
    before: cutBefore.length + widthIn(cells, first, from),
    marked: widthIn(cells, from, Math.min(until, last)),
  }
}

function textIn(cells: readonly Cell[], from: number, until: number): string {
  let text = ''
  for (let i = from; i < until; i++) text += cells[i]!.text
  return text
}

function widthIn(cells: readonly Cell[], from: number, until: number): number {
  let width = 0
  for (let i = from; i < until; i++) width += cells[i]!.width
  return width
}
