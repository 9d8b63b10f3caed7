// Brings a data directory that an older version wrote up to the present format. The old state is moved aside as it was;
// whatever goes wrong, it is there, and the older version can go on with it.
import type { ClusterMs, UtcMs } from '../../base/index.ts'
import type { Epoch, Revision } from '../../model/index.ts'
import { upgradedRows } from '../core/index.ts'
import type { Log } from '../log.ts'
import { fillStore, mustBeUnused } from './level.ts'
import { dataFormat, exists, readMark, stateDirectory } from './mark.ts'
import { digestOf } from './mend.ts'
import { finishReplacing, replaceState } from './replace.ts'
import { readVersion1 } from './version1.ts'

/**
 * Makes a directory ready to be opened: ends a replacement that a crash cut short, and migrates. Throws DATA_TOO_NEW, and
 * DATA_DAMAGED when an older state is not whole; nothing is changed then.
 */
export async function prepareDirectory(directory: string, log: Log): Promise<void> {
  const mark = await readMark(directory)
  if (mark?.complete !== true) return
  if (await exists(stateDirectory(directory))) await mustBeUnused(directory)
  await finishReplacing(directory)
  if (mark.format === dataFormat) return
  const { head, rows } = await readVersion1(stateDirectory(directory))
  const upgraded = upgradedRows(rows)
  const before = await replaceState(directory, mark.clusterId, 'migration', location =>
    fillStore(location, {
      clusterId: mark.clusterId,
      revision: head.revision as Revision,
      epoch: head.epoch as Epoch,
      now: head.now as ClusterMs,
      utc: head.utc as UtcMs,
      digest: digestOf(upgraded),
      rows: upgraded,
    }),
  )
  log(`the data was of format ${mark.format} and is of format ${dataFormat} now; the old one is in ${before}`)
}
