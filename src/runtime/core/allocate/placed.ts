// Where the instances of one app are, counted per agent and per value of each field that its constraints name. Kept by
// difference, so that placing the next instance never scans the others. Counted are instances with an agent that is
// reachable and with the app's present configuration: an old and a new instance may share an agent in a rollout.
import { assert } from '../../../base/index.ts'
import type { AgentId, Constraint } from '../../../model/index.ts'
import type { AgentFacts } from './agents.ts'
import { fieldText } from './fields.ts'

export class PlacedCounts {
  /** Fields of the constraints that look at what is placed already. */
  readonly #fields: readonly string[]
  readonly #agents = new Map<AgentId, { count: number; values: readonly (string | undefined)[] }>()
  readonly #groups = new Map<string, Map<string | undefined, number>>()
  #total = 0

  constructor(constraints: readonly Constraint[]) {
    this.#fields = [...new Set(constraints.filter(([, operator]) => counting.has(operator)).map(c => c[0]))]
    for (const field of this.#fields) this.#groups.set(field, new Map())
  }

  get total(): number {
    return this.#total
  }

  add(agent: AgentFacts): void {
    let held = this.#agents.get(agent.id)
    if (held === undefined) {
      held = { count: 0, values: this.#fields.map(field => fieldText(agent, field)) }
      this.#agents.set(agent.id, held)
    }
    held.count++
    this.#count(held.values, 1)
  }

  /** One instance less on the agent, under the values that were counted when it came. */
  remove(agent: AgentId): void {
    const held = this.#agents.get(agent)
    assert(held !== undefined, `nothing of the app is on agent ${agent}`)
    held.count--
    this.#count(held.values, -1)
    if (held.count === 0) this.#agents.delete(agent)
  }

  onAgent(agent: AgentId): number {
    return this.#agents.get(agent)?.count ?? 0
  }

  /** Instances per value of a field; an agent without the attribute counts under undefined. Empty groups are absent. */
  groups(field: string): ReadonlyMap<string | undefined, number> {
    return this.#groups.get(field) ?? empty
  }

  #count(values: readonly (string | undefined)[], by: 1 | -1): void {
    this.#total += by
    for (const [i, field] of this.#fields.entries()) {
      const groups = this.#groups.get(field)!
      const now = (groups.get(values[i]) ?? 0) + by
      if (now === 0) groups.delete(values[i])
      else groups.set(values[i], now)
    }
  }
}

const counting: ReadonlySet<Constraint[1]> = new Set(['UNIQUE', 'CLUSTER', 'GROUP_BY', 'MAX_PER'])
const empty: ReadonlyMap<string | undefined, number> = new Map()
