// Checks against real sockets: what counts as good, what is said of what is not, and how many run at once.
import { createServer as createSecureServer } from 'node:https'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { CheckRunner, maxChecksAtOnce, type CheckEffect } from '../../../src/agent/check/run.ts'
import type { CheckOutcome } from '../../../src/agent/check/outcome.ts'
import type { ExecResult } from '../../../src/agent/core/index.ts'
import type { App, HealthCheck } from '../../../src/model/index.ts'
import { until } from '../driver/processHarness.ts'
import { testApp, testTask } from '../samples.ts'
import { certificate, privateKey } from './certificate.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(server: SocketServer): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', socket => void sockets.add(socket))
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const web = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> =>
  listen(createServer(answer))

const health = (fields: Partial<HealthCheck>): HealthCheck => ({
  protocol: 'HTTP',
  gracePeriodSeconds: 0,
  intervalSeconds: 1,
  timeoutSeconds: 5,
  maxConsecutiveFailures: 3,
  delaySeconds: 0,
  ignoreHttp1xx: false,
  ipProtocol: 'IPv4',
  ...fields,
})

function effect(app: Partial<App>, port = 0, fields: Partial<CheckEffect> = {}): CheckEffect {
  const task = testTask(testApp(app), { tasksDirectory: '/tasks' })
  return {
    kind: 'check',
    key: task.key,
    index: 0,
    task: { ...task, ports: [{ name: 'web', host: port, container: 80, protocol: 'tcp' }] },
    ...fields,
  }
}

async function outcome(
  check: CheckEffect,
  exec: (argv: readonly string[]) => Promise<ExecResult> = () => Promise.reject(new Error('no exec')),
): Promise<CheckOutcome> {
  return new Promise(resolve => {
    const context = { address: '127.0.0.1', exec: (_: CheckEffect, argv: readonly string[]) => exec(argv) }
    new CheckRunner(context, ({ ok, ignored, cause }) => resolve({ ok, ignored, cause })).run(check)
  })
}

describe('HTTP', () => {
  it.each([
    [200, true],
    [204, true],
    [302, true],
    [399, true],
    [400, false],
    [404, false],
    [503, false],
  ])('status %i: good %s', async (status, ok) => {
    const port = await web((_, response) => response.writeHead(status, { location: '/elsewhere' }).end())
    expect(await outcome(effect({ healthChecks: [health({})] }, port))).toMatchObject({ ok })
  })

  it('asks for the path, by index or by number of the port', async () => {
    const port = await web((request, response) =>
      response.writeHead(request.url === '/up?x=1' ? 200 : 404).end(),
    )
    expect(
      await outcome(effect({ healthChecks: [health({ path: '/up?x=1', portIndex: 0 })] }, port)),
    ).toMatchObject({ ok: true })
    expect(await outcome(effect({ healthChecks: [health({ path: '/up?x=1', port })] }, 1))).toMatchObject({
      ok: true,
    })
    expect(await outcome(effect({ healthChecks: [health({ portIndex: 4 })] }, port))).toMatchObject({
      ok: false,
      cause: expect.stringContaining('names no port'),
    })
  })

  it('an answer that does not come in time has failed, also one that comes in drops', async () => {
    const silent = await web(() => {})
    const check = health({ timeoutSeconds: 0.1 })
    expect(await outcome(effect({ healthChecks: [check] }, silent))).toMatchObject({
      ok: false,
      cause: `no answer from 127.0.0.1:${silent} within 0.1 s`,
    })
  })

  it('nobody there: the cause says so', async () => {
    const port = await web(() => {})
    closers.pop()!()
    expect(await outcome(effect({ healthChecks: [health({})] }, port))).toMatchObject({
      ok: false,
      cause: `nothing listens on 127.0.0.1:${port}`,
    })
  })

  it('an app that listens on another address: the cause names the one that was dialled', async () => {
    const port = await web((_, response) => response.end())
    const dialled = new Promise<CheckOutcome>(resolve => {
      const context = { address: '127.0.0.9', exec: () => Promise.reject(new Error('no exec')) }
      new CheckRunner(context, resolve).run(effect({ healthChecks: [health({})] }, port))
    })
    expect(await dialled).toMatchObject({ ok: false, cause: `nothing listens on 127.0.0.9:${port}` })
  })

  it('a connection that breaks: the cause names the address', async () => {
    const port = await listen(createSocketServer(socket => socket.destroy()))
    expect(await outcome(effect({ healthChecks: [health({})] }, port))).toMatchObject({
      ok: false,
      cause: `socket hang up (127.0.0.1:${port})`,
    })
  })

  it('what is no HTTP has failed', async () => {
    const port = await listen(createSocketServer(socket => socket.end('hello\r\n\r\n')))
    expect(await outcome(effect({ healthChecks: [health({})] }, port))).toMatchObject({ ok: false })
  })

  it('101 counts as nothing when it is to be ignored', async () => {
    const port = await listen(
      createSocketServer(socket =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      ),
    )
    expect(await outcome(effect({ healthChecks: [health({ ignoreHttp1xx: true })] }, port))).toMatchObject({
      ok: false,
      ignored: true,
    })
    expect(await outcome(effect({ healthChecks: [health({})] }, port))).toMatchObject({
      ok: false,
      cause: 'HTTP status 101',
    })
  })

  it('HTTPS takes any certificate', async () => {
    const port = await listen(
      createSecureServer({ key: privateKey, cert: certificate }, (_, response) => response.end()),
    )
    for (const protocol of ['HTTPS', 'MESOS_HTTPS'] as const) {
      expect(await outcome(effect({ healthChecks: [health({ protocol })] }, port))).toMatchObject({
        ok: true,
      })
    }
  })

  it('tasks of a container network are asked at their own address and container port', async () => {
    const port = await web((_, response) => response.end())
    const app = { networks: [{ mode: 'container', name: 'n' }], healthChecks: [health({})] } as const
    const own = effect(app, 1, { ipAddresses: ['127.0.0.1'] })
    const task = { ...own.task, ports: [{ container: port, protocol: 'tcp' }] } as const
    expect(await outcome({ ...own, task })).toMatchObject({ ok: true })
  })

  it('readiness: the statuses that the app names, at the port that it names', async () => {
    const port = await web((_, response) => response.writeHead(418).end())
    const readiness = {
      name: 'r',
      protocol: 'HTTP',
      path: '/',
      portName: 'web',
      intervalSeconds: 1,
      timeoutSeconds: 1,
      preserveLastResponse: false,
    } as const
    const ask = (httpStatusCodesForReady: number[]) =>
      outcome(
        effect({ readinessChecks: [{ ...readiness, httpStatusCodesForReady }] }, port, { readiness: true }),
      )
    expect(await ask([418])).toMatchObject({ ok: true })
    expect(await ask([200])).toMatchObject({ ok: false, cause: 'HTTP status 418' })
  })
})

