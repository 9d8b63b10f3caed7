// A whole cluster in one process and in virtual time: the real server core, real agent cores over modelled drivers, a
// network, a disk and clocks that are modelled. All chance comes from one seed, each purpose from a stream of its own.
// The server is driven as its loop drives it: inputs are collected into a group, the group is sealed as one commit, the
// commit is appended, and only then do replies and messages leave.
import type { AgentIdentity } from '../agent/core/index.ts'
import { assert, emptyDigest, present, Random, type ClusterMs, type UtcMs } from '../base/index.ts'
import type {
  Actor,
  AgentId,
  ClusterId,
  Epoch,
  Operation,
  Reply,
  ServerMessage,
  SessionId,
} from '../model/index.ts'
import {
  maxInputsPerGroup,
  maxRowsPerStep,
  type ClusterEvent,
  type Commit,
  type Env,
  type Input,
  type Output,
  type Row,
  type State,
} from '../runtime/core/index.ts'
import { DriftingClock } from './clock.ts'
import { realCore, type SimulatedCore } from './core.ts'
import { SimulatedDisk, type DiskCopy, type DiskHead } from './disk.ts'
import type { Behaviour } from './driver.ts'
import { Machine, type MachineOptions } from './machine.ts'
import { draw, Network, type NetworkOptions, type Span, type Way } from './network.ts'
import { Timeline } from './timeline.ts'

export type { Span } from './network.ts'

export interface SimulationOptions {
  readonly seed: number
  /** Owned by the simulation from here on. Nothing of it may be uncommitted but the genesis of a new cluster. */
  readonly state: State
  readonly behaviour: Behaviour
  /** One way, per message; messages of one link arrive in order. */
  readonly networkMs?: Span
  /** Anything more that the network does. */
  readonly network?: NetworkOptions
  /** From sealing a commit to its being stored. */
  readonly appendMs?: Span
  /** What the server needs to step one input. */
  readonly stepMs?: number
  /** False: agents are never asked for signs of life, so that a simulation where nothing can move comes to rest. */
  readonly pings?: boolean
  /** The share of commits that the disk does not take, after the first. Their requests are told so. */
  readonly appendFails?: number
  /** The server's clock against true time. */
  readonly serverRate?: number
  /** Rows that one step may change, when not as many as usual. */
  readonly stepRows?: number
  readonly core?: SimulatedCore
  readonly disk?: SimulatedDisk
  readonly observer?: Observer
  /** Hears what happens, one line each. */
  readonly trace?: (line: string) => void
}

/** Looks on. What it throws ends the run. */
export interface Observer {
  /** Before every step, in the open transaction. */
  beforeStep?(simulation: Simulation, input: Input): void
  /** After every step, in the open transaction. */
  afterStep?(simulation: Simulation, input: Input, output: Output): void
  /** After every group of steps, before its commit is stored; undefined: it changed nothing. */
  afterGroup?(simulation: Simulation, commit: Commit | undefined): void
  /** The commit is stored. */
  afterStored?(simulation: Simulation, commit: Commit): void
  /** All that the group had to say is said, and nothing waits to be stepped. */
  afterSettled?(simulation: Simulation): void
  /** What was not stored has never been: the server was started again (with a new state), or a commit was rolled back. */
  afterLost?(simulation: Simulation, isNew: boolean): void
  /** A message leaves the server. */
  sent?(simulation: Simulation, message: ServerMessage): void
}

/** Where the server dies, once, when a group of steps gets there. */
export type CrashPoint = 'beforeAppend' | 'afterAppend'

interface Sent {
  readonly requests: string[]
  readonly replies: { id: string; reply: Reply }[]
  readonly messages: { session: SessionId; message: ServerMessage }[]
}

