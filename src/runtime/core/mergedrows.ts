// Two readings of one state put together: where both have a row, the newer one's counts. Each is decoded by itself, since
// what its rows share is numbered anew in every state.
import { encodeRows, readRows, type PlainRows } from './plainrows.ts'
import { tableNames, type AllocationRow, type Rows, type TableName } from './rows.ts'
import type { Row } from './types.ts'

/** What can't be decoded is left out. By key. */
export function mergedRows(older: readonly Row[], newer: readonly Row[]): Row[] {
  const from = readRows(older, () => {})
  const over = readRows(newer, () => {})
  const known = new Set(over.instance.map(({ row }) => row.id))
  const merged = tableNames.map(name => {
    const rows = new Map<string, Rows[TableName]>()
    for (const { key, row } of from[name]) {
      // An instance is taken with all that it holds, or not at all.
      if (name !== 'allocation' || !known.has((row as AllocationRow).instance)) rows.set(key, row)
    }
    for (const { key, row } of over[name]) rows.set(key, row)
    return [name, [...rows].map(([key, row]) => ({ key, row }))]
  })
  return encodeRows(Object.fromEntries(merged) as PlainRows)
}
