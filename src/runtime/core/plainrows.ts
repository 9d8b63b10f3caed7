// Rows decoded into plain lists, for whoever checks a state without the core's own indexes.
import { decodeRow } from './codec.ts'
import { tableNames, type Rows, type TableName } from './rows.ts'
import type { Row } from './types.ts'

export type PlainRows = {
  readonly [T in TableName]: readonly { readonly key: string; readonly row: Rows[T] }[]
}

export function decodeRows(rows: Iterable<Row>): PlainRows {
  const lists = Object.fromEntries(tableNames.map(name => [name, []])) as unknown as {
    [T in TableName]: { key: string; row: Rows[T] }[]
  }
  for (const { key, value } of rows) {
    const cut = key.indexOf('/')
    const table = key.slice(0, cut) as TableName
    const list = lists[table] as { key: string; row: Rows[TableName] }[]
    list.push({ key: key.slice(cut + 1), row: decodeRow(table, value) })
  }
  return lists
}