export class Simulation {
  readonly timeline: Timeline
  readonly machines = new Map<AgentId, Machine>()
  readonly disk: SimulatedDisk
  readonly network: Network
  /** Everything that happened, as the event stream would tell it. */
  readonly events: ClusterEvent[] = []
  state: State
  /** `damaged`: what is stored does not prove whole, so nothing is changed and no agent is heard. */
  server: 'running' | 'down' | 'damaged' = 'running'
  /** The next group dies there. */
  crashAt: CrashPoint | undefined
  /** Moments that were run: what the simulation has cost. */
  moments = 0
  readonly #options: SimulationOptions
  readonly #core: SimulatedCore
  readonly #random: Random
  readonly #replies = new Map<string, Reply>()
  readonly #clock: DriftingClock
  readonly #stepRows: number | undefined
  #utcOffset: number
  #appendFails: number
  #inputs: Input[] = []
  #busy = false
  #turnDue = false
  #wakeAt: ClusterMs | undefined
  #stalledUntil = 0
  #requests = 0
  #rounds = 0
  /** Counts lives of the server: what belongs to an earlier one is ignored. */
  #life = 0
  /** Counts openings of the disk by this simulation, for streams of chance. */
  #opened = 0

  constructor(options: SimulationOptions) {
    const { state } = options
    this.#options = options
    this.#core = options.core ?? realCore
    this.#random = new Random(options.seed)
    this.#appendFails = options.appendFails ?? 0
    this.state = state
    this.#stepRows = options.stepRows
    this.#limit()
    this.timeline = new Timeline(state.now)
    this.#clock = new DriftingClock(this.timeline, state.now, options.serverRate)
    this.#utcOffset = state.utc - state.now
    this.disk = options.disk ?? new SimulatedDisk(clusterOf(state), { head: headBefore(state) })
    this.disk.open()
    this.network = new Network(
      this.timeline,
      this.#random.fork('network'),
      { ...(options.networkMs === undefined ? {} : { delayMs: options.networkMs }), ...options.network },
      this.#networkEnd(),
    )
    this.#receive({ kind: 'boot', epoch: this.state.epoch, adopt: false })
    if (options.pings !== false) this.#pingLater()
  }

  /** Cluster time, as the server's clock reads it. */
  get now(): ClusterMs {
    return this.#clock.now
  }

  /** The rows as the store has them. */
  get storedRows(): Row[] {
    return this.disk.rows()
  }

  get storedHead(): DiskHead | undefined {
    return this.disk.head
  }

  addMachine(identity: AgentIdentity, records?: MachineOptions['records'], rate = 1): Machine {
    const machine: Machine = new Machine(this.timeline, {
      identity,
      behaviour: this.#options.behaviour,
      clock: new DriftingClock(this.timeline, this.timeline.now, rate),
      ...(records === undefined ? {} : { records }),
      send: (session, message) => this.network.fromAgent(session, message),
    })
    this.machines.set(identity.agentId, machine)
    this.network.attach(identity.agentId, {
      get isUp() {
        return machine.isRunning
      },
      connected: session => machine.connect(session),
      received: message => machine.receive(message),
      disconnected: () => machine.disconnect(),
    })
    return machine
  }

  /** A new connection of an agent, in place of any that it has. */
  connect(agent: AgentId): void {
    this.network.connect(agent)
  }

  /** The network around a machine breaks; neither side is told. */
  isolate(agent: AgentId, ways: readonly Way[] = ['up', 'down']): void {
    this.#trace(() => `network of ${agent} is cut ${ways.join(' and ')}`)
    this.network.cut(agent, ways)
  }

