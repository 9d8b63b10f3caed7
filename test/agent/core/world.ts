// A small world around the agent's core for property tests: a server that follows the protocol, a driver that is only a
// map, wires that lose, repeat and overtake, and an agent that dies between storing and doing. What must always hold is
// checked where it happens.
import { expect } from 'vitest'
import type { ClusterMs } from '../../../src/base/index.ts'
import {
  createAgentState,
  decodeRecords,
  nextWake,
  noMemory,
  step,
  taskText,
  type AgentInput,
  type AgentState,
  type DriverEvent,
  type FoundTask,
} from '../../../src/agent/core/index.ts'
import {
  setHash,
  type AgentId,
  type AgentMessage,
  type AssignmentRow,
  type ClusterId,
  type Epoch,
  type ReportRow,
  type Revision,
  type ServerMessage,
  type SessionId,
  type TaskKey,
} from '../../../src/model/index.ts'
import { testApp, testHash, testInstance, testRow } from '../samples.ts'

const app = testApp({ cmd: 'sleep 1000' })
const hash = testHash(app)

export const identity = {
  agentId: 'agent-1' as AgentId,
  hostname: 'host-1',
  bootId: 'boot-1',
  capacity: { resources: { cpuMilli: 4000, memKiB: 4_194_304, diskKiB: 0, gpus: 0 }, ports: [] },
  attributes: {},
  drivers: ['process'] as const,
  version: '0.1.0',
}

export type Op =
  | { kind: 'add'; name: number }
  | { kind: 'stopRow'; name: number }
  | { kind: 'exit'; name: number; code: number }
  | { kind: 'deliver'; to: 'agent' | 'server'; fault: 'none' | 'lose' | 'repeat' | 'overtake' }
  | { kind: 'driver' }
  | { kind: 'time'; ms: number }
  | { kind: 'reconnect' }
  | { kind: 'crash' }
  | { kind: 'crashBeforeDoing'; name: number }

interface Run {
  state: 'running' | 'ended'
  code: number
}

export class World {
  now = 0
  records = new Map<string, unknown>()
  agent!: AgentState
  readonly runs = new Map<string, Run>()
  readonly keys = new Map<string, TaskKey>()
  readonly started = new Set<string>()
  readonly stopRows = new Set<string>()
  #driverEvents: DriverEvent[] = []
  toAgent: ServerMessage[] = []
  toServer: AgentMessage[] = []
  #dieBeforeDoing = false
  // The server's side.
  #gen = 0
  #sentGen = 0
  #connected = false
  readonly rows = new Map<string, AssignmentRow>()
  readonly forgotten = new Set<string>()
  readonly statuses = new Map<string, ReportRow[]>()
  #sessions = 0

  constructor() {
    this.#boot()
    this.#connect()
  }

  apply(op: Op): void {
    switch (op.kind) {
      case 'add':
        this.#addRow(op.name)
        return
      case 'stopRow':
        this.#stopRow(op.name)
        return
      case 'exit': {
        const key = this.#nth(op.name)
        if (key) this.#exit(key, op.code)
        return
      }
      case 'deliver':
        this.#deliver(op.to, op.fault)
        return
      case 'driver': {
        const event = this.#driverEvents.shift()
        if (event) this.#input({ kind: 'driver', event })
        return
      }
      case 'time':
        this.now += op.ms
        this.#input({ kind: 'tick' })
        return
      case 'reconnect':
        this.#reconnect()
        return
      case 'crash':
        this.#crash()
        return
      case 'crashBeforeDoing':
        this.#dieBeforeDoing = true
        return
    }
  }

  /** No more faults: everything must come to agreement. */
  heal(): void {
    this.#reconnect()
    for (let round = 0; round < 60; round++) {
      while (this.toAgent.length + this.toServer.length + this.#driverEvents.length > 0) {
        this.#deliver('agent', 'none')
        this.#deliver('server', 'none')
        this.apply({ kind: 'driver' })
      }
      this.#toAgent({ kind: 'ping', round, revision: 1 as Revision })
      this.now += 1000
      this.#input({ kind: 'tick' })
    }
  }

