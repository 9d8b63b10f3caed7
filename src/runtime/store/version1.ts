// A store of data format 1, as the first release wrote it: the same kinds of keys as now, values that end with the CRC-32
// of their key and bytes. It is read only to be brought up to the present format. Its commits are history and stay behind.
import { crc32 } from 'node:zlib'
import { Level } from 'level'
import { CodedError, sameDigest } from '../../base/index.ts'
import type { Row } from '../core/types.ts'
import { decodeHead, type Head } from './encoding.ts'
import { digestOf } from './mend.ts'

/** Throws DATA_DAMAGED unless every row is sound and all add up to the head. */
export async function readVersion1(location: string): Promise<{ head: Head; rows: Row[] }> {
  const database = new Level<string, Buffer>(location, { keyEncoding: 'utf8', valueEncoding: 'buffer' })
  try {
    await database.open({ createIfMissing: false })
  } catch (error) {
    throw notWhole('it can not be opened', error)
  }
  try {
    const stored = await database.get('h!head')
    const bytes = stored && checked('h!head', stored)
    const head = bytes && decodeHead(bytes)
    if (head === undefined) throw notWhole('the head record is damaged or missing')
    const rows: Row[] = []
    for await (const [key, value] of database.iterator({ gte: 'r!', lt: 'r"' })) {
      const rowKey = key.slice('r!'.length)
      const row = checked(rowKey, value)
      if (row === undefined) throw notWhole(`row ${rowKey} is damaged`)
      rows.push({ key: rowKey, value: row })
    }
    if (!sameDigest(digestOf(rows), head.digest)) throw notWhole('the rows do not add up')
    return { head, rows }
  } finally {
    await database.close()
  }
}

const checksumBytes = 4

function checked(key: string, stored: Buffer): Buffer | undefined {
  const end = stored.length - checksumBytes
  if (end < 0) return undefined
  const bytes = stored.subarray(0, end)
  return crc32(bytes, crc32(key)) === stored.readUInt32BE(end) ? bytes : undefined
}

function notWhole(why: string, cause?: unknown): CodedError {
  return new CodedError('DATA_DAMAGED', `The state of an older format can not be read: ${why}`, {
    advice: 'Nothing was changed. The version that wrote it can still serve what is readable.',
    ...(cause === undefined ? {} : { cause }),
  })
}
