// Reads what a task wrote from the engine's log of its container. The engine keeps both streams in one log, each piece
// with the name of its stream before it.
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type Docker from 'dockerode'
import type { LogStream } from '../../../model/index.ts'
import type { AbortSignalLike } from '../../core/index.ts'

export interface LogOptions {
  /** Stay, and give what is written from now on, until the container ends or the signal comes. */
  readonly follow?: boolean
  /** Only the last so many lines of what is there. */
  readonly tail?: number
  /** The reader has gone: the reading ends, without an error. */
  readonly signal?: AbortSignalLike
}

/** Rejects when there is no such container. */
export async function* readLogs(
  docker: Docker,
  name: string,
  stream: LogStream,
  { follow = false, tail, signal }: LogOptions,
): AsyncGenerator<Uint8Array> {
  const stop = new AbortController()
  if (signal?.aborted) return
  signal?.addEventListener('abort', () => stop.abort())
  const container = docker.getContainer(name)
  try {
    const { Config } = await container.inspect({ abortSignal: stop.signal })
    const settings = {
      stdout: stream === 'stdout',
      stderr: stream === 'stderr',
      ...(tail === undefined ? {} : { tail }),
      abortSignal: stop.signal,
    }
    const source = follow
      ? bytesOf(await container.logs({ ...settings, follow: true }))
      : Readable.from([await container.logs({ ...settings, follow: false })])
    // With a terminal there is one stream only, and no names.
    if (!Config.Tty) yield* unframed(source)
    else if (stream === 'stdout') yield* source
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    stop.abort()
  }
}

async function* bytesOf(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) yield Buffer.from(piece)
}

/** Far longer than the engine takes for the most that it keeps. */
const keepLimitMs = 60_000

/**
 * Copies what a container that has ended wrote to the files of its sandbox, where it can still be read when the
 * container is gone. The task may have put anything there in their place: links are not followed.
 */
export async function keepLogs(
  docker: Docker,
  name: string,
  sandbox: string,
  closing: AbortSignal,
): Promise<void> {
  await mkdir(sandbox, { recursive: true })
  for (const stream of ['stdout', 'stderr'] as const) {
    const copy = join(sandbox, `.${stream}-${randomUUID()}`)
    const signal = AbortSignal.any([closing, AbortSignal.timeout(keepLimitMs)])
    try {
      // Following ends at once here, and unlike the whole answer it does not have to fit into memory.
      const pieces = readLogs(docker, name, stream, { follow: true, signal })
      await pipeline(pieces, createWriteStream(copy, { flags: 'wx' }))
      signal.throwIfAborted()
      await rename(copy, join(sandbox, stream))
    } finally {
      await rm(copy, { force: true })
    }
  }
}

/** Bytes before each piece: the stream's number, three zeros, the length as a big-endian 32-bit number. */
const headerBytes = 8

/** Takes the headers out. Source of the format: Engine API 1.41, ContainerAttach, "Stream format". */
export async function* unframed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0)
  for await (const chunk of source) {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4)
      if (rest.length < end) break
      yield rest.subarray(headerBytes, end)
      rest = rest.subarray(end)
    }
  }
}
