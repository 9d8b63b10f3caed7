// An outbound WebSocket that is made again for ever: 100 ms after the first failure, then twice as long each time up to
// 5 s, with jitter so that a thousand agents do not come back in one instant. A connection on which nothing comes for
// too long is dead, whatever the network says.
import WebSocket from 'ws'

export interface ReconnectOptions {
  readonly url: string
  readonly opened: (socket: OpenSocket) => void
  readonly received: (text: string, socket: OpenSocket) => void
  readonly closed: (reason: string) => void
}

export interface OpenSocket {
  send(text: string): void
  /** Bytes given to `send` that have not left yet. */
  waitingBytes(): number
  /** The peer is heard at least this often, or the connection counts as dead. */
  expectSilenceBelow(limitMs: number): void
  /** The peer is one to talk to: the next failure starts with the shortest pause again. */
  settled(): void
  /** From now on no pause is planned longer than this, nor than the usual longest one. */
  pauseAtMost(limitMs: number): void
  drop(reason: string): void
}

export const shortestPauseMs = 100
export const longestPauseMs = 5000
const handshakeTimeoutMs = 10_000
/** One frame from the server: a full part of specs with long environments stays below. */
const maxFrameBytes = 64 * 1024 * 1024

export class Reconnect {
  readonly #options: ReconnectOptions
  #socket: WebSocket | undefined
  #timer: NodeJS.Timeout | undefined
  #pauseMs = shortestPauseMs
  #longestMs = longestPauseMs
  #closed = false

  constructor(options: ReconnectOptions) {
    this.#options = options
    this.#connect()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.close()
    this.#socket?.terminate()
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url, {
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      followRedirects: false,
    })
    this.#socket = socket
    let reason = 'the server closed the connection'
    let dropped: string | undefined
    let wasOpen = false
    let silence: NodeJS.Timeout | undefined
    const face: OpenSocket = {
      send: text => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      waitingBytes: () => socket.bufferedAmount,
      expectSilenceBelow: limitMs => {
        clearTimeout(silence)
        silence = setTimeout(() => face.drop(`nothing came for ${limitMs} ms`), limitMs)
      },
      settled: () => {
        this.#pauseMs = shortestPauseMs
      },
      pauseAtMost: limitMs => {
        this.#longestMs = Math.min(longestPauseMs, limitMs)
      },
      drop: why => {
        dropped ??= why
        socket.terminate()
      },
    }
    socket.on('open', () => {
      wasOpen = true
      this.#options.opened(face)
    })
    socket.on('ping', () => silence?.refresh())
    socket.on('message', data => {
      silence?.refresh()
      if (!this.#closed) this.#options.received(textOf(data), face)
    })
    socket.on('error', error => {
      reason = error.message || ('code' in error ? String(error.code) : 'no connection')
    })
    socket.on('close', (_, text) => {
      clearTimeout(silence)
      if (text.length > 0) reason = text.toString()
      reason = dropped ?? reason
      if (this.#closed) return
      if (wasOpen || this.#pauseMs === shortestPauseMs) this.#options.closed(reason)
      this.#timer = setTimeout(() => this.#connect(), this.#pauseMs * (0.75 + Math.random() / 2))
      this.#pauseMs = Math.min(this.#longestMs, this.#pauseMs * 2)
    })
  }
}

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}
