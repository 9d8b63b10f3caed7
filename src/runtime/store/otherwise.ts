// What a server shows when its store can't be opened: the newest snapshot that is whole, and what to type.
import { CodedError } from '../../base/index.ts'
import type { ClusterId } from '../../model/index.ts'
import type { Otherwise } from '../loop/loop.ts'
import { readMark } from './mark.ts'
import { openSnapshot, proveSnapshot } from './snapshotfile.ts'
import { listSnapshots } from './snapshots.ts'

export async function otherwise(directory: string): Promise<Otherwise> {
  const advice = `Nothing is changed and nothing that runs is stopped. Repair it: end this server, then "sddc server repair --data ${directory}"`
  for (const { path } of (await listSnapshots(directory)).reverse()) {
    try {
      await proveSnapshot(path)
      const { head, rows } = await openSnapshot(path)
      const { format: _, madeUtc, ...image } = head
      const words = `What is shown is the snapshot of ${new Date(madeUtc).toISOString()}, revision ${head.revision}`
      return { clusterId: head.clusterId, image: { ...image, rows }, words: [words, advice] }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
    }
  }
  const clusterId = await markedClusterId(directory)
  return { clusterId, words: ['There is no snapshot to show in its place', advice] }
}

async function markedClusterId(directory: string): Promise<ClusterId> {
  try {
    return (await readMark(directory))?.clusterId ?? unknown
  } catch {
    return unknown
  }
}

const unknown = 'unknown' as ClusterId
