// Bytes for what is too much for JSON: variable-length integers (LEB128, as Protocol Buffers has them), texts with
// their length. A writer is used again and again, so that a row costs no buffer of its own until it is finished.
import { assert } from './assert.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Up to here a loop over characters is faster than a call of the encoder. */
const shortText = 64
/** A UTF-16 unit has at most this many bytes in UTF-8. */
const maxBytesPerUnit = 3

export class ByteWriter {
  #bytes: Uint8Array
  #length = 0

  constructor(size = 256) {
    this.#bytes = new Uint8Array(size)
  }

  get length(): number {
    return this.#length
  }

  /** Begins anew; what `finish` gave before stays. */
  clear(): void {
    this.#length = 0
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** A non-negative safe integer. */
  integer(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#reserve(8)
    const bytes = this.#bytes
    let rest = value
    if (rest > 0x7fffffff || rest < 0 || (rest | 0) !== rest) {
      assert(Number.isSafeInteger(value) && value >= 0, `not a non-negative integer: ${value}`)
      while (rest > 0x7fffffff) {
        bytes[this.#length++] = (rest % 0x80) | 0x80
        rest = Math.floor(rest / 0x80)
      }
    }
    while (rest >= 0x80) {
      bytes[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[this.#length++] = rest
  }

  /** An integer below 2^32, in 4 bytes. */
  fixed32(value: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#reserve(4)
    const bytes = this.#bytes
    bytes[this.#length++] = value >>> 24
    bytes[this.#length++] = value >>> 16
    bytes[this.#length++] = value >>> 8
    bytes[this.#length++] = value
  }

  /** An integer of either sign. */
  signed(value: number): void {
    this.integer(value < 0 ? -2 * value - 1 : 2 * value)
  }

  flag(value: boolean): void {
    this.byte(value ? 1 : 0)
  }

  text(value: string): void {
    if (value.length <= shortText && this.#ascii(value)) return
    this.#reserve(5 + maxBytesPerUnit * value.length)
    const start = this.#length
    // The length stands before the bytes and is known after them: room for it is guessed and corrected.
    const guess = lengthOf(value.length)
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(start + guess))
    const needed = lengthOf(written)
    if (needed !== guess) this.#bytes.copyWithin(start + needed, start + guess, start + guess + written)
    this.integer(written)
    this.#length += written
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  list<T>(values: readonly T[], write: (value: T) => void): void {
    this.integer(values.length)
    for (const value of values) write(value)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** What was written from there on; not a copy: good as long as the writer is not cleared. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#length)
  }

  /** What was written lies at the start of it. Good until the next write. */
  get buffer(): Uint8Array {
    return this.#bytes
  }

  // False, and nothing written, when a character is not ASCII.
  #ascii(value: string): boolean {
    const { length } = value
    this.#reserve(length + 1)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = length
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      if (unit >= 0x80) return false
      bytes[at++] = unit
    }
    this.#length = at
    return true
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

function lengthOf(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++
  return bytes
}

/** Reads what a writer wrote; a Bug where the bytes are something else. */
export class ByteReader {
  #bytes: Uint8Array
  #at: number
  #end: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
    this.#end = bytes.length
  }

  /** Reads other bytes from now on. */
  reset(bytes: Uint8Array, from = 0, length = bytes.length - from): void {
    this.#bytes = bytes
    this.#at = from
    this.#end = from + length
  }

  get atEnd(): boolean {
    return this.#at === this.#end
  }

  byte(): number {
    assert(this.#at < this.#end, 'row ends too early')
    return this.#bytes[this.#at++]!
  }

  integer(): number {
    const first = this.byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let factor = 0x80; ; factor *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      assert(factor < 2 ** 49, 'integer too long')
    }
  }

  fixed32(): number {
    const at = this.#at
    const bytes = this.#bytes
    assert(at + 4 <= this.#end, 'row ends too early')
    this.#at = at + 4
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  }

  signed(): number {
    const value = this.integer()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  flag(): boolean {
    return this.byte() !== 0
  }

  text(): string {
    const length = this.integer()
    const end = this.#at + length
    assert(end <= this.#end, 'row ends inside a text')
    const text = decoder.decode(this.#bytes.subarray(this.#at, end))
    this.#at = end
    return text
  }

  /** Not a copy. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length
    assert(end <= this.#end, 'row ends too early')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  /** All that is left; not a copy. */
  rest(): Uint8Array {
    return this.bytes(this.#end - this.#at)
  }

  list<T>(read: () => T): T[] {
    const length = this.integer()
    assert(length <= this.#end - this.#at, 'list longer than its row')
    const values: T[] = []
    for (let i = 0; i < length; i++) values.push(read())
    return values
  }

  /** Every byte must have been read. */
  end(): void {
    assert(this.atEnd, 'row has bytes left over')
  }
}
