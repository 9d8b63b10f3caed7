// What comes in at the socket, well-formed or not: every answer is one of ours, in JSON, and the server lives on.
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectSocket } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { initCluster, type RunningServer, startServer } from '../../../src/runtime/index.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const logged: string[] = []

async function serve(host = '127.0.0.1'): Promise<RunningServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sddc-doors-'))
  cleanups.push(() => rm(dataDirectory, { recursive: true, force: true }))
  await initCluster(dataDirectory)
  logged.length = 0
  const server = await startServer({
    dataDirectory,
    host,
    port: 0,
    version: '1.2.3',
    log: line => void logged.push(line),
  })
  cleanups.push(() => server.close())
  return server
}

interface Answer {
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** Sends bytes as they are, and reads until the server closes or the answer is whole. */
function send(server: RunningServer, ...parts: readonly (string | Uint8Array)[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(server.port, '127.0.0.1')
    cleanups.push(async () => socket.destroy())
    let text = ''
    const answer = (): Answer | undefined => {
      const cut = text.indexOf('\r\n\r\n')
      if (cut < 0) return undefined
      const headers = text.slice(0, cut)
      return { status: Number(headers.split(' ')[1]), headers, body: text.slice(cut + 4) }
    }
    socket.on('data', data => {
      text += String(data)
      const whole = answer()
      const length = Number(/content-length: (\d+)/i.exec(whole?.headers ?? '')?.[1] ?? NaN)
      const isDone =
        whole !== undefined &&
        (whole.status === 101 || whole.body.length >= length || whole.body.endsWith('0\r\n\r\n'))
      if (isDone) resolve(whole)
    })
    // A server that has answered may close while we still send.
    socket.on('error', error => (answer() === undefined ? reject(error) : resolve(answer()!)))
    socket.on('close', () => {
      const last = answer()
      if (last === undefined) reject(new Error(`closed after ${JSON.stringify(text)}`))
      else resolve(last)
    })
    for (const part of parts) socket.write(part)
  })
}

function head(line: string, ...headers: readonly string[]): string {
  return [`${line} HTTP/1.1`, ...headers, '', ''].join('\r\n')
}

const host = 'Host: localhost'
const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

function post(body: string | Uint8Array, ...headers: readonly string[]): (string | Uint8Array)[] {
  return [head('POST /v2/apps', host, `Content-Length: ${Buffer.byteLength(body)}`, ...headers), body]
}

