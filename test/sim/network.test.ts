// The simulated network: as a transport it is what the real one is, and what it does besides, on request.
import { describe, expect, test } from 'vitest'
import { Random, type ClusterMs } from '../../src/base/index.ts'
import type { AgentId, ServerMessage, SessionId } from '../../src/model/index.ts'
import { Network, welcomeTimeoutMs, type NetworkOptions } from '../../src/sim/network.ts'
import { Timeline } from '../../src/sim/timeline.ts'
import { transportConformance, type Transport } from '../agent/link/transport.ts'

const agent = 'agent1' as AgentId

interface Scene extends Transport {
  readonly network: Network
  readonly timeline: Timeline
  pass(ms: number): void
}

function scene(options: NetworkOptions = {}): Scene {
  const timeline = new Timeline(0 as ClusterMs)
  const heard: Transport['server']['heard'][number][] = []
  const left: SessionId[] = []
  const sessions: SessionId[] = []
  const told: ServerMessage[] = []
  let ends = 0
  const network = new Network(
    timeline,
    new Random(1),
    { delayMs: [1, 50], persistent: true, ...options },
    {
      isUp: true,
      agentSays: (session, message) => void heard.push({ session, message }),
      agentLeft: session => void left.push(session),
    },
  )
  network.attach(agent, {
    isUp: true,
    connected: session => void sessions.push(session),
    received: message => void told.push(message),
    disconnected: () => void ends++,
  })
  network.connect(agent)
  const run = (condition: () => boolean, end: number): boolean => {
    while (!condition()) {
      if ((timeline.next ?? Infinity) > end) return false
      timeline.step()
    }
    return true
  }
  return {
    network,
    timeline,
    server: {
      heard,
      left,
      send: (session, message) => network.fromServer(session, message),
      dropAll: () => network.dropAll(),
    },
    agent: {
      sessions,
      heard: told,
      get ends() {
        return ends
      },
      send: (session, message) => network.fromAgent(session, message),
      drop: () => network.reset(agent),
    },
    until: async condition => {
      if (!run(condition, timeline.now + 60_000)) throw new Error('it does not happen within a minute')
    },
    pass: ms => {
      const end = (timeline.now + ms) as ClusterMs
      run(() => false, end)
      timeline.skipTo(end)
    },
    close: async () => {},
  }
}

transportConformance('the simulated network', async () => scene())

describe('faults of the simulated network', () => {
  const ack = (seq: number): ServerMessage => ({ kind: 'ack', seq })

  test('what a cut holds up comes later, in order, while the connection stands', () => {
    const { network, server, agent: end, pass } = scene()
    const [session] = end.sessions
    network.cut(agent, ['down'])
    for (let seq = 1; seq <= 5; seq++) server.send(session!, ack(seq))
    pass(5000)
    expect(end.heard).toEqual([])
    network.mend(agent)
    pass(1000)
    expect(end.heard).toEqual([1, 2, 3, 4, 5].map(ack))
  })

  test('a cut is seen by neither side; the agent gives the connection up after a silence, the server is not told', () => {
    const { network, server, agent: end, pass } = scene()
    network.cut(agent, ['up', 'down'])
    pass(welcomeTimeoutMs - 1)
    expect(end.ends).toBe(0)
    pass(1)
    expect(end.ends).toBe(1)
    pass(60_000)
    expect([server.left, end.sessions.length]).toEqual([[], 1])
    network.mend(agent)
    pass(10_000)
    expect([server.left.length, end.sessions.length]).toEqual([1, 2])
  })

  test('one way can be cut alone', () => {
    const { network, server, agent: end, pass } = scene()
    network.cut(agent, ['down'])
    end.send(end.sessions[0]!, { kind: 'hello' } as never)
    server.send(end.sessions[0]!, ack(1))
    pass(1000)
    expect([server.heard.length, end.heard.length]).toEqual([1, 0])
  })

  test('a reset loses what is under way, and both sides see it', () => {
    const { network, server, agent: end, pass } = scene()
    const [session] = end.sessions
    server.send(session!, ack(1))
    network.reset(agent)
    pass(60)
    expect([end.heard, end.ends, server.left]).toEqual([[], 1, [session]])
  })

  test('a hostile link loses, repeats and overtakes', () => {
    const { network, server, agent: end, pass } = scene({ loss: 0.2, duplication: 0.2, reordering: 0.2 })
    const [session] = end.sessions
    for (let seq = 1; seq <= 500; seq++) server.send(session!, ack(seq))
    pass(5000)
    const seqs = end.heard.flatMap(m => (m.kind === 'ack' ? [m.seq] : []))
    const { lost, repeated, overtaken } = network.faults
    expect([lost, repeated, overtaken].every(count => count > 50)).toBe(true)
    expect(new Set(seqs).size).toBe(500 - lost)
    expect(seqs.length).toBe(500 - lost + repeated)
    expect(seqs.some((seq, i) => i > 0 && seq < seqs[i - 1]!)).toBe(true)
  })
})
