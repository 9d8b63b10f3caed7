// The agent's loop: collects inputs, steps the core over them, stores the records of the whole group in one synced write,
// then carries the effects out, then sends the messages. Nothing steps while a write is under way.
import type { ClusterMs } from '../base/index.ts'
import type { AgentMessage, SessionId } from '../model/index.ts'
import type { Checkpoint } from './checkpoint/checkpoint.ts'
import {
  allRecords,
  nextWake,
  step,
  type AgentInput,
  type AgentOutput,
  type AgentState,
  type Effect,
} from './core/index.ts'

export interface LoopOptions {
  readonly state: AgentState
  readonly checkpoint: Checkpoint
  readonly carryOut: (effect: Effect) => void
  readonly send: (session: SessionId, message: AgentMessage) => void
  /** After each group; the state may be looked at. */
  readonly settled: () => void
  readonly log: (line: string) => void
}

/** Inputs in one group, as in the control plane: what a write costs is shared, what waits behind it stays bounded. */
const maxInputsPerGroup = 256
/** Pause between attempts to store when the disk is full or failing. */
const storeAgainMs = 1000
/** Node's timers end here. */
const longestTimerMs = 2 ** 31 - 1

export class AgentLoop {
  readonly #options: LoopOptions
  readonly #queue: AgentInput[] = []
  #working: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #session: SessionId | undefined
  #closed = false

  constructor(options: LoopOptions) {
    this.#options = options
  }

  input(input: AgentInput): void {
    if (this.#closed) return
    this.#queue.push(input)
    this.#working ??= this.#work()
  }

  /** What is under way is finished; what comes later is lost, as if the agent had been killed here. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#working
  }

  async #work(): Promise<void> {
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const outputs = this.#queue.splice(0, maxInputsPerGroup).map(input => this.#step(input))
      if (!(await this.#store(outputs.flatMap(o => o.output.records)))) break
      for (const { output } of outputs) for (const effect of output.effects) this.#options.carryOut(effect)
      for (const { output, session } of outputs) {
        for (const message of output.messages) if (session) this.#options.send(session, message)
      }
      this.#options.settled()
    }
    this.#working = undefined
    this.#sleep()
  }

  #step(input: AgentInput): { output: AgentOutput; session: SessionId | undefined } {
    if (input.kind === 'connected') this.#session = input.session
    if (input.kind === 'disconnected') this.#session = undefined
    return { output: step(this.#options.state, { now: agentNow() }, input), session: this.#session }
  }

  // Nothing leaves before it is stored. While storing fails the agent stands still; its tasks go on.
  async #store(records: readonly { readonly key: string; readonly value: unknown }[]): Promise<boolean> {
    const { checkpoint, state, log } = this.#options
    try {
      await checkpoint.write(records)
      return true
    } catch (error) {
      log(`checkpoint: can not write, trying again: ${String(error)}`)
    }
    while (!this.#closed) {
      await new Promise(resolve => setTimeout(resolve, storeAgainMs))
      try {
        await checkpoint.reopen(allRecords(state))
        log('checkpoint: writing works again')
        return true
      } catch {
        // Said once; the next attempt follows.
      }
    }
    return false
  }

  #sleep(): void {
    clearTimeout(this.#timer)
    const wake = nextWake(this.#options.state)
    if (wake === undefined || this.#closed) return
    const waitMs = Math.min(longestTimerMs, Math.max(0, Math.ceil(wake - agentNow())))
    this.#timer = setTimeout(() => this.input({ kind: 'tick' }), waitMs)
  }
}

const origin = Date.now() - performance.now()

/** Monotone within the process, and after a restart later than before it, unless somebody set the clock back. */
export function agentNow(): ClusterMs {
  return Math.floor(origin + performance.now()) as ClusterMs
}
