// What every store promises, as tests that run on each implementation: otherwise the fake drifts from the real one and
// proves nothing.
import { describe, expect, it } from 'vitest'
import { compareStrings } from '../../../src/base/index.ts'
import type { Epoch, Revision } from '../../../src/model/index.ts'
import type { Commit, Row } from '../../../src/runtime/core/types.ts'
import type { Store } from '../../../src/runtime/store/store.ts'
import { CommitMaker } from './commits.ts'

/** `make` gives a store of a new and empty cluster, not open yet, and cleans up after the test by itself. */
export function storeConformance(name: string, make: () => Promise<Store>): void {
  describe(`${name} keeps the promises of a store`, () => {
    it('is empty at first: revision 0, nothing stored, no damage', async () => {
      const store = await make()
      const opened = await store.open()
      expect(opened).toMatchObject({ head: 0, epoch: 0, now: 0, damage: [] })
      expect(await all(store.snapshot())).toEqual([])
      expect(await all(store.commits(1 as Revision))).toEqual([])
      await store.close()
    })

    it('holds after reopening what was committed, in key order, with the head of the last commit', async () => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(1)
      for (let i = 0; i < 200; i++) await committed(store, maker.next())
      await expectState(store, maker)
      await store.close()
      const seen: Row[] = []
      const opened = await store.open(row => void seen.push(row))
      expect(bytesOf(seen)).toEqual(bytesOf(await all(store.snapshot())))
      expect(opened).toMatchObject({
        head: 200,
        epoch: 1,
        now: 2000,
        utc: 1_700_000_000_200,
        damage: [],
        digest: maker.digest,
      })
      await expectState(store, maker)
      await store.close()
    })

    it('gives commits back as they were, from a revision on', async () => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(2)
      for (let i = 0; i < 20; i++) await committed(store, maker.next())
      expect((await all(store.commits(1 as Revision))).map(plain)).toEqual(maker.commits.map(plain))
      expect((await all(store.commits(15 as Revision))).map(c => c.revision)).toEqual([
        15, 16, 17, 18, 19, 20,
      ])
      expect(await all(store.commits(21 as Revision))).toEqual([])
      await store.close()
    })

    it('gives a large commit back as it was', async () => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(10)
      const value = Buffer.from('{"text":"many apps are alike"}'.repeat(40_000))
      const large = maker.of([{ key: 'spec/large', value }], [])
      await committed(store, large)
      expect((await all(store.commits(1 as Revision))).map(plain)).toEqual([plain(large)])
      await store.close()
      expect(await store.open()).toMatchObject({ head: 1, damage: [] })
      await store.close()
    })

    it('keeps the rows of instances once, not in commits too', async () => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(9)
      const value = new Uint8Array([1])
      const keys = ['app//web', 'unit/1', 'unit/2', 'units/1']
      const put = maker.of(
        keys.map(key => ({ key, value })),
        [],
      )
      await committed(store, put)
      maker.take(put)
      await committed(store, maker.of([], keys))
      const [first, second] = await all(store.commits(1 as Revision))
      expect(first!.puts.map(row => row.key)).toEqual(['app//web', 'units/1'])
      expect(second!.deletes).toEqual(['app//web', 'units/1'])
      expect(await all(store.snapshot())).toEqual([])
      await store.close()
    })

    it('orders rows by code point, not by UTF-16 unit', async () => {
      const store = await make()
      await store.open()
      const keys = ['t/😀', 't/�', 't/a', 't/ä', 't/Z', 't/']
      const maker = new CommitMaker(3)
      await committed(
        store,
        maker.of(
          keys.map(key => ({ key, value: new Uint8Array([1]) })),
          [],
        ),
      )
      expect((await all(store.snapshot())).map(r => r.key)).toEqual([...keys].sort(compareStrings))
      await store.close()
    })

    it('takes a commit without rows and an empty value', async () => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(4)
      const commits = [maker.of([], []), undefined]
      await committed(store, commits[0]!)
      maker.take(commits[0]!)
      const second = maker.of([{ key: 't/empty', value: new Uint8Array() }], [])
      await committed(store, second)
      expect(await all(store.snapshot())).toHaveLength(1)
      await store.close()
      expect(await store.open()).toMatchObject({ head: 2, damage: [] })
      await store.close()
    })

    it.each([
      [
        'a hole in the revisions',
        (c: Commit): Commit => ({ ...c, revision: (c.revision + 1) as Revision }),
        1,
      ],
      ['a repeated revision', (c: Commit): Commit => ({ ...c, revision: (c.revision - 1) as Revision }), 1],
      ['a writer whose epoch is over', (c: Commit): Commit => ({ ...c, epoch: 0 as Epoch }), 0],
      ['a commit of an older epoch than its writer', (c: Commit): Commit => c, 2],
    ])('refuses %s and stores nothing', async (_, change, fence) => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(5)
      await committed(store, maker.next())
      const outcome = await store.append(change(maker.of([], [])), fence as Epoch)
      expect(outcome.kind).toBe('notCommitted')
      await expectState(store, maker)
      await committed(store, maker.next())
      await expectState(store, maker)
      await store.close()
    })

    it('takes a higher epoch and then refuses the lower one', async () => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(6)
      await committed(store, maker.next())
      maker.epoch = 7
      await committed(store, maker.next())
      maker.epoch = 6
      expect((await store.append(maker.of([], []), 6 as Epoch)).kind).toBe('notCommitted')
      await store.close()
      expect(await store.open()).toMatchObject({ epoch: 7, head: 2 })
      await store.close()
    })

    it('refuses to write when closed', async () => {
      const store = await make()
      await store.open()
      await store.close()
      expect((await store.append(new CommitMaker(7).next(), 1 as Epoch)).kind).toBe('notCommitted')
    })

    it('reads a snapshot at the revision where it began', async () => {
      const store = await make()
      await store.open()
      const maker = new CommitMaker(8)
      for (let i = 0; i < 50; i++) await committed(store, maker.next())
      const before = new Map(maker.rows)
      const seen: Row[] = []
      for await (const row of store.snapshot()) {
        if (seen.length === 0) for (let i = 0; i < 10; i++) await committed(store, maker.next())
        seen.push(row)
      }
      expect(bytesOf(seen)).toEqual(bytesOf(rowsOf(before)))
      await store.close()
    })
  })
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

export async function committed(store: Store, commit: Commit): Promise<void> {
  expect(await store.append(commit, commit.epoch)).toEqual({ kind: 'committed' })
}

export async function expectState(store: Store, maker: CommitMaker): Promise<void> {
  expect(bytesOf(await all(store.snapshot()))).toEqual(bytesOf(rowsOf(maker.rows)))
}

function rowsOf(rows: ReadonlyMap<string, Uint8Array>): Row[] {
  return [...rows].map(([key, value]) => ({ key, value })).sort((a, b) => compareStrings(a.key, b.key))
}

// Buffers and Uint8Arrays hold the same bytes but are not equal to vitest.
function bytesOf(rows: readonly Row[]): readonly (readonly [string, string])[] {
  return rows.map(row => [row.key, Buffer.from(row.value).toString('hex')])
}

function plain(commit: Commit): unknown {
  return { ...commit, puts: bytesOf(commit.puts) }
}
