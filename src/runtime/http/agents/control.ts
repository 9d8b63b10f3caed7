// The control connections of agents: JSON texts over WebSocket, opened by the agent. What comes in is checked and given
// to the loop; what the core says goes out when it is durable. A connection that says something we don't understand is
// told why and closed: the agent comes back and says hello.
import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import {
  type AgentId,
  type AgentMessage,
  decodeAgentMessage,
  type Hello,
  type ServerMessage,
  serverMessageText,
  type SessionId,
} from '../../../model/index.ts'
import type { Log } from '../../log.ts'
import type { AgentLinks } from '../../loop/loop.ts'

/** Bytes of one message at most: 500 rows of a report with long health messages are about one MiB. */
export const maxMessageBytes = 16 * 1024 * 1024
/** An agent says hello within this; a stranger that says nothing holds a socket no longer. */
const helloTimeoutMs = 10_000
/** Bytes that wait for a slow agent at most, before its connection is given up and begun anew. */
const maxBufferedBytes = 64 * 1024 * 1024
/** A connection that is still there answers a ping of the socket within this. */
const aliveTimeoutMs = 1000
/** An agent whose message made the core fail is not heard for so long. */
const quarantineMs = 30_000

/** Where messages of agents go. */
export interface ControlListener {
  agentSays(session: SessionId, message: AgentMessage): void
  agentLeft(session: SessionId): void
  /** Not empty: the state is damaged, and no agent is told what to run. */
  readonly damage: readonly string[]
}

type RefuseCode = Extract<ServerMessage, { kind: 'refuse' }>['code']

interface Connection {
  readonly session: SessionId
  readonly socket: WebSocket
  agent: AgentId | undefined
  /** What it said while an older connection of the same agent is asked whether it lives. */
  held: AgentMessage[] | undefined
}

export class AgentControl implements AgentLinks {
  readonly #log: Log
  readonly #connections = new Map<SessionId, Connection>()
  readonly #byAgent = new Map<AgentId, Connection>()
  readonly #quarantine = new Map<AgentId, number>()
  #listener: ControlListener | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** The loop needs the links and the links the loop: the second half of that knot. */
  listen(listener: ControlListener): void {
    this.#listener = listener
  }

  /** Takes over a new WebSocket. */
  accept(socket: WebSocket): void {
    const session = randomUUID() as SessionId
    const connection: Connection = { session, socket, agent: undefined, held: undefined }
    this.#connections.set(connection.session, connection)
    const timer = setTimeout(() => this.#refuse(connection, 'no hello within 10 seconds'), helloTimeoutMs)
    socket.on('message', data => {
      clearTimeout(timer)
      this.#received(connection, String(data))
    })
    socket.on('error', error =>
      this.#log(`warning: agent ${connection.agent ?? 'unknown'}: ${error.message}`),
    )
    socket.on('close', () => {
      clearTimeout(timer)
      this.#closed(connection)
    })
  }

  send(session: SessionId, message: ServerMessage): void {
    const connection = this.#connections.get(session)
    if (connection === undefined) return
    const { socket } = connection
    if (socket.bufferedAmount > maxBufferedBytes) {
      this.#log(`warning: agent ${connection.agent ?? 'unknown'} does not read; its connection is given up`)
      socket.terminate()
      return
    }
    socket.send(serverMessageText(message))
    if (message.kind === 'refuse') socket.close(1008, 'refused')
  }

  dropAll(reason: string, culprit: SessionId | undefined): void {
    const agent = culprit === undefined ? undefined : this.#connections.get(culprit)?.agent
    if (agent !== undefined) {
      this.#log(
        `error: agent ${agent} is not heard for ${quarantineMs / 1000} s: its message made the server fail`,
      )
      this.#quarantine.set(agent, performance.now() + quarantineMs)
    }
    for (const connection of this.#connections.values()) {
      // Its session is gone already; what it still says must not count.
      this.#connections.delete(connection.session)
      connection.socket.close(1012, reason)
    }
    this.#byAgent.clear()
  }

  /** Ends all connections at once: the server goes. Agents keep their tasks and come back. */
  close(): void {
    for (const { socket } of this.#connections.values()) socket.terminate()
    this.#connections.clear()
    this.#byAgent.clear()
  }

  #received(connection: Connection, text: string): void {
    if (this.#connections.get(connection.session) !== connection) return
    const message = parse(text)
    if (typeof message === 'string') return this.#refuse(connection, message)
    if (connection.held !== undefined) connection.held.push(message)
    else if (message.kind === 'hello') this.#hello(connection, message)
    else if (connection.agent === undefined) this.#refuse(connection, 'the first message must be hello')
    else this.#listener?.agentSays(connection.session, message)
  }

  #hello(connection: Connection, hello: Hello): void {
    const agent = hello.agentId
    const damage = this.#listener?.damage ?? []
    if (damage.length > 0)
      return this.#refuse(connection, `the server's state is damaged: ${damage[0]}`, 'damaged')
    const until = this.#quarantine.get(agent)
    if (until !== undefined && until > performance.now()) {
      const reason = 'a message of this agent made the server fail; it is not heard for a while'
      return this.#refuse(connection, reason)
    }
    this.#quarantine.delete(agent)
    const before = this.#byAgent.get(agent)
    if (before === undefined || before === connection) return this.#welcome(connection, hello)
    connection.held = []
    void isAlive(before.socket).then(alive => this.#settle(connection, hello, before, alive))
  }

  // Either the agent came back and its old connection is a dead one, or two agents have the same name.
  #settle(connection: Connection, hello: Hello, before: Connection, alive: boolean): void {
    if (this.#connections.get(connection.session) !== connection) return
    const held = connection.held ?? []
    connection.held = undefined
    if (alive && this.#byAgent.get(hello.agentId) === before)
      return this.#refuse(connection, `another agent named ${hello.agentId} is connected`, 'duplicate')
    before.socket.terminate()
    this.#welcome(connection, hello)
    for (const message of held) this.#listener?.agentSays(connection.session, message)
  }

  #welcome(connection: Connection, hello: Hello): void {
    connection.agent = hello.agentId
    this.#byAgent.set(hello.agentId, connection)
    this.#listener?.agentSays(connection.session, hello)
  }

  #refuse(connection: Connection, reason: string, code: RefuseCode = 'malformed'): void {
    this.#log(`warning: agent ${connection.agent ?? 'unknown'} is refused: ${reason}`)
    this.send(connection.session, { kind: 'refuse', code, reason })
  }

  #closed(connection: Connection): void {
    if (connection.agent !== undefined && this.#byAgent.get(connection.agent) === connection)
      this.#byAgent.delete(connection.agent)
    if (!this.#connections.delete(connection.session)) return
    if (connection.agent !== undefined) this.#listener?.agentLeft(connection.session)
  }
}

function isAlive(socket: WebSocket): Promise<boolean> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(false), aliveTimeoutMs)
    const answer = (alive: boolean): void => {
      clearTimeout(timer)
      resolve(alive)
    }
    socket.once('pong', () => answer(true))
    socket.once('close', () => answer(false))
    if (socket.readyState === socket.OPEN) socket.ping()
    else answer(false)
  })
}

// The message, or what is wrong with it.
function parse(text: string): AgentMessage | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'a message is not JSON'
  }
  const decoded = decodeAgentMessage(value)
  return decoded.ok ? decoded.value : `a message is not understood: ${decoded.error}`
}
