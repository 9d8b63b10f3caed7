// A whole server over real sockets and LevelDB: what only sockets show. Agents' connections, logs with credit, a taken
// port, a restart, damage at the start.
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  type AgentId,
  type AgentMessage,
  agentMessageText,
  decodeServerMessage,
  initialCreditBytes,
  type InstanceId,
  type ServerMessage,
  type StreamReply,
  type StreamRequest,
} from '../../../src/model/index.ts'
import { initCluster, type RunningServer, startServer } from '../../../src/runtime/index.ts'
import { FakeAgent, waitFor } from './rig.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function newCluster(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sddc-server-'))
  cleanups.push(() => rm(directory, { recursive: true, force: true }))
  await initCluster(directory)
  return directory
}

async function serve(dataDirectory: string, port = 0, logged: string[] = []): Promise<RunningServer> {
  const server = await startServer({
    dataDirectory,
    host: '127.0.0.1',
    port,
    version: '1.2.3',
    pingIntervalMs: 50,
    log: line => void logged.push(line),
  })
  cleanups.push(() => server.close())
  return server
}

async function get<T>(server: RunningServer, path: string): Promise<T> {
  return (await (await fetch(server.url + path)).json()) as T
}

async function put(server: RunningServer, path: string, body: object): Promise<number> {
  return (await fetch(server.url + path, { method: 'PUT', body: JSON.stringify(body) })).status
}

interface Wire {
  readonly socket: WebSocket
  readonly heard: ServerMessage[]
  readonly closed: Promise<number>
  say(message: unknown): void
}

async function connect(server: RunningServer, path: string, headers = {}): Promise<Wire> {
  const socket = new WebSocket(server.url.replace('http', 'ws') + path, { headers })
  const heard: ServerMessage[] = []
  const isControl = path.startsWith('/v1/agent/control')
  socket.on('message', data => {
    const text = String(data)
    heard.push(isControl ? decoded(text) : (JSON.parse(text) as ServerMessage))
  })
  const closed = new Promise<number>(resolve => socket.on('close', code => resolve(code)))
  cleanups.push(async () => socket.terminate())
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve())
    socket.on('error', reject)
  })
  return { socket, heard, closed, say: message => socket.send(JSON.stringify(message)) }
}

function decoded(text: string): ServerMessage {
  const message = decodeServerMessage(JSON.parse(text))
  if (!message.ok) throw new Error(message.error)
  return message.value
}

/** An agent over a real socket that runs whatever it is told to. */
async function joinAgent(server: RunningServer, id: string): Promise<Wire> {
  const wire = await connect(server, '/v1/agent/control')
  const agent = new FakeAgent(id as AgentId, (message: AgentMessage) =>
    wire.socket.send(agentMessageText(message)),
  )
  wire.socket.on('message', data => agent.hears(decoded(String(data))))
  agent.hello()
  await waitFor(async () => wire.heard.some(m => m.kind === 'welcome'))
  return wire
}

interface Task {
  readonly id: string
  readonly state: string
}

async function runningTasks(server: RunningServer, count: number): Promise<readonly Task[]> {
  let tasks: readonly Task[] = []
  await waitFor(async () => {
    tasks = (await get<{ tasks: Task[] }>(server, '/v2/tasks?status=running')).tasks
    return tasks.length === count
  })
  return tasks
}

const web = { cmd: 'serve', cpus: 0.5, mem: 64, instances: 2 }

