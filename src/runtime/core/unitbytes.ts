// The stored rows of units in memory, byte for byte: a tenth of what they take as objects, and nothing that a garbage
// collector has to look at. They lie in large chunks; room that gets free is given to rows of the same size.
import { longer } from './unitids.ts'

/** Rows begin at multiples of it. */
const granule = 8
const chunkBytes = 2 ** 20
const granulesPerChunk = chunkBytes / granule
/** Larger rows have a buffer of their own: few have many addresses or results of checks. */
const largest = 1024

/** Of a handle: the first granule; twice the length in bytes, and one if the hash is known; the lanes of the hash. */
const column = { at: 0, length: 1, high: 2, low: 3 } as const
/** Side by side, since they are looked at together. */
const columns = 4

export class UnitBytes {
  readonly #chunks: Uint8Array[] = []
  /** Granules of the last chunk that are in use. */
  #used = granulesPerChunk
  /** Free places by their length in granules. */
  readonly #free: number[][] = Array.from({ length: largest / granule + 1 }, () => [])
  readonly #large = new Map<number, Uint8Array>()
  #entries = new Int32Array(64)

  has(handle: number): boolean {
    return this.lengthOf(handle) !== 0
  }

  /** Where the row lies: a buffer, and the first byte in it. */
  bufferOf(handle: number): Uint8Array {
    if (this.lengthOf(handle) > largest) return this.#large.get(handle)!
    return this.#chunks[Math.floor(this.#entries[handle * columns + column.at]! / granulesPerChunk)]!
  }

  startOf(handle: number): number {
    if (this.lengthOf(handle) > largest) return 0
    return (this.#entries[handle * columns + column.at]! % granulesPerChunk) * granule
  }

  /** In bytes; 0: nothing is stored. */
  lengthOf(handle: number): number {
    return (this.#entries[handle * columns + column.length] ?? 0) >> 1
  }

  /** Not a copy: good until the next change. */
  of(handle: number): Uint8Array {
    const start = this.startOf(handle)
    return this.bufferOf(handle).subarray(start, start + this.lengthOf(handle))
  }

  /** Whether the hash of the row is known, and its lanes (see DigestSum). */
  isSummed(handle: number): boolean {
    return ((this.#entries[handle * columns + column.length] ?? 0) & 1) !== 0
  }

  highOf(handle: number): number {
    return this.#entries[handle * columns + column.high]!
  }

  lowOf(handle: number): number {
    return this.#entries[handle * columns + column.low]!
  }

  /** Keeps a copy in place of what was there. */
  put(handle: number, value: Uint8Array): void {
    while ((handle + 1) * columns > this.#entries.length) this.#entries = longer(this.#entries)
    const { length } = value
    const entry = handle * columns
    const known = this.lengthOf(handle)
    if (length > largest) {
      this.delete(handle)
      this.#large.set(handle, value.slice())
      this.#entries[entry + column.length] = length << 1
      return
    }
    if (known === 0 || granulesFor(known) !== granulesFor(length)) {
      this.delete(handle)
      this.#entries[entry + column.at] = this.#room(granulesFor(length))
    }
    this.#entries[entry + column.length] = length << 1
    copy(value, this.bufferOf(handle), this.startOf(handle))
  }

  /** The hash of what was put last. */
  setHash(handle: number, high: number, low: number): void {
    const entry = handle * columns
    this.#entries[entry + column.length]! |= 1
    this.#entries[entry + column.high] = high
    this.#entries[entry + column.low] = low
  }

  delete(handle: number): void {
    const length = this.lengthOf(handle)
    if (length === 0) return
    const entry = handle * columns
    if (length > largest) this.#large.delete(handle)
    else this.#free[granulesFor(length)]!.push(this.#entries[entry + column.at]!)
    this.#entries[entry + column.length] = 0
  }

  #room(granules: number): number {
    const free = this.#free[granules]!.pop()
    if (free !== undefined) return free
    if (this.#used + granules > granulesPerChunk) {
      this.#chunks.push(new Uint8Array(chunkBytes))
      this.#used = 0
    }
    const at = (this.#chunks.length - 1) * granulesPerChunk + this.#used
    this.#used += granules
    return at
  }
}

function granulesFor(bytes: number): number {
  return Math.ceil(bytes / granule)
}

// Rows are short: a loop is faster than a call.
function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  for (let i = 0; i < from.length; i++) to[at + i] = from[i]!
}
