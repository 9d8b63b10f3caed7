// Finds the place of an instance's rows by its id without keeping the id: there are millions, and a text for each would
// cost more than its row. Ids of the usual form are known by the numbers in them (see instanceid.ts), in a table with
// open addressing; what stands before the UUID is compared by whoever has the row. Others are kept as they are.
import type { InstanceId } from '../../model/index.ts'
import { countOf, hexAt, uuidLength } from './instanceid.ts'

/** The table is at most this full: searches stay short. */
const fullest = 0.6
const none = 0

/** Of a handle: the hash in the id and its count, each as it stands there in two parts. */
const column = { hashHigh: 0, hashLow: 1, countHigh: 2, countLow: 3 } as const
/** Side by side, since they are looked at together. */
const columns = 4

export class UnitIds {
  /** Handle + 1; `none`: empty. */
  #slots = new Int32Array(64)
  #size = 0
  #parts = new Int32Array(64)
  readonly #spare: number[] = []
  #next = 0
  readonly #others = new Map<InstanceId, number>()
  readonly #names = new Map<number, InstanceId>()

  /** Handles are below. */
  get limit(): number {
    return this.#next
  }

  /** A handle whose id has the same UUID; or that of just this id, where it has another form. -1: there is none. */
  find(id: InstanceId): number {
    if (this.#others.size > 0) {
      const other = this.#others.get(id)
      if (other !== undefined) return other
    }
    if (id.length < uuidLength) return -1
    readParts(id)
    const { length } = this.#slots
    for (let at = homeFor(countHigh, countLow) & (length - 1); ; at = (at + 1) & (length - 1)) {
      const held = this.#slots[at]!
      if (held === none) return -1
      if (this.#isAt(held - 1)) return held - 1
    }
  }

  /** A handle for an id that has none. `isFound`: `find` has given that of another id. */
  add(id: InstanceId, isFound: boolean): number {
    const handle = this.#spare.pop() ?? this.#next++
    // The UUID may be there under another name: what an agent says need not be true.
    if (isFound || countOf(id) === undefined) {
      this.#others.set(id, handle)
      this.#names.set(handle, id)
      return handle
    }
    while ((handle + 1) * columns > this.#parts.length) this.#parts = longer(this.#parts)
    readParts(id)
    const first = handle * columns
    this.#parts[first + column.hashHigh] = hashHigh
    this.#parts[first + column.hashLow] = hashLow
    this.#parts[first + column.countHigh] = countHigh
    this.#parts[first + column.countLow] = countLow
    if (++this.#size > fullest * this.#slots.length) this.#rehash()
    this.#put(handle)
    return handle
  }

  remove(handle: number): void {
    this.#spare.push(handle)
    const name = this.nameOf(handle)
    if (name !== undefined) {
      this.#names.delete(handle)
      this.#others.delete(name)
      return
    }
    this.#size--
    this.#take(handle)
  }

  /** The id, where it is kept as it is. */
  nameOf(handle: number): InstanceId | undefined {
    return this.#names.size === 0 ? undefined : this.#names.get(handle)
  }

  /** The count in an id that is not kept: 7 hexadecimal digits, and 8. */
  countHighOf(handle: number): number {
    return this.#parts[handle * columns + column.countHigh]!
  }

  countLowOf(handle: number): number {
    return this.#parts[handle * columns + column.countLow]!
  }

  // Whether it has the parts that were read last.
  #isAt(handle: number): boolean {
    const parts = this.#parts
    const first = handle * columns
    return (
      parts[first + column.hashHigh] === hashHigh &&
      parts[first + column.countLow] === countLow &&
      parts[first + column.hashLow] === hashLow &&
      parts[first + column.countHigh] === countHigh
    )
  }

  #homeOf(handle: number): number {
    const first = handle * columns
    const home = homeFor(this.#parts[first + column.countHigh]!, this.#parts[first + column.countLow]!)
    return home & (this.#slots.length - 1)
  }

  #put(handle: number): void {
    let at = this.#homeOf(handle)
    while (this.#slots[at] !== none) at = (at + 1) & (this.#slots.length - 1)
    this.#slots[at] = handle + 1
  }

  // Those behind it that would not be found any more move up.
  #take(handle: number): void {
    const last = this.#slots.length - 1
    let hole = this.#homeOf(handle)
    while (this.#slots[hole] !== handle + 1) hole = (hole + 1) & last
    for (let at = (hole + 1) & last; this.#slots[at] !== none; at = (at + 1) & last) {
      const home = this.#homeOf(this.#slots[at]! - 1)
      if (((at - home) & last) < ((at - hole) & last)) continue
      this.#slots[hole] = this.#slots[at]!
      hole = at
    }
    this.#slots[hole] = none
  }

  #rehash(): void {
    const before = this.#slots
    this.#slots = new Int32Array(2 * before.length)
    for (const held of before) if (held !== none) this.#put(held - 1)
  }
}

/** With room for twice as many. */
export function longer(entries: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(2 * entries.length)
  copy.set(entries)
  return copy
}

// The parts of the id that was read last, handed over here because a record would be an object for each.
let hashHigh = 0
let hashLow = 0
let countHigh = 0
let countLow = 0

// Of an id of another form they say nothing.
function readParts(id: string): void {
  const at = id.length - uuidLength
  hashHigh = hexAt(id, at, 8)
  hashLow = (hexAt(id, at + 9, 4) << 12) | hexAt(id, at + 15, 3)
  countHigh = (hexAt(id, at + 20, 3) << 16) | hexAt(id, at + 24, 4)
  countLow = hexAt(id, at + 28, 8)
}

// Instances that were made one after another lie side by side, eight in a line of the processor's cache: they are made,
// placed and read back in that order. The lines lie anywhere.
function homeFor(high: number, low: number): number {
  const line = Math.imul((low >>> 3) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
  return ((line ^ (line >>> 15)) << 3) | (low & 7)
}
