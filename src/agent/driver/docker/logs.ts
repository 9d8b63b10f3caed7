// Reads what a task wrote from the engine's log of its container. The engine keeps both streams in one log, each piece
// with the name of its stream before it.
import { Readable } from 'node:stream'
import type Docker from 'dockerode'

export interface LogOptions {
  /** Stay, and give what is written from now on, until the container ends or the caller stops iterating. */
  readonly follow?: boolean
  /** Only the last so many lines of what is there. */
  readonly tail?: number
}

/** Ends at once when there is no such container. */
export async function* readLogs(
  docker: Docker,
  name: string,
  stream: 'stdout' | 'stderr',
  { follow = false, tail }: LogOptions,
): AsyncGenerator<Uint8Array> {
  const container = docker.getContainer(name)
  const { Config } = await container.inspect()
  const settings = {
    stdout: stream === 'stdout',
    stderr: stream === 'stderr',
    ...(tail === undefined ? {} : { tail }),
  }
  const source = follow
    ? Readable.from(await container.logs({ ...settings, follow: true }))
    : Readable.from([await container.logs({ ...settings, follow: false })])
  // With a terminal there is one stream only, and no names.
  if (Config.Tty) {
    if (stream === 'stdout') yield* source
  } else {
    yield* unframed(source)
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
