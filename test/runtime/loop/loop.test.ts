// The loop's promises: write, then send; one commit for what arrives together; undo what failed, and say so.
import { afterEach, describe, expect, it } from 'vitest'
import type { ClusterId, Reply, Revision, ServerMessage, SessionId } from '../../../src/model/index.ts'
import { eventData, type Commit } from '../../../src/runtime/core/types.ts'
import { Loop } from '../../../src/runtime/loop/loop.ts'
import { MemoryStore } from '../../../src/runtime/store/memory.ts'
import { actor, order, testCore, type TestState } from './testcore.ts'

const cluster = 'cluster' as ClusterId
const session = 'session' as SessionId
const cleanups: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

interface Rig {
  readonly loop: Loop<TestState>
  readonly store: MemoryStore
  readonly sent: ServerMessage[]
  readonly dropped: (SessionId | undefined)[]
  readonly logged: string[]
  readonly fatal: Error[]
  readonly commits: Commit[]
}

async function start(
  store = new MemoryStore(cluster),
  pingIntervalMs = 60_000,
  core: typeof testCore = testCore,
): Promise<Rig> {
  const rig = {
    store,
    sent: [] as ServerMessage[],
    dropped: [] as (SessionId | undefined)[],
    logged: [] as string[],
    fatal: [] as Error[],
    commits: [] as Commit[],
  }
  const loop = await Loop.start({
    core,
    store,
    links: {
      send: (_, message) => void rig.sent.push(message),
      dropAll: (_, culprit) => void rig.dropped.push(culprit),
    },
    pingIntervalMs,
    log: line => void rig.logged.push(line),
    onFatal: error => void rig.fatal.push(error),
  })
  loop.onCommit(commit => void rig.commits.push(commit))
  cleanups.push(() => loop.close())
  return { ...rig, loop }
}

function submit(rig: Rig, text: string): Promise<Reply> {
  return rig.loop.submit(order(text), actor)
}

function rowsOf(rig: Rig): Promise<Record<string, string>> {
  return rig.loop.read(state => Object.fromEntries(state.rows))
}

/** A store that holds one append until `go` is called. */
function hanging(store: MemoryStore): { go: () => void } {
  let go = (): void => {}
  store.inject({ kind: 'hang', until: new Promise(resolve => (go = resolve)) })
  return { go: () => go() }
}

// Long enough that anything that would leave has left: several turns of the event loop.
async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve))
}

describe('write, then send', () => {
  it('lets nothing leave while the append hangs: no reply, message, event, read or next step', async () => {
    const rig = await start()
    const hang = hanging(rig.store)
    const left: string[] = []
    const reply = submit(rig, 'set a 1').then(() => void left.push('reply'))
    rig.loop.agentSays(session, { kind: 'needFull' })
    await turns()
    const read = rig.loop.read(() => void left.push('read'))
    const next = submit(rig, 'look').then(() => void left.push('next'))
    await turns()
    expect(left).toEqual([])
    expect(rig.sent).toEqual([])
    expect(rig.commits).toEqual([])
    hang.go()
    await Promise.all([reply, read, next])
    expect(left.toSorted()).toEqual(['next', 'read', 'reply'])
    expect(rig.sent).toHaveLength(1)
    expect(rig.commits).toHaveLength(1)
  })

  it('answers at once what changes nothing', async () => {
    const rig = await start()
    const before = rig.loop.head.revision
    expect(await submit(rig, 'look')).toMatchObject({ ok: true })
    expect(rig.loop.head.revision).toBe(before)
  })

  it('has everything that was acknowledged after a start on the same store', async () => {
    const first = await start()
    for (let i = 0; i < 10; i++) await submit(first, `set k${i} ${i}`)
    await first.loop.close()
    const second = await start(first.store)
    expect(await rowsOf(second)).toMatchObject({ k0: '0', k9: '9' })
    expect(second.loop.head.revision).toBe(first.loop.head.revision)
  })
})

