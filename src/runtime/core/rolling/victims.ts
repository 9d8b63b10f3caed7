// Which instances go when fewer are wanted, in Marathon's order. One difference: an instance that was never
// placed goes before any that runs. Whether a stop is allowed at all is the caller's business.
import { compareStrings, type ClusterMs } from '../../../base/index.ts'
import type { App, Condition, Constraint, InstanceId } from '../../../model/index.ts'
import type { AgentFacts } from '../allocate/agents.ts'
import { fieldText } from '../allocate/fields.ts'

export interface VictimCandidate {
  readonly id: InstanceId
  /** An instance without an agent is Scheduled, whatever became of its last task. */
  readonly condition: Condition
  /** 0: not known. */
  readonly stagedAt: ClusterMs
  readonly activeSince: ClusterMs
  /** Where it is; absent while it is Scheduled. */
  readonly agent?: Pick<AgentFacts, 'hostname' | 'attributes'>
}

export interface VictimOptions {
  readonly selection: App['killSelection']
  /** Named by whoever asked; they go first, in this order. */
  readonly requested: readonly InstanceId[]
  readonly constraints: readonly Constraint[]
}

/** The ids of those that go, in order: `count` of them, or as many as are requested when that is more. */
export function chooseVictims(
  candidates: readonly VictimCandidate[],
  count: number,
  { selection, requested, constraints }: VictimOptions,
): readonly InstanceId[] {
  const left = new Map(candidates.map(c => [c.id, c]))
  const victims: InstanceId[] = []
  const take = (id: InstanceId): void => {
    if (left.delete(id)) victims.push(id)
  }
  requested.forEach(take)
  const ordered = [...left.values()].sort(ordinaryOrder(selection))
  for (const candidate of ordered) {
    if (victims.length < count && candidate.condition === 'Scheduled') take(candidate.id)
  }
  const placed = ordered.filter(c => left.has(c.id))
  for (const pick of balancingPicks(placed, count - victims.length, constraints)) take(pick.id)
  for (const candidate of placed) if (victims.length < count) take(candidate.id)
  return victims
}

/** Lower dies first. */
const weights: Partial<Record<Condition, number>> = {
  Scheduled: 0,
  Unreachable: 1,
  Provisioned: 2,
  Staging: 2,
  Starting: 3,
  Running: 4,
}
const otherWeight = 5

function ordinaryOrder(selection: App['killSelection']): (a: VictimCandidate, b: VictimCandidate) => number {
  const sign = selection === 'YOUNGEST_FIRST' ? -1 : 1
  return (a, b) => {
    const weight = weightOf(a) - weightOf(b)
    if (weight !== 0) return weight
    const [ageA, ageB] = [since(a), since(b)]
    if (ageA !== ageB) return ageA === 0 ? -1 : ageB === 0 ? 1 : sign * (ageA - ageB)
    return compareStrings(a.id, b.id)
  }
}

function weightOf(candidate: VictimCandidate): number {
  return weights[candidate.condition] ?? otherWeight
}

function since(candidate: VictimCandidate): ClusterMs {
  return candidate.condition === 'Running' ? candidate.activeSince : candidate.stagedAt
}

/**
 * Instances whose going leaves every GROUP_BY constraint's sizes within one of each other, or nearer than before: taken
 * from the largest groups of the most uneven constraint. Stops when none is left or all are to go.
 */
function balancingPicks(
  placed: readonly VictimCandidate[],
  count: number,
  constraints: readonly Constraint[],
): readonly Grouped[] {
  const grouping = constraints.filter(([, operator]) => operator === 'GROUP_BY')
  if (grouping.length === 0 || count <= 0 || count >= placed.length) return []
  const left = new Set(placed.map(c => ({ id: c.id, groups: groupsOf(c, grouping) })))
  const sizes: Sizes[] = grouping.map(() => new Map())
  for (const candidate of left) {
    for (const [i, groups] of sizes.entries()) add(groups, candidate.groups[i], 1)
  }
  const picks: Grouped[] = []
  while (picks.length < count) {
    const uneven = mostUneven(sizes)
    const largest = Math.max(...sizes[uneven]!.values())
    const fromLargest = (c: Grouped): boolean => sizes[uneven]!.get(c.groups[uneven]) === largest
    const pick =
      first(left, c => fromLargest(c) && evens(sizes, c)) ??
      first(left, c => !fromLargest(c) && evens(sizes, c))
    if (pick === undefined) break
    picks.push(pick)
    left.delete(pick)
    for (const [i, groups] of sizes.entries()) add(groups, pick.groups[i], -1)
  }
  return picks
}

interface Grouped {
  readonly id: InstanceId
  /** Its agent's value for each GROUP_BY constraint. */
  readonly groups: readonly (string | undefined)[]
}

/** Instances per value of one field. */
type Sizes = Map<string | undefined, number>

function groupsOf(
  { agent }: VictimCandidate,
  grouping: readonly Constraint[],
): readonly (string | undefined)[] {
  return grouping.map(([field]) => (agent === undefined ? undefined : fieldText(agent, field)))
}

function first<T>(items: Iterable<T>, test: (item: T) => boolean): T | undefined {
  for (const item of items) if (test(item)) return item
  return undefined
}

function mostUneven(sizes: readonly Sizes[]): number {
  let worst = 0
  for (let i = 1; i < sizes.length; i++) if (spread(sizes[i]!) > spread(sizes[worst]!)) worst = i
  return worst
}

function evens(sizes: readonly Sizes[], candidate: Grouped): boolean {
  return sizes.every((groups, i) => {
    const before = spread(groups)
    add(groups, candidate.groups[i], -1)
    const after = spread(groups)
    add(groups, candidate.groups[i], 1)
    return after <= 1 || after < before
  })
}

// A group that went empty still counts as one of size 0, else emptying a rack would look even.
function spread(groups: Sizes): number {
  return groups.size === 0 ? 0 : Math.max(...groups.values()) - Math.min(...groups.values())
}

function add(groups: Sizes, value: string | undefined, by: 1 | -1): void {
  groups.set(value, (groups.get(value) ?? 0) + by)
}
