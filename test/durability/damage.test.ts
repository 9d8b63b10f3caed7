// A store that lost something, under a server whose agents run tasks. What the store sees itself (a hole, a wrong byte)
// makes the server read-only; what only the agents can know (a lost end of the log) raises the epoch. No task is
// stopped in either case.
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { open, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClusterView, StatusView } from '../../src/model/index.ts'
import { repairDirectory, type RunningServer } from '../../src/runtime/index.ts'
import { until } from '../support/wait.ts'
import { ask } from './http.ts'
import {
  type Cleanups,
  create,
  expectReadOnly,
  expectUnharmed,
  get,
  runningOf,
  type Scene,
  scene,
  stateFile,
  untilAgentIsBack,
} from './scene.ts'

const cleanups: Cleanups = []

afterEach(() => cleanUp(cleanups))

describe('a damaged store', () => {
  test.each([
    ['in its first block', 0.1],
    ['in its middle', 0.5],
  ])('with one wrong byte in the log, %s: read-only, told, and the task goes on', async (_, share) => {
    const set = await scene(cleanups)
    const { url, log, lengthBefore, agentSaid, serve } = set
    await flip(log, usedByte(Math.floor(lengthBefore * share)))
    const before = agentSaid.length
    const server = await serve()
    await expectTold(url, server)
    await expectReadOnly(url)
    await until(() => agentSaid.slice(before).some(line => line.includes('damaged')), {
      what: () => `the agent to be told, it said: ${agentSaid.join('\n')}`,
    })
    expectUnharmed(set)
  })

  test.each([
    ['everything since before the app', (length: number) => length],
    ['half of everything', (length: number) => Math.floor(length / 2)],
  ])('that lost the end of its log, %s: the agents know better, and the task goes on', async (_, left) => {
    const set = await scene(cleanups)
    const { url, log, lengthBefore, serve } = set
    await truncate(log, left(lengthBefore))
    const { damage } = await serve()
    // Nothing in the store itself shows it.
    expect(damage).toEqual([])
    await untilAgentIsBack(url)
    expect((await get<ClusterView>(url, '/v1/cluster')).epoch).toBeGreaterThan(1)
    // A task that is started afterwards shows that the agent has heard all it was told before.
    await create(url, '/later', 'sleep 1000', 1)
    await until(async () => (await runningOf(url, '/later')) === 1, { what: 'a later task' })
    expectUnharmed(set)
  })
})

// One cluster for all of them: the directory is put back after each. One that failed may have left anything, so the next
// has a cluster of its own.
describe('each file of a data directory', () => {
  const ofAll: Cleanups = []
  let set: Scene
  let whole: string
  let isUsable = false

  beforeEach(async () => {
    if (isUsable) return
    await cleanUp(ofAll)
    set = await scene(ofAll)
    // Everything in table files but the last few commits, and no snapshot.
    await inTables(set.data)
    const server = await set.serve()
    await create(set.url, '/newer', 'true', 0)
    await server.close()
    whole = join(set.directory, 'whole')
    cpSync(set.data, whole, { recursive: true })
    isUsable = true
  })

  afterAll(() => cleanUp(ofAll))

  const files = ['CURRENT', 'MANIFEST', '.log', '.ldb', 'LOCK', 'cluster.json']
  const changes: readonly [string, (path: string) => Promise<void> | void][] = [
    ['is gone', path => rmSync(path)],
    ['is empty', path => truncate(path, 0)],
    ['is cut in half', async path => truncate(path, (await stat(path)).size >> 1)],
    ['has a wrong byte', async path => flip(path, usedByte((await stat(path)).size >> 1))],
    ['is full of noise', path => writeFileSync(path, 'noise '.repeat(500))],
  ]
  const cases = files.flatMap(kind => changes.map(([what, change]) => ({ kind, what, change })))

  test.each(cases)(
    '$kind $what: served or told, repaired, and the task goes on',
    async ({ kind, what, change }) => {
      isUsable = false
      rmSync(set.data, { recursive: true })
      cpSync(whole, set.data, { recursive: true })
      const path = kind === 'cluster.json' ? join(set.data, kind) : stateFile(set.data, kind)
      if (kind === 'LOCK' && what === 'has a wrong byte') writeFileSync(path, 'x')
      else await change(path)
      const server = await set.serve()
      if (server.damage.length > 0) {
        await expectTold(set.url, server)
        await expectReadOnly(set.url)
        await server.close()
        const told = server.damage.join('\n')
        const { report, revision, before } = await repairDirectory(set.data, undefined)
        expect(revision, `${told}\n${report.join('\n')}`).toBeGreaterThan(1)
        expect(before).toMatch(/^before-repair-/)
        const repaired = await set.serve()
        expect(repaired.damage, `${told}\n${report.join('\n')}`).toEqual([])
        expect((await get<ClusterView>(set.url, '/v1/cluster')).epoch).toBeGreaterThan(1)
        await expectServes(set)
        await repaired.close()
      } else {
        await expectServes(set)
        await server.close()
      }
      expectUnharmed(set)
      isUsable = true
    },
  )

  // Agents are heard, new work is done; what the rows say of the task agrees with what runs, or they say nothing.
  async function expectServes({ url }: Scene): Promise<void> {
    await untilAgentIsBack(url)
    await create(url, '/later', 'sleep 1000', 1)
    await until(async () => (await runningOf(url, '/later')) === 1, { what: 'a later task' })
    const status = await get<StatusView>(url, '/v1/status')
    const web = status.apps.find(a => a.id === '/web')
    if (web !== undefined && web.wanted > 0)
      await until(async () => (await runningOf(url, '/web')) === 1, { what: 'the task to be seen again' })
    expect(await ask({ method: 'DELETE', url: `${url}/v2/apps/later` })).toMatchObject({ status: 200 })
    await until(async () => !(await get<StatusView>(url, '/v1/status')).apps.some(a => a.id === '/later'), {
      what: 'the later task to be gone',
    })
  }
})

// The cluster says so at once, and status shows what can be read or why it can't.
async function expectTold(url: string, server: RunningServer): Promise<void> {
  expect(server.damage.length).toBeGreaterThan(0)
  const { damage } = await get<ClusterView>(url, '/v1/cluster')
  expect(damage).toEqual(server.damage)
  const status = await ask({ method: 'GET', url: `${url}/v1/status` })
  if (status.status === 200) expect((JSON.parse(status.text) as StatusView).cluster.damage).toEqual(damage)
  else {
    expect(status.status).toBe(503)
    expect(JSON.parse(status.text)).toMatchObject({ code: 'DATA_DAMAGED' })
  }
}

async function cleanUp(list: Cleanups): Promise<void> {
  for (const cleanup of list.splice(0).reverse()) await cleanup()
}

async function inTables(data: string): Promise<void> {
  const database = new ClassicLevel(join(data, 'state'))
  await database.open()
  await database.compactRange('\u0000', '\uffff')
  await database.close()
}

// A byte near it that means something: the last ones of a block of 32 KiB may be filling.
function usedByte(at: number): number {
  return at % 32_768 < 32_760 ? at : at - 16
}

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, at)
    byte[0]! ^= 0x40
    await file.write(byte, 0, 1, at)
  } finally {
    await file.close()
  }
}
