// What the control plane needs of a store: an ordered commit log with materialised rows, so that LevelDB today and
// etcd tomorrow both fit. One conformance suite (test/runtime/store/conformance.ts) holds for every implementation.
import type { ClusterMs, Digest, UtcMs } from '../../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../../model/index.ts'
import type { Commit, Row } from '../core/types.ts'

export interface Store {
  /**
   * Never creates, never repairs. Proves the rows whole: every checksum, and the digest of the head commit. Reads every
   * row for that, and shows those that are sound to `see`, in key order.
   */
  open(see?: (row: Row) => void): Promise<Opened>
  /**
   * Appends one commit, atomic and synced. One in flight at a time; `commit.revision` must be head + 1 and `fence` the
   * epoch that this process holds: at least the stored one, at most the commit's (a commit may raise it). After `unknown` the handle is never written again: close, open, look at the head.
   */
  append(commit: Commit, fence: Epoch): Promise<AppendOutcome>
  /** All rows at the head revision, in key order. */
  snapshot(): AsyncIterable<Row>
  /**
   * What is kept of the commits with revision >= from (see commitRecord), in order, as far back as the window goes.
   */
  commits(from: Revision): AsyncIterable<Commit>
  close(): Promise<void>
}

export interface Opened {
  readonly clusterId: ClusterId
  readonly head: Revision
  readonly epoch: Epoch
  /** Times of the head commit. */
  readonly now: ClusterMs
  readonly utc: UtcMs
  readonly digest: Digest
  /** Empty when the state proved whole. Otherwise what is wrong, for people; nothing may be written. */
  readonly damage: readonly string[]
}

export type AppendOutcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'notCommitted'; readonly error: Error }
  | { readonly kind: 'unknown'; readonly error: Error }
