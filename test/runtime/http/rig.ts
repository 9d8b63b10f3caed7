// The doors without sockets: the real core and loop over a store in memory, and an agent that starts at once whatever
// it is told to, and ends it when told to stop.
import type { Json } from '../../../src/base/index.ts'
import type {
  AgentId,
  AgentMessage,
  AssignmentRow,
  ClusterId,
  Epoch,
  ReportedCondition,
  Revision,
  ServerMessage,
  SessionId,
  TaskKey,
} from '../../../src/model/index.ts'
import { setHash } from '../../../src/model/index.ts'
import type { State } from '../../../src/runtime/core/index.ts'
import { planOnReplica } from '../../../src/runtime/forecast/plan.ts'
import { createApi } from '../../../src/runtime/http/api.ts'
import type { LogRequest } from '../../../src/runtime/http/context.ts'
import { HttpError } from '../../../src/runtime/http/respond.ts'
import { Loop } from '../../../src/runtime/loop/loop.ts'
import { MemoryStore } from '../../../src/runtime/store/memory.ts'
import type { Store } from '../../../src/runtime/store/store.ts'
import { wholeCore } from '../../../src/runtime/wholecore.ts'

/** JSON as a test reads it: every step may be missing, and then the comparison fails. */
export interface Body {
  readonly [key: string]: Body
  readonly [index: number]: Body
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of a JSON answer. */
  readonly body: Body
}

export interface Rig<T extends Store = MemoryStore> {
  readonly loop: Loop<State>
  readonly store: T
  readonly logged: string[]
  /** Streams that their reader gave up. */
  readonly logsCancelled: number
  readonly logsAsked: { readonly agent: AgentId; readonly request: LogRequest }[]
  call(method: string, path: string, body?: Json | string, headers?: Record<string, string>): Promise<Answer>
  /** An agent with room for four instances of 1 CPU. */
  join(name: string): void
  /** Each running task of the app finishes by itself. */
  endTasks(app: string): void
  readonly agents: ReadonlyMap<SessionId, FakeAgent>
  close(): Promise<void>
}

