// A server with one agent and one task, for tests of what happens to a data directory: the server is closed, the
// directory changed, and a server started again.
import { readdirSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { defaultPorts, processDriver, startAgent } from '../../src/agent/index.ts'
import type { AgentId, AgentView } from '../../src/model/index.ts'
import { initCluster, type RunningServer, startServer } from '../../src/runtime/index.ts'
import { isAlive } from '../support/processes.ts'
import { freePort } from '../support/ports.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'
import { ask } from './http.ts'
import { type LoggedTask, loggingCommand, readTasks } from './taskLog.ts'

/** Apps that run nothing: enough of them that the log has several blocks of 32 KiB. */
const fillers = 40

export type Cleanups = (() => Promise<unknown>)[]

export interface Scene {
  readonly directory: string
  readonly data: string
  readonly url: string
  /** The newest log file of the store, and how long it was before the task's app was created. */
  readonly log: string
  readonly lengthBefore: number
  readonly task: LoggedTask
  readonly agentSaid: readonly string[]
  serve(): Promise<RunningServer>
}

/** `before` is called when the fillers are there and the task is not. */
export async function scene(
  cleanups: Cleanups,
  before: (url: string) => Promise<void> = async () => {},
): Promise<Scene> {
  const directory = temporaryDirectory('damage')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const data = join(directory, 'data')
  const agentSaid: string[] = []
  await initCluster(data)
  const serve = async (): Promise<RunningServer> => {
    const server = await startServer({
      dataDirectory: data,
      host: '127.0.0.1',
      port,
      version: '0.0.0',
      pingIntervalMs: 1000,
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
  await before(url)
  const log = await newestLog(data)
  const lengthBefore = (await stat(log)).size
  const tasks = join(directory, 'tasks.log')
  await create(url, '/web', loggingCommand(tasks, 'web'), 1)
  const task = await until(() => readTasks(tasks)[0], { what: 'the task to start' })
  await until(async () => (await runningOf(url, '/web')) === 1, { what: 'the task to be seen' })
  await first.close()
  return { directory, data, url, log, lengthBefore, task, agentSaid, serve }
}

export function expectUnharmed({ directory, task }: Scene): void {
  expect(readTasks(join(directory, 'tasks.log'))).toEqual([task])
  expect(task.stoppedAt).toBe(Infinity)
  expect(isAlive(task.pid)).toBe(true)
}

export async function create(url: string, id: string, cmd: string, instances: number): Promise<void> {
  const body = { id, cmd, instances, cpus: 0.1, mem: 32 }
  expect(await ask({ method: 'POST', url: `${url}/v2/apps`, body })).toMatchObject({ status: 201 })
}

export async function runningOf(url: string, id: string): Promise<number> {
  const { app } = await get<{ app: { tasksRunning: number } }>(url, `/v2/apps${id}`)
  return app.tasksRunning
}

export async function get<T>(url: string, path: string): Promise<T> {
  return JSON.parse((await ask({ method: 'GET', url: url + path })).text) as T
}

export async function untilAgentIsBack(url: string): Promise<void> {
  await until(async () => (await get<AgentView[]>(url, '/v1/agents'))[0]?.state === 'ready', {
    what: 'the agent to come back',
  })
}

/** Requests that would change something are refused. */
export async function expectReadOnly(url: string): Promise<void> {
  for (const request of [
    { method: 'POST', url: `${url}/v2/apps`, body: { id: '/new', cmd: 'true' } },
    { method: 'DELETE', url: `${url}/v2/apps/web` },
  ]) {
    const answer = await ask(request)
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'READ_ONLY' })
  }
}

/** Of one kind: `CURRENT`, `MANIFEST`, `.log`, `.ldb`, `LOCK`; the largest. */
export function stateFile(data: string, kind: string): string {
  const state = join(data, 'state')
  const names = readdirSync(state).filter(n => (kind.startsWith('.') ? n.endsWith(kind) : n.startsWith(kind)))
  expect(names.length, `a file of kind ${kind}`).toBeGreaterThan(0)
  return join(state, names.sort().at(-1)!)
}

async function newestLog(data: string): Promise<string> {
  const state = join(data, 'state')
  const logs = (await readdir(state)).filter(name => /^\d+\.log$/.test(name)).sort()
  return join(state, logs.at(-1)!)
}
