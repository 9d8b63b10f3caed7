// A clock of one machine: it reads the true time of the simulation in a way of its own. It drifts, and it can lose time
// (a process that hung is told of a second at most, as the loop's cluster time is) or start again from what was stored.
import type { ClusterMs } from '../base/index.ts'
import type { Timeline } from './timeline.ts'

export class DriftingClock {
  readonly #timeline: Timeline
  #rate: number
  #shown: number
  #since: number

  constructor(timeline: Timeline, start: number, rate = 1) {
    this.#timeline = timeline
    this.#rate = rate
    this.#shown = start
    this.#since = timeline.now
  }

  get now(): ClusterMs {
    return this.#at(this.#timeline.now)
  }

  /** Reads this from now on. */
  set(shown: number, rate = this.#rate): void {
    this.#shown = shown
    this.#since = this.#timeline.now
    this.#rate = rate
  }

  /** The first true time at which it reads this or more. */
  trueTimeOf(shown: ClusterMs): ClusterMs {
    let time = Math.floor(this.#since + (shown - this.#shown) / this.#rate)
    while (this.#at(time) < shown) time++
    return time as ClusterMs
  }

  #at(time: number): ClusterMs {
    return Math.floor(this.#shown + (time - this.#since) * this.#rate) as ClusterMs
  }
}
