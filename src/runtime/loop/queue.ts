// The inputs that wait for the core, oldest first. Thousands wait when thousands of agents report at once, so that
// taking one, or asking whether one of a kind waits, must not cost a look at the others.
import type { Input } from '../core/types.ts'

export interface Entry {
  readonly input: Input
  /** In a group of its own: it may have made the core fail in company. */
  readonly alone: boolean
}

/** Taken entries are cut off once they are so many, and more than those that wait. */
const leastCut = 1024

export class InputQueue {
  #entries: Entry[] = []
  /** Those before it are taken. */
  #first = 0
  readonly #kinds = new Map<Input['kind'], number>()

  get length(): number {
    return this.#entries.length - this.#first
  }

  /** The next one. */
  get next(): Entry | undefined {
    return this.#entries[this.#first]
  }

  has(kind: Input['kind']): boolean {
    return (this.#kinds.get(kind) ?? 0) > 0
  }

  push(entry: Entry): void {
    this.#entries.push(entry)
    this.#count(entry, 1)
  }

  /** Before all others, in this order. */
  pushFirst(entries: readonly Entry[]): void {
    for (const entry of entries) this.#count(entry, 1)
    this.#entries = [...entries, ...this.#waiting()]
    this.#first = 0
  }

  take(): Entry | undefined {
    const entry = this.next
    if (entry === undefined) return undefined
    this.#first++
    this.#count(entry, -1)
    if (this.#first > leastCut && this.#first > this.length) {
      this.#entries = this.#waiting()
      this.#first = 0
    }
    return entry
  }

  /** Empties the queue. */
  takeAll(): Entry[] {
    const all = this.#waiting()
    this.keep(() => false)
    return all
  }

  /** The others are dropped. */
  keep(test: (entry: Entry) => boolean): void {
    const kept = this.#waiting().filter(test)
    this.#entries = kept
    this.#first = 0
    this.#kinds.clear()
    for (const entry of kept) this.#count(entry, 1)
  }

  #waiting(): Entry[] {
    return this.#entries.slice(this.#first)
  }

  #count({ input }: Entry, by: 1 | -1): void {
    this.#kinds.set(input.kind, (this.#kinds.get(input.kind) ?? 0) + by)
  }
}