  /** The network is whole again; the agent connects anew unless its old connection still stands. */
  heal(agent: AgentId): void {
    this.#trace(() => `network of ${agent} is whole`)
    this.network.mend(agent)
    if (this.#options.network?.persistent !== true) this.connect(agent)
  }

  isIsolated(agent: AgentId): boolean {
    return this.network.isCut(agent)
  }

  /** The connection of an agent breaks, and both sides see it. */
  reset(agent: AgentId): void {
    this.#trace(() => `connection of ${agent} is reset`)
    this.network.reset(agent)
  }

  /** The machine goes down, with all that runs on it. */
  loseMachine(agent: AgentId): void {
    this.#trace(() => `machine ${agent} goes down`)
    this.#machine(agent).lose()
    this.network.agentDied(agent, this.#options.network?.persistent === true)
  }

  /** The agent's process dies; its tasks run on. */
  crashAgent(agent: AgentId): void {
    this.#trace(() => `agent ${agent} dies`)
    this.#machine(agent).shutDown()
    this.network.agentDied(agent, false)
  }

  /** What the agent has stored is gone. It must not be running. */
  wipeAgent(agent: AgentId): void {
    this.#trace(() => `agent ${agent} loses its records`)
    this.#machine(agent).wipe()
  }

  /** The machine is up again, empty, or the agent was restarted. */
  bootMachine(agent: AgentId): void {
    this.#trace(() => `agent ${agent} starts`)
    this.#machine(agent).boot()
    this.connect(agent)
  }

  /** The server dies and starts again from what is stored; what was not stored is lost with its replies. */
  restartServer(): void {
    this.killServer()
    this.startServer()
    if (this.#options.network?.persistent === true) return
    for (const [id, machine] of this.machines) if (machine.isRunning) this.connect(id)
  }

  /** The server's process is gone at once. */
  killServer(): void {
    if (this.server === 'down') return
    this.#trace(() => `server dies at revision ${this.disk.head?.revision ?? 0}`)
    this.#life++
    this.#inputs = []
    this.#busy = false
    this.#turnDue = false
    this.#wakeAt = undefined
    this.#stalledUntil = 0
    this.crashAt = undefined
    this.server = 'down'
    this.disk.close()
    this.network.serverDied()
  }

  /** Opens the disk and goes on from what is there. What does not prove whole is not acted on. */
  startServer(): void {
    assert(this.server === 'down', 'the server is down')
    this.#opened++
    const rows: Row[] = []
    const { damage, ...head } = this.disk.open(row => void rows.push(row))
    if (damage.length > 0) {
      this.server = 'damaged'
      this.#trace(() => `server starts on damaged rows: ${damage.slice(0, 3).join('; ')}`)
      return
    }
    this.server = 'running'
    this.#trace(() => `server starts at revision ${head.revision}`)
    this.#clock.set(head.now)
    this.state = this.#core.load(this.#shuffled(rows), head)
    this.#limit()
    this.#options.observer?.afterLost?.(this, true)
    this.#receive({ kind: 'boot', epoch: Math.max(1, head.epoch) as Epoch, adopt: false })
    if (this.#options.pings !== false) this.#pingLater()
  }

  /** An operator brings an older state back. The server starts from it with an epoch of its own. */
  restoreServer(copy: DiskCopy): void {
    this.killServer()
    this.#trace(() => `an operator restores revision ${copy.head.revision}`)
    const epoch = (Math.max(copy.head.epoch, this.disk.head?.epoch ?? 1) + 1) as Epoch
    this.disk.restore(copy)
    this.startServer()
    assert(this.server === 'running', 'a copy is whole')
    // The boot that starting gave is replaced: this one says what happened.
    this.#inputs = [{ kind: 'boot', epoch, adopt: true }]
  }

  /** The server's process hangs; its clock does not know for how long. */
  stallServer(forMs: number): void {
    this.#trace(() => `server hangs for ${forMs} ms`)
    this.#stalledUntil = this.timeline.now + forMs
    if (forMs <= longestTurnMs) return
    const shown = this.#clock.now
    const life = this.#life
    this.timeline.after(forMs, () => {
      if (life === this.#life) this.#clock.set(shown + longestTurnMs)
    })
  }

  /** What people call the time jumps. */
  jumpUtc(byMs: number): void {
    this.#trace(() => `the server's UTC jumps by ${byMs} ms`)
    this.#utcOffset = Math.max(1_000_000_000_000 - this.#clock.now, this.#utcOffset + byMs)
  }

  /** Another share of appends fails from now on. */
  failAppends(share: number): void {
    this.#appendFails = share
  }

  /** Gives a request to the server; the reply is there when its commit is stored. */
  request(operation: Operation, actor: Actor = simulatedActor, key?: string): string {
    const id = `request-${++this.#requests}`
    if (this.server === 'damaged') {
      const message = 'The stored state is damaged, so nothing is changed'
      this.#replies.set(id, { ok: false, code: 'READ_ONLY', message })
    } else if (this.server === 'running') {
      this.#receive({ kind: 'request', id, actor, operation, ...(key === undefined ? {} : { key }) })
    }
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

  #networkEnd(): ConstructorParameters<typeof Network>[3] {
    const isUp = (): boolean => this.server !== 'down'
    return {
      get isUp() {
        return isUp()
      },
      agentSays: (session, message) => {
        this.#trace(() => `  ${session} says ${shortened(JSON.stringify(message)).slice(0, 400)}`)
        if (this.server === 'running') return this.#receive({ kind: 'agent', session, message })
        if (message.kind !== 'hello') return
        const reason = "the server's state is damaged"
        this.network.fromServer(session, { kind: 'refuse', code: 'damaged', reason })
      },
      agentLeft: session => {
        this.#trace(() => `  ${session} has left`)
        if (this.server === 'running') this.#receive({ kind: 'agentClosed', session })
      },
    }
  }

  #receive(input: Input): void {
    this.#inputs.push(input)
    this.#turnSoon()
  }

  #turnSoon(): void {
    if (this.#busy || this.#turnDue) return
    this.#turnDue = true
    this.#later(Math.max(0, this.#stalledUntil - this.timeline.now), () => this.#turn())
  }

  // Nothing of it happens when the server has died meanwhile.
  #later(afterMs: number, run: () => void): void {
    const life = this.#life
    this.timeline.after(afterMs, () => {
      if (life === this.#life) run()
    })
  }

  // One group: steps, one commit, then what leaves.
  #turn(): void {
    this.#turnDue = false
    if (this.#stalledUntil > this.timeline.now) return this.#turnSoon()
    const now = this.#clock.now
    const env: Env = { now, utc: (now + this.#utcOffset) as UtcMs }
    const sent: Sent = { requests: [], replies: [], messages: [] }
    const events: ClusterEvent[] = []
    const { observer, stepMs = 0 } = this.#options
    let steps = 0
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      observer?.beforeStep?.(this, input)
      const output = this.#core.step(this.state, env, input)
      observer?.afterStep?.(this, input, output)
      if (input.kind === 'request') sent.requests.push(input.id)
      sent.replies.push(...output.replies)
      sent.messages.push(...output.messages)
      events.push(...output.events)
      if (output.more && !this.#inputs.some(i => i.kind === 'continue'))
        this.#inputs.push({ kind: 'continue' })
      if (++steps === maxInputsPerGroup || this.state.changedRows >= maxRowsPerStep) break
    }
    const commit = this.#core.seal(this.state, env, events)
    observer?.afterGroup?.(this, commit)
    const spentMs = Math.round(steps * stepMs)
    if (commit === undefined && spentMs === 0) return this.#stored(sent)
    this.#busy = true
    if (commit === undefined) return this.#later(spentMs, () => this.#stored(sent))
    this.#later(spentMs + draw(this.#random, this.#options.appendMs), () => this.#append(commit, sent))
  }

  #append(commit: Commit, sent: Sent): void {
    if (this.crashAt === 'beforeAppend') return this.killServer()
    const mayFail = this.disk.head !== undefined
    if (mayFail && this.#random.chance(this.#appendFails)) {
      this.disk.inject(this.#random.pick(['notCommitted', 'lostUnknown', 'landedUnknown'] as const))
    }
    const fence = Math.max(1, this.disk.head?.epoch ?? 0) as Epoch
    const outcome = this.disk.append(commit, fence)
    if (this.crashAt === 'afterAppend') return this.killServer()
    if (outcome.kind === 'committed') return this.#landed(commit, sent)
    this.#trace(() => `append of ${commit.revision}: ${outcome.kind}: ${outcome.error.message}`)
    if (outcome.kind === 'notCommitted') return this.#lost(sent)
    // The handle is never written again: what a new one finds says what happened.
    this.disk.close()
    this.#opened++
    const { damage, revision } = this.disk.open()
    if (damage.length > 0) {
      this.killServer()
      this.startServer()
    } else if (revision === commit.revision) this.#landed(commit, sent)
    else this.#lost(sent)
  }

  #landed(commit: Commit, sent: Sent): void {
    this.#options.trace?.(`${this.timeline.now} commit ${commit.revision} ${commitText(commit)}`)
    this.events.push(...commit.events)
    this.#options.observer?.afterStored?.(this, commit)
    this.#stored(sent)
  }

  #stored(sent: Sent): void {
    this.#core.accept(this.state)
    this.#busy = false
    for (const { id, reply } of sent.replies) this.#replies.set(id, reply)
    for (const { session, message } of sent.messages) {
      this.#options.observer?.sent?.(this, message)
      this.#trace(() => `  ${session} is told ${shortened(JSON.stringify(message)).slice(0, 400)}`)
      this.network.fromServer(session, message)
    }
    if (this.#inputs.length > 0) this.#turnSoon()
    else this.#options.observer?.afterSettled?.(this)
    this.#arm()
  }

  // The group has never been; what it had to say is not said, so both ends of every link start anew.
  #lost(sent: Sent): void {
    this.#core.rollback(this.state)
    this.#busy = false
    this.#options.observer?.afterLost?.(this, false)
    const message = 'The change was not stored'
    for (const id of sent.requests) this.#replies.set(id, { ok: false, code: 'OUTCOME_UNKNOWN', message })
    this.#inputs = this.#inputs.filter(input => input.kind === 'request')
    this.#inputs.push({ kind: 'continue' })
    this.#turnSoon()
    const connected = [...this.machines].filter(([, machine]) => machine.session !== undefined)
    this.network.dropAll()
    if (this.#options.network?.persistent === true) return
    for (const [id] of connected) this.connect(id)
  }

  #arm(): void {
    const wake = this.#core.nextWake(this.state)
    if (wake === undefined || (this.#wakeAt !== undefined && this.#wakeAt <= wake)) return
    this.#wakeAt = wake
    this.#tickAt(wake)
  }

  // The clock may have lost time since it was asked when this will be.
  #tickAt(wake: ClusterMs): void {
    const life = this.#life
    this.timeline.at(this.#clock.trueTimeOf(wake), () => {
      if (life !== this.#life || this.#wakeAt !== wake) return
      if (this.#clock.now < wake) return this.#tickAt(wake)
      this.#wakeAt = undefined
      this.#receive({ kind: 'tick' })
    })
  }

  #pingLater(): void {
    this.#later(pingIntervalMs, () => {
      const sentOnTime = this.#stalledUntil < this.timeline.now && !this.#isLate()
      this.#receive({ kind: 'pingRound', round: ++this.#rounds, sentOnTime })
      this.#pingLater()
    })
  }

  #isLate(): boolean {
    return this.#busy && this.#inputs.some(input => input.kind === 'pingRound')
  }

  // Rows come back from a store in any order; nothing may hang on it.
  // With small steps, rows are forgotten and made anew as often as can be too.
  #limit(): void {
    if (this.#stepRows === undefined) return
    this.state.stepRows = this.#stepRows
    this.state.units.keep(this.#stepRows === 1 ? 0 : 3)
  }

  #shuffled(rows: Row[]): Row[] {
    const random = this.#random.fork(`rows ${this.#opened}`)
    for (let i = rows.length - 1; i > 0; i--) {
      const j = random.integer(0, i)
      const held = rows[i]!
      rows[i] = rows[j]!
      rows[j] = held
    }
    return rows
  }

  #trace(line: () => string): void {
    if (this.#options.trace !== undefined) this.#options.trace(`${this.timeline.now} ${line()}`)
  }
}

/** As a server with default settings asks. */
const pingIntervalMs = 3000
/** What the clock of the loop advances in one turn at most. */
const longestTurnMs = 1000

const simulatedActor: Actor = { name: 'simulation', via: 'system' }

function clusterOf(state: State): ClusterId {
  return present(state.tables.cluster.get('cluster'), 'the cluster row').clusterId
}

// A state that was made or copied in memory: nothing of it is on the disk yet.
function headBefore({ revision, epoch, now, utc }: State): DiskHead {
  return { revision, epoch: revision === 0 ? (0 as Epoch) : epoch, now, utc, digest: emptyDigest }
}

function commitText({ puts, deletes }: Commit): string {
  const keys = [...puts.map(p => `+${shortened(p.key)}`), ...deletes.map(key => `-${shortened(key)}`)]
  return keys.length <= 12 ? keys.join(' ') : `${keys.slice(0, 12).join(' ')} and ${keys.length - 12} more`
}

// Enough of an id to know it by.
function shortened(key: string): string {
  return key.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, '$1')
}
