// The server dies between, or in the middle of, any two commits of a rolling update, at a point drawn from a seed, and
// is started again on what its store holds; agents go on meanwhile. Whatever was acknowledged is there, the update ends
// as planned, no instance is started more often than needed, and nothing is left to do.
import { expect, it } from 'vitest'
import { Random } from '../../../src/base/index.ts'
import type { ClusterId } from '../../../src/model/index.ts'
import { MemoryStore } from '../../../src/runtime/store/memory.ts'
import type { AppendOutcome } from '../../../src/runtime/store/store.ts'
import { type Rig, startRig, waitFor } from './rig.ts'

const rounds = 50
/** The rollout below makes about nine commits; it dies in one of the first eight. */
const mostCommits = 7

/** Dies at the given append: it is written or not, and nobody hears of it. */
class DyingStore extends MemoryStore {
  died = false
  /** Resolves when it dies. */
  death: Promise<void> = new Promise(() => {})
  #die: () => void = () => {}
  #left = Infinity
  #lands = false

  dieAfter(commits: number, lands: boolean): void {
    this.#left = commits
    this.#lands = lands
    this.died = false
    this.death = new Promise(resolve => (this.#die = resolve))
  }

  override async append(...args: Parameters<MemoryStore['append']>): Promise<AppendOutcome> {
    if (this.died) return new Promise(() => {})
    if (--this.#left >= 0) return super.append(...args)
    this.died = true
    if (this.#lands) await super.append(...args)
    this.#die()
    return new Promise(() => {})
  }
}

// One instance after another, so that there are many moments to die at.
const upgradeStrategy = { minimumHealthCapacity: 1, maximumOverCapacity: 0 }
const app = { cmd: 'v1', cpus: 0.5, mem: 64, instances: 4, upgradeStrategy }

it.each(Array.from({ length: rounds }, (_, seed) => seed))(`round %i of ${rounds}`, async seed => {
  const random = new Random(seed)
  const store = new DyingStore('cluster' as ClusterId)
  let rig = await startRig(store)
  try {
    for (const name of ['a1', 'a2', 'a3']) rig.join(name)
    expect((await rig.call('PUT', '/v2/apps/web', app)).status).toBe(201)
    await settled(rig, 4)
    store.dieAfter(random.integer(0, mostCommits), random.chance(0.5))
    let status: number | undefined
    const key = { 'Idempotency-Key': `update ${seed}` }
    void rig.call('PUT', '/v2/apps/web', { cmd: 'v2' }, key).then(answer => (status = answer.status))
    // Nobody can read what a dead server shows.
    const ended = waitFor(async () => store.died || (status === 200 && (await isSettled(rig, 4))))
    await Promise.race([store.death, ended])
    const acknowledged = status === 200
    expect(store.died).toBe(true)
    rig = await restarted(rig)
    const shown = (await rig.call('GET', '/v2/apps/web')).body['app']
    if (acknowledged) expect(shown).toMatchObject({ cmd: 'v2' })
    // The client, which does not know, repeats it with its key.
    expect((await rig.call('PUT', '/v2/apps/web', { cmd: 'v2' }, key)).status).toBe(200)
    await settled(rig, 4)
    expect((await rig.call('GET', '/v2/apps/web')).body['app']).toMatchObject({ cmd: 'v2', instances: 4 })
    expect((await rig.call('GET', '/v2/apps/web/versions')).body['versions']).toHaveLength(2)
    const started = [...rig.agents.values()].reduce((sum, agent) => sum + agent.started, 0)
    expect(started).toBe(8)
  } finally {
    // A loop that waits for a dead store never ends; its timers are gone all the same.
    const closed = rig.close()
    if (!store.died) await closed
  }
})

async function restarted(old: Rig<DyingStore>): Promise<Rig<DyingStore>> {
  // The old one hangs in its last append for ever; closing takes its timers away.
  void old.loop.close()
  await old.store.close()
  old.store.dieAfter(Infinity, true)
  return startRig(old.store, old.agents)
}

async function isSettled(rig: Rig<DyingStore>, instances: number): Promise<boolean> {
  const { body } = await rig.call('GET', '/v2/apps/web')
  const tasks = body['app']!['tasks'] as unknown as { state: string }[]
  const deployments = body['app']!['deployments'] as unknown as unknown[]
  return (
    deployments.length === 0 && tasks.length === instances && tasks.every(t => t.state === 'TASK_RUNNING')
  )
}

async function settled(rig: Rig<DyingStore>, instances: number): Promise<void> {
  await waitFor(() => isSettled(rig, instances))
}
