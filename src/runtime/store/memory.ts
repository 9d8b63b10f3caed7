// The store in memory, with the same promises as the one on disk and the same conformance suite, plus faults on order:
// writes that fail, that land or not without anybody knowing, and that hang. For tests and for benches of the loop.
import {
  addDigest,
  assert,
  type ClusterMs,
  CodedError,
  compareStrings,
  type Digest,
  emptyDigest,
  rowHash,
  type UtcMs,
} from '../../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../../model/index.ts'
import { commitRecord, type Commit, type Row } from '../core/types.ts'
import type { AppendOutcome, Opened, Store } from './store.ts'
import { maxWindowCommits } from './window.ts'

/** What happens to one append, in the order given. */
export type MemoryFault =
  | { readonly kind: 'notCommitted' }
  /** `landed`: whether a later open finds it. */
  | { readonly kind: 'unknown'; readonly landed: boolean }
  /** Goes on when the promise is settled. */
  | { readonly kind: 'hang'; readonly until: Promise<void> }

export class MemoryStore implements Store {
  readonly #clusterId: ClusterId
  readonly #rows = new Map<string, Uint8Array>()
  readonly #commits: Commit[] = []
  readonly #faults: MemoryFault[] = []
  #damage: readonly string[] = []
  #open = false
  #broken = false
  #writing = false
  #head = 0
  #epoch = 0
  #now = 0
  #utc = 0

  constructor(clusterId: ClusterId) {
    this.#clusterId = clusterId
  }

  /** The next appends meet these, one each. */
  inject(...faults: readonly MemoryFault[]): void {
    this.#faults.push(...faults)
  }

  /** The next open reports this. */
  damage(...findings: readonly string[]): void {
    this.#damage = findings
  }

  async open(see?: (row: Row) => void): Promise<Opened> {
    assert(!this.#open, 'the store is open already')
    this.#open = true
    this.#broken = false
    if (see !== undefined) for (const row of this.#sorted()) see(row)
    return {
      clusterId: this.#clusterId,
      head: this.#head as Revision,
      epoch: this.#epoch as Epoch,
      now: this.#now as ClusterMs,
      utc: this.#utc as UtcMs,
      digest: this.#digest(),
      damage: this.#damage,
    }
  }

  async append(commit: Commit, fence: Epoch): Promise<AppendOutcome> {
    assert(!this.#writing, 'one append at a time')
    const refusal = this.#refusal(commit, fence)
    if (refusal !== undefined) return { kind: 'notCommitted', error: new CodedError('STORE_FAILED', refusal) }
    const fault = this.#faults.shift()
    this.#writing = true
    try {
      if (fault?.kind === 'hang') await fault.until
    } finally {
      this.#writing = false
    }
    const error = new CodedError('STORE_FAILED', `The write of revision ${commit.revision} failed`)
    if (fault?.kind === 'notCommitted') return { kind: 'notCommitted', error }
    if (fault?.kind !== 'unknown' || fault.landed) this.#write(commit)
    if (fault?.kind !== 'unknown') return { kind: 'committed' }
    this.#broken = true
    return { kind: 'unknown', error }
  }

  async *snapshot(): AsyncIterable<Row> {
    this.#assertOpen()
    yield* this.#sorted()
  }

  async *commits(from: Revision): AsyncIterable<Commit> {
    this.#assertOpen()
    yield* this.#commits.filter(c => c.revision >= from)
  }

  async close(): Promise<void> {
    this.#open = false
  }

  #sorted(): Row[] {
    const keys = [...this.#rows.keys()].sort(compareStrings)
    return keys.map(key => ({ key, value: this.#rows.get(key)! }))
  }

  #refusal(commit: Commit, fence: Epoch): string | undefined {
    if (!this.#open) return 'The store is closed'
    if (this.#broken) return 'An earlier write failed; the store must be opened again'
    if (this.#damage.length > 0) return 'The store is damaged and is not written'
    if (commit.revision !== this.#head + 1) return `Revision ${commit.revision} does not follow ${this.#head}`
    if (fence < this.#epoch) return `Epoch ${fence} is over: the store is at epoch ${this.#epoch}`
    if (commit.epoch < fence) return `The commit is of epoch ${commit.epoch}, its writer of ${fence}`
    return undefined
  }

  #write(commit: Commit): void {
    for (const row of commit.puts) this.#rows.set(row.key, row.value.slice())
    for (const key of commit.deletes) this.#rows.delete(key)
    this.#commits.push(commitRecord(commit))
    if (this.#commits.length > maxWindowCommits) this.#commits.shift()
    this.#head = commit.revision
    this.#epoch = commit.epoch
    this.#now = commit.now
    this.#utc = commit.utc
  }

  #digest(): Digest {
    let digest = emptyDigest
    for (const [key, value] of this.#rows) digest = addDigest(digest, rowHash(key, value))
    return digest
  }

  #assertOpen(): void {
    if (!this.#open) throw new CodedError('STORE_FAILED', 'The store is closed')
  }
}
