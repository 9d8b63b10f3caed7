// Rows decoded into plain lists and back, for whoever looks at a state, mends or converts it without the core's indexes.
import { assert, ByteWriter, compareStrings } from '../../base/index.ts'
import type { InstanceId } from '../../model/index.ts'
import { Aliases } from './aliases.ts'
import { decodeRow, encodeRow } from './codec.ts'
import {
  allocationKey,
  plainTables,
  tableNames,
  type AliasRow,
  type AllocationRow,
  type InstanceRow,
  type Rows,
  type TableName,
} from './rows.ts'
import type { Row } from './types.ts'
import { UnitReader } from './unitreader.ts'
import { encodeUnit, isUnitKey, unitKey, type Namer } from './units.ts'

export type PlainRows = {
  readonly [T in TableName]: readonly { readonly key: string; readonly row: Rows[T] }[]
}

type Lists = { readonly [T in TableName]: { key: string; row: Rows[T] }[] }

/** Throws a Bug for a row that is none. */
export function decodeRows(rows: Iterable<Row>): PlainRows {
  return readRows(rows, (key, why) => assert(false, `row ${key}: ${why}`))
}

/** Those that can be decoded; the others are told, with the reason. */
export function readRows(rows: Iterable<Row>, unreadable: (key: string, why: string) => void): PlainRows {
  const lists = Object.fromEntries(tableNames.map(name => [name, []])) as unknown as Lists
  const aliases = new Aliases()
  const units: Row[] = []
  for (const row of rows) {
    if (isUnitKey(row.key)) units.push(row)
    else readPlain(lists, row, unreadable)
  }
  for (const { row } of lists.alias) aliases.change(undefined, row)
  const reader = new UnitReader(aliases)
  for (const { key, value } of units) {
    try {
      const unit = reader.read(key, value)
      if (unit === undefined) unreadable(key, 'a name in it is lost')
      else {
        if (unit.instance !== undefined) lists.instance.push({ key: unit.id, row: unit.instance })
        for (const row of unit.allocations) {
          lists.allocation.push({ key: allocationKey(row.instance, row.incarnation), row })
        }
      }
    } catch {
      unreadable(key, 'it can not be decoded')
    }
  }
  return lists
}

/** The rows as they lie on disk, by key. Aliases are numbered anew: those given do not count. */
export function encodeRows(plain: PlainRows): Row[] {
  const rows: Row[] = []
  for (const table of plainTables) {
    if (table === 'alias') continue
    for (const { key, row } of plain[table]) {
      rows.push({ key: `${table}/${key}`, value: encodeRow(table, row) })
    }
  }
  // One by one: there may be more than a call takes arguments.
  for (const row of encodeUnits(plain)) rows.push(row)
  return rows.sort((a, b) => compareStrings(a.key, b.key))
}

function readPlain(lists: Lists, { key, value }: Row, unreadable: (key: string, why: string) => void): void {
  const cut = key.indexOf('/')
  const table = plainTables.find(name => name === key.slice(0, cut))
  if (table === undefined) return unreadable(key, 'its table is not known')
  try {
    const list = lists[table] as { key: string; row: Rows[TableName] }[]
    list.push({ key: key.slice(cut + 1), row: decodeRow(table, value) })
  } catch {
    unreadable(key, 'it can not be decoded')
  }
}

function encodeUnits({ instance, allocation }: PlainRows): Row[] {
  const units = new Map<string, { id: InstanceId; instance?: InstanceRow; allocations: AllocationRow[] }>()
  const unitOf = (id: InstanceId) => {
    const key = unitKey(id)
    let unit = units.get(key)
    if (unit === undefined) units.set(key, (unit = { id, allocations: [] }))
    return unit
  }
  for (const { row } of instance) unitOf(row.id).instance = row
  for (const { row } of allocation) unitOf(row.instance).allocations.push(row)
  const made: AliasRow[] = []
  const namer = makingNamer(made)
  const w = new ByteWriter()
  const rows: Row[] = []
  for (const key of [...units.keys()].sort(compareStrings)) {
    const unit = units.get(key)!
    unit.allocations.sort((a, b) => a.incarnation - b.incarnation)
    w.clear()
    encodeUnit(w, key, { instance: undefined, ...unit }, namer)
    rows.push({ key, value: w.finish() })
  }
  for (const alias of made) rows.push({ key: `alias/${alias.number}`, value: encodeRow('alias', alias) })
  return rows
}

function makingNamer(made: AliasRow[]): Namer {
  const aliases = new Aliases()
  return {
    aliases,
    use: numbered => numbered.alias.number,
    make(alias) {
      aliases.change(undefined, alias)
      made.push(alias)
      return alias.number
    },
  }
}
