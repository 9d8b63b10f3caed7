// Snapshots that the server takes by itself, in `snapshots` inside the data directory: the newest few are kept. They
// help against damage and mistakes; against the loss of the disk only a copy elsewhere helps.
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../log.ts'
import type { Image } from './image.ts'
import { snapshotStream, writeSnapshot } from './snapshotfile.ts'

export interface SnapshotOptions {
  readonly intervalMs: number
  /** How many are kept; 0: none are taken. */
  readonly kept: number
}

export const defaultSnapshotOptions: SnapshotOptions = { intervalMs: 3_600_000, kept: 5 }

/** A timer never waits longer than this: beyond 2^31 ms it would fire at once. */
const maxTimerMs = 2 ** 30
/** When one failed, the next try. */
const retryMs = 60_000

export interface StoredSnapshot {
  readonly path: string
  readonly madeMs: number
}

/** Oldest first. */
export async function listSnapshots(directory: string): Promise<StoredSnapshot[]> {
  const folder = join(directory, 'snapshots')
  const names = await readdir(folder).catch((): string[] => [])
  const found: StoredSnapshot[] = []
  for (const name of names.filter(n => /^\d{13,}-\d+\.sddc$/.test(n)).sort())
    found.push({ path: join(folder, name), madeMs: Number(name.split('-')[0]) })
  return found
}

/** Takes snapshots from now on. `take` gives the present state; undefined: none at the moment. Returns the way to stop. */
export function takeSnapshots(
  directory: string,
  options: SnapshotOptions,
  take: () => Promise<Image | undefined>,
  log: Log,
): () => Promise<void> {
  if (options.kept === 0) return async () => {}
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let lastRevision = -1
  let running: Promise<void> = Promise.resolve()
  const wait = (ms: number): void => {
    if (stopped) return
    timer = setTimeout(
      () => {
        running = due()
      },
      Math.min(Math.max(ms, 0), maxTimerMs),
    )
    timer.unref()
  }
  const due = async (): Promise<void> => {
    try {
      const newest = (await listSnapshots(directory)).at(-1)
      const leftMs = newest === undefined ? 0 : newest.madeMs + options.intervalMs - Date.now()
      if (leftMs > 0 && leftMs <= options.intervalMs) return wait(leftMs)
      const image = await take()
      // Nothing has changed since the last one.
      if (image === undefined || image.revision === lastRevision) return wait(options.intervalMs)
      await store(directory, image, options.kept)
      lastRevision = image.revision
      wait(options.intervalMs)
    } catch (error) {
      log(`error: no snapshot was taken: ${(error as Error).message}`)
      wait(Math.min(retryMs, options.intervalMs))
    }
  }
  // A new cluster has nothing to keep yet, and the start has other things to do.
  wait(Math.min(options.intervalMs, retryMs))
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}

async function store(directory: string, image: Image, kept: number): Promise<void> {
  const folder = join(directory, 'snapshots')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await sweep(folder)
  const now = Date.now()
  await writeSnapshot(join(folder, `${now}-${image.revision}.sddc`), snapshotStream(image, now))
  const all = await listSnapshots(directory)
  for (const { path } of all.slice(0, Math.max(0, all.length - kept))) await rm(path, { force: true })
}

// What a crash left unfinished. Nobody else writes here.
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.new')) continue
    const path = join(folder, name)
    if ((await stat(path)).isFile()) await rm(path, { force: true })
  }
}
