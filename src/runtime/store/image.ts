// A whole state at one revision, as it is copied between stores and files: a head, and rows in key order. What it is read
// from, and what it is written to, need not lie on disk in the same way.
import type { ClusterMs, Digest, UtcMs } from '../../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../../model/index.ts'
import type { Row } from '../core/types.ts'

export interface ImageHead {
  readonly clusterId: ClusterId
  readonly revision: Revision
  readonly epoch: Epoch
  /** Times of the commit of that revision. */
  readonly now: ClusterMs
  readonly utc: UtcMs
  /** Sum over all rows. */
  readonly digest: Digest
}

export interface Image extends ImageHead {
  readonly rows: AsyncIterable<Row> | Iterable<Row>
}
