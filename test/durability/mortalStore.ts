// A store that kills its own process with SIGKILL at a chosen append: before it, in its middle, or when it is synced
// but nobody has been told.
import { writeFileSync } from 'node:fs'
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises'
import type { Epoch, Revision } from '../../src/model/index.ts'
import type { Commit, Row } from '../../src/runtime/core/index.ts'
import type { AppendOutcome, Opened, Store } from '../../src/runtime/store/store.ts'

export const moments = ['before', 'during', 'after'] as const
export type Moment = (typeof moments)[number]

/** Enough for an answer to reach another process. */
const beforeMs = 20

export interface Death {
  /** Counted from when it was ordered, from 1. */
  readonly append: number
  readonly moment: Moment
  /** How long the write goes on before the kill, for `during`. */
  readonly writingMs: number
  /** File that is told of the death just before it. */
  readonly record: string
}

/** What stands in the record. */
export interface Died {
  readonly moment: Moment
  readonly revision: number
  /** Tables that the commit changed. */
  readonly tables: readonly string[]
  /** Types of its events. */
  readonly events: readonly string[]
}

export class MortalStore implements Store {
  readonly #inner: Store
  #death: Death | undefined
  #left = 0

  constructor(inner: Store) {
    this.#inner = inner
  }

  /** Undefined: lives on. */
  order(death: Death | undefined): void {
    this.#death = death
    this.#left = death?.append ?? 0
  }

  async append(commit: Commit, fence: Epoch): Promise<AppendOutcome> {
    const death = this.#death
    if (death === undefined || --this.#left > 0) return this.#inner.append(commit, fence)
    writeFileSync(death.record, JSON.stringify(obituary(death, commit)))
    if (death.moment === 'before') {
      // Time for what has been let go too early to leave.
      await delay(beforeMs)
      return die()
    }
    const writing = this.#inner.append(commit, fence)
    if (death.moment === 'after') {
      const outcome = await writing
      if (outcome.kind !== 'committed') throw outcome.error
      return die()
    }
    // The write runs on another thread; this one must not return to the loop meanwhile.
    await immediate()
    for (const end = performance.now() + death.writingMs; performance.now() < end;);
    return die()
  }

  open(see?: (row: Row) => void): Promise<Opened> {
    return this.#inner.open(see)
  }

  snapshot(): ReturnType<Store['snapshot']> {
    return this.#inner.snapshot()
  }

  commits(from: Revision): ReturnType<Store['commits']> {
    return this.#inner.commits(from)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

function obituary({ moment }: Death, { revision, puts, deletes, events }: Commit): Died {
  const keys = [...puts.map(row => row.key), ...deletes]
  return {
    moment,
    revision,
    tables: [...new Set(keys.map(key => key.slice(0, key.indexOf('/'))))].sort(),
    events: [...new Set(events.map(event => event.type))].sort(),
  }
}

// The signal is delivered before the call returns to the program.
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('a process outlived SIGKILL')
}
