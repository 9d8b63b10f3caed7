// Seeded chance for the simulator and property tests: xoshiro128** (D. Blackman, S. Vigna), seeded by splitmix32.
// Each purpose forks a stream of its own, so that one more draw in one place does not shift all others.
import { murmur32 } from './rowhash.ts'

const encoder = new TextEncoder()

export class Random {
  readonly #seed: number
  readonly #s: [number, number, number, number]

  constructor(seed: number) {
    this.#seed = seed >>> 0
    let x = this.#seed
    const next = (): number => {
      x = (x + 0x9e3779b9) | 0
      let t = x ^ (x >>> 16)
      t = Math.imul(t, 0x21f0aaad)
      t ^= t >>> 15
      t = Math.imul(t, 0x735a2d97)
      return (t ^ (t >>> 15)) >>> 0
    }
    this.#s = [next(), next(), next(), next()]
  }

  /** A stream of its own for a purpose; the same name gives the same stream. */
  fork(purpose: string): Random {
    return new Random(murmur32(encoder.encode(purpose), this.#seed))
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const s = this.#s
    const m = Math.imul(s[1], 5)
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0
    const t = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = (s[3] << 11) | (s[3] >>> 21)
    return result
  }

  /** An integer in [from, to], both included. */
  integer(from: number, to: number): number {
    return from + (this.uint32() % (to - from + 1))
  }

  /** True with the given probability (0 to 1). */
  chance(probability: number): boolean {
    return this.uint32() < probability * 2 ** 32
  }

  pick<T>(items: readonly T[]): T {
    return items[this.uint32() % items.length]!
  }
}
