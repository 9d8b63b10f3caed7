// What the transport between agents and server promises, as tests that run on the real one (WebSockets over loopback)
// and on the simulated network: otherwise agents prove nothing in simulations.
import { describe, expect, it } from 'vitest'
import type { AgentId, AgentMessage, Hello, ServerMessage, SessionId } from '../../../src/model/index.ts'

/** One agent's end and the server's end of its connections. What each heard is kept, in order. */
export interface Transport {
  /** The server knows connections by names of its own. */
  readonly server: {
    readonly heard: readonly { readonly session: SessionId; readonly message: AgentMessage }[]
    readonly left: readonly SessionId[]
    send(session: SessionId, message: ServerMessage): void
    dropAll(): void
  }
  readonly agent: {
    readonly sessions: readonly SessionId[]
    readonly heard: readonly ServerMessage[]
    readonly ends: number
    send(session: SessionId, message: AgentMessage): void
    drop(): void
  }
  /** Lets things happen until it holds. */
  until(condition: () => boolean): Promise<void>
  close(): Promise<void>
}

const agentId = 'agent1' as AgentId
const messages = 200

export function transportConformance(name: string, make: () => Promise<Transport>): void {
  describe(`${name} keeps the promises of a transport`, () => {
    const run = (what: string, body: (transport: Transport) => Promise<void>): void =>
      it(what, async () => {
        const transport = await make()
        try {
          await body(transport)
        } finally {
          await transport.close()
        }
      })

    run('what an agent says arrives once and in order', async transport => {
      await greeted(transport)
      const session = transport.agent.sessions.at(-1)!
      for (let seq = 1; seq <= messages; seq++) transport.agent.send(session, report(seq))
      await transport.until(() => transport.server.heard.length > messages)
      expect(transport.server.heard.map(h => h.message.kind)[0]).toBe('hello')
      expect(seqsOf(transport.server.heard.map(h => h.message))).toEqual(upTo(messages))
      expect(new Set(transport.server.heard.map(h => h.session)).size).toBe(1)
    })

    run('what the server says arrives once and in order', async transport => {
      const session = await greeted(transport)
      for (let seq = 1; seq <= messages; seq++) transport.server.send(session, { kind: 'ack', seq })
      await transport.until(() => transport.agent.heard.length > messages)
      expect(seqsOf(transport.agent.heard)).toEqual(upTo(messages))
    })

    run(
      'a connection that the agent ends is over on both sides, and it makes another one',
      async transport => {
        const session = await greeted(transport)
        transport.agent.drop()
        await transport.until(() => transport.server.left.includes(session))
        await transport.until(() => transport.agent.sessions.length === 2)
        expect(transport.agent.ends).toBe(1)
        expect(await greeted(transport)).not.toBe(session)
      },
    )

    run('connections that the server ends are over on both sides, and are made again', async transport => {
      const session = await greeted(transport)
      transport.server.dropAll()
      await transport.until(() => transport.agent.ends === 1)
      await transport.until(() => transport.agent.sessions.length === 2)
      expect(await greeted(transport)).not.toBe(session)
    })

    run('what was meant for an older connection reaches nobody', async transport => {
      const old = await greeted(transport)
      const oldAtAgent = transport.agent.sessions.at(-1)!
      transport.server.dropAll()
      await transport.until(() => transport.agent.sessions.length === 2)
      const session = await greeted(transport)
      transport.server.send(old, { kind: 'ack', seq: 1 })
      transport.server.send(session, { kind: 'ack', seq: 2 })
      transport.agent.send(oldAtAgent, report(1))
      transport.agent.send(transport.agent.sessions.at(-1)!, report(2))
      await transport.until(() => seqsOf(transport.agent.heard).includes(2))
      await transport.until(() => seqsOf(transport.server.heard.map(h => h.message)).includes(2))
      expect(seqsOf(transport.agent.heard)).toEqual([2])
      expect(seqsOf(transport.server.heard.map(h => h.message))).toEqual([2])
    })

    run('who is refused is told why, and that connection is over', async transport => {
      const session = await greeted(transport)
      transport.server.send(session, { kind: 'refuse', code: 'damaged', reason: 'not now' })
      await transport.until(() => transport.agent.ends === 1)
      expect(transport.agent.heard.at(-1)).toMatchObject({ kind: 'refuse', reason: 'not now' })
      await transport.until(() => transport.agent.sessions.length === 2)
    })

    run('who says anything before hello is refused, and is not heard', async transport => {
      await transport.until(() => transport.agent.sessions.length === 1)
      transport.agent.send(transport.agent.sessions[0]!, report(1))
      await transport.until(() => transport.agent.ends === 1)
      expect(transport.agent.heard).toMatchObject([{ kind: 'refuse', code: 'malformed' }])
      expect(transport.server.heard).toEqual([])
    })
  })
}

/** Says hello on the agent's newest connection and is welcomed; the server's name of the connection. */
async function greeted({ agent, server, until }: Transport): Promise<SessionId> {
  await until(() => agent.sessions.length > 0)
  const before = server.heard.length
  const session = agent.sessions.at(-1)!
  agent.send(session, hello(session))
  await until(() => server.heard.length > before)
  const { session: name } = server.heard.at(-1)!
  const welcomes = agent.heard.length
  server.send(name, {
    kind: 'welcome',
    protocolVersion: 1,
    clusterId: 'cluster' as never,
    epoch: 1 as never,
    revision: 1 as never,
    agentId,
    pingIntervalMs: 3000,
  })
  await until(() => agent.heard.length > welcomes)
  return name
}

function hello(session: SessionId): Hello {
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentId,
    session,
    bootId: 'boot',
    seenEpoch: 0 as never,
    seenRevision: 0 as never,
    appliedGen: 0,
    setHash: '0000000000000000',
    hostname: 'agent1.example',
    capacity: { resources: { cpuMilli: 1000, memKiB: 1024, diskKiB: 0, gpus: 0 }, ports: [] },
    attributes: {},
    drivers: ['process'],
    version: 'test',
  }
}

function report(seq: number): AgentMessage {
  return { kind: 'report', seq, rows: [], unknown: [] }
}

function seqsOf(heard: readonly (AgentMessage | ServerMessage)[]): number[] {
  return heard.flatMap(m => (m.kind === 'ack' || m.kind === 'report' ? [m.seq] : []))
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}
