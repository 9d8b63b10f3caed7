// The whole agent against a server that only speaks the protocol, with real processes, sockets and files.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { membersOf, ProcessScanner, startOf } from '../../src/agent/driver/process/processes.ts'
import { processDriver, startAgent, type RunningAgent } from '../../src/agent/index.ts'
import {
  taskIdOf,
  type AgentId,
  type App,
  type AssignmentRow,
  type ClusterId,
  type Epoch,
  type HealthCheck,
  type TaskKey,
} from '../../src/model/index.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { endLeftovers, until } from './driver/processHarness.ts'
import { FakeServer } from './fakeServer.ts'
import { testApp, testHash, testInstance, testRow } from './samples.ts'

let server: FakeServer
let work: string
let agents: RunningAgent[]
let children: ChildProcess[]
let taskIds: string[]
let lines: string[]

beforeEach(async () => {
  server = new FakeServer()
  await server.start()
  work = temporaryDirectory('agent')
  agents = []
  children = []
  taskIds = []
  lines = []
})

afterEach(async () => {
  for (const agent of agents) await agent.close().catch(() => {})
  for (const child of children) child.kill('SIGKILL')
  await server.stop()
  for (const taskId of taskIds) await endLeftovers(taskId)
  await rm(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
})

const start = async (): Promise<RunningAgent> => {
  const agent = await startAgent({
    server: server.url,
    workDirectory: work,
    agentId: 'agent-1' as AgentId,
    hostname: '127.0.0.1',
    address: '127.0.0.1',
    version: '0.1.0',
    log: line => void lines.push(line),
    drivers: [processDriver],
  })
  agents.push(agent)
  return agent
}

const startChild = async (): Promise<ChildProcess> => {
  const program = new URL('./programs/agent.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', program, server.url, work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout!, 'data')
  return child
}

const see = (condition: () => boolean | Promise<boolean>): Promise<void> =>
  until(condition, () => JSON.stringify({ rows: server.rows, lines }))

async function membersOfTask(taskId: string) {
  return membersOf(await new ProcessScanner().scan(), taskId, undefined)
}

let count = 0
function rowFor(app: App, fields: Partial<AssignmentRow> = {}): AssignmentRow {
  const instance = testInstance(`agent-${process.pid}-${count++}`)
  const row = testRow({ gen: server.next(), instance, specHash: testHash(app), ...fields })
  taskIds.push(taskIdOf(row.instance, row.incarnation))
  return row
}

const stopRow = (row: AssignmentRow, graceMs = 2000): AssignmentRow => ({
  ...row,
  gen: server.next(),
  goal: 'stop',
  cause: 'scale',
  graceMs,
})

const ended = (key: TaskKey): boolean =>
  server.conditions(key).some(c => ['Finished', 'Failed', 'Killed', 'Error'].includes(c))

describe('an agent', () => {
  it('runs what is assigned, reports it, stops it by a row, and forgets it when told', async () => {
    await start()
    await see(() => server.connected)
    expect(server.hellos[0]).toMatchObject({ agentId: 'agent-1', drivers: ['process'], appliedGen: 0 })
    expect(server.hellos[0]).not.toHaveProperty('clusterId')
    const app = testApp({ cmd: 'sleep 1000' })
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    server.assign(app, [stopRow(row)])
    await see(() => ended(row))
    expect(server.conditions(row)).toEqual(['Staging', 'Running', 'Killing', 'Killed'])
    server.assign(app, [], [row])
    await see(async () => (await readdir(`${work}/process/tasks`)).length === 0)
  })

  it('200 quick exits are 200 exits', async () => {
    await start()
    await see(() => server.connected)
    const app = testApp({ cmd: 'exit 3' })
    const rows = Array.from({ length: 200 }, () => rowFor(app))
    server.assign(app, rows)
    await see(() => rows.every(ended))
    for (const row of rows) {
      const seen = server.of(row)
      expect(seen.map(r => r.statusSeq)).toEqual(seen.map((_, i) => i + 1))
      expect(seen.at(-1)).toMatchObject({ condition: 'Failed', exit: { code: 3 } })
    }
  })

  it('keeps its tasks over a restart of the server, and says again what was not acknowledged', async () => {
    await start()
    await see(() => server.connected)
    const app = testApp({ cmd: 'sleep 1000' })
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    const { pid } = server.of(row).at(-1)!
    const short = testApp({ cmd: 'sleep 0.3; exit 5' })
    const other = rowFor(short)
    server.acknowledge = false
    server.assign(short, [other])
    await see(() => server.conditions(other).length > 0)
    await server.stop()
    server.rows.length = 0
    server.acknowledge = true
    await server.start()
    await see(() => ended(other))
    expect(server.hellos.at(-1)).toMatchObject({ clusterId: 'cluster-1' })
    expect(server.of(other).map(r => r.statusSeq)).toEqual([1, 2, 3])
    expect(server.of(other).at(-1)).toMatchObject({ exit: { code: 5 } })
    expect(startOf(pid!)).toBeDefined()
  })

  it('survives kill -9: tasks run on, ends meanwhile are told with their code, nothing is started twice', async () => {
    const first = await startChild()
    await see(() => server.connected)
    const long = testApp({ cmd: 'echo started >> marks; sleep 1000' })
    const short = testApp({ cmd: 'echo started >> marks; while [ ! -e go ]; do sleep 0.05; done; exit 6' })
    const rows = [rowFor(long), rowFor(short)] as const
    server.assign(long, [rows[0]])
    server.assign(short, [rows[1]])
    await see(() => rows.every(r => server.conditions(r).includes('Running')))
    const pid = server.of(rows[0]).at(-1)!.pid!
    first.kill('SIGKILL')
    await once(first, 'exit')
    await writeFile(`${work}/tasks/${taskIdOf(rows[1].instance, 1)}/go`, '')
    await see(async () => (await membersOfTask(taskIdOf(rows[1].instance, 1))).length === 0)
    const second = await startChild()
    await see(() => ended(rows[1]))
    expect(server.of(rows[1]).at(-1)).toMatchObject({ condition: 'Failed', exit: { code: 6 } })
    expect(startOf(pid)).toBeDefined()
    for (const row of rows) {
      const marks = await readFile(`${work}/tasks/${taskIdOf(row.instance, 1)}/marks`, 'utf8')
      expect(marks).toBe('started\n')
    }
    server.assign(long, [stopRow(rows[0])])
    await see(() => ended(rows[0]))
    expect(server.conditions(rows[0])).toEqual(['Staging', 'Running', 'Killing', 'Killed'])
    second.kill('SIGKILL')
    await once(second, 'exit')
  })

  it('ignores a server of another cluster, or of an older epoch, and its tasks go on', async () => {
    server.epoch = 3 as Epoch
    const agent = await start()
    await see(() => server.connected)
    const app = testApp({ cmd: 'sleep 1000' })
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    const { pid } = server.of(row).at(-1)!
    await agent.close()
    for (const change of ['cluster', 'epoch'] as const) {
      server.clusterId = (change === 'cluster' ? 'cluster-2' : 'cluster-1') as ClusterId
      server.epoch = (change === 'epoch' ? 2 : 3) as Epoch
      lines = []
      const again = await start()
      await see(() => lines.some(l => l.includes(change)))
      expect(startOf(pid!)).toBeDefined()
      await again.close()
    }
  })

  it('a damaged checkpoint is moved aside, and what runs is taken over', async () => {
    const agent = await start()
    await see(() => server.connected)
    const app = testApp({ cmd: 'sleep 1000' })
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    const { pid } = server.of(row).at(-1)!
    await agent.close()
    for (const name of await readdir(`${work}/checkpoint`)) {
      if (/^(MANIFEST|CURRENT)/.test(name)) await truncate(`${work}/checkpoint/${name}`, 3)
    }
    server.rows.length = 0
    await start()
    await see(() => server.unknown.length > 0)
    expect(server.unknown).toEqual([{ instance: row.instance, incarnation: 1 }])
    expect(lines.join('\n')).toMatch(/checkpoint: damaged/)
    server.assign(app, [row])
    await see(() => server.unknown.length === 0)
    server.assign(app, [stopRow(row)])
    await see(() => ended(row))
    expect(server.of(row)[0]?.pid).toBe(pid)
  })

  it('two agents can not share a work directory', async () => {
    const agent = await start()
    await expect(start()).rejects.toMatchObject({ code: 'AGENT_DIRECTORY_LOCKED' })
    await agent.close()
    await start()
  })

  it('closing leaves tasks alone unless it is asked to stop them', async () => {
    const agent = await start()
    await see(() => server.connected)
    const app = testApp({ cmd: 'sleep 1000' })
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    await agent.close()
    const taskId = taskIdOf(row.instance, 1)
    expect(await membersOfTask(taskId)).not.toEqual([])
    const again = await start()
    await again.close({ stopTasks: true })
    expect(await membersOfTask(taskId)).toEqual([])
    server.rows.length = 0
    await start()
    await see(() => ended(row))
    expect(server.conditions(row).at(-1)).toBe('Killed')
  })

  it('starts without a server and finds it when it comes', async () => {
    await server.stop()
    await start()
    await server.start()
    await see(() => server.connected)
    expect(server.hellos).toHaveLength(1)
  })
})

describe('before a stop', () => {
  // What happened, in order, in a file of the sandbox.
  const marksOf = async (row: AssignmentRow): Promise<string> =>
    readFile(`${work}/tasks/${taskIdOf(row.instance, 1)}/marks`, 'utf8').catch(() => '')
  const careful = (preStop: App['preStop']): App =>
    testApp({
      cmd: `trap 'echo asked >> marks; exit 0' QUIT; while :; do sleep 0.05; done`,
      killSignal: 'SIGQUIT',
      ...(preStop ? { preStop } : {}),
    })

  it('the command runs beside the task, then comes its signal', async () => {
    await start()
    await see(() => server.connected)
    const app = careful({
      command: { value: 'echo "$MARATHON_APP_ID leaves" >> marks' },
      timeoutSeconds: 10,
      waitSeconds: 0.1,
    })
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    server.assign(app, [stopRow(row, 20_000)])
    await see(() => ended(row))
    expect(await marksOf(row)).toBe(`${app.id} leaves\nasked\n`)
    expect(server.conditions(row)).toEqual(['Staging', 'Running', 'Killing', 'Killed'])
  })

  it('a command that fails or hangs is told in the log, and the task ends all the same', async () => {
    await start()
    await see(() => server.connected)
    for (const value of ['exit 3', 'sleep 1000']) {
      const app = careful({ command: { value }, timeoutSeconds: 0.3, waitSeconds: 0 })
      const row = rowFor(app)
      server.assign(app, [row])
      await see(() => server.conditions(row).includes('Running'))
      server.assign(app, [stopRow(row, 20_000)])
      await see(() => ended(row))
      expect(await marksOf(row)).toBe('asked\n')
    }
    expect(lines.filter(l => l.includes('pre-stop'))).toHaveLength(2)
  })

  it('an agent that is killed in the middle goes on, and does not run the command again', async () => {
    const first = await startChild()
    await see(() => server.connected)
    const app = careful({ command: { value: 'echo leaves >> marks' }, timeoutSeconds: 1, waitSeconds: 3 })
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    server.assign(app, [stopRow(row, 20_000)])
    await see(async () => (await marksOf(row)) === 'leaves\n')
    first.kill('SIGKILL')
    await once(first, 'exit')
    const second = await startChild()
    await see(() => ended(row))
    expect(await marksOf(row)).toBe('leaves\nasked\n')
    second.kill('SIGKILL')
    await once(second, 'exit')
  })
})

describe('health', () => {
  let web: Server
  let status: number
  beforeEach(async () => {
    status = 500
    web = createServer((_, response) => response.writeHead(status).end())
    await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => void web.close())

  const check = (fields: Partial<HealthCheck>): HealthCheck => ({
    protocol: 'HTTP',
    path: '/',
    gracePeriodSeconds: 0,
    intervalSeconds: 0.2,
    timeoutSeconds: 1,
    maxConsecutiveFailures: 2,
    delaySeconds: 0,
    ignoreHttp1xx: false,
    ipProtocol: 'IPv4',
    ...fields,
  })

  it('failures are told with their count, then the recovery; the task is left alone', async () => {
    await start()
    await see(() => server.connected)
    const app = testApp({
      cmd: 'sleep 1000',
      healthChecks: [
        check({ portIndex: 0 }),
        check({ protocol: 'COMMAND', command: { value: 'test "$GREETING" = hi' } }),
      ],
      portDefinitions: [{ port: 0, protocol: 'tcp', labels: {} }],
      env: { GREETING: 'hi' },
    })
    const row = rowFor(app, { ports: [(web.address() as AddressInfo).port] })
    server.assign(app, [row])
    const health = (index: number) =>
      server.of(row).flatMap(r => r.health?.filter(h => h.index === index) ?? [])
    await see(() => health(0).some(h => h.consecutiveFailures >= 3) && health(1).length > 0)
    expect(health(0).every(h => !h.alive && h.cause === 'HTTP status 500')).toBe(true)
    expect(health(1).at(-1)).toEqual({ index: 1, alive: true, consecutiveFailures: 0 })
    status = 302
    await see(() => health(0).at(-1)?.alive === true)
    expect(server.conditions(row).every(c => c === 'Staging' || c === 'Running')).toBe(true)
  })
})

describe('logs', () => {
  it('the whole file, its last lines, and what comes later, within the credit', async () => {
    await start()
    await see(() => server.connected && server.streaming)
    const app = testApp({
      cmd: 'for i in $(seq 1 50000); do echo line $i; done; echo done >&2; while [ ! -e go ]; do sleep 0.05; done; echo later; sleep 1000',
    })
    const row = rowFor(app)
    server.assign(app, [row])
    const taskId = taskIdOf(row.instance, 1)
    await see(
      async () => (await readFile(`${work}/tasks/${taskId}/stderr`, 'utf8').catch(() => '')) === 'done\n',
    )
    const whole = await readFile(`${work}/tasks/${taskId}/stdout`, 'utf8')
    const { instance } = row
    const open = { op: 'open', kind: 'logs', instance, stream: 'stdout' } as const
    server.stream({ id: 1, ...open, follow: false })
    await see(() => server.output(1).length >= 256 * 1024)
    expect(server.output(1).length).toBe(256 * 1024)
    server.stream({ id: 1, op: 'credit', bytes: 1_000_000 })
    await see(() => server.replies.some(r => r.id === 1 && r.op === 'end'))
    expect(server.output(1)).toBe(whole)
    server.stream({ id: 2, ...open, follow: true, tail: 2, incarnation: 1 })
    await see(() => server.output(2) === 'line 49999\nline 50000\n')
    await writeFile(`${work}/tasks/${taskId}/go`, '')
    await see(() => server.output(2).endsWith('later\n'))
    server.stream({ id: 2, op: 'cancel' })
    server.stream({ id: 3, ...open, incarnation: 9, follow: false })
    await see(() => server.replies.some(r => r.id === 3))
    expect(server.replies.at(-1)).toMatchObject({ id: 3, op: 'error' })
  })
})
