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

/** From so many agents on, counts are also kept by handle: a search asks for them at every agent that it passes. */
const denseAgents = 64

/** An agent of an index has a handle there. */
type Counted = AgentFacts & { readonly handle?: number }

export class PlacedCounts {
  readonly fields: readonly string[]
  #byHandle: Uint32Array | undefined
  readonly #agents = new Map<AgentId, Held>()
  readonly #groups: Groups[]
  #total = 0

  constructor(by: readonly Constraint[] | readonly string[]) {
    this.fields = [...new Set(by.filter(b => typeof b === 'string' || isCounting(b)).map(nameOf))]
    this.#groups = this.fields.map(() => new Groups())
  }

  get total(): number {
    return this.#total
  }

  /** Agents with at least one. */
  get agents(): number {
    return this.#agents.size
  }

  add(agent: Counted): void {
    let held = this.#agents.get(agent.id)
    if (held === undefined) {
      const values = this.fields.length === 0 ? none : this.fields.map(field => fieldText(agent, field))
      held = { count: 0, values, handle: agent.handle ?? -1 }
      this.#agents.set(agent.id, held)
      if (this.#agents.size === denseAgents) this.#spreadOut()
    }
    held.count++
    this.#note(held)
    this.#count(held.values, 1)
  }

  /** One instance less on the agent, under the values that were counted when it came. */
  remove(agent: AgentId): void {
    const held = this.#agents.get(agent)
    assert(held !== undefined, `nothing of the app is on agent ${agent}`)
    held.count--
    this.#note(held)
    this.#count(held.values, -1)
    if (held.count === 0) this.#agents.delete(agent)
  }

  onAgent(agent: AgentId): number {
    return this.#agents.get(agent)?.count ?? 0
  }

  /** The same, by the handle in the index that all counted agents are of. */
  atHandle(handle: number, index: { at(handle: number): { readonly id: AgentId } }): number {
    const dense = this.#byHandle
    if (dense === undefined) return this.onAgent(index.at(handle).id)
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

  #spreadOut(): void {
    const all = [...this.#agents.values()]
    if (all.some(held => held.handle < 0)) return
    this.#byHandle = new Uint32Array(2 * denseAgents)
    for (const held of all) this.#note(held)
  }

  #note({ handle, count }: Held): void {
    if (this.#byHandle === undefined) return
    if (handle >= this.#byHandle.length) {
      const longer = new Uint32Array(2 * handle)
      longer.set(this.#byHandle)
      this.#byHandle = longer
    }
    this.#byHandle[handle] = count
  }

  #count(values: readonly (string | undefined)[], by: 1 | -1): void {
    this.#total += by
    for (let i = 0; i < values.length; i++) this.#groups[i]!.count(values[i], by)
  }
}

interface Held {
  count: number
  readonly handle: number
  readonly values: readonly (string | undefined)[]
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

function nameOf(by: Constraint | string): string {
  return typeof by === 'string' ? by : by[0]
}

const counting: ReadonlySet<Constraint[1]> = new Set(['UNIQUE', 'CLUSTER', 'GROUP_BY', 'MAX_PER'])
const none: readonly string[] = []
const empty: ReadonlyMap<string | undefined, number> = new Map()
