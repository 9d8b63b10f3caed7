// A store that lost something, under a server whose agents run tasks. What the store sees itself (a hole, a wrong byte)
// makes the server read-only; what only the agents can know (a lost end of the log) raises the epoch. No task is
// stopped in either case.
import { open, readdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { defaultPorts, processDriver, startAgent } from '../../src/agent/index.ts'
import type { AgentId, AgentView, ClusterView, StatusView } from '../../src/model/index.ts'
import { initCluster, type RunningServer, startServer } from '../../src/runtime/index.ts'
import { isAlive } from '../support/processes.ts'
import { freePort } from '../support/ports.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'
import { ask } from './http.ts'
import { type LoggedTask, loggingCommand, readTasks } from './taskLog.ts'

/** Apps that run nothing: enough of them that the log has several blocks of 32 KiB. */
const fillers = 40

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Scene {
  readonly directory: string
  readonly url: string
  /** The newest log file of the store, and how long it was before the task's app was created. */
  readonly log: string
  readonly lengthBefore: number
  readonly task: LoggedTask
  readonly agentSaid: readonly string[]
  serve(): Promise<RunningServer>
}

// An agent with one task; the server is closed.
async function scene(): Promise<Scene> {
  const directory = temporaryDirectory('damage')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const dataDirectory = join(directory, 'data')
  const agentSaid: string[] = []
  await initCluster(dataDirectory)
  const serve = async (): Promise<RunningServer> => {
    const server = await startServer({
      dataDirectory,
      host: '127.0.0.1',
      port,
      version: '0.0.0',
      pingIntervalMs: 100,
      log: () => {},
    })
    cleanups.push(() => server.close())
    return server
  }
  const first = await serve()
  const agent = await startAgent({
    server: url,
    workDirectory: join(directory, 'agent1'),
    agentId: 'agent1' as AgentId,
    hostname: '127.0.0.1',
    address: '127.0.0.1',
    resources: {
      resources: { cpuMilli: 4000, memKiB: 4 << 20, diskKiB: 4 << 20, gpus: 0 },
      ports: [defaultPorts],
    },
    version: '0.0.0',
    log: line => void agentSaid.push(line),
    drivers: [processDriver],
  })
  cleanups.push(() => agent.close({ stopTasks: true }))
  for (let i = 0; i < fillers; i++) await create(url, `/filler-${i}`, 'true', 0)
  const log = await newestLog(dataDirectory)
  const lengthBefore = (await stat(log)).size
  const tasks = join(directory, 'tasks.log')
  await create(url, '/web', loggingCommand(tasks, 'web'), 1)
  const task = await until(() => readTasks(tasks)[0], { what: 'the task to start' })
  await until(async () => (await runningOf(url, '/web')) === 1, { what: 'the task to be seen' })
  await first.close()
  return { directory, url, log, lengthBefore, task, agentSaid, serve }
}

describe('a damaged store', () => {
  test.each([
    ['in its first block', 0.1],
    ['in its middle', 0.5],
  ])('with one wrong byte in the log, %s: read-only, told, and the task goes on', async (_, share) => {
    const { directory, url, log, lengthBefore, task, agentSaid, serve } = await scene()
    await flip(log, usedByte(Math.floor(lengthBefore * share)))
    const before = agentSaid.length
    const server = await serve()
    expect(server.damage.length).toBeGreaterThan(0)

    const { damage } = await get<ClusterView>(url, '/v1/cluster')
    expect(damage).toEqual(server.damage)
    const status = await ask({ method: 'GET', url: `${url}/v1/status` })
    // Without its first rows the state can't be shown at all; then this says why.
    if (status.status === 200) expect((JSON.parse(status.text) as StatusView).cluster.damage).toEqual(damage)
    else {
      expect(status.status).toBe(503)
      expect(JSON.parse(status.text)).toMatchObject({ code: 'DATA_DAMAGED' })
    }
    for (const request of [
      { method: 'POST', url: `${url}/v2/apps`, body: { id: '/new', cmd: 'true' } },
      { method: 'DELETE', url: `${url}/v2/apps/web` },
    ]) {
      const answer = await ask(request)
      expect(answer.status).toBe(503)
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'READ_ONLY' })
    }

    await until(() => agentSaid.slice(before).some(line => line.includes('damaged')), {
      what: () => `the agent to be told, it said: ${agentSaid.join('\n')}`,
    })
    expectUnharmed(directory, task)
  })

  test.each([
    ['everything since before the app', (length: number) => length],
    ['half of everything', (length: number) => Math.floor(length / 2)],
  ])('that lost the end of its log, %s: the agents know better, and the task goes on', async (_, left) => {
    const { directory, url, log, lengthBefore, task, serve } = await scene()
    await truncate(log, left(lengthBefore))
    const { damage } = await serve()
    // Nothing in the store itself shows it.
    expect(damage).toEqual([])
    await until(async () => (await get<AgentView[]>(url, '/v1/agents'))[0]?.state === 'ready', {
      what: 'the agent to come back',
    })
    expect((await get<ClusterView>(url, '/v1/cluster')).epoch).toBeGreaterThan(1)
    // A task that is started afterwards shows that the agent has heard all it was told before.
    await create(url, '/later', 'sleep 1000', 1)
    await until(async () => (await runningOf(url, '/later')) === 1, { what: 'a later task' })
    expectUnharmed(directory, task)
  })
})

function expectUnharmed(directory: string, task: LoggedTask): void {
  expect(readTasks(join(directory, 'tasks.log'))).toEqual([task])
  expect(task.stoppedAt).toBe(Infinity)
  expect(isAlive(task.pid)).toBe(true)
}

async function create(url: string, id: string, cmd: string, instances: number): Promise<void> {
  const body = { id, cmd, instances, cpus: 0.1, mem: 32 }
  expect(await ask({ method: 'POST', url: `${url}/v2/apps`, body })).toMatchObject({ status: 201 })
}

async function runningOf(url: string, id: string): Promise<number> {
  const { app } = await get<{ app: { tasksRunning: number } }>(url, `/v2/apps${id}`)
  return app.tasksRunning
}

async function get<T>(url: string, path: string): Promise<T> {
  return JSON.parse((await ask({ method: 'GET', url: url + path })).text) as T
}

async function newestLog(dataDirectory: string): Promise<string> {
  const state = join(dataDirectory, 'state')
  const logs = (await readdir(state)).filter(name => /^\d+\.log$/.test(name)).sort()
  return join(state, logs.at(-1)!)
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
