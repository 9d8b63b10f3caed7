// The whole agent with containers, against a server that only speaks the protocol.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import Docker from 'dockerode'
import { dockerDriverFactory, processDriver, startAgent, type RunningAgent } from '../../src/agent/index.ts'
import { taskIdOf, type AgentId, type App, type AssignmentRow } from '../../src/model/index.ts'
import { busyboxImage, importBusybox } from '../images/busybox.ts'
import { describeWith } from '../support/requires.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'
import { FakeServer } from './fakeServer.ts'
import { testApp, testHash, testInstance, testRow } from './samples.ts'

const docker = new Docker()
let server: FakeServer
let work: string
let agents: RunningAgent[]
let count = 0

describeWith(['docker', 'busybox'], 'an agent with containers', () => {
  beforeEach(async () => {
    await importBusybox(docker)
    server = new FakeServer()
    await server.start()
    work = temporaryDirectory('agent')
    agents = []
  })

  afterEach(async () => {
    for (const agent of agents) await agent.close().catch(() => {})
    await server.stop()
    for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true, v: true })
  })

  const start = async (): Promise<RunningAgent> => {
    const agent = await startAgent({
      server: server.url,
      workDirectory: work,
      agentId: 'agent-1' as AgentId,
      hostname: '127.0.0.1',
      address: '127.0.0.1',
      version: '0.1.0',
      log: () => {},
      drivers: [processDriver, dockerDriverFactory({ portAddress: '127.0.0.1' })],
    })
    agents.push(agent)
    await see(() => server.connected && server.streaming)
    return agent
  }

  const see = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    await until(condition, { what: () => JSON.stringify(server.rows), timeoutMs: 45_000 })
  }

  const containers = (): Promise<Docker.ContainerInfo[]> =>
    docker.listContainers({ all: true, filters: { label: [`sddc.directory=${work}`] } })

  const container = (cmd: string): App =>
    testApp({
      cmd,
      networks: [{ mode: 'container/bridge' }],
      container: {
        type: 'DOCKER',
        volumes: [],
        docker: { image: busyboxImage, forcePullImage: false, privileged: false, parameters: [] },
      },
    })

  const rowFor = (app: App): AssignmentRow =>
    testRow({
      gen: server.next(),
      instance: testInstance(`containers-${process.pid}-${count++}`),
      specHash: testHash(app),
      graceMs: 200,
    })

  const logsOf = async (row: AssignmentRow, id: number): Promise<string> => {
    const { instance } = row
    server.stream({ op: 'open', kind: 'logs', instance, stream: 'stdout', follow: false, id })
    await see(() => server.replies.some(r => r.id === id && r.op !== 'data'))
    return server.output(id)
  }

  test('closing with its tasks leaves no container, no record of a process, and how they ended is told later', async () => {
    const agent = await start()
    const apps = [
      container(`trap 'exit 0' TERM; echo runs; sleep 1000 & wait`),
      container('exit 3'),
      testApp({ cmd: 'sleep 1000' }),
    ] as const
    const rows = apps.map(rowFor)
    for (const [i, app] of apps.entries()) server.assign(app, [rows[i]!])
    await see(
      () =>
        server.conditions(rows[0]!).includes('Running') &&
        server.conditions(rows[1]!).includes('Failed') &&
        server.conditions(rows[2]!).includes('Running'),
    )
    expect(await containers()).toHaveLength(2)
    await agent.close({ stopTasks: true })
    expect(await containers()).toEqual([])
    const process = taskIdOf(rows[2]!.instance, rows[2]!.incarnation)
    expect(existsSync(`${work}/process/tasks/${process}`)).toBe(false)

    server.rows.length = 0
    await start()
    await see(() => [rows[0]!, rows[2]!].every(row => server.conditions(row).at(-1) === 'Killed'))
    expect(await logsOf(rows[0]!, 1)).toBe('runs\n')
  })

  test('before a container is asked to end, the command runs in it; then comes its signal', async () => {
    await start()
    const app: App = {
      ...container(`trap 'echo asked; exit 0' USR1; echo runs; while :; do sleep 0.1; done`),
      preStop: { command: { value: 'echo leaves > /proc/1/fd/1' }, timeoutSeconds: 30, waitSeconds: 0.1 },
      killSignal: 'SIGUSR1',
    }
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    server.assign(app, [{ ...row, gen: server.next(), goal: 'stop', cause: 'scale', graceMs: 30_000 }])
    await see(() => server.conditions(row).includes('Killed'))
    expect(await logsOf(row, 1)).toBe('runs\nleaves\nasked\n')
  })

  test('an agent in the place of one that was killed ends its containers, without a server', async () => {
    const agent = await start()
    const app = container(`trap 'exit 0' TERM; sleep 1000 & wait`)
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    await agent.close()
    await server.stop()
    const other = await startAgent({
      server: 'http://127.0.0.1:9',
      workDirectory: work,
      agentId: 'agent-1' as AgentId,
      hostname: '127.0.0.1',
      address: '127.0.0.1',
      version: '0.1.0',
      log: () => {},
      drivers: [processDriver, dockerDriverFactory()],
    })
    await other.close({ stopTasks: true })
    expect(await containers()).toEqual([])
  })

  test('logs: of a task that runs, of one that ended, and of one whose container is gone', async () => {
    await start()
    const app = container(`echo first; while [ ! -e /mnt/mesos/sandbox/go ]; do sleep 0.05; done; echo last`)
    const row = rowFor(app)
    server.assign(app, [row])
    await see(() => server.conditions(row).includes('Running'))
    let id = 0
    await see(async () => (await logsOf(row, ++id)) === 'first\n')
    const { instance } = row
    server.stream({ op: 'open', kind: 'logs', instance, stream: 'stdout', follow: true, id: 1000 })
    await see(() => server.output(1000) === 'first\n')
    const sandbox = `${work}/tasks/${taskIdOf(row.instance, row.incarnation)}`
    writeFileSync(`${sandbox}/go`, '')
    await see(() => server.conditions(row).includes('Finished'))
    await see(() => server.replies.some(r => r.id === 1000 && r.op === 'end'))
    expect(server.output(1000)).toBe('first\nlast\n')
    expect(await logsOf(row, ++id)).toBe('first\nlast\n')
    server.assign(app, [], [row])
    await see(async () => (await containers()).length === 0)
    expect(readFileSync(`${sandbox}/stdout`, 'utf8')).toBe('first\nlast\n')
    expect(await logsOf(row, ++id)).toBe('first\nlast\n')
  })
})
