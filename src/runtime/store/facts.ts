// What a snapshot holds, for people; and how one is made where no server runs.
import { stat } from 'node:fs/promises'
import { CodedError } from '../../base/index.ts'
import { LevelStore } from './level.ts'
import { openSnapshot, type SnapshotHead, snapshotStream, writeSnapshot } from './snapshotfile.ts'

export interface SnapshotFacts extends SnapshotHead {
  /** Of the file. */
  readonly bytes: number
  /** Of all rows with their keys. */
  readonly rowBytes: number
  /** Rows by table. */
  readonly tables: Readonly<Record<string, number>>
}

/** Proves the file whole on the way. Throws as openSnapshot does. */
export async function inspectSnapshot(path: string): Promise<SnapshotFacts> {
  const { head, rows } = await openSnapshot(path)
  const tables: Record<string, number> = {}
  let rowBytes = 0
  for await (const { key, value } of rows) {
    const name = key.slice(0, key.indexOf('/'))
    tables[name] = (tables[name] ?? 0) + 1
    rowBytes += key.length + value.length
  }
  return { ...head, bytes: (await stat(path)).size, rowBytes, tables }
}

/** A snapshot of a directory that no server uses. Throws DATA_DAMAGED when its state is not whole. */
export async function saveSnapshotOf(directory: string, path: string): Promise<void> {
  const store = new LevelStore(directory)
  const opened = await store.open()
  try {
    if (opened.damage.length > 0) {
      throw new CodedError('DATA_DAMAGED', `The state in ${directory} is damaged: ${opened.damage[0]}`, {
        advice: `Repair it first: sddc server repair --data ${directory}`,
      })
    }
    const { clusterId, head: revision, epoch, now, utc, digest } = opened
    const image = { clusterId, revision, epoch, now, utc, digest, rows: store.snapshot() }
    await writeSnapshot(path, snapshotStream(image, Date.now()))
  } finally {
    await store.close()
  }
}
