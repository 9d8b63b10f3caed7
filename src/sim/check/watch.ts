// The checker of a whole simulation: what the rows say after every step, and what can only be seen over time or beside
// the rows: digests, reloads, deadlines, messages that leave, and the processes on the machines.
import { sameDigest, type Random } from '../../base/index.ts'
import type { ServerMessage } from '../../model/index.ts'
import type { Commit, Input, Output, PlainRows } from '../../runtime/core/index.ts'
import { realCore, type SimulatedCore } from '../core.ts'
import type { Observer, Simulation } from '../simulation.ts'
import { brokenFork, digestOf } from './fork.ts'
import { History } from './history.ts'
import { checkInvariants } from './invariants.ts'
import { MachineWatch } from './machines.ts'
import { RowSnapshot } from './snapshot.ts'
import { brokenTotals } from './totals.ts'
import { Twin } from './twin.ts'
import { missedDeadlines, waitingForNothing } from './waiting.ts'

export interface WatchOptions {
  readonly core?: SimulatedCore
  /** Of all moments where everything could be read anew, the share where it is. Default: all. */
  readonly dear?: { readonly share: number; readonly random: Random }
}

export class InvariantWatch implements Observer {
  /** What was found broken, in order. */
  readonly found: string[] = []
  /** The server forgot what it had ordered: what it does not know may run, and be in the way. */
  wasSetBack = false
  readonly #core: SimulatedCore
  readonly #dear: WatchOptions['dear']
  readonly #history = new History()
  readonly #machines = new MachineWatch()
  #snapshot: RowSnapshot | undefined
  #twin: Twin | undefined
  #forgets = false
  #wantsMore = false

  constructor(options: WatchOptions = {}) {
    this.#core = options.core ?? realCore
    this.#dear = options.dear
  }

  beforeStep({ state }: Simulation): void {
    this.#snapshot ??= new RowSnapshot(state)
  }

  /** After every step, in the open transaction. */
  afterStep(simulation: Simulation, input: Input, output: Output): void {
    const { state } = simulation
    this.#wantsMore = output.more
    const snapshot = this.#snapshot!
    const before = snapshot.rows
    const after = snapshot.look(state)
    if (simulation.disk.isDamaged) this.#tell(simulation, ['damage: a step on rows that are not whole'])
    if (before !== after) {
      const { now } = state.env
      const checked = { before, after, now, adopted: adoptedIn(output) }
      this.#tell(simulation, checkInvariants(checked))
      this.#tell(simulation, this.#history.look(checked))
      this.#machines.follow(before, after)
      this.#tell(simulation, brokenTotals(state, after))
      this.#tell(simulation, secondEffect(before, after, input))
    }
    if (this.#twin !== undefined) this.#tell(simulation, this.#twin.step(state.env, input, output))
  }

  /** After a group was sealed, before it is stored. */
  afterGroup(simulation: Simulation, commit: Commit | undefined): void {
    const { state } = simulation
    const isTime = this.#isTime()
    if (isTime) this.#snapshot!.reset(state)
    const rows = this.#snapshot!.look(state)
    if (this.#twin !== undefined) {
      this.#tell(simulation, this.#twin.seal(state.env, commit))
      if (this.#twin.isDone) this.#twin = undefined
    }
    if (isTime) {
      this.#tell(simulation, this.#machines.look(simulation.machines, rows, this))
      this.#tell(simulation, brokenTotals(state, rows))
    }
    // One that asked for more is in the middle of its work.
    if (!this.#wantsMore && (isTime || commit !== undefined)) {
      this.#tell(simulation, waitingForNothing(state, rows))
      this.#tell(simulation, missedDeadlines(state, rows, this.#core.nextWake(state)))
    }
    if (commit === undefined) return
    const stored = simulation.storedHead?.revision ?? 0
    if (commit.revision !== stored + 1) {
      this.#tell(simulation, [`commits: ${commit.revision} after ${stored}`])
    }
  }

  afterStored(simulation: Simulation, commit: Commit): void {
    this.#history.stored()
    if (this.#isTime() && !sameDigest(digestOf(simulation.storedRows), commit.digest))
      this.#tell(simulation, [
        `digest: that of commit ${commit.revision} is not the digest of the stored rows`,
      ])
  }

  /** Nothing is under way: the state is what is stored. */
  afterSettled(simulation: Simulation): void {
    const { state } = simulation
    const isSettled = state.dirtyApps.size === 0 && state.dirtyDeployments.size === 0
    if (!isSettled || !this.#isTime()) return
    this.#tell(simulation, brokenFork(this.#core, state, simulation.now))
  }

  afterLost(simulation: Simulation, isNew: boolean): void {
    this.#twin = undefined
    this.#history.lost()
    this.#snapshot = new RowSnapshot(simulation.state)
    if (this.#forgets) this.#history.forget(this.#snapshot.rows)
    this.#forgets = false
    if (!isNew) return
    const rows = simulation.storedRows.reverse()
    this.#twin = new Twin(this.#core, rows, simulation.state)
  }

  /** What was stored is not there any more, through no fault of the server. */
  afterSetBack(): void {
    this.wasSetBack = true
    this.#forgets = true
  }

  /** A message leaves the server: what it shows is stored. */
  sent(simulation: Simulation, message: ServerMessage): void {
    const stored = simulation.storedHead?.revision ?? 0
    const isAhead = 'revision' in message && message.revision > stored
    if (isAhead) this.#tell(simulation, [`messages: ${message.kind} shows a revision above ${stored}`])
  }

  #isTime(): boolean {
    return this.#dear === undefined || this.#dear.random.chance(this.#dear.share)
  }

  #tell(simulation: Simulation, broken: readonly string[]): void {
    for (const what of broken) this.found.push(`at ${simulation.timeline.now} ms: ${what}`)
  }
}

function adoptedIn({ events }: Output): ReadonlySet<string> {
  const ids = events.map(e => (e.type === 'task_adopted' && 'data' in e ? String(e.data['instanceId']) : ''))
  return new Set(ids)
}

// A request under a key that is known changes nothing of what is wanted.
function secondEffect(before: PlainRows, after: PlainRows, input: Input): string[] {
  if (input.kind !== 'request' || input.key === undefined) return []
  if (!before.request.some(r => r.key === input.key)) return []
  const isSame = before.app === after.app && before.version === after.version && before.stack === after.stack
  return isSame ? [] : [`idempotency: ${input.operation.kind} with key ${input.key} is carried out twice`]
}
