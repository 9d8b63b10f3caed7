// Fast 32-bit hashing for digests that guard against damage, not against adversaries: MurmurHash3 x86 32
// (A. Appleby, public domain algorithm description), with two seeds where 64 bits are wanted.

const c1 = 0xcc9e2d51
const c2 = 0x1b873593

export function murmur32(bytes: Uint8Array, seed: number): number {
  lane1 = seed
  hashBytes(bytes, bytes.length)
  return lane1 >>> 0
}

/** An order-free digest: a sum, modulo 2^32 in each of two lanes, of hashes. Adding and subtracting commute. */
export interface Digest {
  readonly high: number
  readonly low: number
}

export const emptyDigest: Digest = { high: 0, low: 0 }

/** The two-lane hash of one row: its key and its bytes. */
export function rowHash(key: string, value: Uint8Array): Digest {
  hashRow(key, value, value.length)
  return { high: lane1 >>> 0, low: lane2 >>> 0 }
}

export function addDigest(a: Digest, b: Digest): Digest {
  return { high: (a.high + b.high) >>> 0, low: (a.low + b.low) >>> 0 }
}

export function subtractDigest(a: Digest, b: Digest): Digest {
  return { high: (a.high - b.high) >>> 0, low: (a.low - b.low) >>> 0 }
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.high === b.high && a.low === b.low
}

/** The low lane of a row's hash over the first `length` bytes of its value. */
export function rowChecksum(key: string, value: Uint8Array, length: number): number {
  hashRow(key, value, length)
  return lane2 >>> 0
}

/** A digest that rows are added to and taken from, without an object for each. */
export class DigestSum {
  #high: number
  #low: number
  /** The other lane of the row that was added last. With its checksum, as a signed number, the whole hash. */
  lastHigh = 0

  constructor({ high, low }: Digest = emptyDigest) {
    this.#high = high | 0
    this.#low = low | 0
  }

  get digest(): Digest {
    return { high: this.#high >>> 0, low: this.#low >>> 0 }
  }

  /** Returns the row's checksum. `length`: how many bytes of the value belong to the row. */
  add(key: string, value: Uint8Array, length = value.length): number {
    hashRow(key, value, length)
    this.#high = (this.#high + lane1) | 0
    this.#low = (this.#low + lane2) | 0
    this.lastHigh = lane1 | 0
    return lane2 >>> 0
  }

  subtract(key: string, value: Uint8Array, length = value.length): void {
    hashRow(key, value, length)
    this.#high = (this.#high - lane1) | 0
    this.#low = (this.#low - lane2) | 0
  }

  /** Takes away a row whose hash is known. */
  subtractHash(high: number, low: number): void {
    this.#high = (this.#high - high) | 0
    this.#low = (this.#low - low) | 0
  }
}

// The two lanes under way. They mix the same blocks from different seeds, so both are worked out in one pass; results are
// handed over here because a pair would be an object for each row.
let lane1 = 0
let lane2 = 0
const seed1 = 0x5bd1e995
const seed2 = 0x2545f491
const encoder = new TextEncoder()

function hashRow(key: string, value: Uint8Array, length: number): void {
  lane1 = seed1
  lane2 = seed2
  if (!hashAscii(key)) {
    const name = encoder.encode(key)
    hashBytes(name, name.length)
  }
  hashBytes(value, length)
}

function hashBytes(bytes: Uint8Array, length: number): void {
  let h = lane1 | 0
  let g = lane2 | 0
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    k = Math.imul(k, c1)
    k = Math.imul((k << 15) | (k >>> 17), c2)
    h ^= k
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
    g ^= k
    g = (Math.imul((g << 13) | (g >>> 19), 5) + 0xe6546b64) | 0
  }
  let k = 0
  for (let i = length - 1; i >= whole; i--) k = (k << 8) | bytes[i]!
  finish(h, g, k, length)
}

// As hashBytes over the UTF-8 of an ASCII text, without its bytes. False, and no lane changed, for other texts.
function hashAscii(text: string): boolean {
  let h = lane1 | 0
  let g = lane2 | 0
  const { length } = text
  const whole = length & ~3
  let all = 0
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    all |= a | b | c | d
    let k = a | (b << 8) | (c << 16) | (d << 24)
    k = Math.imul(k, c1)
    k = Math.imul((k << 15) | (k >>> 17), c2)
    h ^= k
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
    g ^= k
    g = (Math.imul((g << 13) | (g >>> 19), 5) + 0xe6546b64) | 0
  }
  let k = 0
  for (let i = length - 1; i >= whole; i--) {
    const unit = text.charCodeAt(i)
    all |= unit
    k = (k << 8) | unit
  }
  if (all >= 0x80) return false
  finish(h, g, k, length)
  return true
}

// `rest`: the bytes after the last whole block, 0 when there are none; mixing in 0 changes nothing.
function finish(h: number, g: number, rest: number, length: number): void {
  let k = Math.imul(rest, c1)
  k = Math.imul((k << 15) | (k >>> 17), c2)
  lane1 = scatter(h ^ k ^ length)
  lane2 = scatter(g ^ k ^ length)
}

function scatter(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