describe('group commit', () => {
  it('puts what arrives together into one commit, with its events in order', async () => {
    const rig = await start()
    await Promise.all(Array.from({ length: 100 }, (_, i) => submit(rig, `set k${i} ${i}`)))
    expect(rig.commits).toHaveLength(1)
    expect(rig.commits[0]!.events.map(e => eventData(e)['key'])).toEqual(
      Array.from({ length: 100 }, (_, i) => `k${i}`),
    )
  })

  it('takes 256 inputs at most into one, and four times as many while more wait', async () => {
    const rig = await start()
    await Promise.all(Array.from({ length: 2200 }, (_, i) => submit(rig, `set k${i} ${i}`)))
    expect(rig.commits.map(c => c.puts.length)).toEqual([1024, 1024, 152])
  })

  it('goes on with work that a step left over', async () => {
    const rig = await start()
    await submit(rig, 'many m 500')
    await waitFor(async () => Object.keys(await rowsOf(rig)).length === 501)
  })

  it('lets others in between steps that change nothing', async () => {
    const rig = await start()
    await submit(rig, 'ponder 5')
    expect(await rig.loop.read(state => state.ponders)).toBe(4)
    await waitFor(() => rig.loop.read(state => state.ponders === 0))
  })
})

describe('time', () => {
  it('gives a tick when the core wants one, not before', async () => {
    const rig = await start()
    await submit(rig, 'wake 30')
    await waitFor(async () => 'ticked' in (await rowsOf(rig)))
  })

  it('moves cluster time by a second at most in one turn, and goes on from what was stored', async () => {
    const store = new MemoryStore(cluster)
    const machine = { monotonic: 0, monotonicMs: () => machine.monotonic, utcMs: () => 1_700_000_000_000 }
    const options = {
      core: testCore,
      store,
      links: { send: () => {}, dropAll: () => {} },
      pingIntervalMs: 60_000,
      log: () => {},
      clock: machine,
      onFatal: () => {},
    }
    const loop = await Loop.start(options)
    machine.monotonic = 3_600_000
    await loop.submit(order('set a 1'), actor)
    await loop.close()
    const opened = await store.open()
    expect(opened.now).toBe(1000)
    await store.close()
    const again = await Loop.start(options)
    machine.monotonic += 250
    await again.submit(order('set a 2'), actor)
    await again.close()
    expect((await store.open()).now).toBe(1250)
    await store.close()
  })

  it('sends ping rounds, numbered', async () => {
    const rig = await start(undefined, 20)
    const rounds = (): Promise<number[]> =>
      rig.loop.read(state => state.log.flatMap(i => (i.kind === 'pingRound' ? [i.round] : [])))
    await waitFor(async () => (await rounds()).length >= 3)
    expect((await rounds()).slice(0, 3)).toEqual([1, 2, 3])
  })
})

describe('a store that fails', () => {
  it.each([
    ['says that nothing was written', { kind: 'notCommitted' }, false],
    ['does not know, and it did not land', { kind: 'unknown', landed: false }, false],
    ['does not know, and it landed', { kind: 'unknown', landed: true }, true],
  ] as const)('%s', async (_, fault, landed) => {
    const rig = await start()
    await submit(rig, 'set a 1')
    rig.store.inject(fault)
    const reply = await submit(rig, 'set a 2')
    expect(reply).toMatchObject(landed ? { ok: true } : { ok: false, code: 'OUTCOME_UNKNOWN' })
    expect(await rowsOf(rig)).toMatchObject({ a: landed ? '2' : '1' })
    expect(rig.commits).toHaveLength(landed ? 2 : 1)
    // Volatile state went with the rollback, so the agents are asked to come again.
    expect(rig.dropped).toHaveLength(landed ? 0 : 1)
    expect(await submit(rig, 'set b 3')).toMatchObject({ ok: true })
    expect(await rowsOf(rig)).toMatchObject({ b: '3' })
    expect(rig.fatal).toEqual([])
  })

  it.each([
    ['did not land', false],
    ['landed', true],
  ])('and does not open for a while: reads go on, changes are refused, and then it %s', async (_, landed) => {
    const rig = await start()
    await submit(rig, 'set a 1')
    const open = rig.store.open.bind(rig.store)
    rig.store.open = async () => {
      throw new Error('no space left')
    }
    rig.store.inject({ kind: 'unknown', landed })
    expect(await submit(rig, 'set a 2')).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' })
    // Certainly stored is only what was before.
    expect(await rowsOf(rig)).toMatchObject({ a: '1' })
    expect(await submit(rig, 'set b 3')).toMatchObject({ ok: false, code: 'READ_ONLY' })
    expect(rig.commits).toHaveLength(1)

    rig.store.open = open
    await waitFor(async () => (await submit(rig, 'set c 4')).ok)
    expect(await rowsOf(rig)).toMatchObject({ a: landed ? '2' : '1', c: '4' })
    expect(await rowsOf(rig)).not.toHaveProperty('b')
    // Whoever follows the commits has missed none.
    expect(rig.commits.map(c => c.revision)).toEqual(
      Array.from({ length: rig.commits.length }, (_, i) => rig.commits[0]!.revision + i),
    )
    expect(rig.fatal).toEqual([])
  })

  it('that comes back damaged is served read-only', async () => {
    const rig = await start()
    await submit(rig, 'set a 1')
    rig.store.damage('Row x is damaged')
    rig.store.inject({ kind: 'unknown', landed: false })
    expect(await submit(rig, 'set a 2')).toMatchObject({ ok: false })
    expect(await submit(rig, 'set a 3')).toMatchObject({ ok: false, code: 'READ_ONLY' })
    expect(await rowsOf(rig)).toMatchObject({ a: '1' })
    expect(rig.loop.head.damage).toEqual(['Row x is damaged'])
  })

  it('that is damaged at the start is read-only from the first moment, and no agent is told anything', async () => {
    const first = await start()
    await submit(first, 'set a 1')
    await first.loop.close()
    first.store.damage('Row x is damaged')
    const rig = await start(first.store)
    rig.loop.agentSays(session, { kind: 'needFull' })
    expect(await submit(rig, 'set a 2')).toMatchObject({ ok: false, code: 'READ_ONLY' })
    expect(await rowsOf(rig)).toMatchObject({ a: '1' })
    await turns()
    expect(rig.sent).toEqual([])
  })
})