  checkAgreement(): void {
    for (const [text, row] of this.rows) {
      const seen = this.statuses.get(text) ?? []
      const seqs = [...new Set(seen.map(s => s.statusSeq))].sort((a, b) => a - b)
      expect(seqs, `statuses of ${text} have no gap`).toEqual(seqs.map((_, i) => i + 1))
      expect(seqs.length, `${text} was reported`).toBeGreaterThan(0)
      const run = this.runs.get(text)
      if (row.goal === 'stop') expect(run?.state ?? 'ended', `${text} is stopped`).toBe('ended')
    }
    for (const [text, run] of this.runs) {
      if (run.state === 'running') continue
      const last = this.statuses.get(text)?.at(-1)
      expect(['Finished', 'Failed', 'Killed', 'Error'], `the end of ${text} was told`).toContain(
        last?.condition,
      )
    }
    expect(setHash([...this.agent.tasks.values()].flatMap(t => (t.row && t.attached ? [t.row] : [])))).toBe(
      this.#setHash(),
    )
  }

  #setHash(): string {
    return setHash([...this.rows].filter(([text]) => !this.forgotten.has(text)).map(([, row]) => row))
  }

  #boot(): void {
    const records = [...this.records].map(([key, value]) => ({ key, value }))
    this.agent = createAgentState(identity, decodeRecords(records).memory ?? noMemory, records)
    this.#driverEvents = []
    const found: FoundTask[] = [...this.runs].map(([text, run]) => ({
      key: this.keys.get(text)!,
      driver: 'process',
      state: run.state,
      ...(run.state === 'ended' ? { exit: { code: run.code, message: 'exited' } } : {}),
    }))
    this.#input({ kind: 'boot', found })
  }

  #crash(): void {
    this.#connected = false
    this.toAgent = []
    this.toServer = []
    this.#boot()
    this.#connect()
  }

  #reconnect(): void {
    this.toAgent = []
    this.toServer = []
    this.#input({ kind: 'disconnected' })
    this.#connect()
  }

  #connect(): void {
    this.#connected = true
    this.#input({ kind: 'connected', session: `s${++this.#sessions}` as SessionId })
    // The beginning of a connection is not subject to faults: a connection that loses its first frame is none.
    this.#deliver('server', 'none')
    this.#deliver('agent', 'none')
  }

  #input(input: AgentInput): void {
    const output = step(this.agent, { now: this.now as ClusterMs }, input)
    for (const { key, value } of output.records) {
      if (value === null) this.records.delete(key)
      else this.records.set(key, JSON.parse(JSON.stringify(value)))
    }
    const wake = nextWake(this.agent)
    expect(wake === undefined || wake > this.now, 'what was due was done').toBe(true)
    if (this.#dieBeforeDoing && output.effects.length > 0) {
      this.#dieBeforeDoing = false
      this.#crash()
      return
    }
    for (const effect of output.effects) {
      if (effect.kind === 'check') continue
      const key = effect.kind === 'start' ? effect.task.key : effect.key
      const text = taskText(key)
      if (effect.kind === 'start') {
        expect(this.started.has(text), `${text} is started once`).toBe(false)
        expect(this.records.get(`task/${text}`), 'the record is stored before the start').toMatchObject({
          phase: 'starting',
        })
        this.started.add(text)
        this.keys.set(text, key)
        this.runs.set(text, { state: 'running', code: 0 })
        this.#driverEvents.push({ kind: 'running', key, pid: 1 })
      } else if (effect.kind === 'stop') {
        expect(this.stopRows.has(text), `${text} is stopped only by a row`).toBe(true)
        this.#exit(key, 143)
      } else {
        expect(this.runs.get(text)?.state, 'nothing alive is removed').not.toBe('running')
      }
    }
    for (const message of output.messages) this.toServer.push(JSON.parse(JSON.stringify(message)))
  }

  #exit(key: TaskKey, code: number): void {
    const run = this.runs.get(taskText(key))
    if (run?.state !== 'running') return
    run.state = 'ended'
    run.code = code
    const condition = code === 0 ? 'Finished' : 'Failed'
    this.#driverEvents.push({ kind: 'ended', key, condition, exit: { code, message: `exit ${code}` } })
  }

  #nth(n: number): TaskKey | undefined {
    const all = [...this.keys.values()]
    return all.length > 0 ? all[n % all.length] : undefined
  }

  #deliver(to: 'agent' | 'server', fault: 'none' | 'lose' | 'repeat' | 'overtake'): void {
    const queue: unknown[] = to === 'agent' ? this.toAgent : this.toServer
    if (queue.length === 0) return
    const [message] = queue.splice(fault === 'overtake' && queue.length > 1 ? 1 : 0, 1)
    if (fault === 'lose') return
    for (let i = 0; i < (fault === 'repeat' ? 2 : 1); i++) {
      if (to === 'agent') this.#input({ kind: 'server', message: message as ServerMessage })
      else this.#serverHears(message as AgentMessage)
    }
  }

  #serverHears(message: AgentMessage): void {
    switch (message.kind) {
      case 'hello':
        this.#toAgent({
          kind: 'welcome',
          protocolVersion: 1,
          clusterId: 'cluster-1' as ClusterId,
          epoch: 1 as Epoch,
          revision: 1 as Revision,
          agentId: message.agentId,
          pingIntervalMs: 1000,
        })
        this.#sentGen = message.appliedGen
        if (message.setHash !== this.#setHash() || message.appliedGen !== this.#gen) this.#sendAll()
        return
      case 'needFull':
        this.#sendAll()
        return
      case 'pong':
        if (message.appliedGen === this.#gen && message.setHash !== this.#setHash()) this.#sendAll()
        if (message.appliedGen !== this.#gen) this.#sendAll()
        return
      case 'report':
        for (const row of message.rows) this.#hearStatus(row)
        this.#toAgent({ kind: 'ack', seq: message.seq })
        return
    }
  }

  #hearStatus(row: ReportRow): void {
    const text = taskText(row)
    const seen = this.statuses.get(text) ?? []
    const known = seen.at(-1)?.statusSeq ?? 0
    if (row.statusSeq <= known) return
    expect(row.statusSeq, `no status of ${text} is skipped`).toBe(known + 1)
    this.statuses.set(text, [...seen, row])
    if (['Finished', 'Failed', 'Killed', 'Error'].includes(row.condition)) {
      this.forgotten.add(text)
      this.#gen++
      this.#sendDifference([], [{ instance: row.instance, incarnation: row.incarnation }])
    }
  }

  #addRow(name: number): void {
    const instance = testInstance(name)
    const incarnation = [...this.rows.values()].filter(r => r.instance === instance).length + 1
    const row = testRow({ gen: ++this.#gen, instance, incarnation, specHash: hash })
    this.rows.set(taskText(row), row)
    this.#toAgent({ kind: 'specs', specs: [{ hash, app }] })
    this.#sendDifference([row], [])
  }

  #stopRow(n: number): void {
    const open = [...this.rows.values()].filter(r => r.goal === 'run' && !this.forgotten.has(taskText(r)))
    const known = open[n % Math.max(1, open.length)]
    if (!known) return
    const row: AssignmentRow = { ...known, gen: ++this.#gen, goal: 'stop', cause: 'scale' }
    this.rows.set(taskText(row), row)
    this.stopRows.add(taskText(row))
    this.#sendDifference([row], [])
  }

  #sendDifference(rows: AssignmentRow[], forget: TaskKey[]): void {
    this.#assign(this.#sentGen, rows, forget, 1)
    this.#sentGen = this.#gen
  }

  // In two parts, as a big one would be.
  #sendAll(): void {
    this.#toAgent({ kind: 'specs', specs: [{ hash, app }] })
    const rows = [...this.rows.values()].filter(r => !this.forgotten.has(taskText(r)))
    this.#assign(0, rows, [], rows.length > 1 ? 2 : 1)
    this.#sentGen = this.#gen
  }

  #assign(fromGen: number, rows: AssignmentRow[], forget: TaskKey[], parts: number): void {
    if (fromGen === 0 && parts === 1 && rows.length === 0 && this.#gen === 0) return
    const size = Math.ceil(rows.length / parts)
    for (let part = 0; part < parts; part++) {
      this.#toAgent({
        kind: 'assign',
        epoch: 1 as Epoch,
        fromGen,
        toGen: this.#gen,
        part,
        parts,
        rows: rows.slice(part * size, (part + 1) * size),
        forget: part === parts - 1 ? forget : [],
        revision: 1 as Revision,
      })
    }
  }

  #toAgent(message: ServerMessage): void {
    if (this.#connected) this.toAgent.push(JSON.parse(JSON.stringify(message)))
  }
}
