// How many commits a second the store takes, synced: one by one (each writer waits for its own), and grouped (32
// writers whose changes share a commit), which is what the loop does. Run: npx tsx bench/runtime/store.ts
import { CommitMaker } from '../../test/runtime/store/commits.ts'
import type { ClusterId, Epoch } from '../../src/model/index.ts'
import { initStore, LevelStore } from '../../src/runtime/store/level.ts'
import { inDirectory } from './directory.ts'

const writers = 32
const rowsPerChange = 5
const durationMs = 3000

async function measure(name: string, changesPerCommit: number): Promise<void> {
  await inDirectory(async directory => {
    await initStore(directory, 'bench' as ClusterId)
    const store = new LevelStore(directory)
    await store.open()
    const maker = new CommitMaker(1)
    const delays: number[] = []
    const start = performance.now()
    while (performance.now() - start < durationMs) {
      const begun = performance.now()
      const outcome = await store.append(maker.next(rowsPerChange * changesPerCommit), 1 as Epoch)
      if (outcome.kind !== 'committed') throw outcome.error
      delays.push(performance.now() - begun)
    }
    const seconds = (performance.now() - start) / 1000
    await store.close()
    delays.sort((a, b) => a - b)
    const at = (share: number): string => delays[Math.floor((delays.length - 1) * share)]!.toFixed(2)
    const commits = delays.length / seconds
    console.log(
      `${name}: ${commits.toFixed(0)} commits/s, ${(commits * changesPerCommit).toFixed(0)} changes/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    )
  })
}

await measure('one by one', 1)
await measure(`grouped, ${writers} writers`, writers)
