// Thousands of simulated agents in a worker thread: they read the server's messages from JSON text, through the decoder
// that real agents use, and report as running what they are told to run, a moment later. An agent keeps only what the
// protocol needs of it: generation, digest of its rows, numbers of its reports. One thread plays thousands of machines,
// so a message of specifications, which is the same for all, is decoded once.
import { parentPort, workerData } from 'node:worker_threads'
import { addDigest, emptyDigest, type Digest } from '../../src/base/index.ts'
import {
  agentMessageText,
  assignmentDigest,
  decodeServerMessage,
  maxRowsPerMessage,
  setHashText,
  type AgentMessage,
  type AssignmentRow,
  type ReportRow,
} from '../../src/model/index.ts'

/** Texts of many agents at once: crossing between threads costs more than a message. */
export interface Batch {
  readonly agents: readonly number[]
  readonly texts: readonly string[]
}

export type FromFleet =
  | ({ readonly kind: 'says' } & Batch)
  /** Every task that was asked for is acknowledged as running. */
  | { readonly kind: 'done' }

export interface FleetOptions {
  readonly agents: number
  readonly expected: number
}

/** A task takes this long to start, at most; an agent reports what has started meanwhile in one message. */
const startMs = 250
/** Texts of specifications kept: more than a run has apps. */
const textsKept = 10_000

interface Agent {
  readonly number: number
  appliedGen: number
  digest: Digest
  outgoing: ReportRow[]
  seq: number
  /** Rows of the reports that are on their way, by number. */
  readonly inFlight: Map<number, number>
}

const port = parentPort!
const { agents: count, expected } = workerData as FleetOptions
const agents: Agent[] = Array.from({ length: count }, (_, number) => ({
  number,
  appliedGen: 0,
  digest: emptyDigest,
  outgoing: [],
  seq: 0,
  inFlight: new Map(),
}))
let said: { agents: number[]; texts: string[] } = { agents: [], texts: [] }
let acknowledged = 0
const starting = new Set<Agent>()
const specTexts = new Set<string>()

for (const agent of agents) say(agent, hello(agent))
flush([])

port.on('message', (batch: Batch) => {
  for (const [i, text] of batch.texts.entries()) {
    const agent = agents[batch.agents[i]!]!
    hear(agent, text)
    if (agent.outgoing.length > 0) starting.add(agent)
  }
  flush([])
})
setInterval(() => {
  flush(starting)
  starting.clear()
}, startMs)

function hear(agent: Agent, text: string): void {
  if (specTexts.has(text)) return
  const decoded = decodeServerMessage(JSON.parse(text))
  if (!decoded.ok) throw new Error(`a message of the server is not understood: ${decoded.error}`)
  const message = decoded.value
  switch (message.kind) {
    case 'assign':
      if (message.fromGen !== agent.appliedGen && message.fromGen !== 0)
        return say(agent, { kind: 'needFull' })
      for (const row of message.rows) obey(agent, row)
      if (message.part === message.parts - 1) agent.appliedGen = message.toGen
      return
    case 'ack':
      acknowledged += agent.inFlight.get(message.seq) ?? 0
      agent.inFlight.delete(message.seq)
      if (acknowledged === expected) port.postMessage({ kind: 'done' } satisfies FromFleet)
      return
    case 'ping': {
      const { appliedGen, digest } = agent
      return say(agent, { kind: 'pong', round: message.round, appliedGen, setHash: setHashText(digest) })
    }
    case 'refuse':
      throw new Error(`agent ${agent.number} is refused: ${message.reason}`)
    case 'specs':
      if (specTexts.size < textsKept) specTexts.add(text)
      return
    case 'welcome':
  }
}

function obey(agent: Agent, row: AssignmentRow): void {
  if (row.goal !== 'run') throw new Error('nothing is stopped in this measurement')
  agent.digest = addDigest(agent.digest, assignmentDigest(row))
  agent.outgoing.push({
    instance: row.instance,
    incarnation: row.incarnation,
    statusSeq: 1,
    condition: 'Running',
    agoMs: 0,
    pid: 4711,
  })
}

function flush(touched: Iterable<Agent>): void {
  for (const agent of touched) {
    for (let from = 0; from < agent.outgoing.length; from += maxRowsPerMessage) {
      const rows = agent.outgoing.slice(from, from + maxRowsPerMessage)
      agent.inFlight.set(++agent.seq, rows.length)
      say(agent, { kind: 'report', seq: agent.seq, rows, unknown: [] })
    }
    agent.outgoing = []
  }
  if (said.texts.length > 0) port.postMessage({ kind: 'says', ...said } satisfies FromFleet)
  said = { agents: [], texts: [] }
}

function say(agent: Agent, message: AgentMessage): void {
  said.agents.push(agent.number)
  said.texts.push(agentMessageText(message))
}

function hello(agent: Agent): AgentMessage {
  const name = `agent-${agent.number}`
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentId: name as never,
    session: `session-${agent.number}` as never,
    bootId: 'boot',
    seenEpoch: 0 as never,
    seenRevision: 0 as never,
    appliedGen: 0,
    setHash: setHashText(agent.digest),
    hostname: `${name}.example.com`,
    capacity: {
      resources: { cpuMilli: 64_000, memKiB: 256 * 1024 * 1024, diskKiB: 1024 * 1024 * 1024, gpus: 0 },
      ports: [[31_000, 32_000]],
    },
    attributes: { rack: { kind: 'text', value: `rack-${agent.number % 50}` } },
    drivers: ['process', 'docker'],
    version: 'bench',
  }
}
