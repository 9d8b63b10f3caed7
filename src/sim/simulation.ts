// A whole cluster in one process and in virtual time: the real server core, real agent cores over modelled drivers, a
// network and a disk that are modelled. All chance comes from one seed, each purpose from a stream of its own. The server
// is driven as its loop drives it: inputs are collected into a group, the group is sealed as one commit, the commit is
// appended, and only then do replies and messages leave.
import type { AgentIdentity } from '../agent/core/index.ts'
import { assert, present, Random, type ClusterMs, type Digest, type UtcMs } from '../base/index.ts'
import type {
  Actor,
  AgentId,
  AgentMessage,
  Operation,
  Reply,
  Revision,
  ServerMessage,
  SessionId,
} from '../model/index.ts'
import {
  accept,
  load,
  maxInputsPerGroup,
  nextWake,
  rollback,
  seal,
  step,
  type ClusterEvent,
  type Commit,
  type Env,
  type Input,
  type Row,
  type State,
} from '../runtime/core/index.ts'
import type { Behaviour } from './driver.ts'
import { Machine, type MachineOptions } from './machine.ts'
import { Timeline } from './timeline.ts'

/** A span of milliseconds, both ends included. */
export type Span = readonly [least: number, most: number]

export interface SimulationOptions {
  readonly seed: number
  /** Owned by the simulation from here on. Nothing of it may be uncommitted but the genesis of a new cluster. */
  readonly state: State
  readonly behaviour: Behaviour
  /** One way, per message; messages of one link arrive in order. */
  readonly networkMs?: Span
  /** From sealing a commit to its being stored. */
  readonly appendMs?: Span
  /** False: agents are never asked for signs of life, so that a simulation where nothing can move comes to rest. */
  readonly pings?: boolean
  /** The share of commits that the disk does not take, after the first. Their requests get no reply. */
  readonly appendFails?: number
  readonly observer?: Observer
}

/** Looks on. What it throws ends the run. */
export interface Observer {
  /** After every step, in the open transaction. */
  afterStep?(simulation: Simulation): void
  /** After every group of steps, before its commit is stored; undefined: it changed nothing. */
  afterGroup?(simulation: Simulation, commit: Commit | undefined): void
  /** The commit is stored. */
  afterStored?(simulation: Simulation): void
  /** What was not stored has never been: the server was started again, or a commit was rolled back. */
  afterLost?(simulation: Simulation): void
}

interface Sent {
  readonly replies: { id: string; reply: Reply }[]
  readonly messages: { session: SessionId; message: ServerMessage }[]
}

export class Simulation {
  readonly timeline: Timeline
  readonly machines = new Map<AgentId, Machine>()
  /** Everything that happened, as the event stream would tell it. */
  readonly events: ClusterEvent[] = []
  state: State
  /** Moments that were run: what the simulation has cost. */
  moments = 0
  readonly #options: SimulationOptions
  readonly #random: Random
  readonly #replies = new Map<string, Reply>()
  readonly #utcOffset: number
  readonly #links = new Map<SessionId, Machine>()
  readonly #lastArrival = new Map<string, ClusterMs>()
  readonly #rows = new Map<string, Uint8Array>()
  #head: { revision: Revision; now: ClusterMs; utc: UtcMs; digest: Digest } | undefined
  #inputs: Input[] = []
  #busy = false
  #turnDue = false
  #wakeAt: ClusterMs | undefined
  #requests = 0
  #sessions = 0
  #rounds = 0
  /** Counts lives of the server: what belongs to an earlier one is ignored. */
  #life = 0

  constructor(options: SimulationOptions, rows: Iterable<Row> = []) {
    this.#options = options
    this.#random = new Random(options.seed)
    this.state = options.state
    this.timeline = new Timeline(options.state.now)
    this.#utcOffset = options.state.utc - options.state.now
    for (const { key, value } of rows) this.#rows.set(key, value)
    this.#receive({ kind: 'boot', epoch: this.state.epoch, adopt: false })
    if (options.pings !== false) this.#pingLater()
  }

  get now(): ClusterMs {
    return this.timeline.now
  }

