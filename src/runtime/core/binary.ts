// Bytes for the hot rows: variable-length integers (LEB128, as Protocol Buffers has them), UTF-8 strings with their length.
import { assert } from '../../base/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export class ByteWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  /** A non-negative safe integer. */
  integer(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, `not a non-negative integer: ${value}`)
    let rest = value
    while (rest >= 0x80) {
      this.#push((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.#push(rest)
  }

  flag(value: boolean): void {
    this.#push(value ? 1 : 0)
  }

  text(value: string): void {
    const bytes = encoder.encode(value)
    this.integer(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  list<T>(values: readonly T[], write: (value: T) => void): void {
    this.integer(values.length)
    for (const value of values) write(value)
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #push(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = byte
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  integer(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      assert(factor < 2 ** 49, 'integer too long')
    }
  }

  flag(): boolean {
    return this.#byte() !== 0
  }

  text(): string {
    const length = this.integer()
    assert(this.#at + length <= this.#bytes.length, 'row ends inside a text')
    const text = decoder.decode(this.#bytes.subarray(this.#at, this.#at + length))
    this.#at += length
    return text
  }

  list<T>(read: () => T): T[] {
    const length = this.integer()
    assert(length <= this.#bytes.length, 'list longer than its row')
    return Array.from({ length }, read)
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Every byte must have been read. */
  end(): void {
    assert(this.#at === this.#bytes.length, 'row has bytes left over')
  }

  #byte(): number {
    assert(this.#at < this.#bytes.length, 'row ends too early')
    return this.#bytes[this.#at++]!
  }
}