describe('TCP and COMMAND', () => {
  it('TCP: a port that takes a connection', async () => {
    const port = await listen(createSocketServer(() => {}))
    const app = { healthChecks: [health({ protocol: 'TCP' })] }
    expect(await outcome(effect(app, port))).toMatchObject({ ok: true })
    closers.pop()!()
    expect(await outcome(effect(app, port))).toMatchObject({
      ok: false,
      cause: `nothing listens on 127.0.0.1:${port}`,
    })
  })

  it.each([
    { name: 'exit 0', result: { kind: 'exited', code: 0, output: '' }, expected: { ok: true } },
    {
      name: 'exit 7',
      result: { kind: 'exited', code: 7, output: 'no route' },
      expected: { ok: false, cause: 'the command exited with status 7: no route' },
    },
    {
      name: 'too slow',
      result: { kind: 'timedOut' },
      expected: { ok: false, cause: 'the command took longer than 5 s' },
    },
    {
      name: 'no such task',
      result: { kind: 'failed', message: 'gone' },
      expected: { ok: false, cause: 'gone' },
    },
  ] as const)('COMMAND: $name', async ({ result, expected }) => {
    const commands: (readonly string[])[] = []
    const app = { healthChecks: [health({ protocol: 'COMMAND', command: { value: 'curl -f $HOST' } })] }
    const run = (argv: readonly string[]): Promise<ExecResult> => {
      commands.push(argv)
      return Promise.resolve(result)
    }
    expect(await outcome(effect(app), run)).toMatchObject(expected)
    expect(commands).toEqual([['/bin/sh', '-c', 'curl -f $HOST']])
  })
})

it('no more than the limit run at once, and all are answered', async () => {
  let atOnce = 0
  let most = 0
  const release: (() => void)[] = []
  const exec = async (): Promise<ExecResult> => {
    most = Math.max(most, ++atOnce)
    await new Promise<void>(resolve => release.push(resolve))
    atOnce--
    return { kind: 'exited', code: 0, output: '' }
  }
  let answered = 0
  const runner = new CheckRunner({ address: '127.0.0.1', exec }, () => answered++)
  const check = effect({ healthChecks: [health({ protocol: 'COMMAND', command: { argv: ['true'] } })] })
  for (let i = 0; i < 200; i++) runner.run(check)
  await until(
    () => {
      for (const done of release.splice(0)) done()
      return answered === 200
    },
    () => `${answered} answered`,
  )
  expect(most).toBe(maxChecksAtOnce)
})
