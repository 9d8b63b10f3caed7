// The modelled disk keeps the promises of a store, and each fault that can be ordered from it does what LevelDB was seen
// to do: otherwise simulations prove nothing about the real one.
import { describe, expect, it } from 'vitest'
import type { ClusterId, Epoch, Revision } from '../../src/model/index.ts'
import type { Commit, Row } from '../../src/runtime/core/index.ts'
import type { AppendOutcome, Opened, Store } from '../../src/runtime/store/store.ts'
import { SimulatedDisk } from '../../src/sim/disk.ts'
import { CommitMaker } from '../runtime/store/commits.ts'
import { storeConformance } from '../runtime/store/conformance.ts'

const cluster = 'cluster' as ClusterId

class DiskStore implements Store {
  readonly #disk = new SimulatedDisk(cluster)

  async open(see?: (row: Row) => void): Promise<Opened> {
    const { revision, ...opened } = this.#disk.open(see)
    return { ...opened, head: revision }
  }

  async append(commit: Commit, fence: Epoch): Promise<AppendOutcome> {
    return this.#disk.append(commit, fence)
  }

  async *snapshot(): AsyncIterable<Row> {
    yield* this.#disk.rows()
  }

  async *commits(from: Revision): AsyncIterable<Commit> {
    yield* this.#disk.commits(from)
  }

  async close(): Promise<void> {
    this.#disk.close()
  }
}

storeConformance('the simulated disk', async () => new DiskStore())

interface Scene {
  readonly disk: SimulatedDisk
  readonly maker: CommitMaker
  /** Takes the commit as done, whatever the disk says. */
  append(): ReturnType<SimulatedDisk['append']>
  reopen(): ReturnType<SimulatedDisk['open']>
}

function scene(commits: number, options: { readonly refusesWhenBroken?: boolean } = {}): Scene {
  const disk = new SimulatedDisk(cluster, options)
  disk.open()
  const maker = new CommitMaker(1)
  const append = (): ReturnType<SimulatedDisk['append']> => disk.append(maker.next(), 1 as Epoch)
  for (let i = 0; i < commits; i++) expect(append()).toEqual({ kind: 'committed' })
  const reopen = (): ReturnType<SimulatedDisk['open']> => {
    disk.close()
    return disk.open()
  }
  return { disk, maker, append, reopen }
}

describe('faults of the simulated disk', () => {
  it('a hole in the middle opens at the right head, with rows that are not its own', () => {
    const { disk, reopen } = scene(20)
    expect(disk.makeHole(3, 2)).toBe(true)
    const { revision, damage } = reopen()
    expect(revision).toBe(20)
    expect(damage.join('\n')).toContain('their digest differs')
    expect(disk.commits(1 as Revision).map(c => c.revision)).not.toContain(17)
  })

  it('a lost tail opens clean and whole, earlier', () => {
    const { disk, maker, reopen } = scene(20)
    expect(disk.loseTail(3)).toBe(3)
    expect(reopen()).toMatchObject({ revision: 17, digest: maker.commits[16]!.digest, damage: [] })
  })

  it('an altered value fails its checksum and is not shown', () => {
    const { disk, reopen } = scene(5)
    const [key] = disk.keys()
    disk.alter(key!)
    expect(reopen().damage[0]).toBe(`the checksum of row ${key} is wrong`)
    expect(disk.rows().map(r => r.key)).not.toContain(key)
  })

  it('a damaged disk is not written', () => {
    const { disk, append, reopen } = scene(5)
    disk.alter(disk.keys()[0]!)
    reopen()
    expect(append().kind).toBe('notCommitted')
  })

  it('after a full disk the handle refuses until it is opened again, and then there may be room', () => {
    const { disk, maker, reopen } = scene(5)
    disk.setFull(true)
    const commit = maker.of([{ key: 't/x', value: new Uint8Array([1]) }], [])
    expect(disk.append(commit, 1 as Epoch).kind).toBe('unknown')
    expect(disk.append(commit, 1 as Epoch).kind).toBe('notCommitted')
    expect(reopen().revision).toBe(5)
    disk.setFull(false)
    expect(disk.append(commit, 1 as Epoch).kind).toBe('committed')
  })

  it('LevelDB itself acknowledges on after a full disk, and nothing of it is there later', () => {
    const { disk, append, reopen } = scene(5, { refusesWhenBroken: false })
    disk.setFull(true)
    expect(append().kind).toBe('unknown')
    for (let i = 0; i < 200; i++) expect(append().kind).toBe('committed')
    expect(disk.head?.revision).toBe(206)
    expect(reopen()).toMatchObject({ revision: 5, damage: [] })
  })

  it.each([
    ['landedUnknown', 6],
    ['lostUnknown', 5],
  ] as const)('a write whose outcome is not known: %s', (fault, revision) => {
    const { disk, append, reopen } = scene(5)
    disk.inject(fault)
    expect(append().kind).toBe('unknown')
    expect(reopen()).toMatchObject({ revision, damage: [] })
  })

  it('a copy that is brought back is whole, at its own revision', () => {
    const { disk, append } = scene(5)
    const copy = disk.copy()
    append()
    disk.alter(disk.keys()[0]!)
    disk.close()
    disk.restore(copy)
    expect(disk.open()).toMatchObject({ revision: 5, damage: [] })
  })
})
