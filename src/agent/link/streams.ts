// The second connection: logs, apart from the control connection so that a flood can't delay a pong. The server opens
// streams; each sends only while it has credit.
import { z } from 'zod'
import { type AgentId, type InstanceId, type StreamReply, type StreamRequest } from '../../model/index.ts'
import { streamLog, type LogPlace } from '../logs/stream.ts'
import { Credit } from './credit.ts'
import { Reconnect, type OpenSocket } from './reconnect.ts'
import { socketUrl } from './url.ts'

/** Streams at once on one connection; more readers than that belong on another machine. */
export const maxStreams = 200

interface OpenStream {
  readonly credit: Credit
  readonly cancel: AbortController
}

export class StreamsLink {
  readonly #place: LogPlace
  readonly #streams = new Map<number, OpenStream>()
  readonly #reconnect: Reconnect

  constructor(server: string, agent: AgentId, place: LogPlace) {
    this.#place = place
    this.#reconnect = new Reconnect({
      url: socketUrl(server, '/v1/agent/streams', { agent }),
      opened: () => {},
      received: (text, socket) => this.#received(text, socket),
      closed: () => this.#cancelAll(),
    })
  }

  close(): void {
    this.#cancelAll()
    this.#reconnect.close()
  }

  #received(text: string, socket: OpenSocket): void {
    const request = decoded(text)
    if (!request) {
      socket.drop('the server sent what is no stream request')
      return
    }
    socket.settled()
    const stream = this.#streams.get(request.id)
    switch (request.op) {
      case 'credit':
        stream?.credit.add(request.bytes)
        return
      case 'cancel':
        stream?.cancel.abort()
        this.#streams.delete(request.id)
        return
      case 'open':
        if (!stream) void this.#open(request, socket)
        return
    }
  }

  async #open(request: Extract<StreamRequest, { op: 'open' }>, socket: OpenSocket): Promise<void> {
    const { id } = request
    const send = (reply: StreamReply): void => socket.send(JSON.stringify(reply))
    if (this.#streams.size >= maxStreams) {
      send({ id, op: 'error', message: `this agent serves at most ${maxStreams} streams at once` })
      return
    }
    const cancel = new AbortController()
    const credit = new Credit(cancel.signal)
    this.#streams.set(id, { credit, cancel })
    try {
      await streamLog(this.#place, request, credit, cancel.signal, data => {
        send({ id, op: 'data', data: data.toString('base64') })
      })
      send({ id, op: 'end' })
    } catch (error) {
      if (cancel.signal.aborted) return
      send({ id, op: 'error', message: error instanceof Error ? error.message : String(error) })
    }
    this.#streams.delete(id)
  }

  #cancelAll(): void {
    for (const { cancel } of this.#streams.values()) cancel.abort()
    this.#streams.clear()
  }
}

const id = z.int().min(0)
const request = z.discriminatedUnion('op', [
  z.object({
    id,
    op: z.literal('open'),
    kind: z.literal('logs'),
    instance: z.string().regex(/^[A-Za-z0-9._-]+$/),
    incarnation: z.int().min(0).optional(),
    stream: z.enum(['stdout', 'stderr']),
    follow: z.boolean(),
    tail: z.int().min(0).optional(),
  }),
  z.object({ id, op: z.literal('credit'), bytes: z.int().min(0) }),
  z.object({ id, op: z.literal('cancel') }),
])

function decoded(text: string): StreamRequest | undefined {
  try {
    const found = request.parse(JSON.parse(text))
    return found.op === 'open' ? { ...found, instance: found.instance as InstanceId } : found
  } catch {
    return undefined
  }
}
