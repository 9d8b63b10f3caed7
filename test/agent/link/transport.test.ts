// The real transport: the agent's control link and the server's end of it, over loopback.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { ControlLink } from '../../../src/agent/link/control.ts'
import { AgentControl } from '../../../src/runtime/http/agents/control.ts'
import { until } from '../../support/wait.ts'
import { transportConformance, type Transport } from './transport.ts'

transportConformance('the WebSocket transport', async (): Promise<Transport> => {
  const heard: Transport['server']['heard'][number][] = []
  const left: Transport['server']['left'][number][] = []
  const control = new AgentControl(() => {})
  control.listen({
    damage: [],
    agentSays: (session, message) => void heard.push({ session, message }),
    agentLeft: session => void left.push(session),
  })
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  sockets.on('connection', socket => control.accept(socket))
  await once(sockets, 'listening')
  const { port } = sockets.address() as AddressInfo

  const sessions: Transport['agent']['sessions'][number][] = []
  const told: Transport['agent']['heard'][number][] = []
  let ends = 0
  const link = new ControlLink(`http://127.0.0.1:${port}`, {
    connected: session => void sessions.push(session),
    received: message => {
      told.push(message)
      if (message.kind === 'welcome') link.settled()
    },
    disconnected: () => void ends++,
  })
  return {
    server: {
      heard,
      left,
      send: (session, message) => control.send(session, message),
      dropAll: () => control.dropAll('a test', undefined),
    },
    agent: {
      sessions,
      heard: told,
      get ends() {
        return ends
      },
      send: (session, message) => link.send(session, message),
      drop: () => link.drop('a test'),
    },
    until: async condition => {
      await until(condition, { what: 'what the test waits for' })
    },
    close: async () => {
      link.close()
      control.close()
      await new Promise(resolve => sockets.close(resolve))
    },
  }
})
