// A set of small whole numbers that finds its next member in a few looks, however many it holds: a bitmap, and above it
// bitmaps of the words that are not empty. Each app has ten of them, and most apps few instances: the first word stands
// alone as long as it is enough.

const levels = 5
/** 32^5: far above what one app may have. */
const limit = 2 ** 25

export class SlotSet {
  /** The members, while none was beyond the first word. */
  #first = 0
  #words: readonly number[][] | undefined

  has(slot: number): boolean {
    const word = this.#words === undefined ? (slot < 32 ? this.#first : 0) : (this.#words[0]![slot >> 5] ?? 0)
    return (word & (1 << (slot & 31))) !== 0
  }

  add(slot: number): void {
    if (this.#words === undefined && slot < 32) this.#first |= 1 << slot
    else if (slot >= limit) throw new RangeError(`slot ${slot} is beyond ${limit}`)
    else addTo((this.#words ??= wordsOf(this.#first)), slot)
  }

  delete(slot: number): void {
    if (this.#words !== undefined) deleteFrom(this.#words, slot)
    else if (slot < 32) this.#first &= ~(1 << slot)
  }

  /** The least member that is not below; -1: there is none. */
  next(from: number): number {
    if (this.#words !== undefined) return nextIn(this.#words, from)
    const found = from < 32 ? this.#first & (-1 << from) : 0
    return found === 0 ? -1 : lowestBit(found)
  }
}

function wordsOf(first: number): number[][] {
  const words: number[][] = Array.from({ length: levels }, () => [])
  for (let left = first; left !== 0; left &= left - 1) addTo(words, lowestBit(left))
  return words
}

function addTo(all: readonly number[][], slot: number): void {
  let at = slot
  for (const words of all) {
    const word = at >> 5
    while (words.length <= word) words.push(0)
    const before = words[word]!
    words[word] = before | (1 << (at & 31))
    if (before !== 0) return
    at = word
  }
}

function deleteFrom(all: readonly number[][], slot: number): void {
  let at = slot
  for (const words of all) {
    const word = at >> 5
    if (word >= words.length) return
    const after = words[word]! & ~(1 << (at & 31))
    words[word] = after
    if (after !== 0) return
    at = word
  }
}

function nextIn(all: readonly number[][], from: number): number {
  let at = from
  for (let level = 0; level < levels; level++) {
    const found = (all[level]![at >> 5] ?? 0) & (-1 << (at & 31))
    if (found !== 0) return down(all, level, (at & ~31) | lowestBit(found))
    at = (at >> 5) + 1
  }
  return -1
}

function down(all: readonly number[][], level: number, position: number): number {
  let at = position
  for (let below = level - 1; below >= 0; below--) at = at * 32 + lowestBit(all[below]![at]!)
  return at
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
