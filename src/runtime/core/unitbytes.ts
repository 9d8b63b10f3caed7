// The stored rows of units in memory, byte for byte: a tenth of what they take as objects, and nothing that a garbage
// collector has to look at. They lie in large chunks; room that gets free is given to rows of the same size.
import { longer } from './unitids.ts'

/** Rows begin at multiples of it. */
const granule = 8
const chunkBytes = 2 ** 20
const granulesPerChunk = chunkBytes / granule
/** Larger rows have a buffer of their own: few have many addresses or results of checks. */
const largest = 1024

export class UnitBytes {
  readonly #chunks: Uint8Array[] = []
  /** Granules of the last chunk that are in use. */
  #used = granulesPerChunk
  /** Free places by their length in granules. */
  readonly #free: number[][] = Array.from({ length: largest / granule + 1 }, () => [])
  readonly #large = new Map<number, Uint8Array>()
  // By handle: the first granule, and the length in bytes, 0 where nothing is stored.
  #at = new Int32Array(16)
  #length = new Int32Array(16)

  has(handle: number): boolean {
    return this.#length[handle] !== undefined && this.#length[handle] !== 0
  }

  /** Where the row lies: a buffer, and the first byte in it. */
  bufferOf(handle: number): Uint8Array {
    return this.#large.get(handle) ?? this.#chunks[Math.floor(this.#at[handle]! / granulesPerChunk)]!
  }

  startOf(handle: number): number {
    return this.lengthOf(handle) > largest ? 0 : (this.#at[handle]! % granulesPerChunk) * granule
  }

  lengthOf(handle: number): number {
    return this.#length[handle] ?? 0
  }

  /** Not a copy: good until the next change. */
  of(handle: number): Uint8Array {
    const start = this.startOf(handle)
    return this.bufferOf(handle).subarray(start, start + this.lengthOf(handle))
  }

  /** Keeps a copy in place of what was there. */
  put(handle: number, value: Uint8Array): void {
    while (handle >= this.#at.length) {
      this.#at = longer(this.#at)
      this.#length = longer(this.#length)
    }
    const { length } = value
    const known = this.#length[handle]!
    if (length > largest) {
      this.delete(handle)
      this.#large.set(handle, value.slice())
      this.#length[handle] = length
      return
    }
    if (known === 0 || granulesFor(known) !== granulesFor(length)) {
      this.delete(handle)
      this.#at[handle] = this.#room(granulesFor(length))
    }
    this.#length[handle] = length
    copy(value, this.bufferOf(handle), this.startOf(handle))
  }

  delete(handle: number): void {
    const length = this.lengthOf(handle)
    if (length === 0) return
    if (length > largest) this.#large.delete(handle)
    else this.#free[granulesFor(length)]!.push(this.#at[handle]!)
    this.#length[handle] = 0
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
