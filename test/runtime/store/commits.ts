// Makes commits for store tests: random puts and deletes over a small set of keys, with the digest kept right.
import {
  addDigest,
  type ClusterMs,
  type Digest,
  emptyDigest,
  rowHash,
  subtractDigest,
  type UtcMs,
  compareStrings,
  Random,
} from '../../../src/base/index.ts'
import type { Epoch, Revision } from '../../../src/model/index.ts'
import type { Commit, Row } from '../../../src/runtime/core/types.ts'

/** A model of what a store should hold, and the source of the commits that lead there. */
export class CommitMaker {
  readonly rows = new Map<string, Uint8Array>()
  readonly commits: Commit[] = []
  epoch = 1
  #digest: Digest = emptyDigest
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  get digest(): Digest {
    return this.#digest
  }

  /** The next commit, taken as done. */
  next(changes = 5): Commit {
    const puts = new Map<string, Uint8Array>()
    const deletes = new Set<string>()
    for (let i = 0; i < changes; i++) {
      const key = `table/${this.#random.integer(0, 99)}`
      if (this.#random.chance(0.2) && this.rows.has(key) && !puts.has(key)) deletes.add(key)
      else if (!deletes.has(key)) puts.set(key, this.#bytes())
    }
    const commit = this.of(
      [...puts].map(([key, value]) => ({ key, value })),
      [...deletes],
    )
    this.take(commit)
    return commit
  }

  /** A commit of exactly these changes, not taken. */
  of(puts: readonly Row[], deletes: readonly string[]): Commit {
    const revision = this.commits.length + 1
    let digest = this.#digest
    for (const key of deletes) digest = subtractDigest(digest, rowHash(key, this.rows.get(key)!))
    for (const { key, value } of puts) {
      const before = this.rows.get(key)
      if (before) digest = subtractDigest(digest, rowHash(key, before))
      digest = addDigest(digest, rowHash(key, value))
    }
    return {
      revision: revision as Revision,
      epoch: this.epoch as Epoch,
      now: (revision * 10) as ClusterMs,
      utc: (1_700_000_000_000 + revision) as UtcMs,
      puts: [...puts].sort((a, b) => compareStrings(a.key, b.key)),
      deletes: [...deletes].sort(compareStrings),
      digest,
      events: [{ type: 'test_event', data: { revision, text: 'ünïcödé 😀' } }],
    }
  }

  take(commit: Commit): void {
    for (const key of commit.deletes) this.rows.delete(key)
    for (const { key, value } of commit.puts) this.rows.set(key, value)
    this.#digest = commit.digest
    this.commits.push(commit)
  }

  #bytes(): Uint8Array {
    return Uint8Array.from({ length: this.#random.integer(0, 200) }, () => this.#random.integer(0, 255))
  }
}
