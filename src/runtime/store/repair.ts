// `sddc server repair`: makes a state that proves whole again out of what is left of one. Nothing of the damaged state is
// changed; it is moved aside. The epoch is raised and what agents run is adopted, so that their reports can tell what
// the rows no longer know, and no task is stopped.
import { type ClusterMs, CodedError, type UtcMs } from '../../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../../model/index.ts'
import { clusterRow, clusterRowKey, soundRows, type Row } from '../core/index.ts'
import { fillStore, mustBeUnused, notMigrated, type Remains } from './level.ts'
import { dataFormat, exists, readMark, stateDirectory } from './mark.ts'
import { digestOf, mend, type Mended, type SnapshotRows } from './mend.ts'
import { finishReplacing, replaceState } from './replace.ts'
import { salvage } from './salvage.ts'
import { openSnapshot } from './snapshotfile.ts'
import { listSnapshots } from './snapshots.ts'

export interface Repaired {
  readonly clusterId: ClusterId
  readonly revision: Revision
  readonly epoch: Epoch
  /** Nothing is lost: the rows add up to the last known revision. */
  readonly isProved: boolean
  /** What was found and done, line by line. */
  readonly report: readonly string[]
  /** Name of the directory, inside the data directory, that holds the damaged state. */
  readonly before: string | undefined
}

/** Rows named one by one in the report. */
const maxNamed = 20

/**
 * `from`: a snapshot to use; otherwise the newest whole one among the automatic ones. Throws DATA_DIRECTORY_INVALID when
 * there is no such directory or a server runs on it, DATA_DAMAGED when nothing can be read and there is no snapshot.
 */
export async function repairDirectory(directory: string, from: string | undefined): Promise<Repaired> {
  if (!(await exists(directory))) throw noDirectory(directory)
  await mustBeUnused(directory)
  await finishReplacing(directory).catch(() => {})
  const marked = await markedClusterId(directory)
  const report: string[] = []
  const remains = await remainsOf(directory)
  report.push(
    `read ${remains.rows.length} rows and ${remains.commits.length} commits; ${remains.damagedRows.length} rows are damaged`,
  )
  const snapshot = from === undefined ? await newestSnapshot(directory, report) : await rowsIn(from)
  if (snapshot !== undefined) report.push(`the snapshot is of revision ${snapshot.head.revision}`)
  // The rows' own word carries a checksum, the mark none.
  const clusterId = (remains.head?.clusterId as ClusterId | undefined) ?? marked ?? snapshot?.head.clusterId
  if (clusterId === undefined) throw nothingLeft(directory)
  if (snapshot !== undefined && snapshot.head.clusterId !== clusterId) {
    throw new CodedError(
      'CLUSTER_MISMATCH',
      `The snapshot is of cluster ${snapshot.head.clusterId}, the directory belongs to ${clusterId}`,
      { advice: 'Name a snapshot of this cluster with --from.' },
    )
  }
  const mended = mend(remains, snapshot)
  if (mended.rows.length === 0) throw nothingLeft(directory)
  report.push(
    mended.isProved
      ? `revision ${mended.revision} is whole again: ${mended.how}`
      : `revision ${mended.revision} can not be proved whole: ${mended.how}`,
  )
  if (mended.fromSnapshotOnly > 0)
    report.push(
      `${mended.fromSnapshotOnly} rows stand in the snapshot only; some may have been deleted since`,
    )
  const rows = soundOf(mended, clusterId, report)
  const epoch = (mended.epoch + 1) as Epoch
  const revision = (mended.revision + 1) as Revision
  const image = withClusterRow(rows, clusterRow(clusterId, epoch, mended.now as ClusterMs))
  const before = await replaceState(directory, clusterId, 'repair', location =>
    fillStore(location, {
      clusterId,
      revision,
      epoch,
      now: mended.now as ClusterMs,
      utc: mended.utc as UtcMs,
      digest: digestOf(image),
      rows: image,
    }),
  )
  return { clusterId, revision, epoch, isProved: mended.isProved, report, before }
}

async function markedClusterId(directory: string): Promise<ClusterId | undefined> {
  const mark = await readMark(directory).catch((error: unknown) => {
    // A mark that can't be read is no reason to give up.
    if (error instanceof CodedError && error.code === 'DATA_DIRECTORY_INVALID') return undefined
    throw error
  })
  if (mark !== undefined && mark.format < dataFormat) throw notMigrated(directory, mark.format)
  return mark?.clusterId
}

async function remainsOf(directory: string): Promise<Remains> {
  if (await exists(stateDirectory(directory))) return salvage(directory)
  return { head: undefined, rows: [], damagedRows: [], commits: [] }
}

async function newestSnapshot(directory: string, report: string[]): Promise<SnapshotRows | undefined> {
  for (const { path } of (await listSnapshots(directory)).reverse()) {
    try {
      return await rowsIn(path)
    } catch (error) {
      report.push((error as Error).message)
    }
  }
  return undefined
}

async function rowsIn(path: string): Promise<SnapshotRows> {
  const { head, rows } = await openSnapshot(path)
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  return { head, rows: all }
}

// A whole state stands as it is; of any other, what names lost rows can't.
function soundOf({ rows, isProved }: Mended, clusterId: ClusterId, report: string[]): readonly Row[] {
  if (isProved) return rows
  const sound = soundRows(rows, clusterId)
  for (const { key, why } of sound.dropped.slice(0, maxNamed)) report.push(`left out ${key}: ${why}`)
  if (sound.dropped.length > maxNamed) report.push(`and ${sound.dropped.length - maxNamed} more`)
  return sound.rows
}

function withClusterRow(rows: readonly Row[], cluster: Row): readonly Row[] {
  return [...rows.filter(row => row.key !== clusterRowKey), cluster]
}

function noDirectory(directory: string): CodedError {
  return new CodedError('DATA_DIRECTORY_INVALID', `There is no directory ${directory}`, {
    advice:
      'Check the path given with --data. To make a cluster out of a snapshot in a new place: sddc server snapshot restore',
  })
}

function nothingLeft(directory: string): CodedError {
  return new CodedError('DATA_DAMAGED', `Nothing can be read in ${directory}, and there is no snapshot`, {
    advice: 'Name one with --from. Without any, a new cluster must be made; tasks that run go on meanwhile.',
  })
}
