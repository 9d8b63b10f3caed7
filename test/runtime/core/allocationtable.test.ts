// The table of allocations against a map of rows by key.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Aliases } from '../../../src/runtime/core/aliases.ts'
import { AllocationTable } from '../../../src/runtime/core/allocationtable.ts'
import { allocationKey, type AllocationRow } from '../../../src/runtime/core/rows.ts'
import { UnitCells } from '../../../src/runtime/core/unitcells.ts'

function rowOf(instance: string, incarnation: number, gen: number): AllocationRow {
  return { instance, incarnation, gen } as unknown as AllocationRow
}

const act = fc.record({
  kind: fc.constantFrom('put', 'put', 'delete', 'accept', 'rollback'),
  instance: fc.constantFrom('a', 'b', 'c'),
  incarnation: fc.integer({ min: 1, max: 3 }),
})

describe('the table of allocations', () => {
  it('is a table of rows by key, whose index sees every difference, also of a rollback', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), acts => {
        const seen = new Map<string, AllocationRow>()
        const count = { rows: 0 }
        const table = new AllocationTable(new UnitCells(new Aliases()), count, {
          change(old, row) {
            const { instance, incarnation } = (row ?? old)!
            const key = allocationKey(instance, incarnation)
            expect(seen.get(key)).toBe(old)
            if (row === undefined) seen.delete(key)
            else seen.set(key, row)
          },
        })
        let naive = new Map<string, AllocationRow>()
        let stored = new Map(naive)
        for (const [i, { kind, instance, incarnation }] of acts.entries()) {
          const row = rowOf(instance, incarnation, i)
          const key = allocationKey(row.instance, incarnation)
          if (kind === 'put') table.put(key, row)
          if (kind === 'put') naive.set(key, row)
          if (kind === 'delete') table.delete(key)
          if (kind === 'delete') naive.delete(key)
          const changed = new Set(
            [...stored, ...naive].map(([k]) => k).filter(k => stored.get(k) !== naive.get(k)),
          )
          expect(table.changed().map(c => c.key)).toEqual([...changed].sort())
          if (kind === 'accept') table.accept()
          if (kind === 'accept') stored = new Map(naive)
          if (kind === 'rollback') table.rollback()
          if (kind === 'rollback') naive = new Map(stored)
          expect(table.keys()).toEqual([...naive.keys()].sort())
          expect([...table.values()].sort((a, b) => a.gen - b.gen)).toEqual(
            [...naive.values()].sort((a, b) => a.gen - b.gen),
          )
          expect([table.size, seen.size]).toEqual([naive.size, naive.size])
          expect(table.find(row.instance, incarnation)).toBe(naive.get(key))
          if (kind === 'accept' || kind === 'rollback') expect(count.rows).toBe(0)
        }
      }),
    )
  })
})
