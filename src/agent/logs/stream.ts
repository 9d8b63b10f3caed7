// Reads a task's output file for one reader: from the beginning or the last lines, to the end or on and on as the file
// grows. Rotation copies and truncates, so a file that became shorter is read from its start.
import { open, readdir, type FileHandle } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { maxStreamChunkBytes, taskIdOf, type InstanceId, type StreamRequest } from '../../model/index.ts'
import { sandboxDirectory } from '../core/index.ts'
import type { Credit } from '../link/credit.ts'
import { tailOffset } from './tail.ts'

export interface LogPlace {
  readonly tasksDirectory: string
  /** Runs of the instance that the agent knows of; files of others may lie there too. */
  readonly incarnations: (instance: InstanceId) => readonly number[]
}

/** How soon a reader that follows sees new output. */
const followMs = 200

/** Rejects with a line for people; also when `signal` aborts. */
export async function streamLog(
  place: LogPlace,
  request: Extract<StreamRequest, { op: 'open' }>,
  credit: Credit,
  signal: AbortSignal,
  send: (data: Buffer) => void,
): Promise<void> {
  const file = await openLog(place, request)
  try {
    let offset = request.tail === undefined ? 0 : await tailOffset(file, request.tail)
    for (;;) {
      const { size } = await file.stat()
      if (size < offset) offset = 0
      if (size === offset) {
        if (!request.follow) return
        await delay(followMs, undefined, { signal })
        continue
      }
      const granted = await credit.take(Math.min(maxStreamChunkBytes, size - offset))
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(granted), 0, granted, offset)
      signal.throwIfAborted()
      if (bytesRead < granted) credit.add(granted - bytesRead)
      if (bytesRead > 0) send(buffer.subarray(0, bytesRead))
      offset += bytesRead
    }
  } finally {
    await file.close()
  }
}

async function openLog(
  place: LogPlace,
  request: Extract<StreamRequest, { op: 'open' }>,
): Promise<FileHandle> {
  const { instance, stream } = request
  const incarnation = request.incarnation ?? (await newestRun(place, instance))
  if (incarnation === undefined) throw new Error(`this agent has no files of ${instance}`)
  const sandbox = sandboxDirectory(place.tasksDirectory, taskIdOf(instance, incarnation))
  try {
    return await open(`${sandbox}/${stream}`, 'r')
  } catch {
    throw new Error(`this agent has no ${stream} of ${taskIdOf(instance, incarnation)}`)
  }
}

async function newestRun(place: LogPlace, instance: InstanceId): Promise<number | undefined> {
  const prefix = taskIdOf(instance, 0).slice(0, -1)
  const names = await readdir(place.tasksDirectory)
  const runs = names.filter(n => n.startsWith(prefix)).map(n => Number(n.slice(prefix.length)))
  const all = [...runs.filter(Number.isInteger), ...place.incarnations(instance)]
  return all.length > 0 ? Math.max(...all) : undefined
}
