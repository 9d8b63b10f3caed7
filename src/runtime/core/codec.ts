// Rows to bytes and back, for all tables but those of instances and allocations (see units.ts): canonical JSON, which
// people can read. The first byte is the format version of the row.
import { assert, canonicalJson } from '../../base/index.ts'
import type { Rows, TableName } from './rows.ts'

/** A table whose rows lie on disk one by one. */
export type PlainTable = Exclude<TableName, 'instance' | 'allocation'>

const formatVersion = 1

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function encodeRow<T extends PlainTable>(_table: T, row: Rows[T]): Uint8Array {
  const json = encoder.encode(canonicalJson(row))
  const bytes = new Uint8Array(json.length + 1)
  bytes[0] = formatVersion
  bytes.set(json, 1)
  return bytes
}

/** Throws a Bug for bytes that are no row of this version; the store has proved them whole before. */
export function decodeRow<T extends PlainTable>(table: T, bytes: Uint8Array): Rows[T] {
  return parseRow<T>(rowText(table, bytes))
}

/** What `parseRow` makes the row of. Throws a Bug for another version. */
export function rowText(table: PlainTable, bytes: Uint8Array): string {
  assert(
    bytes[0] === formatVersion,
    `row format ${bytes[0]} of ${table} is not known; it comes from a newer version`,
  )
  return decoder.decode(bytes.subarray(1))
}

export function parseRow<T extends PlainTable>(text: string): Rows[T] {
  return JSON.parse(text) as Rows[T]
}
