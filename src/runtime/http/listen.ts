// The sockets: one HTTP server for the API and for the WebSockets of agents. Everything that decides lies elsewhere.
// What goes wrong before a request reaches the API is answered here, in the same JSON.
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { WebSocketServer } from 'ws'
import { CodedError } from '../../base/index.ts'
import type { AgentId } from '../../model/index.ts'
import type { SocketBindings } from './api.ts'
import { type AgentControl, maxMessageBytes } from './agents/control.ts'
import { type AgentStreams, maxFrameBytes } from './agents/streams.ts'
import { type GuardOptions, refusedAgent } from './guard.ts'
import { json } from './respond.ts'

type Fetch = (request: Request, bindings: SocketBindings) => Response | Promise<Response>

export interface Doors {
  /** Undefined while the server starts. */
  api: Fetch | undefined
  readonly guard: GuardOptions
  readonly control: AgentControl
  readonly streams: AgentStreams
}

export interface Listening {
  /** The port bound, also when 0 was asked for. */
  readonly port: number
  close(): Promise<void>
}

/** Characters of an agent's name in an address at most. */
const maxAgentNameLength = 500

/** Binds and serves. Throws PORT_IN_USE when somebody else has the port. */
export async function listen(doors: Doors, host: string, port: number): Promise<Listening> {
  const answer = getRequestListener(
    async (request, bindings) => {
      if (doors.api === undefined) return json({ message: 'The server starts; try again.' }, 503)
      // The server speaks HTTP/1 only, so this is what the adapter hands over.
      const { incoming, outgoing } = bindings as { incoming: IncomingMessage; outgoing: ServerResponse }
      return cutWhenBroken(await doors.api(request, { incoming }), outgoing)
    },
    { overrideGlobalObjects: false, errorHandler: refusedRequest },
  )
  // A request without Host is refused by the adapter, in words.
  const server = createServer(
    { requireHostHeader: false },
    (incoming, outgoing) => void answer(incoming, outgoing),
  )
  const controlSockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes })
  const streamSockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const headers = { host: request.headers.host ?? null, origin: request.headers.origin ?? null }
    const refusal = refusedAgent(headers, doors.guard)
    if (refusal !== undefined) return reject(socket, 403, refusal)
    if (doors.api === undefined) return reject(socket, 503, 'The server starts; try again.')
    const [path, query] = (request.url ?? '/').split('?', 2)
    const agent = new URLSearchParams(query).get('agent') ?? ''
    if (path === '/v1/agent/control')
      return controlSockets.handleUpgrade(request, socket, head, ws => doors.control.accept(ws))
    if (path === '/v1/agent/streams' && agent !== '' && agent.length <= maxAgentNameLength)
      return streamSockets.handleUpgrade(request, socket, head, ws =>
        doors.streams.accept(agent as AgentId, ws),
      )
    reject(socket, 404, 'URI not found')
  })
  for (const sockets of [controlSockets, streamSockets])
    sockets.on('wsClientError', (error, socket) => reject(socket, 400, error.message))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const status = statusOfClientError[error.code ?? ''] ?? 400
    if (socket.writable && error.code !== 'ECONNRESET') reject(socket, status, STATUS_CODES[status]!)
    else socket.destroy()
  })
  await bind(server, host, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        doors.control.close()
        doors.streams.close()
        // Also those that were told to go and have not gone yet.
        for (const ws of [...controlSockets.clients, ...streamSockets.clients]) ws.terminate()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const statusOfClientError: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

// What the adapter could not make a request of, or a failure that the API did not answer itself.
function refusedRequest(error: unknown): Response {
  if (error instanceof RequestError) return json({ message: `Bad Request: ${error.message}` }, 400)
  return json({ message: 'The server failed on this request', code: 'INTERNAL' }, 500)
}

// A body that ends with an error (the agent of a log is lost) must not look like one that ends. The adapter would print
// the error on the console and write it after the body; we cut the connection, which every client notices.
function cutWhenBroken(response: Response, outgoing: ServerResponse): Response {
  if (response.body === null || response.headers.get('transfer-encoding') !== 'chunked') return response
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch {
          outgoing.destroy()
        }
      },
      cancel: reason => reader.cancel(reason),
    },
    // Nothing is read ahead of the client.
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new CodedError('PORT_IN_USE', `Port ${port} on ${host} is taken by another program`, {
          advice: 'Stop that program, or choose another port with --port.',
          cause: error,
        }),
      )
    })
    server.listen(port, host, resolve)
  })
}

function reject(socket: Duplex, status: number, message: string): void {
  const body = Buffer.from(JSON.stringify({ message }))
  // Nobody else looks after a socket that was to be upgraded.
  socket.once('finish', () => socket.destroy())
  socket.end(
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
      ),
      body,
    ]),
  )
}
