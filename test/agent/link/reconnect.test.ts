// How long an agent pauses before it looks for its server again.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { ControlLink } from '../../../src/agent/link/control.ts'
import type { ServerMessage } from '../../../src/model/index.ts'
import { serverMessageText } from '../../../src/model/index.ts'
import { until } from '../../support/wait.ts'

const cleanups: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('pauses do not grow beyond what its server allows that counts the rounds', async () => {
  const pingIntervalMs = 100
  const pauses: number[] = []
  const realTimeout = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
    if (run.toString().includes('#connect')) pauses.push(ms)
    return realTimeout(run, ms)
  }) as typeof setTimeout)

  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  cleanups.push(() => sockets.close())
  sockets.on('connection', socket => socket.send(serverMessageText(welcome(pingIntervalMs))))
  await once(sockets, 'listening')
  const { port } = sockets.address() as AddressInfo
  let isWelcome = false
  const link = new ControlLink(`http://127.0.0.1:${port}`, {
    connected: () => {},
    received: ({ kind }) => void (isWelcome ||= kind === 'welcome'),
    disconnected: () => {},
  })
  cleanups.push(() => link.close())
  await until(() => isWelcome, { what: 'the welcome' })

  // From here on nobody answers.
  for (const socket of sockets.clients) socket.terminate()
  await new Promise(resolve => sockets.close(resolve))
  let attempts = 0
  const deaf = createServer((socket: Socket) => {
    attempts++
    socket.destroy()
  })
  deaf.listen(port, '127.0.0.1')
  cleanups.push(() => void deaf.close())
  await until(() => attempts >= 6, { what: 'attempts', timeoutMs: 60_000 })
  expect(pauses.length).toBeGreaterThanOrEqual(6)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(2 * pingIntervalMs * 1.25)
})

function welcome(pingIntervalMs: number): ServerMessage {
  return {
    kind: 'welcome',
    protocolVersion: 1,
    clusterId: 'cluster' as never,
    epoch: 1 as never,
    revision: 1 as never,
    agentId: 'agent1' as never,
    pingIntervalMs,
  }
}
