// Fast 32-bit hashing for digests that guard against damage, not against adversaries: MurmurHash3 x86 32
// (A. Appleby, public domain algorithm description), with two seeds where 64 bits are wanted.

export function murmur32(bytes: Uint8Array, seed: number): number {
  const c1 = 0xcc9e2d51
  const c2 = 0x1b873593
  let h = seed | 0
  const n = bytes.length
  const whole = n & ~3
  for (let i = 0; i < whole; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    k = Math.imul(k, c1)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, c2)
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  let k = 0
  for (let i = n - 1; i >= whole; i--) k = (k << 8) | bytes[i]!
  if (n > whole) {
    k = Math.imul(k, c1)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, c2)
  }
  h ^= n
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** An order-free digest: a sum, modulo 2^32 in each of two lanes, of hashes. Adding and subtracting commute. */
export interface Digest {
  readonly high: number
  readonly low: number
}

export const emptyDigest: Digest = { high: 0, low: 0 }

const encoder = new TextEncoder()

/** The two-lane hash of one row: its key and its bytes. */
export function rowHash(key: string, value: Uint8Array): Digest {
  const name = encoder.encode(key)
  return {
    high: murmur32(value, murmur32(name, 0x5bd1e995)),
    low: murmur32(value, murmur32(name, 0x2545f491)),
  }
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
