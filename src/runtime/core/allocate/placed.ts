// Where the instances of one app are, counted per agent and per value of each field that its constraints or spreads
// name. Kept by difference, so that placing the next instance never scans the others. Counted are instances with an
// agent that is reachable and with the app's present configuration: an old and a new instance may share an agent in a
// rollout.
import { assert } from '../../../base/index.ts'
import type { AgentId, App, Constraint } from '../../../model/index.ts'
import type { AgentFacts } from './facts.ts'
import { fieldText } from './fields.ts'

/** Fields of an app by which its instances are counted. */
export function countedFields(app: Pick<App, 'constraints' | 'spreads'>): readonly string[] {
  if (app.constraints.length === 0 && app.spreads === undefined) return none
  const fields = app.constraints.filter(isCounting).map(([field]) => field)
  for (const spread of app.spreads ?? []) fields.push(spread.field)
  return [...new Set(fields)]
}

/** Whether a constraint looks at what is placed already; the others look at the agent alone. */
export function isCounting([, operator, value]: Constraint): boolean {
  return counting.has(operator) && !(operator === 'CLUSTER' && value !== undefined)
}

/** From so many agents on, counts are kept by handle: a search asks for them at every agent that it passes. */
const denseAgents = 64

/** An agent with counts stands for so many handles at most, then the array is smaller than a map. */
const handlesPerAgent = 32

/** What counts of nothing take, and an entry of a map, about. */
const bytesPerCounts = 1000
const bytesPerEntry = 48

/** An agent of an index has a handle there. */
type Counted = AgentFacts & { readonly handle?: number }

/** Agents that are counted must keep their attributes and handles: whoever changes one counts anew. */
export class PlacedCounts {
  readonly fields: readonly string[]
  /** Those of few agents; empty once they are kept by handle. */
  readonly #few = new Map<AgentId, { count: number; readonly handle: number }>()
  #byHandle: Uint32Array | undefined
  readonly #groups: Groups[]
  #agents = 0
  #total = 0

  constructor(by: readonly Constraint[] | readonly string[]) {
    this.fields = [...new Set(by.filter(b => typeof b === 'string' || isCounting(b)).map(nameOf))]
    this.#groups = this.fields.map(() => new Groups())
  }

  get total(): number {
    return this.#total
  }

  /** Memory taken, about. */
  get bytes(): number {
    let bytes = bytesPerCounts + 2 * bytesPerEntry * this.#few.size + (this.#byHandle?.byteLength ?? 0)
    for (const { sizes } of this.#groups) bytes += bytesPerEntry * sizes.size
    return bytes
  }

  add(agent: Counted): void {
    if (this.#change(agent, 1) === 1) {
      this.#agents++
      if (this.#byHandle === undefined && isPowerOfTwo(this.#agents)) this.#spreadOut()
    }
    this.#count(agent, 1)
  }

  /** One instance less on the agent. */
  remove(agent: Counted): void {
    if (this.#change(agent, -1) === 0) this.#agents--
    this.#count(agent, -1)
  }

  onAgent({ id, handle }: Pick<Counted, 'id' | 'handle'>): number {
    if (this.#byHandle === undefined) return this.#few.get(id)?.count ?? 0
    return this.#byHandle[handle!] ?? 0
  }

  /** The same, by the handle in the index that all counted agents are of. */
  atHandle(handle: number, index: { at(handle: number): { readonly id: AgentId } }): number {
    const dense = this.#byHandle
    if (dense === undefined) return this.#few.get(index.at(handle).id)?.count ?? 0
    return handle < dense.length ? dense[handle]! : 0
  }

  /** Instances per value of a field; an agent without the attribute counts under undefined. Empty groups are absent. */
  groups(field: string): ReadonlyMap<string | undefined, number> {
    return this.#groupsOf(field)?.sizes ?? empty
  }

  /** Instances in the smallest group of a field; 0 without any. */
  smallestGroup(field: string): number {
    return this.#groupsOf(field)?.smallest ?? 0
  }

  #groupsOf(field: string): Groups | undefined {
    return this.#groups[this.fields.indexOf(field)]
  }

  // How many are on the agent then.
  #change({ id, handle = -1 }: Counted, by: 1 | -1): number {
    const dense = this.#byHandle
    if (dense !== undefined) {
      assert(handle >= 0 && (by > 0 || dense[handle]! > 0), `nothing of the app is on agent ${id}`)
      if (handle >= dense.length) this.#grow(2 * handle)
      return (this.#byHandle![handle]! += by)
    }
    let held = this.#few.get(id)
    if (held === undefined) {
      assert(by > 0, `nothing of the app is on agent ${id}`)
      held = { count: 0, handle }
      this.#few.set(id, held)
    }
    held.count += by
    if (held.count === 0) this.#few.delete(id)
    return held.count
  }

  #spreadOut(): void {
    if (this.#agents < denseAgents) return
    let highest = 0
    for (const { handle } of this.#few.values()) {
      if (handle < 0) return
      highest = Math.max(highest, handle)
    }
    if (highest >= handlesPerAgent * this.#agents) return
    this.#grow(highest + 1)
    for (const { handle, count } of this.#few.values()) this.#byHandle![handle] = count
    this.#few.clear()
  }

  #grow(length: number): void {
    const longer = new Uint32Array(length)
    if (this.#byHandle !== undefined) longer.set(this.#byHandle)
    this.#byHandle = longer
  }

  #count(agent: Counted, by: 1 | -1): void {
    this.#total += by
    for (let i = 0; i < this.fields.length; i++) {
      this.#groups[i]!.count(fieldText(agent, this.fields[i]!), by)
    }
  }
}

// The smallest size is kept with the number of groups of each size, so that asking for it costs nothing.
class Groups {
  readonly sizes = new Map<string | undefined, number>()
  readonly #withSize = new Map<number, number>()
  smallest = 0

  count(value: string | undefined, by: 1 | -1): void {
    const before = this.sizes.get(value) ?? 0
    const after = before + by
    if (after === 0) this.sizes.delete(value)
    else this.sizes.set(value, after)
    if (before > 0) this.#countSize(before, -1)
    if (after > 0) this.#countSize(after, 1)
    if (this.sizes.size === 0) this.smallest = 0
    else if (after > 0 && (this.smallest === 0 || after < this.smallest)) this.smallest = after
    else while (!this.#withSize.has(this.smallest)) this.smallest++
  }

  #countSize(size: number, by: 1 | -1): void {
    const groups = (this.#withSize.get(size) ?? 0) + by
    if (groups === 0) this.#withSize.delete(size)
    else this.#withSize.set(size, groups)
  }
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0
}

function nameOf(by: Constraint | string): string {
  return typeof by === 'string' ? by : by[0]
}

const counting: ReadonlySet<Constraint[1]> = new Set(['UNIQUE', 'CLUSTER', 'GROUP_BY', 'MAX_PER'])
const none: readonly string[] = []
const empty: ReadonlyMap<string | undefined, number> = new Map()