describe('whatever comes in', () => {
  const cases: readonly (readonly [string, readonly (string | Uint8Array)[], number])[] = [
    ['no HTTP at all', ['hello\r\n\r\n'], 400],
    ['no Host', [head('GET /ping')], 400],
    ['a Host that is none', [head('GET /ping', 'Host: a b')], 400],
    ['two Hosts, one foreign', [head('GET /ping', host, 'Host: evil.example')], 403],
    ['an address for a proxy, with our Host', [head('GET http://evil.example/v2/none', host)], 404],
    ['a method that no Request can have', [head('TRACE /ping', host)], 405],
    ['a method that nobody knows', [head('PROPFIND /v2/apps', host)], 405],
    ['a backslash', [head('GET /v2\\apps', host)], 400],
    ['headers beyond measure', [head('GET /ping', host, `X: ${'x'.repeat(20_000)}`)], 431],
    ['an id beyond measure', [head(`GET /v2/apps/${'x'.repeat(9000)}`, host)], 404],
    ['a broken escape', [head('GET /v2/apps/%E0%A4%A', host)], 400],
    ['a null byte in an id', [head('GET /v2/apps/a%00b', host)], 404],
    ['an announced body that is too long', [head('POST /v2/apps', host, 'Content-Length: 99999999')], 413],
    ['an upgrade to nothing', [head('GET /v2/apps', host, ...upgrade)], 404],
    ['an upgrade to a path that is no address', [head('GET //', host, ...upgrade)], 404],
    ['an upgrade to no path', [head('GET http://[', host, ...upgrade)], 404],
    [
      'an upgrade from a page of its own name',
      [head('GET /v1/agent/control', 'Host: evil.example:80', 'Origin: http://evil.example:80', ...upgrade)],
      403,
    ],
    ['an upgrade from a sandbox', [head('GET /v1/agent/control', host, 'Origin: null', ...upgrade)], 403],
    ['streams of a nameless agent', [head('GET /v1/agent/streams', host, ...upgrade)], 404],
    ['an upgrade without a key', [head('GET /v1/agent/control', host, ...upgrade.slice(0, 2))], 400],
    ['bytes that are not UTF-8', post(Buffer.from('7b226964223a22ff227d', 'hex')), 400],
    ['JSON of a great depth', post(`{"id":"/x","cmd":"x","env":${'['.repeat(1e6)}${']'.repeat(1e6)}}`), 422],
    ['only a depth', post('['.repeat(1e6)), 400],
    ['a list', post('[]'), 422],
    ['a number', post('7'), 422],
    ['null', post('null'), 422],
    ['a compressed body', post('{}', 'Content-Encoding: gzip'), 415],
  ]

  it('gets an answer in JSON, and the next one is served', async () => {
    const server = await serve()
    const answers: Record<string, unknown> = {}
    for (const [name, parts] of cases) {
      const { status, body } = await send(server, ...parts)
      let said: unknown
      try {
        said = typeof (JSON.parse(body) as { message?: unknown }).message
      } catch {
        said = body
      }
      answers[name] = [status, said]
    }
    expect(answers).toEqual(Object.fromEntries(cases.map(([name, , status]) => [name, [status, 'string']])))
    expect((await fetch(`${server.url}/ping`)).status).toBe(200)
    expect(logged.filter(line => line.startsWith('error'))).toEqual([])
  })

  it('a body that is longer than announced by nobody is refused when it gets too long', async () => {
    const server = await serve()
    const chunk = `100000\r\n${' '.repeat(2 ** 20)}\r\n`
    const answer = await send(
      server,
      head('POST /v2/apps', host, 'Transfer-Encoding: chunked'),
      ...Array.from({ length: 70 }, () => chunk),
      '0\r\n\r\n',
    )
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([413, { message: /64 MiB/ }])
  })

  it('a body that is broken off is no failure of the server', async () => {
    const server = await serve()
    const socket = connectSocket(server.port, '127.0.0.1')
    socket.write(head('POST /v2/apps', host, 'Content-Length: 100') + '{"id":')
    await new Promise(resolve => setImmediate(resolve))
    socket.destroy()
    for (let i = 0; i < 20; i++) expect((await fetch(`${server.url}/ping`)).status).toBe(200)
    expect(logged.filter(line => line.startsWith('error'))).toEqual([])
  })
})

describe('a server that listens on all addresses', () => {
  it.each([
    ['an agent under a name that only its operator knows', ['Host: master.lan:8080', ...upgrade], 101],
    ['an agent under an address of this machine', ['Host: 10.0.0.1:8080', ...upgrade], 101],
    [
      'a page that pointed its name at us',
      ['Host: evil.example', 'Origin: http://evil.example', ...upgrade],
      403,
    ],
    ['a client under an unknown name', ['Host: master.lan:8080'], 403],
    ['a client under an address', ['Host: 10.0.0.1:8080'], 400],
    ["a client under the machine's name", [`Host: ${hostname()}:8080`], 400],
  ])('%s', async (_, headers, status) => {
    const server = await serve('0.0.0.0')
    // Without upgrade the path is nothing to ask for; only who may come in counts here.
    const path = headers.includes(upgrade[1]!) ? '/v1/agent/control' : '/v2/apps/%zz'
    expect((await send(server, head(`GET ${path}`, ...headers))).status).toBe(status)
  })

  it('on loopback agents too need a known name', async () => {
    const server = await serve()
    const answer = await send(server, head('GET /v1/agent/control', 'Host: master.lan:8080', ...upgrade))
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('master.lan')
  })

  it('answers with links that lead back the way the client came', async () => {
    const server = await serve('0.0.0.0')
    const body = '{"id":"/web","cmd":"x","instances":0}'
    const answer = await send(
      server,
      head('POST /v2/apps', 'Host: 10.1.2.3:9999', `Content-Length: ${body.length}`),
      body,
    )
    expect(answer.headers).toMatch(/location: http:\/\/10\.1\.2\.3:9999\/v2\/apps\/web\r?$/im)
    expect(answer.headers).toMatch(/x-marathon-leader: http:\/\/10\.1\.2\.3:9999\r?$/im)
  })
})
