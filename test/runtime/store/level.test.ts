// The store on LevelDB: the conformance suite, then what happens to its files on a bad day. Whatever is broken, `open`
// says so or refuses; it never makes a new store and never takes rows away.
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { Level } from 'level'
import { afterEach, describe, expect, it } from 'vitest'
import { CodedError, Random } from '../../../src/base/index.ts'
import type { ClusterId, Epoch } from '../../../src/model/index.ts'
import { initStore, LevelStore } from '../../../src/runtime/store/level.ts'
import type { Opened } from '../../../src/runtime/store/store.ts'
import { CommitMaker } from './commits.ts'
import { all, committed, storeConformance } from './conformance.ts'

const cluster = 'cluster' as ClusterId
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sddc-store-'))
  cleanups.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function newStore(): Promise<{ directory: string; store: LevelStore }> {
  const directory = await temporary()
  await initStore(directory, cluster)
  return { directory, store: storeOn(directory) }
}

function storeOn(directory: string): LevelStore {
  const store = new LevelStore(directory)
  cleanups.push(() => store.close())
  return store
}

storeConformance('LevelDB', async () => (await newStore()).store)

describe('a data directory', () => {
  it('that sddc did not make is refused and left as it was', async () => {
    const directory = await temporary()
    await expect(storeOn(directory).open()).rejects.toMatchObject({ code: 'DATA_DIRECTORY_INVALID' })
    await expect(storeOn(join(directory, 'missing')).open()).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_INVALID',
    })
    expect(await readdir(directory)).toEqual([])
  })

  it('that holds a cluster is not made anew', async () => {
    const { directory, store } = await newStore()
    await store.open()
    await committed(store, new CommitMaker(1).next())
    await store.close()
    await expect(initStore(directory, 'other' as ClusterId)).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_INVALID',
    })
    expect(await store.open()).toMatchObject({ head: 1, clusterId: cluster, damage: [] })
  })

  it('whose creation was interrupted is refused, and can be made again', async () => {
    const directory = await temporary()
    await writeFile(
      join(directory, 'cluster.json'),
      JSON.stringify({ format: 1, clusterId: 'x', complete: false }),
    )
    await mkdir(join(directory, 'state'))
    await expect(storeOn(directory).open()).rejects.toMatchObject({ code: 'DATA_DIRECTORY_INVALID' })
    await initStore(directory, cluster)
    expect(await storeOn(directory).open()).toMatchObject({ clusterId: cluster, head: 0 })
  })

  it('that lost its mark is not made anew over its rows', async () => {
    const { directory } = await newStore()
    await rm(join(directory, 'cluster.json'))
    await expect(initStore(directory, cluster)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_INVALID' })
    expect(await readdir(directory)).toEqual(['state'])
  })

  it('is held by one process: a second one is told', async () => {
    const { directory, store } = await newStore()
    await store.open()
    const error = await storeOn(directory)
      .open()
      .then(
        () => undefined,
        (e: unknown) => e,
      )
    expect(error).toBeInstanceOf(CodedError)
    expect(error).toMatchObject({ code: 'DATA_DIRECTORY_INVALID' })
    expect((error as CodedError).advice).toContain('--data')
  })
})

