// Which instances go when fewer are wanted (spec: Marathon, choosing victims). Differences: an instance that was never
// placed goes before any that runs, and a stop that would break the promise of health is not taken at all: unhealthy
// instances go in its place, or the rest waits.
import { compareStrings, type ClusterMs } from '../../../base/index.ts'
import type { App, InstanceId } from '../../../model/index.ts'

export interface VictimCandidate {
  readonly id: InstanceId
  /** How far it is; an instance that ended and waits for its next place is `scheduled`. */
  readonly stage: 'scheduled' | 'unreachable' | 'staging' | 'starting' | 'running'
  /** Strictly: running, reachable, all checks alive, ready. */
  readonly healthy: boolean
  /** When its stage began; 0: not known. */
  readonly since: ClusterMs
  /** Its agent's values for the app's GROUP_BY constraints (see groupValues); empty when it has no agent. */
  readonly groups?: readonly (string | undefined)[]
}

export interface VictimOptions {
  readonly selection: App['killSelection']
  /** Named by whoever asked; they go first, in this order, whatever their health. */
  readonly requested?: readonly InstanceId[]
  /** How many healthy instances may be stopped; without it all. Requested ones don't count against it. */
  readonly healthyAllowed?: number
}

/** At most `count` ids, in the order in which they go; fewer when the promise of health forbids more. */
export function chooseVictims(
  candidates: readonly VictimCandidate[],
  count: number,
  options: VictimOptions,
): readonly InstanceId[] {
  const byId = new Map(candidates.map(c => [c.id, c]))
  const requested = [...new Set(options.requested ?? [])].filter(id => byId.has(id))
  const wanted = Math.max(count, requested.length)
  const victims = requested.slice(0, wanted)
  for (const id of victims) byId.delete(id)
  const ordered = killOrder([...byId.values()], wanted - victims.length, options.selection)
  let healthyAllowed = options.healthyAllowed ?? Infinity
  for (const candidate of ordered) {
    if (victims.length >= wanted) break
    if (candidate.healthy && healthyAllowed-- <= 0) continue
    victims.push(candidate.id)
  }
  return victims
}

/** All candidates in the ordinary order: never placed, then what evens out GROUP_BY, then by stage and age. */
export function killOrder(
  candidates: readonly VictimCandidate[],
  count: number,
  selection: App['killSelection'],
): readonly VictimCandidate[] {
  const ordered = [...candidates].sort(ordinaryOrder(selection))
  const scheduled = ordered.filter(c => c.stage === 'scheduled')
  const placed = ordered.filter(c => c.stage !== 'scheduled')
  const picks = balancingPicks(placed, count - scheduled.length)
  return [...scheduled, ...picks, ...placed.filter(c => !picks.includes(c))]
}

/** Lower dies first. */
const weights = { scheduled: 0, unreachable: 1, staging: 2, starting: 3, running: 4 } as const

function ordinaryOrder(selection: App['killSelection']) {
  const sign = selection === 'YOUNGEST_FIRST' ? -1 : 1
  return (a: VictimCandidate, b: VictimCandidate): number => {
    if (a.stage !== b.stage) return weights[a.stage] - weights[b.stage]
    if (a.since !== b.since) {
      if (a.since === 0) return -1
      if (b.since === 0) return 1
      return sign * (a.since - b.since)
    }
    return compareStrings(a.id, b.id)
  }
}

/**
 * Instances whose going leaves every GROUP_BY constraint's sizes within one of each other, or nearer than before: taken
 * from the largest groups of the most uneven constraint. Stops when none is left or all are to go.
 */
function balancingPicks(placed: readonly VictimCandidate[], count: number): readonly VictimCandidate[] {
  const constraints = Math.max(0, ...placed.map(c => c.groups?.length ?? 0))
  if (constraints === 0 || count <= 0 || count >= placed.length) return []
  const sizes = Array.from({ length: constraints }, () => new Map<string | undefined, number>())
  for (const candidate of placed) {
    for (const [i, groups] of sizes.entries()) add(groups, candidate.groups?.[i], 1)
  }
  const left = new Set(placed)
  const picks: VictimCandidate[] = []
  while (picks.length < count) {
    const uneven = mostUneven(sizes)
    const largest = Math.max(...sizes[uneven]!.values())
    const fromLargest = (c: VictimCandidate): boolean => sizes[uneven]!.get(c.groups?.[uneven]) === largest
    const pick =
      first(left, c => fromLargest(c) && evens(sizes, c)) ??
      first(left, c => !fromLargest(c) && evens(sizes, c))
    if (pick === undefined) break
    picks.push(pick)
    left.delete(pick)
    for (const [i, groups] of sizes.entries()) add(groups, pick.groups?.[i], -1)
  }
  return picks
}

function first<T>(items: Iterable<T>, test: (item: T) => boolean): T | undefined {
  for (const item of items) if (test(item)) return item
  return undefined
}

function mostUneven(sizes: readonly ReadonlyMap<string | undefined, number>[]): number {
  let worst = 0
  for (let i = 1; i < sizes.length; i++) if (spread(sizes[i]!) > spread(sizes[worst]!)) worst = i
  return worst
}

function evens(sizes: readonly Map<string | undefined, number>[], candidate: VictimCandidate): boolean {
  return sizes.every((groups, i) => {
    const before = spread(groups)
    add(groups, candidate.groups?.[i], -1)
    const after = spread(groups)
    add(groups, candidate.groups?.[i], 1)
    return after <= 1 || after < before
  })
}

// A group that went empty still counts as one of size 0, else emptying a rack would look even.
function spread(groups: ReadonlyMap<string | undefined, number>): number {
  return groups.size === 0 ? 0 : Math.max(...groups.values()) - Math.min(...groups.values())
}

function add(groups: Map<string | undefined, number>, value: string | undefined, by: 1 | -1): void {
  groups.set(value, (groups.get(value) ?? 0) + by)
}
