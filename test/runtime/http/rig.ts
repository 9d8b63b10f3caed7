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
import {
  accept,
  createState,
  load,
  nextWake,
  rollback,
  seal,
  type State,
  step,
} from '../../../src/runtime/core/index.ts'
import { planOnReplica } from '../../../src/runtime/forecast/plan.ts'
import { createApi } from '../../../src/runtime/http/api.ts'
import type { LogRequest } from '../../../src/runtime/http/context.ts'
import { HttpError } from '../../../src/runtime/http/respond.ts'
import { Loop } from '../../../src/runtime/loop/loop.ts'
import { MemoryStore } from '../../../src/runtime/store/memory.ts'

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

export interface Rig {
  readonly loop: Loop<State>
  readonly store: MemoryStore
  readonly logged: string[]
  readonly logsAsked: { readonly agent: AgentId; readonly request: LogRequest }[]
  call(method: string, path: string, body?: Json | string, headers?: Record<string, string>): Promise<Answer>
  /** An agent with room for four instances of 1 CPU. */
  join(name: string): void
  close(): Promise<void>
}

const core = { createState, load, step, nextWake, seal, accept, rollback }

export async function startRig(store = new MemoryStore('cluster' as ClusterId)): Promise<Rig> {
  const logged: string[] = []
  const logsAsked: { agent: AgentId; request: LogRequest }[] = []
  const agents = new Map<SessionId, FakeAgent>()
  const loop = await Loop.start<State>({
    core,
    store,
    links: {
      send: (session, message) => setImmediate(() => agents.get(session)?.hears(message)),
      dropAll: () => {},
    },
    pingIntervalMs: 60_000,
    log: line => void logged.push(line),
    onFatal: error => void logged.push(`fatal: ${error.message}`),
  })
  const api = createApi({
    backend: {
      version: '1.2.3',
      address: '127.0.0.1:8080',
      head: () => loop.head,
      submit: (operation, actor, key) => loop.submit(operation, actor, key),
      read: look => loop.read(look),
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
              controller.close()
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
      agents.set(agent.session, agent)
      agent.hello()
    },
    close: () => loop.close(),
  }
}

export class FakeAgent {
  readonly session: SessionId
  readonly #id: AgentId
  readonly #say: (message: AgentMessage) => void
  readonly #rows = new Map<string, AssignmentRow>()
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
      seenEpoch: 0 as Epoch,
      seenRevision: 0 as Revision,
      appliedGen: 0,
      setHash: setHash([]),
      hostname: `${this.#id}.example`,
      capacity: {
        resources: { cpuMilli: 4000, memKiB: 4 * 1024 * 1024, diskKiB: 1024 * 1024, gpus: 0 },
        ports: [[31_000, 31_999]],
      },
      attributes: {},
      drivers: ['process'],
      version: '1.2.3',
    })
  }

  hears(message: ServerMessage): void {
    if (message.kind === 'ping') {
      const { round } = message
      this.#say({ kind: 'pong', round, appliedGen: this.#appliedGen, setHash: setHash(this.#rows.values()) })
    }
    if (message.kind !== 'assign') return
    for (const row of message.rows) {
      const before = this.#rows.get(nameOf(row))
      this.#rows.set(nameOf(row), row)
      if (row.goal === 'stop') this.#report(row, 2, 'Killed')
      else if (before === undefined) this.#report(row, 1, 'Running')
    }
    for (const key of message.forget) this.#rows.delete(nameOf(key))
    this.#appliedGen = message.toGen
  }

  #report({ instance, incarnation }: TaskKey, statusSeq: number, condition: ReportedCondition): void {
    const exit = condition === 'Killed' ? { exit: { signal: 'SIGTERM', message: 'stopped' } } : {}
    this.#say({
      kind: 'report',
      seq: ++this.#seq,
      rows: [{ instance, incarnation, statusSeq, condition, agoMs: 0, pid: 4711, ...exit }],
      unknown: [],
    })
  }
}

function nameOf({ instance, incarnation }: TaskKey): string {
  return `${instance}/${incarnation}`
}

export async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 2))
}
