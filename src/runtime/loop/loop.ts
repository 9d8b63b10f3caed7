// The loop around the control plane's core: collects inputs into a group, steps each, seals one commit, appends it
// synced, and only then lets replies, messages and events leave. Nothing steps while a commit is in flight, and a
// reader that comes then waits, so that nobody ever sees what is not stored.
//
// When the store fails, the handle is closed and opened again, and its head says what happened: landed (release), or
// not (roll back, tell those who wait). When the core fails, the group is rolled back and its requests are stepped one
// by one; the one that fails alone is put aside with its trace. A store that does not prove whole is served read-only.
import { createHash } from 'node:crypto'
import {
  assert,
  Bug,
  CodedError,
  type ClusterMs,
  emptyDigest,
  sameDigest,
  type UtcMs,
} from '../../base/index.ts'
import type {
  Actor,
  AgentMessage,
  ClusterId,
  Epoch,
  Operation,
  Reply,
  Revision,
  ServerMessage,
  SessionId,
} from '../../model/index.ts'
import { maxInputsPerGroup, maxRowsPerStep } from '../core/types.ts'
import type { Commit, Input, Output, Row } from '../core/types.ts'
import type { Log } from '../log.ts'
import type { Image } from '../store/image.ts'
import type { AppendOutcome, Opened, Store } from '../store/store.ts'
import { ClusterClock, type MachineClock, machineClock } from './clock.ts'
import type { Core, CoreState, StateLoader } from './core.ts'
import { type Entry, InputQueue } from './queue.ts'

/** The loop turns at least this often, so that cluster time keeps up (see maxAdvanceMs). */
const beatMs = 500
/** Groups are so many times larger while more waits than one takes: each commit costs the disk a moment. */
const crowdedFactor = 4
/** A wake that is due is not asked for more often than this. */
const shortestWakeMs = 5
/** Requests waiting at most: about a second of work; more would time out anyway. */
const maxWaitingRequests = 10_000
/** Between tries to open a store that does not open, doubling. */
const firstReopenDelayMs = 100
const maxReopenDelayMs = 5000
/** After a failed tick the next one waits, doubling: a bug that comes with time must not eat the machine. */
const firstBugDelayMs = 1000
const maxBugDelayMs = 60_000

/** What the loop does to the connections of agents. */
export interface AgentLinks {
  send(session: SessionId, message: ServerMessage): void
  /** Volatile state is gone: every agent must say hello again. `culprit`: its message made the core fail. */
  dropAll(reason: string, culprit: SessionId | undefined): void
}

export interface LoopOptions<S extends CoreState> {
  readonly core: Core<S>
  readonly store: Store
  readonly links: AgentLinks
  readonly pingIntervalMs: number
  readonly log: Log
  readonly clock?: MachineClock
  /** What can be shown instead when the store is too damaged to be opened. Absent: the loop does not start then. */
  readonly otherwise?: () => Promise<Otherwise>
  /** Damage that survived a rollback: the process should end. */
  readonly onFatal: (error: Error) => void
}

export interface Otherwise {
  readonly clusterId: ClusterId
  /** An older state. */
  readonly image?: Image
  /** What it is, for people. */
  readonly words: readonly string[]
}

export interface Head {
  readonly clusterId: ClusterId
  readonly epoch: Epoch
  readonly revision: Revision
  /** Not empty: read-only, and why. */
  readonly damage: readonly string[]
}

type LookedUp = 'landed' | 'landedLate' | 'lost' | 'lostLate'

interface Group {
  readonly entries: Entry[]
  readonly outputs: Output[]
}

interface Reader {
  readonly run: () => void
  readonly fail: (error: Error) => void
}