  /** The rows as the store has them, sorted by nothing. */
  get storedRows(): Row[] {
    return [...this.#rows].map(([key, value]) => ({ key, value }))
  }

  get storedHead(): { revision: Revision; now: ClusterMs; utc: UtcMs; digest: Digest } | undefined {
    return this.#head
  }

  addMachine(identity: AgentIdentity, records?: MachineOptions['records']): Machine {
    const machine = new Machine(this.timeline, {
      identity,
      behaviour: this.#options.behaviour,
      ...(records === undefined ? {} : { records }),
      send: (session, message) => this.#fromAgent(machine, session, message),
    })
    this.machines.set(identity.agentId, machine)
    return machine
  }

  /** A new connection of an agent, in place of any that it has. */
  connect(agent: AgentId): void {
    const machine = this.#machine(agent)
    this.#closeLink(machine)
    if (machine.isolated) return
    const session = `session-${++this.#sessions}` as SessionId
    this.#links.set(session, machine)
    machine.connect(session)
  }

  /** The network around a machine breaks; neither side is told. */
  isolate(agent: AgentId): void {
    this.#machine(agent).isolated = true
  }

  /** The network is whole again; the agent connects anew. */
  heal(agent: AgentId): void {
    this.#machine(agent).isolated = false
    this.connect(agent)
  }

  /** The machine goes down, with all that runs on it. */
  loseMachine(agent: AgentId): void {
    const machine = this.#machine(agent)
    this.#closeLink(machine)
    machine.lose()
  }

  /** The machine is up again, empty, or the agent was restarted. */
  bootMachine(agent: AgentId): void {
    this.#machine(agent).boot()
    this.connect(agent)
  }

  /** The server dies and starts again from what is stored; what was not stored is lost with its replies. */
  restartServer(): void {
    const head = present(this.#head, 'a stored commit')
    this.#life++
    this.#inputs = []
    this.#busy = false
    this.#turnDue = false
    this.#wakeAt = undefined
    this.state = load(this.#shuffled(this.storedRows), head)
    this.#options.observer?.afterLost?.(this)
    this.#receive({ kind: 'boot', epoch: this.state.epoch, adopt: false })
    this.#connectAll()
    if (this.#options.pings !== false) this.#pingLater()
  }

  /** Gives a request to the server; the reply is there when its commit is stored. */
  request(operation: Operation, actor: Actor = simulatedActor, key?: string): string {
    const id = `request-${++this.#requests}`
    this.#receive({ kind: 'request', id, actor, operation, ...(key === undefined ? {} : { key }) })
    return id
  }

  replyTo(id: string): Reply | undefined {
    return this.#replies.get(id)
  }

  /** Runs until the condition holds. False: time or moments ran out first, or nothing more will happen. */
  runUntil(condition: () => boolean, limits: { forMs: number; moments?: number }): boolean {
    const end = this.timeline.now + limits.forMs
    const lastMoment = this.moments + (limits.moments ?? Infinity)
    while (!condition()) {
      const next = this.timeline.next
      if (next === undefined || next > end || this.moments >= lastMoment) return false
      this.timeline.step()
      this.moments++
    }
    return true
  }

  /** Runs all that happens within the time given, and lets the time pass. */
  runFor(forMs: number): void {
    const end = (this.timeline.now + forMs) as ClusterMs
    this.runUntil(() => false, { forMs })
    this.timeline.skipTo(end)
  }

  #machine(agent: AgentId): Machine {
    return present(this.machines.get(agent), `machine ${agent}`)
  }

  #closeLink(machine: Machine): void {
    const { session } = machine
    if (session === undefined) return
    machine.disconnect()
    this.#links.delete(session)
    this.#receive({ kind: 'agentClosed', session })
  }

  #fromAgent(machine: Machine, session: SessionId, message: AgentMessage): void {
    if (machine.isolated) return
    const life = this.#life
    this.#travel(`up ${session}`, () => {
      if (machine.isolated || machine.session !== session || life !== this.#life) return
      this.#receive({ kind: 'agent', session, message })
    })
  }

