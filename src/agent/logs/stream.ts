// Reads a task's output file for one reader: from the beginning or the last lines, to the end or on and on as the file
// grows. Rotation copies and truncates, so a file that became shorter is read from its start.
import { constants } from 'node:fs'
import { open, readdir, type FileHandle } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import {
  maxStreamChunkBytes,
  taskIdOf,
  type InstanceId,
  type LogStream,
  type StreamRequest,
  type TaskId,
  type TaskKey,
} from '../../model/index.ts'
import { sandboxDirectory, type LogsWanted } from '../core/index.ts'
import type { Credit } from '../link/credit.ts'
import { tailOffset } from './tail.ts'

export interface LogPlace {
  readonly tasksDirectory: string
  /** Runs of the instance that the agent knows of; files of others may lie there too. */
  readonly incarnations: (instance: InstanceId) => readonly number[]
  /** The output of a task whose driver keeps it itself; undefined: it is in the sandbox. */
  readonly driverLogs: (
    key: TaskKey,
    stream: LogStream,
    options: LogsWanted,
  ) => AsyncIterable<Uint8Array> | undefined
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
  const { instance, stream, follow, tail } = request
  const incarnation = request.incarnation ?? (await newestRun(place, instance))
  if (incarnation === undefined) throw new Error(`this agent has no files of ${instance}`)
  const pieces = place.driverLogs({ instance, incarnation }, stream, {
    follow,
    signal,
    ...(tail === undefined ? {} : { tail }),
  })
  if (pieces) await sendPieces(pieces, credit, signal, send)
  else await sendFile(place, taskIdOf(instance, incarnation), request, credit, signal, send)
}

async function sendPieces(
  pieces: AsyncIterable<Uint8Array>,
  credit: Credit,
  signal: AbortSignal,
  send: (data: Buffer) => void,
): Promise<void> {
  for await (const piece of pieces) {
    for (let offset = 0; offset < piece.length;) {
      const granted = await credit.take(Math.min(maxStreamChunkBytes, piece.length - offset))
      send(Buffer.from(piece.subarray(offset, offset + granted)))
      offset += granted
    }
    signal.throwIfAborted()
  }
}

async function sendFile(
  place: LogPlace,
  taskId: TaskId,
  request: Extract<StreamRequest, { op: 'open' }>,
  credit: Credit,
  signal: AbortSignal,
  send: (data: Buffer) => void,
): Promise<void> {
  const file = await openLog(place, taskId, request.stream)
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

async function openLog(place: LogPlace, taskId: TaskId, stream: LogStream): Promise<FileHandle> {
  try {
    // The task may have put a link in its place, to a file that only the agent may read.
    const { O_RDONLY, O_NOFOLLOW } = constants
    const path = `${sandboxDirectory(place.tasksDirectory, taskId)}/${stream}`
    return await open(path, O_RDONLY | O_NOFOLLOW)
  } catch {
    throw new Error(`this agent has no ${stream} of ${taskId}`)
  }
}

async function newestRun(place: LogPlace, instance: InstanceId): Promise<number | undefined> {
  const prefix = taskIdOf(instance, 0).slice(0, -1)
  const names = await readdir(place.tasksDirectory)
  const runs = names.filter(n => n.startsWith(prefix)).map(n => Number(n.slice(prefix.length)))
  const all = [...runs.filter(Number.isInteger), ...place.incarnations(instance)]
  return all.length > 0 ? Math.max(...all) : undefined
}