describe('a server', () => {
  it('keeps everything over a restart, and the agent that comes back is asked for nothing new', async () => {
    const directory = await newCluster()
    const first = await serve(directory)
    await joinAgent(first, 'a1')
    expect(await put(first, '/v2/apps/web', web)).toBe(201)
    const before = await runningTasks(first, 2)
    await first.close()
    const second = await serve(directory)
    expect(second.clusterId).toBe(first.clusterId)
    await joinAgent(second, 'a1')
    expect(await runningTasks(second, 2)).toEqual(before)
  })

  it('says that a port is taken, and by which code', async () => {
    const first = await serve(await newCluster())
    await expect(serve(await newCluster(), first.port)).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  })

  it('does not start on a directory that another one has, nor on one that holds no cluster', async () => {
    const directory = await newCluster()
    await serve(directory)
    await expect(serve(directory)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_INVALID' })
    await expect(serve(tmpdir())).rejects.toMatchObject({ code: 'DATA_DIRECTORY_INVALID' })
  })

  it('starts read-only on a damaged state, and tells no agent what to run', async () => {
    const directory = await newCluster()
    const first = await serve(directory)
    await joinAgent(first, 'a1')
    await put(first, '/v2/apps/web', web)
    await runningTasks(first, 2)
    await first.close()
    const database = new Level(join(directory, 'state'))
    const [victim] = await database.keys({ gte: 'r!instance/', limit: 1 }).all()
    await database.del(victim!)
    await database.close()
    const logged: string[] = []
    const second = await serve(directory, 0, logged)
    expect(second.damage.join()).toContain('do not add up')
    expect(logged.join('\n')).toContain('read-only')
    expect(await put(second, '/v2/apps/web', { instances: 1 })).toBe(503)
    const wire = await connect(second, '/v1/agent/control')
    new FakeAgent('a1' as AgentId, message => wire.say(message)).hello()
    await wire.closed
    expect(wire.heard).toMatchObject([{ kind: 'refuse', code: 'damaged' }])
  })

  it('plans in its worker, on a state that follows the commits', async () => {
    const server = await serve(await newCluster())
    await joinAgent(server, 'a1')
    const desired = { format: 1, stack: 'x', apps: [], groups: [], volumes: [], outputs: {} }
    const request = { desired, mode: 'apply', deleteUnnamed: true, origin: 'me', adopt: false }
    const base = async (): Promise<number> => {
      const answer = await fetch(`${server.url}/v1/plan`, { method: 'POST', body: JSON.stringify(request) })
      expect(answer.status).toBe(200)
      return ((await answer.json()) as { plan: { placementBase: number } }).plan.placementBase
    }
    const before = await base()
    await put(server, '/v2/apps/web', web)
    await runningTasks(server, 2)
    const { revision } = await get<{ revision: number }>(server, '/v1/cluster')
    expect(await base()).toBeGreaterThanOrEqual(revision)
    expect(revision).toBeGreaterThan(before)
  })
})

describe('the door', () => {
  it('refuses foreign hosts and origins on sockets too', async () => {
    const server = await serve(await newCluster())
    const status = await new Promise(resolve =>
      httpRequest(`${server.url}/ping`, { headers: { Host: 'evil.example' } }, r => {
        r.resume()
        resolve(r.statusCode)
      }).end(),
    )
    expect(status).toBe(403)
    const origin = { Origin: 'http://evil.example' }
    await expect(connect(server, '/v1/agent/control', origin)).rejects.toThrow('403')
    await expect(connect(server, '/v1/agent/nothing')).rejects.toThrow('404')
  })
})

describe('an agent', () => {
  it('is pinged in rounds', async () => {
    const wire = await joinAgent(await serve(await newCluster()), 'a1')
    const rounds = (): number[] => wire.heard.flatMap(m => (m.kind === 'ping' ? [m.round] : []))
    await waitFor(async () => rounds().length >= 3)
    expect(rounds()[2]! - rounds()[0]!).toBe(2)
  })

  it('is told how often it will be pinged', async () => {
    const wire = await joinAgent(await serve(await newCluster()), 'a1')
    expect(wire.heard.find(m => m.kind === 'welcome')).toMatchObject({ pingIntervalMs: 50 })
  })

  it.each([
    ['that does not say hello first', { kind: 'needFull' }],
    ['that says what nobody understands', { kind: 'shout' }],
    ['whose hello lacks its capacity', { kind: 'hello', agentId: 'a1' }],
  ])('%s is told why and closed', async (_, message) => {
    const server = await serve(await newCluster())
    const wire = await connect(server, '/v1/agent/control')
    wire.say(message)
    await wire.closed
    expect(wire.heard).toMatchObject([{ kind: 'refuse', code: 'malformed' }])
    expect(await get(server, '/v1/agents')).toEqual([])
  })

  it('that comes back is taken, also while its old connection seems open but is dead', async () => {
    const server = await serve(await newCluster())
    const first = await joinAgent(server, 'a1')
    // Not a word from it any more, as after a cable was cut.
    ;(first.socket as unknown as { _socket: Socket })._socket.pause()
    await joinAgent(server, 'a1')
    await waitFor(async () => {
      const agents = await get<{ id: string; state: string }[]>(server, '/v1/agents')
      return agents.length === 1 && agents[0]!.state === 'ready'
    })
  })

  it('with the name of another one that lives is refused, and the other stays', async () => {
    const server = await serve(await newCluster())
    const first = await joinAgent(server, 'a1')
    const second = await connect(server, '/v1/agent/control')
    new FakeAgent('a1' as AgentId, message => second.say(message)).hello()
    await second.closed
    expect(second.heard).toMatchObject([{ kind: 'refuse', code: 'duplicate' }])
    expect(first.socket.readyState).toBe(WebSocket.OPEN)
    expect(await get(server, '/v1/agents')).toMatchObject([{ id: 'a1', state: 'ready' }])
  })
})

describe('logs', () => {
  async function withTask(): Promise<{ server: RunningServer; instance: InstanceId; streams: Wire }> {
    const server = await serve(await newCluster())
    await joinAgent(server, 'a1')
    await put(server, '/v2/apps/web', { ...web, instances: 1 })
    const [task] = await runningTasks(server, 1)
    const instance = task!.id.replace(/\._app\.\d+$/, '') as InstanceId
    return { server, instance, streams: await connect(server, '/v1/agent/streams?agent=a1') }
  }

  function frames(wire: Wire): readonly StreamRequest[] {
    return wire.heard as unknown as readonly StreamRequest[]
  }

  async function opened(wire: Wire): Promise<Extract<StreamRequest, { op: 'open' }>> {
    await waitFor(async () => frames(wire).length > 0)
    const [first] = frames(wire)
    if (first?.op !== 'open') throw new Error('the first frame opens')
    return first
  }

  it('flow from the agent to the reader, whole', async () => {
    const { server, instance, streams } = await withTask()
    const answer = fetch(`${server.url}/v1/logs?instance=${instance}&tail=5`)
    const open = await opened(streams)
    expect(open).toMatchObject({ kind: 'logs', instance, stream: 'stdout', follow: false, tail: 5 })
    const say = (reply: StreamReply): void => streams.say(reply)
    say({ id: open.id, op: 'data', data: Buffer.from('häl').toString('base64') })
    say({ id: open.id, op: 'data', data: Buffer.from('lo\n').toString('base64') })
    say({ id: open.id, op: 'end' })
    expect(await (await answer).text()).toBe('hällo\n')
  })

  it('that the agent does not have are an error with its words', async () => {
    const { server, instance, streams } = await withTask()
    const answer = fetch(`${server.url}/v1/logs?instance=${instance}`)
    const { id } = await opened(streams)
    streams.say({ id, op: 'error', message: 'no such log' })
    expect((await answer).status).toBe(409)
    expect(await (await answer).json()).toMatchObject({ message: 'no such log' })
  })

  it('are not sent faster than they are read, and end at the agent when the reader goes', async () => {
    const { server, instance, streams } = await withTask()
    const abort = new AbortController()
    const answer = fetch(`${server.url}/v1/logs?instance=${instance}&follow=true`, { signal: abort.signal })
    const { id } = await opened(streams)
    // An agent that keeps to its credit: sends what it may, and no more.
    let credit = initialCreditBytes
    let sent = 0
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const pump = (): void => {
      while (credit >= chunk.length) {
        streams.say({ id, op: 'data', data: chunk.toString('base64') })
        credit -= chunk.length
        sent += chunk.length
      }
    }
    streams.socket.on('message', data => {
      const frame = JSON.parse(String(data)) as StreamRequest
      if (frame.op === 'credit') credit += frame.bytes
      if (sent < 64 * 1024 * 1024) pump()
    })
    pump()
    const reader = (await answer).body!.getReader()
    // Nobody reads: what is under way fits into buffers between here and there, and then it stops.
    let last = -1
    await waitFor(async () => {
      const before = last
      last = sent
      await new Promise(resolve => setTimeout(resolve, 100))
      return before === sent
    })
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    let read = 0
    while (read < last + chunk.length) read += (await reader.read()).value!.length
    expect(sent).toBeGreaterThan(last)
    abort.abort()
    await waitFor(async () => frames(streams).some(f => f.op === 'cancel' && f.id === id))
  })

  it('of an agent that is away are refused, and a lost agent ends a stream', async () => {
    const { server, instance, streams } = await withTask()
    const answer = await Promise.all([
      fetch(`${server.url}/v1/logs?instance=${instance}&follow=true`),
      opened(streams).then(({ id }) => streams.say({ id, op: 'data', data: '' })),
    ])
    const printed = vi.spyOn(console, 'error')
    streams.socket.terminate()
    await expect(answer[0].text()).rejects.toThrow()
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
    await waitFor(async () => (await fetch(`${server.url}/v1/logs?instance=${instance}`)).status === 503)
  })
})