  #toAgent(session: SessionId, message: ServerMessage): void {
    const machine = this.#links.get(session)
    if (machine === undefined || machine.isolated) return
    this.#travel(`down ${session}`, () => {
      if (!machine.isolated) machine.receive(session, message)
    })
  }

  #travel(link: string, arrive: () => void): void {
    const delay = draw(this.#random, this.#options.networkMs)
    const earliest = this.#lastArrival.get(link) ?? this.now
    const at = Math.max(earliest, this.now + delay) as ClusterMs
    this.#lastArrival.set(link, at)
    this.timeline.at(at, arrive)
  }

  #receive(input: Input): void {
    this.#inputs.push(input)
    this.#turnSoon()
  }

  #turnSoon(): void {
    if (this.#busy || this.#turnDue) return
    this.#turnDue = true
    const life = this.#life
    this.timeline.after(0, () => {
      if (life === this.#life) this.#turn()
    })
  }

  // One group: steps, one commit, then what leaves.
  #turn(): void {
    this.#turnDue = false
    const env: Env = { now: this.now, utc: (this.now + this.#utcOffset) as UtcMs }
    const sent: Sent = { replies: [], messages: [] }
    const events: ClusterEvent[] = []
    for (const input of this.#inputs.splice(0, maxInputsPerGroup)) {
      const output = step(this.state, env, input)
      this.#options.observer?.afterStep?.(this)
      sent.replies.push(...output.replies)
      sent.messages.push(...output.messages)
      events.push(...output.events)
      if (output.more) this.#inputs.push({ kind: 'continue' })
    }
    const commit = seal(this.state, env, events)
    this.#options.observer?.afterGroup?.(this, commit)
    if (commit === undefined) return this.#stored(sent)
    this.#busy = true
    const life = this.#life
    this.timeline.after(draw(this.#random, this.#options.appendMs), () => {
      if (life !== this.#life) return
      const mayFail = this.#head !== undefined
      if (mayFail && this.#random.chance(this.#options.appendFails ?? 0)) return this.#lost()
      this.#append(commit)
      this.#stored(sent)
    })
  }

  #append(commit: Commit): void {
    assert(
      this.#head === undefined || commit.revision === this.#head.revision + 1,
      `commit ${commit.revision} after ${this.#head?.revision}`,
    )
    for (const { key, value } of commit.puts) this.#rows.set(key, value)
    for (const key of commit.deletes) this.#rows.delete(key)
    this.#head = commit
    this.events.push(...commit.events)
    this.#options.observer?.afterStored?.(this)
  }

  #stored(sent: Sent): void {
    accept(this.state)
    this.#busy = false
    for (const { id, reply } of sent.replies) this.#replies.set(id, reply)
    for (const { session, message } of sent.messages) this.#toAgent(session, message)
    if (this.#inputs.length > 0) this.#turnSoon()
    this.#arm()
  }

  // The group has never been; what it had to say is not said, so both ends of every link start anew.
  #lost(): void {
    rollback(this.state)
    this.#busy = false
    this.#options.observer?.afterLost?.(this)
    this.#inputs = this.#inputs.filter(input => input.kind === 'request')
    this.#inputs.push({ kind: 'continue' })
    this.#turnSoon()
    this.#connectAll()
  }

  #connectAll(): void {
    for (const [id, machine] of this.machines) {
      const wasConnected = machine.session !== undefined
      machine.disconnect()
      if (wasConnected) this.connect(id)
    }
  }

  #arm(): void {
    const wake = nextWake(this.state)
    if (wake === undefined || (this.#wakeAt !== undefined && this.#wakeAt <= wake)) return
    this.#wakeAt = wake
    const life = this.#life
    this.timeline.at(wake, () => {
      if (life !== this.#life || this.#wakeAt !== wake) return
      this.#wakeAt = undefined
      this.#receive({ kind: 'tick' })
    })
  }

  #pingLater(): void {
    const life = this.#life
    this.timeline.after(pingIntervalMs, () => {
      if (life !== this.#life) return
      this.#receive({ kind: 'pingRound', round: ++this.#rounds, sentOnTime: true })
      this.#pingLater()
    })
  }

  // Rows come back from a store in any order; nothing may hang on it.
  #shuffled(rows: Row[]): Row[] {
    const random = this.#random.fork(`rows ${this.#life}`)
    for (let i = rows.length - 1; i > 0; i--) {
      const j = random.integer(0, i)
      const held = rows[i]!
      rows[i] = rows[j]!
      rows[j] = held
    }
    return rows
  }
}

/** As a server with default settings asks. */
const pingIntervalMs = 3000

const simulatedActor: Actor = { name: 'simulation', via: 'system' }

function draw(random: Random, span: Span | undefined): number {
  if (span === undefined) return 0
  return span[0] === span[1] ? span[0] : random.integer(span[0], span[1])
}
