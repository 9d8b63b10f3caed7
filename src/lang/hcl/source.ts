// One text and its lines. Tokens and nodes carry UTF-16 offsets only; line, column and byte are worked out when a
// diagnostic or a surface value asks for them. A column counts grapheme clusters, which costs something only on lines
// with characters beyond ASCII.
import { countGraphemes } from 'unicode-segmenter/grapheme'
import type { Position, Range } from '../../base/index.ts'

/** Half-open, in UTF-16 units of the source's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

const byteOrderMark = 0xfeff

export class Source {
  readonly name: string
  readonly text: string
  #lines: Lines | undefined
  /** The line of the last position that was asked for: the next one is mostly near. */
  #lastLine = 0

  constructor(name: string, text: string) {
    this.name = name
    this.text = text
  }

  /** Where the text proper begins: 1 behind a byte order mark, else 0. */
  get first(): number {
    return this.text.charCodeAt(0) === byteOrderMark ? 1 : 0
  }

  range(span: Span): Range {
    return { file: this.name, start: this.position(span.start), end: this.position(span.end) }
  }

  /** The position of an offset; offsets outside the text are moved to its edge. */
  position(offset: number): Position {
    const { starts, bytes } = (this.#lines ??= linesOf(this.text))
    const at = Math.max(this.first, Math.min(offset, this.text.length))
    const line = this.#lineOf(starts, at)
    // Every character is one byte and one column.
    if (bytes === undefined) return { line: line + 1, column: at - starts[line]! + 1, byte: at }
    const from = line === 0 ? this.first : starts[line]!
    const before = this.text.slice(from, at)
    const byte = bytes[line]! + (line === 0 && this.first === 1 ? 3 : 0)
    if (isAscii(before)) return { line: line + 1, column: before.length + 1, byte: byte + before.length }
    return {
      line: line + 1,
      column: countGraphemes(before) + 1,
      byte: byte + utf8Length(before, 0, before.length),
    }
  }

  #lineOf(starts: readonly number[], at: number): number {
    const last = this.#lastLine
    if (starts[last]! <= at && (last + 1 === starts.length || at < starts[last + 1]!)) return last
    return (this.#lastLine = lastNotAfter(starts, at))
  }
}

interface Lines {
  /** Offsets of the first characters of lines. */
  readonly starts: readonly number[]
  /** The same in UTF-8; absent where that is the same. */
  readonly bytes: readonly number[] | undefined
}

function linesOf(text: string): Lines {
  const starts = findLineStarts(text)
  return { starts, bytes: isAscii(text) ? undefined : findLineBytes(text, starts) }
}

function findLineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function findLineBytes(text: string, starts: readonly number[]): number[] {
  const bytes = [0]
  for (let line = 1; line < starts.length; line++) {
    bytes.push(bytes[line - 1]! + utf8Length(text, starts[line - 1]!, starts[line]!))
  }
  return bytes
}

function utf8Length(text: string, from: number, to: number): number {
  let bytes = to - from
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // A surrogate pair is two units and four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return bytes
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

function lastNotAfter(sorted: readonly number[], wanted: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (sorted[middle]! <= wanted) low = middle
    else high = middle - 1
  }
  return low
}
