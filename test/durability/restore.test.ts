// Snapshots of a real server, and back again: what ran is not touched, what the snapshot does not know is kept until a
// person decides, and what fits an app is taken for it.
import { readFileSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { ClusterId, ClusterView, StatusView, UnknownView } from '../../src/model/index.ts'
import {
  initCluster,
  inspectSnapshot,
  restoreSnapshot,
  saveSnapshotOf,
  startServer,
  storeSnapshot,
} from '../../src/runtime/index.ts'
import { isAlive } from '../support/processes.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'
import { ask } from './http.ts'
import { type Cleanups, create, expectUnharmed, get, runningOf, scene, untilAgentIsBack } from './scene.ts'
import { loggingCommand, readTasks } from './taskLog.ts'

const cleanups: Cleanups = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe('a snapshot that is restored', () => {
  test('leaves what runs; what it does not know is listed, and stopped when a person says so', async () => {
    const set = await scene(cleanups)
    const { url, data, directory } = set
    const first = await set.serve()
    await untilAgentIsBack(url)
    const path = join(directory, 'kept.snapshot')
    await storeSnapshot(path, await downloaded(url))
    await create(url, '/unknown', 'sleep 1000', 1)
    await until(async () => (await runningOf(url, '/unknown')) === 1, { what: 'the later task' })
    await first.close()

    const { before, epoch } = await restoreSnapshot(data, path)
    expect(epoch).toBe(2)
    expect(await readdir(join(data, before!))).toEqual(['cluster.json', 'state'])
    const second = await set.serve()
    expect(second.damage).toEqual([])
    const unknown = await until(async () => some(await get<UnknownView>(url, '/v1/unknown')), {
      what: 'the task that nobody knows to be told',
    })
    expect(unknown.adopts).toBe(true)
    expect(unknown.tasks.map(t => [t.agent, t.taskId.split('.')[0]])).toEqual([['agent1', 'unknown']])
    await until(async () => (await runningOf(url, '/web')) === 1, { what: 'the known task to be seen' })
    expect((await get<StatusView>(url, '/v1/status')).apps.some(a => a.id === '/unknown')).toBe(false)
    expectUnharmed(set)

    expect((await post(url, '/v1/unknown/stop', { tasks: ['no.such.task'] })).status).toBe(404)
    expect((await post(url, '/v1/unknown/stop', {})).status).toBe(200)
    await until(async () => (await get<UnknownView>(url, '/v1/unknown')).tasks.length === 0, {
      what: 'the unknown task to end',
    })
    expect((await post(url, '/v1/unknown/done', {})).status).toBe(200)
    expect((await get<UnknownView>(url, '/v1/unknown')).adopts).toBe(false)
    expectUnharmed(set)
    await second.close()
  })

  test('from before an app was made leaves its task, and lists it', async () => {
    const path = join(temporaryDirectory('early'), 'early.snapshot')
    const set = await scene(cleanups, async url => {
      await storeSnapshot(path, await downloaded(url))
    })
    await restoreSnapshot(set.data, path)
    const server = await set.serve()
    const unknown = await until(async () => some(await get<UnknownView>(set.url, '/v1/unknown')), {
      what: 'the task to be told',
    })
    expect(unknown.tasks).toMatchObject([{ agent: 'agent1', taskId: set.task.taskId }])
    expectUnharmed(set)
    await server.close()
  })

  test('from before a task was placed takes the task that runs for the instance that waits', async () => {
    const set = await scene(cleanups)
    const { url, data, directory } = set
    const first = await set.serve()
    await untilAgentIsBack(url)
    // Wanted, and nobody takes it yet.
    expect((await post(url, '/v1/agents/agent1/cordon', {})).status).toBe(200)
    const tasks = join(directory, 'late.log')
    await create(url, '/late', loggingCommand(tasks, 'late'), 1)
    const path = join(directory, 'waiting.snapshot')
    await storeSnapshot(path, await downloaded(url))
    expect((await post(url, '/v1/agents/agent1/uncordon', {})).status).toBe(200)
    const task = await until(() => readTasks(tasks)[0], { what: 'the task to start' })
    await until(async () => (await runningOf(url, '/late')) === 1, { what: 'the task to be seen' })
    await first.close()

    await restoreSnapshot(data, path)
    const second = await set.serve()
    await until(async () => (await runningOf(url, '/late')) === 1, { what: 'the task to be taken' })
    const { app } = await get<{ app: { tasks: { id: string }[] } }>(url, '/v2/apps/late')
    expect(app.tasks.map(t => t.id)).toEqual([task.taskId])
    expect((await get<UnknownView>(url, '/v1/unknown')).tasks).toEqual([])
    // What is started afterwards shows that the agent has heard all it was told before.
    expect((await post(url, '/v1/agents/agent1/uncordon', {})).status).toBe(200)
    await create(url, '/later', 'sleep 1000', 1)
    await until(async () => (await runningOf(url, '/later')) === 1, { what: 'a later task' })
    expect(readTasks(tasks)).toEqual([task])
    expect(isAlive(task.pid)).toBe(true)
    expectUnharmed(set)
    await second.close()
  })

  test('of another cluster is refused, and into an empty directory it is a cluster', async () => {
    const [one, other, empty] = ['one', 'other', 'empty'].map(name => temporaryDirectory(name)) as [
      string,
      string,
      string,
    ]
    await initCluster(one, 'cluster-one' as ClusterId)
    await initCluster(other, 'cluster-other' as ClusterId)
    const server = await startServer({
      dataDirectory: one,
      host: '127.0.0.1',
      port: 0,
      version: '0',
      log: () => {},
    })
    await server.close()
    const path = join(empty, '..', 'one.snapshot')
    await saveSnapshotOf(one, path)
    expect(await inspectSnapshot(path)).toMatchObject({ clusterId: 'cluster-one', revision: 1, epoch: 1 })
    await expect(inspectSnapshot(`${path}x`)).rejects.toThrow('There is no snapshot')
    await expect(restoreSnapshot(other, path)).rejects.toMatchObject({ code: 'CLUSTER_MISMATCH' })
    expect(await restoreSnapshot(empty, path)).toMatchObject({ clusterId: 'cluster-one', epoch: 2 })
    const again = await startServer({
      dataDirectory: empty,
      host: '127.0.0.1',
      port: 0,
      version: '0',
      log: () => {},
    })
    cleanups.push(() => again.close())
    expect(again.damage).toEqual([])
    expect(await get<ClusterView>(again.url, '/v1/cluster')).toMatchObject({ epoch: 2 })
  })

  test('is refused whole when one byte of it is wrong or missing, and changes nothing', async () => {
    const data = temporaryDirectory('data')
    await initCluster(data, 'cluster-one' as ClusterId)
    const server = await startServer({
      dataDirectory: data,
      host: '127.0.0.1',
      port: 0,
      version: '0',
      log: () => {},
    })
    for (let i = 0; i < 5; i++) await create(server.url, `/app-${i}`, 'true', 0)
    await server.close()
    const path = join(temporaryDirectory('files'), 'x.snapshot')
    await saveSnapshotOf(data, path)
    const whole = readFileSync(path)
    const places = [0, 30, whole.length >> 1, whole.length - 20]
    for (const at of places) {
      const broken = Buffer.from(whole)
      broken[at]! ^= 0x10
      writeFileSync(path, broken)
      await expect(restoreSnapshot(data, path), `byte ${at}`).rejects.toMatchObject({ code: 'DATA_DAMAGED' })
    }
    writeFileSync(path, whole.subarray(0, whole.length - 30))
    await expect(restoreSnapshot(data, path)).rejects.toMatchObject({ code: 'DATA_DAMAGED' })
    expect((await readdir(data)).sort()).toEqual(['cluster.json', 'state'])
    await rm(path)
    await expect(restoreSnapshot(data, path)).rejects.toMatchObject({ code: 'USAGE' })
  })
})

async function downloaded(url: string): Promise<AsyncIterable<Uint8Array>> {
  const response = await fetch(`${url}/v1/server/snapshot`)
  expect(response.status).toBe(200)
  return response.body as unknown as AsyncIterable<Uint8Array>
}

function post(url: string, path: string, body: object): ReturnType<typeof ask> {
  return ask({ method: 'POST', url: url + path, body })
}

function some(view: UnknownView): UnknownView | undefined {
  return view.tasks.length > 0 ? view : undefined
}