describe('a core that fails', () => {
  it('rolls the group back, carries the others out, and answers the culprit', async () => {
    const rig = await start()
    const replies = await Promise.all([
      submit(rig, 'set a 1'),
      submit(rig, 'bugAfterSet b 2'),
      submit(rig, 'set c 3'),
    ])
    expect(replies.map(r => (r.ok ? 'ok' : r.code))).toEqual(['ok', 'INTERNAL', 'ok'])
    const rows = await rowsOf(rig)
    expect(rows).toMatchObject({ a: '1', c: '3' })
    expect(rows).not.toHaveProperty('b')
    expect(rig.logged.join('\n')).toContain('a bug of the test')
    expect(rig.fatal).toEqual([])
  })

  it('names the agent whose message did it', async () => {
    const rig = await start()
    const reply = submit(rig, 'set a 1')
    rig.loop.agentSays(session, { kind: 'pong', round: 1, appliedGen: 0, setHash: '' })
    expect(await reply).toMatchObject({ ok: true })
    expect(rig.dropped).toEqual([session])
    expect(rig.fatal).toEqual([])
  })
})

describe('damage that survives a rollback', () => {
  it('stops the server: everybody who waits is told, nothing more is taken', async () => {
    const broken = {
      ...testCore,
      rollback: () => {
        throw new Error('the rollback failed')
      },
    }
    const rig = await start(undefined, undefined, broken)
    const replies = await Promise.all([submit(rig, 'set a 1'), submit(rig, 'bug')])
    expect(replies.map(r => (r.ok ? 'ok' : r.code))).toEqual(['OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN'])
    expect(rig.fatal).toMatchObject([{ message: 'the rollback failed' }])
    expect(await submit(rig, 'set b 2')).toMatchObject({ ok: false })
    await expect(rowsOf(rig)).rejects.toThrow('the rollback failed')
  })
})

describe('requests that are held', () => {
  it('are refused with the reason, while agents are still heard, until they are taken again', async () => {
    const rig = await start()
    rig.loop.holdRequests('Only 3 MiB are free')
    expect(await submit(rig, 'set a 1')).toMatchObject({ ok: false, code: 'READ_ONLY' })
    rig.loop.agentSays(session, { kind: 'needFull' })
    await waitFor(async () => rig.sent.length === 1)
    rig.loop.holdRequests(undefined)
    expect(await submit(rig, 'set a 1')).toMatchObject({ ok: true })
    expect(rig.logged.join('\n')).toContain('Only 3 MiB are free')
  })
})

describe('closing', () => {
  it('answers those who wait and lets the commit in flight end', async () => {
    const rig = await start()
    const hang = hanging(rig.store)
    const first = submit(rig, 'set a 1')
    await turns()
    const second = submit(rig, 'set b 2')
    const closed = rig.loop.close()
    hang.go()
    expect(await first).toMatchObject({ ok: true })
    expect(await second).toMatchObject({ ok: false })
    await closed
    expect(await submit(rig, 'set c 3')).toMatchObject({ ok: false })
    expect(await rig.store.open()).toMatchObject({ head: 2 as Revision })
  })
})

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 2))
}
