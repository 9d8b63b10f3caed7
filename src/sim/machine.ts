// One machine of the simulation: the real agent core over a modelled driver, its checkpoint, and its end of the link to
// the server. The checkpoint is what survives the agent; the processes survive it too, but not the machine.
import {
  createAgentState,
  decodeRecords,
  nextWake,
  noMemory,
  step,
  type AgentIdentity,
  type AgentInput,
  type AgentState,
} from '../agent/core/index.ts'
import type { ClusterMs } from '../base/index.ts'
import type { AgentMessage, ServerMessage, SessionId } from '../model/index.ts'
import { ModelDriver, type Behaviour } from './driver.ts'
import type { DriftingClock } from './clock.ts'
import type { Timeline } from './timeline.ts'

export interface MachineOptions {
  readonly identity: AgentIdentity
  readonly behaviour: Behaviour
  /** What the agent reads as its time. */
  readonly clock: DriftingClock
  /** The checkpoint that it starts with. */
  readonly records?: Iterable<{ readonly key: string; readonly value: unknown }>
  /** Where its messages go. */
  readonly send: (session: SessionId, message: AgentMessage) => void
}

/** Stored, but neither done nor said; or done as well, but not said. */
export type AgentCrashPoint = 'afterRecords' | 'afterEffects'

export class Machine {
  readonly driver: ModelDriver
  identity: AgentIdentity
  session: SessionId | undefined
  /** The next step that has something to store or to do dies there, once. */
  crashAt: AgentCrashPoint | undefined
  /** Called when the agent died by itself. */
  died: (() => void) | undefined
  #state: AgentState
  readonly #checkpoint = new Map<string, unknown>()
  readonly #timeline: Timeline
  readonly #clock: DriftingClock
  readonly #send: MachineOptions['send']
  #wakeAt: ClusterMs | undefined
  #running = false
  #boots = 0

  constructor(timeline: Timeline, options: MachineOptions) {
    this.#timeline = timeline
    this.#clock = options.clock
    this.#send = options.send
    this.identity = options.identity
    for (const { key, value } of options.records ?? []) this.#checkpoint.set(key, value)
    this.driver = new ModelDriver(timeline, options.behaviour, event => {
      if (this.#running) this.#input({ kind: 'driver', event })
    })
    this.#state = this.#fromCheckpoint()
  }

  get state(): AgentState {
    return this.#state
  }

  get isRunning(): boolean {
    return this.#running
  }

  /** Starts the agent: it reads its checkpoint and looks for what runs. */
  boot(): void {
    this.#running = true
    this.#input({ kind: 'boot', found: this.driver.find() })
  }

  /** The agent stops or dies; its processes run on. */
  shutDown(): void {
    this.#running = false
    this.session = undefined
    this.#wakeAt = undefined
    this.#boots++
    this.#state = this.#fromCheckpoint()
  }

  /** The machine itself goes down and comes up empty. */
  lose(): void {
    this.shutDown()
    this.driver.loseAll()
    this.identity = { ...this.identity, bootId: `${this.identity.bootId}+` }
    this.#state = this.#fromCheckpoint()
  }

  /** Its identity was changed while it was not running. */
  reread(): void {
    this.#state = this.#fromCheckpoint()
  }

  /** The checkpoint is gone: the agent is as new, and finds what runs. */
  wipe(): void {
    this.#checkpoint.clear()
    this.#state = this.#fromCheckpoint()
  }

  connect(session: SessionId): void {
    if (!this.#running) return
    this.session = session
    this.#input({ kind: 'connected', session })
  }

  disconnect(): void {
    if (this.session === undefined) return
    this.session = undefined
    this.#input({ kind: 'disconnected' })
  }

  receive(message: ServerMessage): void {
    if (this.#running) this.#input({ kind: 'server', message })
  }

  #fromCheckpoint(): AgentState {
    // Through text, as a real checkpoint goes: what is read back shares nothing with what was written.
    const records = [...this.#checkpoint].map(([key, value]) => ({
      key,
      value: JSON.parse(JSON.stringify(value)) as unknown,
    }))
    const memory = decodeRecords(records).memory ?? noMemory
    return createAgentState(this.identity, memory, records)
  }

  #input(input: AgentInput): void {
    const { records, effects, messages } = step(this.#state, { now: this.#clock.now }, input)
    for (const { key, value } of records) {
      if (value === null) this.#checkpoint.delete(key)
      else this.#checkpoint.set(key, value)
    }
    if (records.length > 0 && this.#diesAt('afterRecords')) return
    for (const effect of effects) this.driver.carryOut(effect)
    if (effects.length > 0 && this.#diesAt('afterEffects')) return
    if (this.session !== undefined) for (const message of messages) this.#send(this.session, message)
    this.#arm()
  }

  #diesAt(point: AgentCrashPoint): boolean {
    if (this.crashAt !== point) return false
    this.crashAt = undefined
    this.shutDown()
    this.died?.()
    return true
  }

  #arm(): void {
    const wake = nextWake(this.#state)
    if (wake === undefined || (this.#wakeAt !== undefined && this.#wakeAt <= wake)) return
    this.#wakeAt = wake
    const boot = this.#boots
    this.#timeline.at(this.#clock.trueTimeOf(wake), () => {
      if (!this.#running || boot !== this.#boots || this.#wakeAt !== wake) return
      this.#wakeAt = undefined
      this.#input({ kind: 'tick' })
    })
  }
}
