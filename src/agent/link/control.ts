// The control connection: hello first, then what the agent's core says and hears. JSON text frames; what the server
// sends is decoded at the door, and a frame that is none ends the connection.
import { randomUUID } from 'node:crypto'
import {
  agentMessageText,
  decodeServerMessage,
  type AgentMessage,
  type ServerMessage,
  type SessionId,
} from '../../model/index.ts'
import { Reconnect, type OpenSocket } from './reconnect.ts'
import { socketUrl } from './url.ts'

export interface ControlListener {
  readonly connected: (session: SessionId) => void
  readonly received: (message: ServerMessage) => void
  readonly disconnected: (reason: string) => void
}

/** Silence that ends a connection: this many of the server's ping intervals, but no less than the floor. */
const silentPings = 6
/**
 * Pauses between attempts take no more of the server's ping intervals: an agent that is there is back well before the
 * server, having started again, has counted it out of reach, and its tasks are replaced.
 */
const pausePings = 2
const silenceFloorMs = 10_000
const welcomeTimeoutMs = 15_000

export class ControlLink {
  readonly #reconnect: Reconnect
  #open: { readonly session: SessionId; readonly socket: OpenSocket } | undefined

  constructor(server: string, listener: ControlListener) {
    this.#reconnect = new Reconnect({
      url: socketUrl(server, '/v1/agent/control'),
      opened: socket => {
        const session = randomUUID() as string as SessionId
        this.#open = { session, socket }
        socket.expectSilenceBelow(welcomeTimeoutMs)
        listener.connected(session)
      },
      received: (text, socket) => {
        const message = decoded(text)
        if (typeof message === 'string') {
          socket.drop(`the server sent what is no message: ${message}`)
          return
        }
        if (message.kind === 'welcome') {
          socket.expectSilenceBelow(Math.max(silenceFloorMs, silentPings * message.pingIntervalMs))
          socket.pauseAtMost(pausePings * message.pingIntervalMs)
        }
        listener.received(message)
        // Ended here, so that its reason is told rather than the few words of the closing frame.
        if (message.kind === 'refuse') socket.drop(`refused by the server: ${message.reason}`)
      },
      closed: reason => {
        this.#open = undefined
        listener.disconnected(reason)
      },
    })
  }

  /** Lost when that session is over. */
  send(session: SessionId, message: AgentMessage): void {
    if (this.#open?.session === session) this.#open.socket.send(agentMessageText(message))
  }

  /** The core accepts the server. */
  settled(): void {
    this.#open?.socket.settled()
  }

  /** Ends the present connection; another one is tried after a pause. */
  drop(reason: string): void {
    this.#open?.socket.drop(reason)
  }

  close(): void {
    this.#reconnect.close()
  }
}

function decoded(text: string): ServerMessage | string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'not JSON'
  }
  const result = decodeServerMessage(json)
  return result.ok ? result.value : result.error
}
