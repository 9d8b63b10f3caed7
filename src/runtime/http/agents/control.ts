// The control connections of agents: JSON texts over WebSocket, opened by the agent. What comes in is checked and given
// to the loop; what the core says goes out when it is durable. A connection that says something we don't understand is
// told why and closed: the agent comes back and says hello.
import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import {
  type AgentId,
  type AgentMessage,
  decodeAgentMessage,
  type ServerMessage,
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
/** An agent whose message made the core fail is not heard for so long. */
const quarantineMs = 30_000

/** Where messages of agents go. */
export interface ControlListener {
  agentSays(session: SessionId, message: AgentMessage): void
  agentLeft(session: SessionId): void
  /** Not empty: the state is damaged, and no agent is told what to run. */
  readonly damage: readonly string[]
}

interface Connection {
  readonly session: SessionId
  readonly socket: WebSocket
  agent: AgentId | undefined
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
    const connection: Connection = { session: randomUUID() as SessionId, socket, agent: undefined }
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
    socket.send(JSON.stringify(message))
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
    if (message.kind === 'hello') {
      if (!this.#hello(connection, message.agentId)) return
    } else if (connection.agent === undefined) {
      return this.#refuse(connection, 'the first message must be hello')
    }
    this.#listener?.agentSays(connection.session, message)
  }

  #hello(connection: Connection, agent: AgentId): boolean {
    const damage = this.#listener?.damage ?? []
    if (damage.length > 0) {
      this.send(connection.session, {
        kind: 'refuse',
        code: 'damaged',
        reason: `the server's state is damaged: ${damage[0]}`,
      })
      return false
    }
    const until = this.#quarantine.get(agent)
    if (until !== undefined && until > performance.now()) {
      this.#refuse(connection, 'a message of this agent made the server fail; it is not heard for a while')
      return false
    }
    this.#quarantine.delete(agent)
    const before = this.#byAgent.get(agent)
    if (before !== undefined && before !== connection) before.socket.terminate()
    connection.agent = agent
    this.#byAgent.set(agent, connection)
    return true
  }

  #refuse(connection: Connection, reason: string): void {
    this.#log(`warning: agent ${connection.agent ?? 'unknown'} is refused: ${reason}`)
    this.send(connection.session, { kind: 'refuse', code: 'version', reason })
  }

  #closed(connection: Connection): void {
    if (connection.agent !== undefined && this.#byAgent.get(connection.agent) === connection)
      this.#byAgent.delete(connection.agent)
    if (!this.#connections.delete(connection.session)) return
    if (connection.agent !== undefined) this.#listener?.agentLeft(connection.session)
  }
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
