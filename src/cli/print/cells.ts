// How wide text is on a terminal, so that carets stand under what they mean. Positions count grapheme clusters; a
// cluster takes one cell, two when it is an emoji or an East Asian wide character (Unicode annex 11, by script).
import { splitGraphemes } from 'unicode-segmenter/grapheme'

/** The grapheme clusters of one line. */
export function graphemes(line: string): string[] {
  return [...splitGraphemes(line)]
}

/** Cells that one cluster takes; tabs are expected to be expanded. */
function cellsOf(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1
}

export function widthOf(text: string): number {
  return graphemes(text).reduce((cells, g) => cells + cellsOf(g), 0)
}

const wide =
  /^(?:\p{Emoji_Presentation}|.\ufe0f|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/u

/** Distance of tab stops in source lines. */
const tabStop = 4

export interface Cell {
  readonly text: string
  readonly width: number
}

/**
 * The first `limit` cells of a source line: one entry per grapheme cluster, tabs as blanks up to the next stop. A line
 * may be a megabyte of generated JSON, of which a few dozen cells are shown.
 */
export function cellLine(line: string, limit: number): Cell[] {
  const cells: Cell[] = []
  let at = 0
  for (const grapheme of splitGraphemes(line)) {
    if (cells.length >= limit) break
    const width = grapheme === '\t' ? tabStop - (at % tabStop) : cellsOf(grapheme)
    at += width
    cells.push({ text: grapheme === '\t' ? ' '.repeat(width) : grapheme, width })
  }
  return cells
}
