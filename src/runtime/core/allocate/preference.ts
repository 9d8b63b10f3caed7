// What an app would rather have: affinities and spreads. They rank agents that pass all filters and exclude none. One
// figure per agent, larger is better: each affinity that holds adds its weight; each spread adds its weight times the
// share that is still missing at the agent's value (negative when there are more than wanted).
import type { Affinity, App, Spread } from '../../../model/index.ts'
import { constraintAccepts } from './constraints.ts'
import type { AgentFacts } from './facts.ts'
import { fieldText, isHostname } from './fields.ts'
import { PlacedCounts } from './placed.ts'

/** A whole share: figures are integers. */
const unit = 1_000_000

type Softness = Pick<App, 'affinities' | 'spreads'>

export class Preference {
  /** A term looks at the host name: the figure differs within a class. */
  readonly isPerAgent: boolean
  readonly #affinities: readonly Affinity[]
  readonly #spreads: readonly Wanted[]
  readonly #placed: PlacedCounts

  /**
   * `instances`: how many the app shall have. `values`: over how many different values of a field agents that may run it
   * are spread, for spreads without targets.
   */
  constructor(app: Softness, placed: PlacedCounts, instances: number, values: (field: string) => number) {
    this.#affinities = app.affinities ?? []
    this.#spreads = (app.spreads ?? []).map(spread => wantedBy(spread, instances, values))
    this.#placed = placed
    this.isPerAgent = [...this.#affinities, ...this.#spreads].some(term => isHostname(term.field))
  }

  /** Whether the figure of one agent changes when a copy goes to the other. */
  movesWith(agent: Pick<AgentFacts, 'hostname' | 'attributes'>, other: typeof agent): boolean {
    return this.#spreads.some(
      ({ field, shares }) => shares.size > 0 || fieldText(agent, field) === fieldText(other, field),
    )
  }

  of(agent: Pick<AgentFacts, 'id' | 'hostname' | 'attributes'>): number {
    let sum = 0
    for (const affinity of this.#affinities) if (holds(affinity, agent)) sum += affinity.weight * unit
    for (const spread of this.#spreads) sum += spread.weight * this.#missing(spread, agent)
    return sum
  }

  #missing(spread: Wanted, agent: Pick<AgentFacts, 'hostname' | 'attributes'>): number {
    const value = fieldText(agent, spread.field)
    const groups = this.#placed.groups(spread.field)
    const share = value === undefined ? undefined : spread.shares.get(value)
    if (share !== undefined) return missingShare(share, groups.get(value) ?? 0)
    if (spread.shares.size === 0) return missingShare(spread.rest, groups.get(value) ?? 0)
    // Values without a target share what is left.
    let others = this.#placed.total
    for (const named of spread.shares.keys()) others -= groups.get(named) ?? 0
    return missingShare(spread.rest, others)
  }
}

/** Whether an app prefers some agents to others. */
export function hasPreference(app: Softness): boolean {
  return (app.affinities?.length ?? 0) > 0 || (app.spreads?.length ?? 0) > 0
}

interface Wanted {
  readonly field: string
  readonly weight: number
  /** Instances wanted per value that has a target. */
  readonly shares: ReadonlyMap<string, number>
  /** Without targets: instances wanted for each value. With targets: for all values together that have none. */
  readonly rest: number
}

function wantedBy(spread: Spread, instances: number, values: (field: string) => number): Wanted {
  const { field, weight, targets = [] } = spread
  if (targets.length === 0) {
    const rest = Math.max(1, Math.ceil(instances / Math.max(1, values(field))))
    return { field, weight, shares: new Map(), rest }
  }
  const shareOf = (percent: number): number => Math.ceil((instances * percent) / 100)
  const named = targets.reduce((sum, target) => sum + target.percent, 0)
  const shares = new Map(targets.map(({ value, percent }) => [value, shareOf(percent)]))
  return { field, weight, shares, rest: shareOf(Math.max(0, 100 - named)) }
}

function missingShare(wanted: number, there: number): number {
  return wanted === 0 ? -unit - there : Math.floor(((wanted - there) * unit) / wanted)
}

const nothing = new PlacedCounts([])

function holds(
  { field, operator, value }: Affinity,
  agent: Pick<AgentFacts, 'id' | 'hostname' | 'attributes'>,
): boolean {
  return constraintAccepts([field, operator, value], agent, nothing)
}
