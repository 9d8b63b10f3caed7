// How commits and rows lie on disk. LevelDB's own checks are not trusted (a flipped byte can come back as a wrong row
// without an error), so every value ends with a checksum over its key and bytes: a row that lands under another key is
// damage too. The checksum is one lane of the row's hash, which the digest of the state needs anyway.
//
//   value  = bytes, u32 checksum of (key, bytes), big-endian
//   commit = u8 version, header as JSON text with its length, events, list of puts (key, value with its length)
//          | u8 version + 1, header, deflated: the rest. Of large ones, which are mostly text.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { ByteReader, ByteWriter, rowChecksum } from '../../base/index.ts'
import type { Commit, Row } from '../core/types.ts'
import { decodeEvents, encodeEvents } from './encodeevents.ts'

export const checksumBytes = 4
const commitVersion = 2
const deflatedVersion = 3
/** A commit of so many bytes is deflated: thousands of apps at once. Smaller ones would keep the loop waiting for little. */
const deflatedFromBytes = 1024 * 1024
/** No commit comes near; guards the memory of whoever reads one that is none. */
const maxInflatedBytes = 1024 * 1024 * 1024

/** The bytes with their checksum behind them. `sum`: it, where it is known. */
export function withChecksum(
  key: string,
  bytes: Uint8Array,
  sum = rowChecksum(key, bytes, bytes.length),
): Buffer {
  const { length } = bytes
  const out = Buffer.allocUnsafe(length + checksumBytes)
  out.set(bytes, 0)
  out[length] = sum >>> 24
  out[length + 1] = sum >>> 16
  out[length + 2] = sum >>> 8
  out[length + 3] = sum
  return out
}

/** The bytes without their checksum, or undefined when it does not fit. */
export function checked(key: string, stored: Buffer): Buffer | undefined {
  const length = stored.length - checksumBytes
  if (length < 0) return undefined
  return rowChecksum(key, stored, length) === storedChecksum(stored) ? stored.subarray(0, length) : undefined
}

/** The checksum that ends a stored value of at least so many bytes. */
export function storedChecksum(stored: Buffer): number {
  return stored.readUInt32BE(stored.length - checksumBytes)
}

/** The head record: what the newest commit left, apart from the window of commits, which is trimmed. */
export interface Head {
  readonly clusterId: string
  readonly revision: number
  readonly epoch: number
  readonly now: number
  readonly utc: number
  readonly digest: { readonly high: number; readonly low: number }
  /** Revision of the oldest commit that is kept; revision + 1 when none is. */
  readonly oldest: number
}

export function encodeHead(head: Head): Buffer {
  return Buffer.from(JSON.stringify(head))
}

/** Undefined when the bytes are no head record. */
export function decodeHead(bytes: Buffer): Head | undefined {
  try {
    const head = JSON.parse(bytes.toString()) as Partial<Head>
    const whole =
      typeof head.clusterId === 'string' &&
      [head.revision, head.epoch, head.now, head.utc, head.oldest, head.digest?.high, head.digest?.low].every(
        n => typeof n === 'number',
      )
    return whole ? (head as Head) : undefined
  } catch {
    return undefined
  }
}

export function encodeCommit(commit: Commit): Uint8Array {
  const { events, puts, ...header } = commit
  const head = JSON.stringify(header)
  const w = new ByteWriter(1024 + 128 * events.length)
  w.byte(commitVersion)
  w.text(head)
  const start = w.length
  encodeEvents(w, events)
  w.list(puts, ({ key, value }) => {
    w.text(key)
    w.integer(value.length)
    w.bytes(value)
  })
  if (w.length < deflatedFromBytes) return w.since(0)
  const body = deflateRawSync(w.since(start), { level: constants.Z_BEST_SPEED })
  w.clear()
  w.byte(deflatedVersion)
  w.text(head)
  w.bytes(body)
  return w.since(0)
}

/** What can be read of a commit without its events and puts, which are many. */
export type CommitHead = Omit<Commit, 'events' | 'puts'>

/** Undefined when the bytes are no commit of a version we know. */
export function decodeCommitHead(bytes: Buffer): CommitHead | undefined {
  try {
    return commitHead(new ByteReader(bytes))?.head
  } catch {
    return undefined
  }
}

/** Undefined when the bytes are no commit of a version we know. */
export function decodeCommit(bytes: Buffer): Commit | undefined {
  try {
    const r = new ByteReader(bytes)
    const read = commitHead(r)
    if (read === undefined) return undefined
    if (read.isDeflated) r.reset(inflateRawSync(r.rest(), { maxOutputLength: maxInflatedBytes }))
    const events = decodeEvents(r)
    const puts = r.list((): Row => ({ key: r.text(), value: r.bytes(r.integer()) }))
    r.end()
    return { ...read.head, events, puts }
  } catch {
    return undefined
  }
}

function commitHead(r: ByteReader): { head: CommitHead; isDeflated: boolean } | undefined {
  const version = r.byte()
  if (version !== commitVersion && version !== deflatedVersion) return undefined
  const head = JSON.parse(r.text()) as CommitHead
  return { head, isDeflated: version === deflatedVersion }
}
