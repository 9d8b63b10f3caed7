// How commits and rows lie on disk. LevelDB's own checks are not trusted (a flipped byte can come back as a wrong row
// without an error), so every value ends with the CRC-32 of its key and bytes: a row that lands under another key is
// damage too.
//
//   value  = bytes, u32 CRC-32 of (key, bytes)
//   commit = u8 version, u32 header length, header JSON, then per put: u32 key length, key, u32 value length, value
//
// All integers are big-endian.
import { crc32 } from 'node:zlib'
import type { Commit, Row } from '../core/types.ts'

const checksumBytes = 4
const commitVersion = 1

/** The bytes with their checksum behind them. */
export function withChecksum(key: string, bytes: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(bytes.length + checksumBytes)
  out.set(bytes, 0)
  out.writeUInt32BE(crc32(bytes, crc32(key)), bytes.length)
  return out
}

/** The bytes without their checksum, or undefined when it does not fit. */
export function checked(key: string, stored: Buffer): Buffer | undefined {
  if (stored.length < checksumBytes) return undefined
  const bytes = stored.subarray(0, stored.length - checksumBytes)
  return crc32(bytes, crc32(key)) === stored.readUInt32BE(bytes.length) ? bytes : undefined
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

export function encodeCommit(commit: Commit): Buffer {
  const { puts, ...rest } = commit
  const header = Buffer.from(JSON.stringify({ ...rest, puts: puts.length }))
  const keys = puts.map(row => Buffer.from(row.key))
  let size = 5 + header.length
  for (let i = 0; i < puts.length; i++) size += 8 + keys[i]!.length + puts[i]!.value.length
  const out = Buffer.allocUnsafe(size)
  let at = out.writeUInt8(commitVersion, 0)
  at = out.writeUInt32BE(header.length, at)
  at += header.copy(out, at)
  for (let i = 0; i < puts.length; i++) {
    at = writePart(out, at, keys[i]!)
    at = writePart(out, at, puts[i]!.value)
  }
  return out
}

function writePart(out: Buffer, at: number, bytes: Uint8Array): number {
  const start = out.writeUInt32BE(bytes.length, at)
  out.set(bytes, start)
  return start + bytes.length
}

/** Undefined when the bytes are no commit of a version we know. */
export function decodeCommit(bytes: Buffer): Commit | undefined {
  try {
    if (bytes.readUInt8(0) !== commitVersion) return undefined
    const headerLength = bytes.readUInt32BE(1)
    let at = 5 + headerLength
    const header = JSON.parse(bytes.toString('utf8', 5, at)) as Omit<Commit, 'puts'> & { puts: number }
    const puts: Row[] = []
    for (let i = 0; i < header.puts; i++) {
      const keyEnd = at + 4 + bytes.readUInt32BE(at)
      const valueEnd = keyEnd + 4 + bytes.readUInt32BE(keyEnd)
      if (valueEnd > bytes.length) return undefined
      puts.push({ key: bytes.toString('utf8', at + 4, keyEnd), value: bytes.subarray(keyEnd + 4, valueEnd) })
      at = valueEnd
    }
    return at === bytes.length ? { ...header, puts } : undefined
  } catch {
    return undefined
  }
}
