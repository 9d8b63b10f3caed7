// Virtual time: what happens next, in order. Two things at the same millisecond happen in the order in which they were
// put here, so that a run is the same each time.
import { Heap, type ClusterMs } from '../base/index.ts'

interface Moment {
  readonly at: ClusterMs
  readonly ordinal: number
  readonly run: () => void
}

export class Timeline {
  readonly #moments = new Heap<Moment>((a, b) => (a.at === b.at ? a.ordinal < b.ordinal : a.at < b.at))
  #now: ClusterMs
  #count = 0

  constructor(start: ClusterMs) {
    this.#now = start
  }

  get now(): ClusterMs {
    return this.#now
  }

  /** When the next thing happens; undefined: nothing will. */
  get next(): ClusterMs | undefined {
    return this.#moments.peek()?.at
  }

  at(time: ClusterMs, run: () => void): void {
    const at = time < this.#now ? this.#now : time
    this.#moments.push({ at, ordinal: this.#count++, run })
  }

  after(delayMs: number, run: () => void): void {
    this.at((this.#now + delayMs) as ClusterMs, run)
  }

  /** Jumps to the next moment and runs it. False: there is none. */
  step(): boolean {
    const moment = this.#moments.pop()
    if (moment === undefined) return false
    this.#now = moment.at
    moment.run()
    return true
  }

  /** Lets time pass with nothing happening. */
  skipTo(time: ClusterMs): void {
    if (time > this.#now) this.#now = time
  }
}
