// Cluster time: monotone, persisted with each commit, advances only while a server runs. A machine that slept or a
// process that hung must not make a thousand deadlines pass at once, so one turn moves it by a second at most.
import type { ClusterMs, UtcMs } from '../../base/index.ts'

/** The two clocks of the machine, in milliseconds. */
export interface MachineClock {
  /** Never goes back; only differences mean something. */
  monotonicMs(): number
  utcMs(): number
}

export const machineClock: MachineClock = {
  monotonicMs: () => performance.now(),
  utcMs: () => Date.now(),
}

/** Cluster time moves by so much in one turn at most. The loop therefore turns more often than that. */
export const maxAdvanceMs = 1000

export class ClusterClock {
  readonly #machine: MachineClock
  #now: number
  #seen: number

  constructor(machine: MachineClock, start: ClusterMs) {
    this.#machine = machine
    this.#now = start
    this.#seen = machine.monotonicMs()
  }

  /** As of the last advance. */
  get now(): ClusterMs {
    return Math.floor(this.#now) as ClusterMs
  }

  get utc(): UtcMs {
    return Math.floor(this.#machine.utcMs()) as UtcMs
  }

  advance(): ClusterMs {
    const seen = this.#machine.monotonicMs()
    this.#now += Math.min(Math.max(0, seen - this.#seen), maxAdvanceMs)
    this.#seen = seen
    return this.now
  }
}
