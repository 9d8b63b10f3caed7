// A table whose rows were loaded as texts is the same as one whose rows were put there.
import { describe, expect, test } from 'vitest'
import type { ClusterMs } from '../../../src/base/index.ts'
import type { AppId } from '../../../src/model/index.ts'
import type { BrakeRow } from '../../../src/runtime/core/rows.ts'
import { Table, type TableIndex } from '../../../src/runtime/core/table.ts'

function row(subject: string, ...times: number[]): BrakeRow {
  return { subject: subject as AppId, times: times as ClusterMs[] }
}

function tableOf(index?: TableIndex<BrakeRow>): Table<'brake'> {
  const table = new Table('brake', { rows: 0 }, index)
  for (const each of [row('/a', 1), row('/b', 2)]) table.restoreText(each.subject, JSON.stringify(each))
  return table
}

describe('rows that were loaded as texts', () => {
  test('are read as rows, and stay the same object', () => {
    const table = tableOf()
    expect([table.size, table.has('/a'), table.keys()]).toEqual([2, true, ['/a', '/b']])
    const found = table.get('/a')
    expect(found).toEqual(row('/a', 1))
    expect([...table.values()]).toEqual([row('/a', 1), row('/b', 2)])
    expect(table.get('/a')).toBe(found)
  })

  test('are what a transaction found, and what a rollback brings back', () => {
    const table = tableOf()
    table.put('/a', row('/a', 3))
    table.delete('/b')
    expect(table.changed()).toEqual([
      { key: '/a', before: row('/a', 1), after: row('/a', 3) },
      { key: '/b', before: row('/b', 2), after: undefined },
    ])
    table.rollback()
    expect([...table.values()]).toEqual([row('/a', 1), row('/b', 2)])
  })

  test('are replaced and taken away outside a transaction', () => {
    const table = tableOf()
    table.restoreText('/a', JSON.stringify(row('/a', 4)))
    table.restore('/b', undefined)
    expect([...table.values()]).toEqual([row('/a', 4)])
    expect(table.changes).toBe(0)
  })

  test('are seen by an index at once', () => {
    const seen: [BrakeRow | undefined, BrakeRow | undefined][] = []
    const table = tableOf({ change: (old, next) => void seen.push([old, next]) })
    table.restoreText('/a', JSON.stringify(row('/a', 4)))
    expect(seen).toEqual([
      [undefined, row('/a', 1)],
      [undefined, row('/b', 2)],
      [row('/a', 1), row('/a', 4)],
    ])
  })
})
