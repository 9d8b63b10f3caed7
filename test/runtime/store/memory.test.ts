// The store in memory: the conformance suite, and the faults that other tests order from it.
import { describe, expect, it } from 'vitest'
import type { ClusterId, Epoch } from '../../../src/model/index.ts'
import { MemoryStore } from '../../../src/runtime/store/memory.ts'
import { CommitMaker } from './commits.ts'
import { committed, expectState, storeConformance } from './conformance.ts'

const cluster = 'cluster' as ClusterId

storeConformance('memory', async () => new MemoryStore(cluster))

describe('faults of the store in memory', () => {
  it.each([true, false])('refuses after an unknown outcome until reopened (landed: %s)', async landed => {
    const store = new MemoryStore(cluster)
    await store.open()
    const maker = new CommitMaker(1)
    await committed(store, maker.next())
    const commit = maker.of([{ key: 't/x', value: new Uint8Array([1]) }], [])
    store.inject({ kind: 'unknown', landed })
    expect((await store.append(commit, 1 as Epoch)).kind).toBe('unknown')
    expect((await store.append(commit, 1 as Epoch)).kind).toBe('notCommitted')
    await store.close()
    expect(await store.open()).toMatchObject({ head: landed ? 2 : 1 })
    if (landed) maker.take(commit)
    await expectState(store, maker)
    await committed(store, maker.next())
  })
})
