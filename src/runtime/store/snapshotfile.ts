// A snapshot: a whole state in one file, to be kept elsewhere. It is a gzip stream of
//
//   header   one line of JSON: `sddcSnapshot` is the version of this format, the rest the head of the state
//   rows     per row: u32 key length, key, u32 value length, value
//   end      u32 0xffffffff, u32 number of rows
//   digest   SHA-256 of everything before
//
// All integers are big-endian. Two sums prove it: SHA-256 that the file is as it was written, the digest of the rows
// that the state was whole. It is written and read as a stream: a state may be larger than memory should be.
import { createHash, randomUUID, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { createGunzip, createGzip, constants } from 'node:zlib'
import { addDigest, CodedError, type Digest, emptyDigest, rowHash, sameDigest } from '../../base/index.ts'
import type { Row } from '../core/types.ts'
import type { Image, ImageHead } from './image.ts'
import { syncDirectory } from './syncdirectory.ts'

/** The version of the format that this program writes, and the newest that it reads. */
export const snapshotFormat = 1
const endMark = 0xffff_ffff
const hashBytes = 32
/** Bytes handed to the compression at a time: few enough that the loop is not held up, many enough to be cheap. */
const chunkBytes = 64 * 1024
/** The header is some hundred bytes; more is no snapshot of ours. */
const maxHeaderBytes = 64 * 1024
/** No row comes near: the largest app that is taken has a few MiB. Guards the memory of whoever reads a wrong file. */
const maxPartBytes = 256 * 1024 * 1024

interface Header extends ImageHead {
  readonly sddcSnapshot: number
  /** When the snapshot was begun, in milliseconds since 1970. */
  readonly madeUtc: number
}

export interface SnapshotHead extends ImageHead {
  readonly format: number
  readonly madeUtc: number
}

/** The bytes of a snapshot, compressed, as they come. */
export function snapshotStream(image: Image, madeUtc: number): Readable {
  const compress = createGzip({ level: constants.Z_BEST_SPEED })
  const source = Readable.from(snapshotBytes(image, madeUtc), { objectMode: false })
  source.on('error', error => compress.destroy(error))
  compress.on('close', () => source.destroy())
  return source.pipe(compress)
}

/** Writes the file whole or not at all: under another name first, synced, then renamed. Gives its size. */
export async function writeSnapshot(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const unfinished = `${path}.${randomUUID().slice(0, 8)}.new`
  try {
    await pipeline(bytes, createWriteStream(unfinished, { mode: 0o600, flags: 'wx' }))
    const file = await open(unfinished, 'r')
    let size: number
    try {
      await file.sync()
      size = (await file.stat()).size
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
    await syncDirectory(dirname(path))
    return size
  } catch (error) {
    await rm(unfinished, { force: true })
    if (error instanceof CodedError) throw error
    throw new CodedError('STORE_FAILED', `The snapshot ${path} can not be written: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * The head of a snapshot and its rows. Only when the last row was given without an error is any of it proved. Throws
 * DATA_DAMAGED when it is not whole, DATA_TOO_NEW when its format is newer than this program.
 */
export async function openSnapshot(path: string): Promise<{ head: SnapshotHead; rows: AsyncGenerator<Row> }> {
  const file = createReadStream(path)
  const bytes = createGunzip()
  file.on('error', error => bytes.destroy(error))
  const close = (): void => {
    file.destroy()
    bytes.destroy()
  }
  const reader = new SnapshotReader(file.pipe(bytes), path)
  try {
    const head = await reader.header()
    return { head, rows: closing(reader.rows(head), path, close) }
  } catch (error) {
    close()
    throw inWords(path, error)
  }
}

/** Reads a snapshot to its end and so proves it. Throws as openSnapshot does. */
export async function proveSnapshot(path: string, see: (row: Row) => void = () => {}): Promise<SnapshotHead> {
  const { head, rows } = await openSnapshot(path)
  for await (const row of rows) see(row)
  return head
}

async function* closing(rows: AsyncIterable<Row>, path: string, close: () => void): AsyncGenerator<Row> {
  try {
    yield* rows
  } catch (error) {
    throw inWords(path, error)
  } finally {
    close()
  }
}

function inWords(path: string, error: unknown): CodedError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new CodedError('USAGE', `There is no snapshot ${path}`, { cause: error })
  return error instanceof CodedError ? error : notWhole(path, reasonOf(error), error)
}

async function* snapshotBytes(image: Image, madeUtc: number): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  const { rows, ...head } = image
  const header: Header = { sddcSnapshot: snapshotFormat, ...head, madeUtc }
  let chunk: Buffer[] = [Buffer.from(`${JSON.stringify(header)}\n`)]
  let size = chunk[0]!.length
  let count = 0
  let digest: Digest = emptyDigest
  const flush = (): Buffer => {
    const bytes = Buffer.concat(chunk)
    hash.update(bytes)
    chunk = []
    size = 0
    return bytes
  }
  for await (const { key, value } of rows) {
    const name = Buffer.from(key)
    chunk.push(u32(name.length), name, u32(value.length), Buffer.from(value))
    size += 8 + name.length + value.length
    digest = addDigest(digest, rowHash(key, value))
    count++
    if (size >= chunkBytes) yield flush()
  }
  // What was read is not what the head speaks of: a snapshot of that would be believed later.
  if (!sameDigest(digest, image.digest))
    throw new CodedError('DATA_DAMAGED', `The rows do not add up to revision ${image.revision}`)
  chunk.push(u32(endMark), u32(count))
  yield flush()
  yield hash.digest()
}

class SnapshotReader {
  readonly #source: AsyncIterator<Buffer>
  readonly #path: string
  readonly #hash: Hash = createHash('sha256')
  #held: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(source: AsyncIterable<Buffer>, path: string) {
    this.#source = source[Symbol.asyncIterator]()
    this.#path = path
  }

  async header(): Promise<SnapshotHead> {
    let end: number
    while ((end = this.#held.indexOf(0x0a)) < 0) {
      if (this.#held.length > maxHeaderBytes || !(await this.#more()))
        throw this.#notWhole('it is no snapshot')
    }
    const line = (await this.#take(end + 1)).toString()
    const { sddcSnapshot: format, ...head } = this.#parsed(line)
    if (typeof format !== 'number') throw this.#notWhole('it is no snapshot')
    if (format > snapshotFormat) {
      throw new CodedError('DATA_TOO_NEW', `The snapshot ${this.#path} was made by a newer version of sddc`, {
        advice: `It is of format ${format}, this version reads up to ${snapshotFormat}.`,
      })
    }
    return { format, ...(head as Omit<Header, 'sddcSnapshot'>) }
  }

  /** Throws behind the last row when something was wrong. */
  async *rows(head: SnapshotHead): AsyncGenerator<Row> {
    let digest: Digest = emptyDigest
    let count = 0
    for (;;) {
      const keyLength = await this.#integer()
      if (keyLength === endMark) break
      const key = (await this.#take(keyLength)).toString()
      // A copy: one row would keep the whole chunk around it.
      const value = Uint8Array.from(await this.#take(await this.#integer()))
      digest = addDigest(digest, rowHash(key, value))
      count++
      yield { key, value }
    }
    if ((await this.#integer()) !== count) throw this.#notWhole('rows are missing')
    const computed = this.#hash.digest()
    if (!computed.equals(await this.#read(hashBytes))) throw this.#notWhole('its digest differs')
    if (this.#at < this.#held.length || (await this.#more()))
      throw this.#notWhole('something follows its end')
    if (!sameDigest(digest, head.digest)) throw this.#notWhole('its rows do not add up')
  }

  #parsed(line: string): Partial<Header> {
    try {
      const value = JSON.parse(line) as unknown
      if (typeof value === 'object' && value !== null) return value
    } catch {
      // Falls through: not JSON is no header.
    }
    throw this.#notWhole('it is no snapshot')
  }

  async #integer(): Promise<number> {
    return (await this.#take(4)).readUInt32BE()
  }

  async #take(length: number): Promise<Buffer> {
    const taken = await this.#read(length)
    this.#hash.update(taken)
    return taken
  }

  async #read(length: number): Promise<Buffer> {
    if (length > maxPartBytes) throw this.#notWhole('a length makes no sense')
    while (this.#held.length - this.#at < length) {
      if (!(await this.#more())) throw this.#notWhole('it ends too early')
    }
    const taken = this.#held.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    const rest = this.#held.subarray(this.#at)
    this.#held = rest.length === 0 ? next.value : Buffer.concat([rest, next.value])
    this.#at = 0
    return true
  }

  #notWhole(reason: string): CodedError {
    return notWhole(this.#path, reason)
  }
}

function notWhole(path: string, reason: string, cause?: unknown): CodedError {
  return new CodedError('DATA_DAMAGED', `The snapshot ${path} can not be used: ${reason}`, {
    advice: 'Nothing was changed. Take another one.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
