// The second connections of agents, for what may be much: logs. Each stream has credit, so that an agent never sends
// more than a reader takes: the reader's pull becomes credit, a reader that goes becomes `cancel`.
import type { WebSocket } from 'ws'
import { CodedError } from '../../../base/index.ts'
import {
  type AgentId,
  initialCreditBytes,
  maxStreamChunkBytes,
  type StreamReply,
  type StreamRequest,
} from '../../../model/index.ts'
import type { Log } from '../../log.ts'
import type { LogRequest, LogSource } from '../context.ts'
import { HttpError } from '../respond.ts'

/** Bytes of one frame at most: a chunk in Base64, with room for the JSON around it. */
export const maxFrameBytes = 2 * maxStreamChunkBytes
/** Streams on one agent at most; a person reads a few, a program that leaks them is told. */
const maxStreamsPerAgent = 100
/** An agent that has no such log says so within this; a log that is only quiet shows nothing, and that is an answer. */
const refusalWaitMs = 1000

interface Stream {
  readonly data: (bytes: Buffer) => void
  readonly end: () => void
  readonly fail: (error: Error) => void
}

interface Link {
  readonly socket: WebSocket
  readonly streams: Map<number, Stream>
}

export class AgentStreams implements LogSource {
  readonly #log: Log
  readonly #links = new Map<AgentId, Link>()
  #lastId = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** Takes over a new WebSocket of this agent; it replaces an older one. */
  accept(agent: AgentId, socket: WebSocket): void {
    const link: Link = { socket, streams: new Map() }
    this.#links.get(agent)?.socket.terminate()
    this.#links.set(agent, link)
    socket.on('message', data => this.#received(agent, link, String(data)))
    socket.on('error', error => this.#log(`warning: streams of agent ${agent}: ${error.message}`))
    socket.on('close', () => {
      if (this.#links.get(agent) === link) this.#links.delete(agent)
      const lost = new CodedError('SERVER_UNREACHABLE', `The connection to agent ${agent} was lost`)
      for (const stream of link.streams.values()) stream.fail(lost)
      link.streams.clear()
    })
  }

  async open(agent: AgentId, request: LogRequest): Promise<ReadableStream<Uint8Array>> {
    const link = this.#links.get(agent)
    if (link === undefined)
      throw new HttpError(503, `Agent ${agent} is not connected`, { code: 'AGENT_AWAY' })
    if (link.streams.size >= maxStreamsPerAgent)
      throw new HttpError(503, `${maxStreamsPerAgent} streams of agent ${agent} are open`, {
        code: 'TOO_MANY',
      })
    const id = ++this.#lastId
    const { body, begun } = stream(link, id)
    send(link, { id, op: 'open', kind: 'logs', ...request })
    await begun
    return body
  }

  close(): void {
    for (const { socket } of this.#links.values()) socket.terminate()
    this.#links.clear()
  }

  #received(agent: AgentId, link: Link, text: string): void {
    const reply = parse(text)
    if (reply === undefined) {
      this.#log(`warning: streams of agent ${agent}: a frame is not understood`)
      link.socket.close(1008, 'not understood')
      return
    }
    const stream = link.streams.get(reply.id)
    // Cancelled while this was under way.
    if (stream === undefined) return
    if (reply.op === 'data') stream.data(Buffer.from(reply.data, 'base64'))
    else {
      link.streams.delete(reply.id)
      if (reply.op === 'end') stream.end()
      else stream.fail(new CodedError('REQUEST_REFUSED', reply.message))
    }
  }
}

// The readable side of a stream. `begun` rejects when the agent refuses at once, so that this can still be a status.
function stream(link: Link, id: number): { body: ReadableStream<Uint8Array>; begun: Promise<void> } {
  let settle: (error?: Error) => void = () => {}
  const begun = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, refusalWaitMs)
    settle = error => {
      clearTimeout(timer)
      if (error === undefined) resolve()
      else reject(error)
    }
  })
  let taken = 0
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        link.streams.set(id, {
          data(bytes) {
            settle()
            controller.enqueue(bytes)
            taken += bytes.length
          },
          end() {
            settle()
            controller.close()
          },
          fail(error) {
            settle(error)
            controller.error(error)
          },
        })
      },
      // Called when the reader has taken what there was: as much again may come.
      pull() {
        if (taken === 0) return
        send(link, { id, op: 'credit', bytes: taken })
        taken = 0
      },
      cancel() {
        link.streams.delete(id)
        send(link, { id, op: 'cancel' })
      },
    },
    { highWaterMark: initialCreditBytes, size: chunk => chunk?.length ?? 0 },
  )
  return { body, begun }
}

function send(link: Link, frame: StreamRequest): void {
  if (link.socket.readyState === link.socket.OPEN) link.socket.send(JSON.stringify(frame))
}

function parse(text: string): StreamReply | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof (StreamReply & { data: 0; message: 0 }), unknown>>
    if (typeof value.id !== 'number') return undefined
    const { id } = value
    if (value.op === 'end') return { id, op: 'end' }
    if (value.op === 'data' && typeof value.data === 'string') return { id, op: 'data', data: value.data }
    if (value.op === 'error' && typeof value.message === 'string')
      return { id, op: 'error', message: value.message }
    return undefined
  } catch {
    return undefined
  }
}
