// What `sddc server repair` makes of a damaged disk: the rows that can still be read, filled up from the last copy, and
// of those the ones that stand without what is lost.
import { addDigest, emptyDigest, rowHash } from '../../base/index.ts'
import type { Epoch, Revision } from '../../model/index.ts'
import { clusterRow, clusterRowKey, mergedRows, soundRows } from '../../runtime/core/index.ts'
import type { DiskCopy, SimulatedDisk } from '../disk.ts'

export function repaired(disk: SimulatedDisk, copy: DiskCopy): DiskCopy {
  const head = disk.head ?? copy.head
  const rows = mergedRows(copy.rows, disk.rows())
  const epoch = (Math.max(head.epoch, copy.head.epoch) + 1) as Epoch
  const sound = soundRows(rows, disk.clusterId).rows.filter(row => row.key !== clusterRowKey)
  const whole = [...sound, clusterRow(disk.clusterId, epoch, head.now)]
  const digest = whole.reduce((sum, row) => addDigest(sum, rowHash(row.key, row.value)), emptyDigest)
  return { head: { ...head, epoch, revision: (head.revision + 1) as Revision, digest }, rows: whole }
}
