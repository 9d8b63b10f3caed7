// The commits that are kept for replicas and event streams: the newest ones, within a count and a size.

/** Commits kept at most: an event stream that was away for a few minutes of heavy change still finds its place. */
export const maxWindowCommits = 10_000
/** Bytes of kept commits at most, so that a few huge applies don't fill the disk. */
export const maxWindowBytes = 64 * 1024 * 1024

export class CommitWindow {
  #sizes: number[] = []
  // Index of the oldest kept one in #sizes; the dead part before it is cut off now and then.
  #start = 0
  #oldest: number
  #bytes = 0

  /** Empty; the next commit added is `next`. */
  constructor(next: number) {
    this.#oldest = next
  }

  /** Revision of the oldest kept commit. */
  get oldest(): number {
    return this.#oldest
  }

  add(bytes: number): void {
    this.#sizes.push(bytes)
    this.#bytes += bytes
  }

  /** Revisions that fall out once a commit of so many bytes is added: [oldest, result). The newest always stays. */
  trimFor(bytes: number): number {
    let count = this.#sizes.length - this.#start + 1
    let total = this.#bytes + bytes
    let first = this.#oldest
    for (let i = this.#start; count > 1 && (count > maxWindowCommits || total > maxWindowBytes); i++) {
      total -= this.#sizes[i]!
      count--
      first++
    }
    return first
  }

  /** Drops everything before the revision. */
  dropBefore(revision: number): void {
    while (this.#oldest < revision) {
      this.#bytes -= this.#sizes[this.#start]!
      this.#start++
      this.#oldest++
    }
    if (this.#start > maxWindowCommits) {
      this.#sizes = this.#sizes.slice(this.#start)
      this.#start = 0
    }
  }
}