export class Loop<S extends CoreState> {
  readonly #options: LoopOptions<S>
  readonly #core: Core<S>
  readonly #store: Store
  readonly #log: Log
  readonly #clusterId: ClusterId
  readonly #clock: ClusterClock
  readonly #machine: MachineClock
  readonly #listeners = new Set<(commit: Commit) => void>()
  readonly #waiting = new Map<string, (reply: Reply) => void>()
  /** Undefined: the rows could not even be loaded. */
  readonly #state: S | undefined
  #damage: readonly string[]
  #storedRevision: Revision
  #fence: Epoch
  readonly #queue = new InputQueue()
  #readers: Reader[] = []
  #committing = false
  /** Why the store can't be reached just now. */
  #outage: Error | undefined
  /** Why the state can't be trusted any more: the process ends. */
  #failure: Error | undefined
  #held: string | undefined
  #stopped = false
  #booted = false
  #scheduled = false
  #requests = 0
  #round = 0
  #roundDue = 0
  #bugDelayMs = firstBugDelayMs
  #beatTimer: NodeJS.Timeout | undefined
  #pingTimer: NodeJS.Timeout | undefined
  #bugTimer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  /** Opens the store, loads what is there, and gives the first input. Resolves when that is durable. */
  static async start<S extends CoreState>(options: LoopOptions<S>): Promise<Loop<S>> {
    const { opened, loaded } = await openStore(options)
    const loop = new Loop(options, opened, loaded)
    if (loop.#damage.length > 0) return loop
    try {
      await loop.#begin()
    } catch (error) {
      await loop.close()
      throw error
    }
    return loop
  }

  private constructor(options: LoopOptions<S>, opened: Opened, loaded: Loaded<S>) {
    this.#options = options
    this.#core = options.core
    this.#store = options.store
    this.#log = options.log
    this.#machine = options.clock ?? machineClock
    this.#clock = new ClusterClock(this.#machine, opened.now)
    this.#clusterId = opened.clusterId
    this.#state = loaded.state
    this.#damage = loaded.damage
    this.#storedRevision = opened.head
    this.#fence = Math.max(1, opened.epoch) as Epoch
    for (const finding of this.#damage) this.#log(`error: damaged state, read-only: ${finding}`)
  }

  get head(): Head {
    return {
      clusterId: this.#clusterId,
      epoch: this.#fence,
      revision: this.#storedRevision,
      damage: this.#damage,
    }
  }

  /** The store is whole and can be reached. */
  get isWritable(): boolean {
    return this.#damage.length === 0 && this.#outage === undefined && !this.#stopped
  }

  /** Carries an operation out. Resolves when the reply is durable; never rejects. */
  submit(operation: Operation, actor: Actor, key?: string): Promise<Reply> {
    const refusal = this.#refusal()
    if (refusal !== undefined) return Promise.resolve(refusal)
    const id = String(++this.#requests)
    return new Promise(resolve => {
      this.#waiting.set(id, resolve)
      const bound = key === undefined ? {} : { key, content: contentOf(operation) }
      this.#give({ kind: 'request', id, actor, operation, ...bound })
    })
  }

  /**
   * Looks at the state when everything in it is stored. While the store can't be reached, that is the last state of which
   * this is known. `look` must not keep what it was given. */
  read<T>(look: (state: S) => T): Promise<T> {
    const state = this.#state
    if (state === undefined) return Promise.reject(this.#damageError())
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      const run = (): void => {
        try {
          resolve(look(state))
        } catch (error) {
          // What it needs is lost: no bug of ours.
          const isLost = this.#damage.length > 0 && (error instanceof Bug || error instanceof TypeError)
          reject(isLost ? this.#damageError() : (error as Error))
        }
      }
      if (this.#committing && this.#outage === undefined) this.#readers.push({ run, fail: reject })
      else run()
    })
  }

  agentSays(session: SessionId, message: AgentMessage): void {
    this.#give({ kind: 'agent', session, message })
  }

  agentLeft(session: SessionId): void {
    this.#give({ kind: 'agentClosed', session })
  }

  /** Refuses requests for this reason, until called with undefined. What agents report is still taken. */
  holdRequests(reason: string | undefined): void {
    if (reason !== undefined && this.#held === undefined)
      this.#log(`warning: no changes are taken: ${reason}`)
    if (reason === undefined && this.#held !== undefined) this.#log('changes are taken again')
    this.#held = reason
  }

  /** Called with each commit once it is stored, in order. Returns the way to stop. */
  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Lets the commit in flight end, tells those who wait, and closes the store. */
  async close(): Promise<void> {
    if (!this.#stopped) {
      this.#stop()
      this.#queue.keep(() => false)
    }
    if (this.#committing) await new Promise<void>(resolve => this.#idle.push(resolve))
    this.#answerAll(refused('READ_ONLY', 'The server is stopping; nothing was changed.'))
    await this.#store.close()
  }

  async #begin(): Promise<void> {
    this.#give({ kind: 'boot', epoch: this.#fence, adopt: false })
    this.#turn()
    await this.read(() => undefined)
    // A store that is away comes back, and the boot with it.
    if (!this.#booted && this.#outage === undefined)
      throw new CodedError('STORE_FAILED', 'The store could not write the start of the server')
    this.#beat()
    this.#roundDue = this.#machine.monotonicMs() + this.#options.pingIntervalMs
    this.#pingTimer = setTimeout(() => this.#pingDue(), this.#options.pingIntervalMs)
  }

  #stop(): void {
    this.#stopped = true
    clearTimeout(this.#beatTimer)
    clearTimeout(this.#pingTimer)
    clearTimeout(this.#bugTimer)
  }

  #refusal(): Reply | undefined {
    if (this.#stopped) return refused('READ_ONLY', 'The server is stopping; nothing was changed.')
    if (this.#damage.length > 0)
      return refused('READ_ONLY', `The stored state is damaged, so nothing is changed: ${this.#damage[0]}`)
    if (this.#outage !== undefined)
      return refused('READ_ONLY', `The store does not answer, so nothing is changed: ${this.#outage.message}`)
    if (this.#held !== undefined) return refused('READ_ONLY', `${this.#held}; nothing was changed.`)
    if (this.#waiting.size >= maxWaitingRequests)
      return refused('READ_ONLY', 'Too many requests are waiting; nothing was changed. Try again.')
    return undefined
  }

  #give(input: Input, alone = false): void {
    if (this.#stopped || this.#damage.length > 0 || this.#outage !== undefined) return
    this.#queue.push({ input, alone })
    this.#schedule()
  }

  // After the sockets were read, so that what arrived together shares a commit.
  #schedule(): void {
    if (this.#scheduled || this.#committing || this.#stopped) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#turn()
    })
  }

  #turn(): void {
    if (this.#committing || this.#stopped || this.#queue.length === 0) return
    const state = this.#state
    assert(state !== undefined, 'the loop has a state')
    const env = { now: this.#clock.advance(), utc: this.#clock.utc }
    const group: Group = { entries: [], outputs: [] }
    let commit: Commit | undefined
    try {
      this.#stepGroup(state, env, group)
      const events = group.outputs.flatMap(output => output.events)
      commit = this.#core.seal(state, env, events)
    } catch (error) {
      this.#undo(state, group, error as Error)
      this.#schedule()
      return
    }
    if (commit === undefined) {
      this.#booted ||= isBoot(group)
      this.#release(group, undefined)
      this.#settled()
      return
    }
    this.#committing = true
    void this.#store
      .append(commit, this.#fence)
      .catch((error: unknown): AppendOutcome => ({ kind: 'unknown', error: error as Error }))
      .then(outcome => this.#appended(state, group, commit, outcome))
      .catch((error: unknown) => this.#fatal(error as Error))
  }

  #stepGroup(state: S, env: { now: ClusterMs; utc: UtcMs }, group: Group): void {
    const isCrowded = this.#queue.length > maxInputsPerGroup
    for (let entry = this.#queue.take(); entry !== undefined; entry = this.#queue.take()) {
      group.entries.push(entry)
      const output = this.#core.step(state, env, this.#atStep(entry.input))
      group.outputs.push(output)
      if (output.more && !this.#queue.has('continue'))
        this.#queue.push({ input: { kind: 'continue' }, alone: false })
      if (entry.input.kind === 'tick') this.#bugDelayMs = firstBugDelayMs
      const factor = isCrowded || output.more ? crowdedFactor : 1
      const full =
        group.entries.length >= maxInputsPerGroup * factor || state.changedRows >= maxRowsPerStep * factor
      // Without a change nothing is gained by going on: who reads or writes gets a turn between two slices of looks.
      const isIdle = output.more && state.changedRows === 0
      if (output.urgent || full || isIdle || entry.alone || this.#queue.next?.alone === true) return
    }
  }

  // A round that had to wait for a slow disk is not on time, whatever its timer said.
  #atStep(input: Input): Input {
    if (input.kind !== 'pingRound') return input
    const lateMs = this.#machine.monotonicMs() - this.#roundDue
    return { ...input, sentOnTime: input.sentOnTime && lateMs < this.#options.pingIntervalMs / 2 }
  }

  async #appended(state: S, group: Group, commit: Commit, outcome: AppendOutcome): Promise<void> {
    const found =
      outcome.kind === 'committed' ? 'landed' : await this.#lookedUp(state, group, commit, outcome.error)
    this.#committing = false
    switch (found) {
      case 'landed':
        this.#core.accept(state)
        this.#stored(group, commit)
        this.#release(group, commit)
        break
      case 'landedLate':
        // Rolled back meanwhile: nothing of the group leaves but what is in the commit itself.
        this.#core.replay(state, commit)
        this.#stored(group, commit)
        for (const listener of this.#listeners) listener(commit)
        this.#options.links.dropAll('the store is open again', undefined)
        break
      case 'lost':
        this.#rollback(state, 'the store could not write', undefined)
        break
      case 'lostLate':
        this.#options.links.dropAll('the store is open again', undefined)
        if (isBoot(group)) this.#queue.pushFirst(group.entries.slice(0, 1))
    }
    if (found !== 'landed') {
      const reason = `The change was not stored: ${outcome.kind === 'committed' ? '' : outcome.error.message}. Repeat it with the same Idempotency-Key.`
      this.#answerGroup(group, refused('OUTCOME_UNKNOWN', reason))
      this.#queue.push({ input: { kind: 'tick' }, alone: false })
    }
    this.#settled()
  }

  #stored(group: Group, commit: Commit): void {
    this.#booted ||= isBoot(group)
    this.#storedRevision = commit.revision
    this.#fence = commit.epoch
  }

  // What became of a commit after a failed write. `Late`: the store did not open at once, and the group was rolled back,
  // so that reads could go on.
  async #lookedUp(state: S, group: Group, commit: Commit, error: Error): Promise<LookedUp> {
    this.#log(`error: revision ${commit.revision}: ${described(error)}; the store is opened again`)
    const { opened, late } = await this.#reopen(state, group)
    if (opened.damage.length > 0) {
      this.#damage = opened.damage
      for (const finding of opened.damage)
        this.#log(`error: damaged state, read-only from now on: ${finding}`)
    }
    if (opened.head === commit.revision && sameDigest(opened.digest, commit.digest))
      return late ? 'landedLate' : 'landed'
    if (opened.head === commit.revision - 1) return late ? 'lostLate' : 'lost'
    throw new CodedError('DATA_DAMAGED', `The store is at revision ${opened.head}, not at ${commit.revision}`)
  }

  // Tries until the store opens; those who wait are not kept that long.
  async #reopen(state: S, group: Group): Promise<{ opened: Opened; late: boolean }> {
    for (let delayMs = firstReopenDelayMs; ; delayMs = Math.min(2 * delayMs, maxReopenDelayMs)) {
      try {
        await this.#store.close()
        const opened = await this.#store.open()
        const late = this.#outage !== undefined
        if (late) this.#log('the store is open again')
        this.#outage = undefined
        return { opened, late }
      } catch (failure) {
        this.#log(`error: the store does not open: ${described(failure as Error)}`)
        const isFirst = this.#outage === undefined
        this.#outage = failure as Error
        const reason = `Whether the change was stored is not known yet: ${this.#outage.message}`
        this.#answerGroup(group, refused('OUTCOME_UNKNOWN', reason))
        if (this.#stopped) throw failure
        if (isFirst) this.#goOnReading(state)
        await new Promise(resolve => setTimeout(resolve, delayMs))
      }
    }
  }

  // Back to the last state that is certainly stored. Agents can't be heard now: what they say could not be stored.
  #goOnReading(state: S): void {
    this.#rollback(state, 'the store can not be reached', undefined)
    for (const { input } of this.#queue.takeAll()) {
      if (input.kind === 'request') this.#answer(input.id, this.#refusal()!)
    }
    for (const reader of this.#readers.splice(0)) reader.run()
  }

  // Everything here shows durable revisions only.
  #release(group: Group, commit: Commit | undefined): void {
    for (const output of group.outputs) {
      for (const { id, reply } of output.replies) this.#answer(id, reply)
      for (const { session, message } of output.messages) this.#options.links.send(session, message)
    }
    if (commit !== undefined) for (const listener of this.#listeners) listener(commit)
  }

  // Readers before the next group: under steady load there is always one.
  #settled(): void {
    for (const reader of this.#readers.splice(0)) reader.run()
    for (const resolve of this.#idle.splice(0)) resolve()
    const refusal = this.#damage.length > 0 ? this.#refusal() : undefined
    if (refusal !== undefined) {
      this.#queue.keep(() => false)
      this.#answerAll(refusal)
    }
    if (this.#queue.length > 0) this.#schedule()
    this.#armBeat()
  }

  // The core failed inside the group.
  #undo(state: S, group: Group, error: Error): void {
    const culprit = group.entries.at(-1)?.input
    this.#log(`error: bug while stepping ${culprit?.kind ?? 'a group'}: ${error.stack ?? described(error)}`)
    const session = culprit?.kind === 'agent' ? culprit.session : undefined
    this.#rollback(state, 'the server had to take a step back', session)
    if (this.#stopped) return
    const single = group.entries.length === 1
    const again: Entry[] = []
    for (const { input } of group.entries) {
      if (input.kind === 'boot') return this.#fatal(error)
      if (input.kind !== 'request') continue
      if (single)
        this.#answer(input.id, refused('INTERNAL', `The server failed on this request: ${error.message}`))
      else again.push({ input, alone: true })
    }
    this.#queue.pushFirst(again)
    this.#bugTimer ??= setTimeout(() => {
      this.#bugTimer = undefined
      this.#give({ kind: 'tick' }, true)
    }, this.#bugDelayMs)
    this.#bugDelayMs = Math.min(2 * this.#bugDelayMs, maxBugDelayMs)
  }

  #rollback(state: S, reason: string, culprit: SessionId | undefined): void {
    try {
      this.#core.rollback(state)
    } catch (error) {
      this.#fatal(error as Error)
      return
    }
    // The sessions went with the volatile state, so what they still had to say has no meaning.
    this.#queue.keep(({ input }) => input.kind !== 'agent' && input.kind !== 'agentClosed')
    this.#options.links.dropAll(reason, culprit)
  }

  #fatal(error: Error): void {
    this.#log(`error: the server can not go on: ${error.stack ?? described(error)}`)
    this.#stop()
    this.#committing = false
    this.#outage = error
    this.#failure = error
    for (const reader of this.#readers.splice(0)) reader.fail(error)
    for (const resolve of this.#idle.splice(0)) resolve()
    this.#answerAll(
      refused('OUTCOME_UNKNOWN', 'The server had to stop; repeat the request with the same Idempotency-Key.'),
    )
    this.#options.onFatal(error)
  }

  #answer(id: string, reply: Reply): void {
    const resolve = this.#waiting.get(id)
    this.#waiting.delete(id)
    resolve?.(reply)
  }

  #answerGroup(group: Group, reply: Reply): void {
    for (const { input } of group.entries) if (input.kind === 'request') this.#answer(input.id, reply)
  }

  #answerAll(reply: Reply): void {
    for (const id of [...this.#waiting.keys()]) this.#answer(id, reply)
  }

  #armBeat(): void {
    if (this.#stopped || this.#state === undefined || this.#damage.length > 0) return
    const wake = this.#committing ? undefined : this.#core.nextWake(this.#state)
    const untilWake = wake === undefined ? beatMs : wake - this.#clock.now
    clearTimeout(this.#beatTimer)
    // The immediate comes after the sockets were read: Node runs an expired timer before it reads what has arrived.
    this.#beatTimer = setTimeout(
      () => setImmediate(() => this.#beat()),
      Math.min(Math.max(untilWake, shortestWakeMs), beatMs),
    )
  }

  #beat(): void {
    if (this.#stopped || this.#state === undefined) return
    const now = this.#clock.advance()
    if (!this.#committing) {
      const wake = this.#core.nextWake(this.#state)
      const queued = this.#bugTimer !== undefined || this.#queue.has('tick')
      if (wake !== undefined && wake <= now && !queued) this.#give({ kind: 'tick' })
    }
    this.#armBeat()
  }

  #pingDue(): void {
    if (this.#stopped || this.#damage.length > 0) return
    const now = this.#machine.monotonicMs()
    const { pingIntervalMs } = this.#options
    const onTime = now - this.#roundDue < pingIntervalMs / 2
    setImmediate(() => {
      if (!this.#queue.has('pingRound'))
        this.#give({ kind: 'pingRound', round: ++this.#round, sentOnTime: onTime })
    })
    // The next one counts from when this one was due, unless the process was away for longer than a round.
    const next = onTime ? this.#roundDue + pingIntervalMs : now + pingIntervalMs
    this.#pingTimer = setTimeout(() => {
      this.#roundDue = next
      this.#pingDue()
    }, next - now)
  }

  #damageError(): CodedError {
    return new CodedError('DATA_DAMAGED', `The stored state can not be read: ${this.#damage[0]}`)
  }
}

interface Loaded<S> {
  readonly state: S | undefined
  readonly damage: readonly string[]
}

// The state is made while the store is read. A store that is too damaged to be opened is told, and something older is
// shown in its place.
async function openStore<S extends CoreState>(
  options: LoopOptions<S>,
): Promise<{ opened: Opened; loaded: Loaded<S> }> {
  const { core, store } = options
  const loader = new GuardedLoader(core.newLoader({ pingIntervalMs: options.pingIntervalMs }))
  try {
    const opened = await store.open(row => loader.add(row))
    if (opened.damage.length === 0) return { opened, loaded: loadedWhole(options, opened, loader) }
    return { opened, loaded: loadedSound(options, opened, await readable(store.snapshot())) }
  } catch (error) {
    const isDamage = error instanceof CodedError && error.code === 'DATA_DAMAGED'
    if (!isDamage || options.otherwise === undefined) throw error
    const { clusterId, image, words } = await options.otherwise()
    const opened: Opened = {
      clusterId,
      head: image?.revision ?? (0 as Revision),
      epoch: image?.epoch ?? (0 as Epoch),
      now: image?.now ?? (0 as ClusterMs),
      utc: image?.utc ?? (0 as UtcMs),
      digest: image?.digest ?? emptyDigest,
      damage: [error.message, ...words],
    }
    return { opened, loaded: loadedSound(options, opened, image === undefined ? [] : await all(image.rows)) }
  }
}

/** Whether a row is one must not decide whether the store proves whole: the first that is none is told at the end. */
class GuardedLoader<S extends CoreState> {
  readonly #loader: StateLoader<S>
  #error: Error | undefined

  constructor(loader: StateLoader<S>) {
    this.#loader = loader
  }

  add(row: Row): void {
    if (this.#error !== undefined) return
    try {
      this.#loader.add(row)
    } catch (error) {
      this.#error = error as Error
    }
  }

  finish(opened: Opened): S {
    if (this.#error !== undefined) throw this.#error
    return this.#loader.finish(headOf(opened))
  }
}

function loadedWhole<S extends CoreState>(
  { core, pingIntervalMs }: LoopOptions<S>,
  opened: Opened,
  loader: GuardedLoader<S>,
): Loaded<S> {
  const { clusterId, head, damage } = opened
  if (head === 0) return { state: core.createState({ clusterId }, { pingIntervalMs }), damage }
  try {
    return { state: loader.finish(opened), damage }
  } catch (error) {
    return { state: undefined, damage: [`The rows can not be loaded: ${described(error as Error)}`] }
  }
}

function loadedSound<S extends CoreState>(
  { core, pingIntervalMs }: LoopOptions<S>,
  opened: Opened,
  rows: readonly Row[],
): Loaded<S> {
  const { damage } = opened
  if (rows.length === 0) return { state: undefined, damage }
  try {
    const { rows: sound, dropped } = core.sound?.(rows, opened.clusterId) ?? { rows, dropped: [] }
    const words = dropped.length === 0 ? [] : [`${dropped.length} rows that need lost ones are not shown`]
    // Nothing of what was read is left to be shown.
    if (dropped.length === rows.length) return { state: undefined, damage: [...damage, ...words] }
    const loader = core.newLoader({ pingIntervalMs })
    for (const row of sound) loader.add(row)
    return { state: loader.finish(headOf(opened)), damage: [...damage, ...words] }
  } catch (error) {
    return {
      state: undefined,
      damage: [...damage, `The rows can not be shown: ${described(error as Error)}`],
    }
  }
}

function headOf({
  head: revision,
  now,
  utc,
  digest,
}: Opened): Pick<Commit, 'revision' | 'now' | 'utc' | 'digest'> {
  return { revision, now, utc, digest }
}

// Of a damaged store: the rows up to where it can be read.
async function readable(rows: AsyncIterable<Row>): Promise<Row[]> {
  const read: Row[] = []
  try {
    for await (const row of rows) read.push(row)
  } catch {
    // The proof has told it.
  }
  return read
}

async function all(rows: Image['rows']): Promise<Row[]> {
  const read: Row[] = []
  for await (const row of rows) read.push(row)
  return read
}

// The same request again has the same fields in the same order.
function contentOf(operation: Operation): string {
  return createHash('sha256').update(JSON.stringify(operation)).digest('hex').slice(0, 32)
}

function isBoot(group: Group): boolean {
  return group.entries[0]?.input.kind === 'boot'
}

function refused(code: Extract<Reply, { ok: false }>['code'], message: string): Reply {
  return { ok: false, code, message }
}

function described(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return error.message + cause
}