describe('damage', () => {
  // A store with all its rows in table files, or all in the log.
  async function filled(where: 'tables' | 'log'): Promise<string> {
    return (await filledBy(where)).directory
  }

  async function filledBy(where: 'tables' | 'log'): Promise<{ directory: string; maker: CommitMaker }> {
    const { directory, store } = await newStore()
    await store.open()
    const maker = new CommitMaker(2)
    for (let i = 0; i < 300; i++) await committed(store, maker.next(8))
    await store.close()
    if (where === 'tables') {
      const database = new ClassicLevel(join(directory, 'state'))
      await database.open()
      await database.compactRange('\u0000', '\uffff')
      await database.close()
    }
    return { directory, maker }
  }

  async function copyOf(directory: string): Promise<string> {
    const copy = await temporary()
    await mkdir(join(copy, 'state'))
    await copyFile(join(directory, 'cluster.json'), join(copy, 'cluster.json'))
    for (const name of await readdir(join(directory, 'state')))
      await copyFile(join(directory, 'state', name), join(copy, 'state', name))
    return copy
  }

  async function largest(directory: string, ending: string): Promise<{ path: string; size: number }> {
    let best = { path: '', size: -1 }
    for (const name of await readdir(join(directory, 'state'))) {
      const path = join(directory, 'state', name)
      const size = (await readFile(path)).length
      if (name.endsWith(ending) && size > best.size) best = { path, size }
    }
    return best
  }

  async function flip(path: string, at: number): Promise<void> {
    const file = await open(path, 'r+')
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, at)
    byte[0]! ^= 0x40
    await file.write(byte, 0, 1, at)
    await file.close()
  }

  // Opens; on a refusal gives its code, on damage its words.
  async function verdict(directory: string): Promise<{ refused?: string; opened?: Opened }> {
    const store = storeOn(directory)
    try {
      return { opened: await store.open() }
    } catch (error) {
      return { refused: (error as CodedError).code }
    }
  }

  it.each(['tables', 'log'] as const)(
    'of one flipped byte in the %s is never served as whole',
    async where => {
      const { directory, maker } = await filledBy(where)
      const random = new Random(3)
      let told = 0
      for (let round = 0; round < 12; round++) {
        const copy = await copyOf(directory)
        const { path, size } = await largest(copy, where === 'tables' ? '.ldb' : '.log')
        await flip(path, random.integer(0, size - 1))
        const { refused, opened } = await verdict(copy)
        if (refused !== undefined) {
          expect(refused).toBe('DATA_DAMAGED')
          told++
        } else if (opened!.damage.length > 0) told++
        else {
          // A byte of padding or of an index may be harmless. One near the end of the log can cost the tail, which no
          // local check sees (the agents witness it); what is left must be the state of an earlier commit, whole.
          if (where === 'tables') expect(opened!.head).toBe(300)
          expect(opened!.digest).toEqual(maker.commits[opened!.head - 1]!.digest)
        }
      }
      expect(told).toBeGreaterThan(8)
    },
  )

  it('of a flipped byte is told with its place, and nothing is written after it', async () => {
    const { directory, store } = await newStore()
    await store.open()
    const maker = new CommitMaker(4)
    await committed(store, maker.of([{ key: 'apps/web', value: Buffer.from('the value of the row') }], []))
    await store.close()
    const database = new Level<string, Buffer>(join(directory, 'state'), { valueEncoding: 'buffer' })
    const stored = (await database.get('r!apps/web'))!
    stored[3]! ^= 1
    await database.put('r!apps/web', stored)
    await database.close()
    const opened = await store.open()
    expect(opened.damage.join('\n')).toContain('Row apps/web is damaged')
    expect(await all(store.snapshot())).toEqual([])
    maker.take(maker.of([], []))
    expect((await store.append(maker.of([], []), 1 as Epoch)).kind).toBe('notCommitted')
  })

  it.each([
    ['a row is missing', 'r!table/1', /do not add up to revision 300/],
    ['a commit is missing', 'c!0000000000000123', /Missing commit 123/],
    ['the last commit is missing', 'c!0000000000000300', /Missing commit 300/],
    ['the head record is missing', 'h!head', /head record is missing/],
  ])('%s: told', async (_, key, words) => {
    const directory = await filled('log')
    const database = new Level(join(directory, 'state'))
    const keys = await database.keys({ gte: 'r!', limit: 1 }).all()
    await database.del(key.startsWith('r!') ? keys[0]! : key)
    await database.close()
    const { opened } = await verdict(directory)
    expect(opened!.damage.join('\n')).toMatch(words)
  })

  it('of a table file that is gone or cut short is never served as whole', async () => {
    const directory = await filled('tables')
    for (const change of [
      async (path: string) => rm(path),
      async (path: string, size: number) => truncate(path, size >> 1),
      async (path: string) => truncate(path, 0),
    ]) {
      const copy = await copyOf(directory)
      const { path, size } = await largest(copy, '.ldb')
      await change(path, size)
      const { refused, opened } = await verdict(copy)
      expect(refused === 'DATA_DAMAGED' || opened!.damage.length > 0).toBe(true)
    }
  })

  it('of a lost CURRENT or MANIFEST refuses, and deletes nothing', async () => {
    const directory = await filled('tables')
    for (const ending of ['CURRENT', 'MANIFEST']) {
      const copy = await copyOf(directory)
      const state = join(copy, 'state')
      const name = (await readdir(state)).find(n => n.startsWith(ending))!
      await rm(join(state, name))
      const tables = (await readdir(state)).filter(n => n.endsWith('.ldb'))
      expect(await verdict(copy)).toEqual({ refused: 'DATA_DAMAGED' })
      expect((await readdir(state)).filter(n => n.endsWith('.ldb'))).toEqual(tables)
    }
  })

  it('that cuts the log off at a whole commit leaves a state that is whole at that commit', async () => {
    // What no local check can see: the agents witness it. The store must still be consistent in itself.
    const directory = await filled('log')
    const copy = await copyOf(directory)
    const { path, size } = await largest(copy, '.log')
    await truncate(path, size - 10)
    const { opened } = await verdict(copy)
    expect(opened).toMatchObject({ head: 299, damage: [] })
  })
})
