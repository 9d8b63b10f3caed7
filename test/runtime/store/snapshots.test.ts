// The snapshots that a server takes by itself: whole files, the newest few, none when nothing has changed.
import { writeFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ClusterMs, UtcMs } from '../../../src/base/index.ts'
import type { ClusterId, Epoch } from '../../../src/model/index.ts'
import type { Image } from '../../../src/runtime/store/image.ts'
import { proveSnapshot } from '../../../src/runtime/store/snapshotfile.ts'
import { listSnapshots, takeSnapshots } from '../../../src/runtime/store/snapshots.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/wait.ts'
import { CommitMaker } from './commits.ts'

let stop: () => Promise<void> = async () => {}

afterEach(() => stop())

test('are taken while the state changes, and the oldest go', async () => {
  const directory = temporaryDirectory('snapshots')
  mkdirSync(join(directory, 'snapshots'))
  writeFileSync(join(directory, 'snapshots', 'left.new'), 'of a crash')
  const maker = new CommitMaker(1)
  let asked = 0
  const take = async (): Promise<Image> => {
    asked++
    maker.next()
    return imageOf(maker)
  }
  stop = takeSnapshots(directory, { intervalMs: 20, kept: 2 }, take, () => {})
  await until(() => asked > 5, { what: 'some snapshots' })
  await stop()
  const found = await listSnapshots(directory)
  expect(found.length).toBe(2)
  for (const { path } of found) expect((await proveSnapshot(path)).clusterId).toBe('c1')
  expect(readdirSync(join(directory, 'snapshots')).filter(name => name.endsWith('.new'))).toEqual([])
})

test('are not taken again of the same revision, and a failure is told and tried again', async () => {
  const directory = temporaryDirectory('snapshots')
  const maker = new CommitMaker(2)
  maker.next()
  const logged: string[] = []
  let asked = 0
  const take = async (): Promise<Image> => {
    asked++
    if (asked === 1) throw new Error('no')
    return imageOf(maker)
  }
  stop = takeSnapshots(directory, { intervalMs: 10, kept: 5 }, take, line => void logged.push(line))
  await until(() => asked > 6, { what: 'some tries' })
  await stop()
  expect(await listSnapshots(directory)).toHaveLength(1)
  expect(logged).toEqual(['error: no snapshot was taken: no'])
})

function imageOf(maker: CommitMaker): Image {
  return {
    clusterId: 'c1' as ClusterId,
    revision: maker.commits.at(-1)!.revision,
    epoch: 1 as Epoch,
    now: 1 as ClusterMs,
    utc: 1 as UtcMs,
    digest: maker.digest,
    rows: [...maker.rows].map(([key, value]) => ({ key, value })),
  }
}
