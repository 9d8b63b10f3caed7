// Puts a snapshot in the place of the state in a data directory, or into an empty one. No server may run on it. Agents
// may have seen more than the snapshot knows, so the epoch is raised above all that is known here, and what they run
// beyond it is adopted.
import { access } from 'node:fs/promises'
import { addDigest, CodedError, present, rowHash, subtractDigest } from '../../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../../model/index.ts'
import { clusterRowKey, raisedEpoch, type Row } from '../core/index.ts'
import type { Image } from './image.ts'
import { fillStore, mustBeUnused } from './level.ts'
import { exists, readMark, stateDirectory, type Mark } from './mark.ts'
import { finishReplacing, replaceState } from './replace.ts'
import { salvage } from './salvage.ts'
import { openSnapshot, proveSnapshot } from './snapshotfile.ts'

export interface Restored {
  readonly clusterId: ClusterId
  readonly revision: Revision
  readonly epoch: Epoch
  /** Name of the directory, inside the data directory, that holds the state from before. */
  readonly before?: string
}

/**
 * Throws DATA_DAMAGED when the snapshot is not whole, CLUSTER_MISMATCH when the directory belongs to another cluster,
 * DATA_DIRECTORY_INVALID when a server runs on it. What was there is untouched then.
 */
export async function restoreSnapshot(directory: string, path: string): Promise<Restored> {
  await access(path).catch((cause: unknown) => {
    throw new CodedError('USAGE', `There is no snapshot ${path}`, { cause })
  })
  if (await exists(stateDirectory(directory))) {
    await mustBeUnused(directory)
    await finishReplacing(directory).catch(() => {})
  }
  // Proved whole before anything is written.
  let clusterRow: Row | undefined
  const head = await proveSnapshot(path, row => {
    if (row.key === clusterRowKey) clusterRow = row
  })
  const mark = await markOf(directory)
  if (mark !== undefined && mark.complete && mark.clusterId !== head.clusterId) {
    throw new CodedError(
      'CLUSTER_MISMATCH',
      `The snapshot is of cluster ${head.clusterId}, ${directory} belongs to ${mark.clusterId}`,
      { advice: 'Restore it into an empty directory, and start a server there.' },
    )
  }
  const epoch = (Math.max(head.epoch, await epochOf(directory)) + 1) as Epoch
  const { rows } = await openSnapshot(path)
  const image = raised({ ...head, rows }, present(clusterRow, 'the row of the cluster'), epoch)
  const before = await replaceState(directory, head.clusterId, 'restore', location =>
    fillStore(location, image),
  )
  return {
    clusterId: head.clusterId,
    revision: image.revision,
    epoch,
    ...(before === undefined ? {} : { before }),
  }
}

/** The same state under a new epoch, one revision further: what agents run beyond it is adopted. */
export function raised(image: Image, clusterRow: Row, epoch: Epoch): Image {
  const row = raisedEpoch(clusterRow, epoch, image.now)
  const without = subtractDigest(image.digest, rowHash(clusterRow.key, clusterRow.value))
  const { clusterId, revision, now, utc } = image
  return {
    clusterId,
    revision: (revision + 1) as Revision,
    epoch,
    now,
    utc,
    digest: addDigest(without, rowHash(row.key, row.value)),
    rows: withRow(image.rows, row),
  }
}

async function* withRow(rows: Image['rows'], replaced: Row): AsyncGenerator<Row> {
  for await (const row of rows) yield row.key === replaced.key ? replaced : row
}

// A mark that can't be read does not stand in the way of a restore: it is kept with the old state.
async function markOf(directory: string): Promise<Mark | undefined> {
  return readMark(directory).catch((error: unknown) => {
    if (error instanceof CodedError && error.code === 'DATA_TOO_NEW') throw error
    return undefined
  })
}

/** As far as the old state still says. */
async function epochOf(directory: string): Promise<number> {
  if (!(await exists(stateDirectory(directory)))) return 0
  const { head, commits } = await salvage(directory)
  return Math.max(head?.epoch ?? 0, ...commits.slice(-1).map(c => c.epoch))
}