/** `agents` of an earlier rig go on running what they run, and say hello to this one. */
export async function startRig<T extends Store = MemoryStore>(
  store: T = new MemoryStore('cluster' as ClusterId) as Store as T,
  agents: ReadonlyMap<SessionId, FakeAgent> = new Map(),
): Promise<Rig<T>> {
  const logged: string[] = []
  const logsAsked: { agent: AgentId; request: LogRequest }[] = []
  let cancelled = 0
  const connected = new Map<SessionId, FakeAgent>()
  const loop = await Loop.start<State>({
    core: wholeCore,
    store,
    links: {
      send: (session, message) => setImmediate(() => connected.get(session)?.hears(message)),
      dropAll: () => {},
    },
    pingIntervalMs: 60_000,
    log: line => void logged.push(line),
    onFatal: error => void logged.push(`fatal: ${error.message}`),
  })
  for (const agent of agents.values()) {
    connected.set(agent.session, agent)
    agent.reconnect(message => loop.agentSays(agent.session, message))
  }
  const api = createApi({
    backend: {
      version: '1.2.3',
      head: () => loop.head,
      submit: (operation, actor, key) => loop.submit(operation, actor, key),
      read: look => loop.read(look),
      image: async () => undefined,
      forecaster: {
        plan: (desired, request) =>
          loop.read(state => planOnReplica(state, desired, request, (_, plan) => plan)),
      },
      logs: {
        async open(agent, request) {
          logsAsked.push({ agent, request })
          if (request.stream === 'stderr') throw new HttpError(503, `Agent ${agent} is not connected`)
          return new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('one line\n'))
              if (request.tail !== undefined || !request.follow) controller.close()
            },
            cancel() {
              cancelled++
            },
          })
        },
      },
    },
    guard: { boundHost: '127.0.0.1', names: ['sddc.example'] },
    log: line => void logged.push(line),
  })
  return {
    loop,
    store,
    logged,
    logsAsked,
    get logsCancelled() {
      return cancelled
    },
    async call(method, path, body, headers = {}) {
      const response = await api.request(`http://127.0.0.1:8080${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type') === 'application/json'
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson && text !== '' ? (JSON.parse(text) as Answer['body']) : {},
      }
    },
    join(name) {
      const agent = new FakeAgent(name as AgentId, message => loop.agentSays(agent.session, message))
      connected.set(agent.session, agent)
      agent.hello()
    },
    endTasks(app) {
      for (const agent of connected.values()) agent.endTasks(app)
    },
    agents: connected,
    close: () => loop.close(),
  }
}

interface FakeTask {
  readonly row: AssignmentRow
  statusSeq: number
  condition: ReportedCondition
}

export class FakeAgent {
  readonly session: SessionId
  /** How many tasks it ever started. */
  started = 0
  readonly #id: AgentId
  #say: (message: AgentMessage) => void
  readonly #tasks = new Map<string, FakeTask>()
  #clusterId: ClusterId | undefined
  #epoch = 0
  #revision = 0
  #appliedGen = 0
  #seq = 0

  constructor(id: AgentId, say: (message: AgentMessage) => void) {
    this.#id = id
    this.#say = say
    this.session = `session of ${id}` as SessionId
  }

  hello(): void {
    this.#say({
      kind: 'hello',
      protocolVersions: [1],
      agentId: this.#id,
      session: this.session,
      bootId: 'boot',
      seenEpoch: this.#epoch as Epoch,
      seenRevision: this.#revision as Revision,
      appliedGen: this.#appliedGen,
      setHash: this.#setHash(),
      hostname: `${this.#id}.example`,
      capacity: {
        resources: { cpuMilli: 4000, memKiB: 4 * 1024 * 1024, diskKiB: 1024 * 1024, gpus: 0 },
        ports: [[31_000, 31_999]],
      },
      attributes: {},
      drivers: ['process'],
      version: '1.2.3',
      ...(this.#clusterId === undefined ? {} : { clusterId: this.#clusterId }),
    })
  }

  /** To a server that was started anew: hello, then all it has, again. */
  reconnect(say: (message: AgentMessage) => void): void {
    this.#say = say
    this.hello()
    for (const task of this.#tasks.values()) this.#report(task)
  }

  endTasks(app: string): void {
    for (const task of this.#tasks.values()) {
      const isOf = task.row.instance.startsWith(`${app.slice(1).replaceAll('/', '_')}.`)
      if (isOf && task.condition === 'Running') this.#becomes(task, 'Finished')
    }
  }

  hears(message: ServerMessage): void {
    if ('revision' in message) this.#revision = Math.max(this.#revision, message.revision)
    if ('epoch' in message) this.#epoch = message.epoch
    if (message.kind === 'welcome') this.#clusterId = message.clusterId
    if (message.kind === 'ping') {
      const { round } = message
      this.#say({ kind: 'pong', round, appliedGen: this.#appliedGen, setHash: this.#setHash() })
    }
    if (message.kind !== 'assign') return
    for (const row of message.rows) this.#assigned(row)
    for (const key of message.forget) this.#tasks.delete(nameOf(key))
    this.#appliedGen = Math.max(this.#appliedGen, message.toGen)
  }

  #assigned(row: AssignmentRow): void {
    const before = this.#tasks.get(nameOf(row))
    if (before !== undefined && before.row.gen >= row.gen) return
    const task: FakeTask = {
      row,
      statusSeq: before?.statusSeq ?? 0,
      condition: before?.condition ?? 'Staging',
    }
    this.#tasks.set(nameOf(row), task)
    if (row.goal === 'run' && before === undefined) {
      this.started++
      this.#becomes(task, 'Running')
    } else if (row.goal === 'stop' && task.condition !== 'Killed') this.#becomes(task, 'Killed')
  }

  #becomes(task: FakeTask, condition: ReportedCondition): void {
    task.condition = condition
    task.statusSeq++
    this.#report(task)
  }

  #report({ row, statusSeq, condition }: FakeTask): void {
    const { instance, incarnation } = row
    const exit = condition === 'Killed' ? { exit: { signal: 'SIGTERM', message: 'stopped' } } : {}
    this.#say({
      kind: 'report',
      seq: ++this.#seq,
      rows: [{ instance, incarnation, statusSeq, condition, agoMs: 0, pid: 4711, ...exit }],
      unknown: [],
    })
  }

  #setHash(): string {
    return setHash([...this.#tasks.values()].map(task => task.row))
  }
}

function nameOf({ instance, incarnation }: TaskKey): string {
  return `${instance}/${incarnation}`
}

export async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 2))
}
