// A set of small whole numbers that finds its next member in a few looks, however many it holds: a bitmap, and above it
// bitmaps of the words that are not empty.

const levels = 5
/** 32^5: far above what one app may have. */
const limit = 2 ** 25

export class SlotSet {
  readonly #words: number[][] = Array.from({ length: levels }, () => [])

  has(slot: number): boolean {
    return ((this.#words[0]![slot >> 5] ?? 0) & (1 << (slot & 31))) !== 0
  }

  add(slot: number): void {
    if (slot >= limit) throw new RangeError(`slot ${slot} is beyond ${limit}`)
    let at = slot
    for (const words of this.#words) {
      const word = at >> 5
      while (words.length <= word) words.push(0)
      const before = words[word]!
      words[word] = before | (1 << (at & 31))
      if (before !== 0) return
      at = word
    }
  }

  delete(slot: number): void {
    let at = slot
    for (const words of this.#words) {
      const word = at >> 5
      if (word >= words.length) return
      const after = words[word]! & ~(1 << (at & 31))
      words[word] = after
      if (after !== 0) return
      at = word
    }
  }

  /** The least member that is not below; -1: there is none. */
  next(from: number): number {
    let at = from
    for (let level = 0; level < levels; level++) {
      const found = (this.#words[level]![at >> 5] ?? 0) & (-1 << (at & 31))
      if (found !== 0) return this.#down(level, (at & ~31) | lowestBit(found))
      at = (at >> 5) + 1
    }
    return -1
  }

  #down(level: number, position: number): number {
    let at = position
    for (let below = level - 1; below >= 0; below--) at = at * 32 + lowestBit(this.#words[below]![at]!)
    return at
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
