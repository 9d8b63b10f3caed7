// A server for the agent's tests: speaks the protocol over real sockets and does nothing by itself but welcome and
// acknowledge. It can be stopped and come back at the same port.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import {
  decodeAgentMessage,
  serverMessageText,
  type AgentId,
  type AgentMessage,
  type App,
  type AssignmentRow,
  type ClusterId,
  type Epoch,
  type Hello,
  type ReportRow,
  type Revision,
  type ServerMessage,
  type StreamReply,
  type StreamRequest,
  type TaskKey,
} from '../../src/model/index.ts'
import { testHash } from './samples.ts'

export class FakeServer {
  readonly hellos: Hello[] = []
  readonly rows: ReportRow[] = []
  readonly replies: StreamReply[] = []
  unknown: readonly TaskKey[] = []
  acknowledge = true
  clusterId = 'cluster-1' as ClusterId
  epoch = 1 as Epoch
  port = 0
  #http: Server | undefined
  #sockets: WebSocketServer | undefined
  #control: WebSocket | undefined
  #streams: WebSocket | undefined
  #gen = 0
  #rowGen = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get connected(): boolean {
    return this.#control !== undefined
  }

  get streaming(): boolean {
    return this.#streams !== undefined
  }

  async start(): Promise<void> {
    const http = createServer()
    const sockets = new WebSocketServer({ server: http })
    sockets.on('connection', (socket, request) => {
      const url = new URL(request.url ?? '/', this.url)
      if (url.pathname === '/v1/agent/control') this.#openControl(socket)
      else if (url.pathname === '/v1/agent/streams' && url.searchParams.has('agent'))
        this.#openStreams(socket)
      else socket.close()
    })
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject)
      http.listen(this.port, '127.0.0.1', resolve)
    })
    this.port = (http.address() as AddressInfo).port
    this.#http = http
    this.#sockets = sockets
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets?.clients ?? []) client.terminate()
    this.#control = undefined
    this.#streams = undefined
    await new Promise<void>(resolve => (this.#http ? this.#http.close(() => resolve()) : resolve()))
  }

  next(): number {
    return ++this.#rowGen
  }

  assign(app: App, rows: readonly AssignmentRow[], forget: readonly TaskKey[] = []): void {
    this.send({ kind: 'specs', specs: [{ hash: testHash(app), app }] })
    const toGen = Math.max(this.#gen + 1, this.#rowGen)
    const fromGen = this.#gen
    this.#gen = toGen
    const revision = 1 as Revision
    this.send({
      kind: 'assign',
      epoch: this.epoch,
      fromGen,
      toGen,
      part: 0,
      parts: 1,
      rows,
      forget,
      revision,
    })
  }

  send(message: ServerMessage): void {
    this.#control?.send(serverMessageText(message))
  }

  stream(request: StreamRequest): void {
    this.#streams?.send(JSON.stringify(request))
  }

  output(id: number): string {
    const data = this.replies.flatMap(r =>
      r.id === id && r.op === 'data' ? [Buffer.from(r.data, 'base64')] : [],
    )
    return Buffer.concat(data).toString('utf8')
  }

  conditions(key: TaskKey): string[] {
    return this.of(key).map(r => r.condition)
  }

  /** Without repetitions. */
  of(key: TaskKey): ReportRow[] {
    const rows = this.rows.filter(r => r.instance === key.instance && r.incarnation === key.incarnation)
    return [...new Map(rows.map(r => [r.statusSeq, r])).values()].sort((a, b) => a.statusSeq - b.statusSeq)
  }

  #openControl(socket: WebSocket): void {
    socket.on('message', data => this.#heard(JSON.parse((data as Buffer).toString('utf8')), socket))
    socket.on('close', () => {
      if (this.#control === socket) this.#control = undefined
    })
  }

  #openStreams(socket: WebSocket): void {
    this.#streams = socket
    socket.on('message', data => this.replies.push(JSON.parse((data as Buffer).toString('utf8'))))
    socket.on('close', () => {
      if (this.#streams === socket) this.#streams = undefined
    })
  }

  #heard(json: unknown, socket: WebSocket): void {
    const decoded = decodeAgentMessage(json)
    if (!decoded.ok) throw new Error(decoded.error)
    const message: AgentMessage = decoded.value
    if (message.kind === 'hello') {
      this.hellos.push(message)
      this.#control = socket
      this.#gen = message.appliedGen
      this.send({
        kind: 'welcome',
        protocolVersion: 1,
        clusterId: this.clusterId,
        epoch: this.epoch,
        revision: 1 as Revision,
        agentId: message.agentId as AgentId,
        pingIntervalMs: 1000,
      })
    } else if (message.kind === 'report') {
      this.rows.push(...message.rows)
      this.unknown = message.unknown
      if (this.acknowledge) this.send({ kind: 'ack', seq: message.seq })
    }
  }
}
