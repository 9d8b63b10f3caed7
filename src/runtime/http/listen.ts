// The sockets: one HTTP server for the API and for the WebSockets of agents. Everything that decides lies elsewhere.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { WebSocketServer } from 'ws'
import { CodedError } from '../../base/index.ts'
import type { AgentId } from '../../model/index.ts'
import type { SocketBindings } from './api.ts'
import { type AgentControl, maxMessageBytes } from './agents/control.ts'
import { type AgentStreams, maxFrameBytes } from './agents/streams.ts'
import { type GuardOptions, refusedAtDoor } from './guard.ts'

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

/** Binds and serves. Throws PORT_IN_USE when somebody else has the port. */
export async function listen(doors: Doors, host: string, port: number): Promise<Listening> {
  const answer = getRequestListener(
    (request, bindings) =>
      doors.api?.(request, bindings as SocketBindings) ??
      new Response('The server starts.\n', { status: 503 }),
    { overrideGlobalObjects: false },
  )
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  const controlSockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes })
  const streamSockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const url = new URL(request.url ?? '/', 'http://localhost')
    const agent = url.searchParams.get('agent')
    const headers = { host: request.headers.host ?? null, origin: request.headers.origin ?? null }
    if (refusedAtDoor(headers, doors.guard) !== undefined) return reject(socket, '403 Forbidden')
    if (doors.api === undefined) return reject(socket, '503 Service Unavailable')
    if (url.pathname === '/v1/agent/control')
      return controlSockets.handleUpgrade(request, socket, head, ws => doors.control.accept(ws))
    if (url.pathname === '/v1/agent/streams' && agent !== null && agent !== '')
      return streamSockets.handleUpgrade(request, socket, head, ws =>
        doors.streams.accept(agent as AgentId, ws),
      )
    reject(socket, '404 Not Found')
  })
  await bind(server, host, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        doors.control.close()
        doors.streams.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
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

function reject(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
