// Counts of placed instances of the apps that are being placed, kept over steps: made from the app's instances when
// first asked for, then followed row by row. Volatile: what is dropped is counted anew when it is needed.
import type { AgentId, AppId } from '../../../model/index.ts'
import type { AgentIndex } from './agents.ts'
import { PlacedCounts } from './placed.ts'

/** What an instance's row says of its place. */
export interface PlacedRow {
  readonly app: AppId
  readonly runKey: string
  readonly agent: AgentId | null
  readonly unreachable: boolean
}

/** Agents that counts are kept for, over all apps; about 50 MB. */
const maxEntries = 500_000

interface Kept {
  readonly counts: PlacedCounts
  readonly factsVersion: number
}

/** Configurations of one app whose counts are kept; those of the past are not asked for any more. */
const maxRuns = 4

export class PlacedIndex {
  readonly #agents: AgentIndex
  readonly #instances: (app: AppId) => Iterable<PlacedRow>
  /** Several of one configuration only where its specifications differ in what is counted. */
  readonly #kept = new Map<AppId, Map<string, Kept[]>>()
  #entries = 0

  constructor(agents: AgentIndex, instances: (app: AppId) => Iterable<PlacedRow>) {
    this.#agents = agents
    this.#instances = instances
  }

  /** Instances of the app with this configuration, on agents in reach. Followed until `trim` is called. */
  of(app: AppId, runKey: string, fields: readonly string[]): PlacedCounts {
    const version = this.#agents.factsVersion
    for (const { counts, factsVersion } of this.#kept.get(app)?.get(runKey) ?? []) {
      if (factsVersion !== version) continue
      if (fields.every(field => counts.fields.includes(field))) return counts
    }
    const counts = new PlacedCounts(fields)
    for (const row of this.#instances(app)) if (row.runKey === runKey) this.#count(counts, row, 1)
    this.#keep(app, runKey, { counts, factsVersion: version })
    return counts
  }

  /** Before an app is placed: what is kept for it of old goes, and everything if it has become too much. */
  trim(app: AppId): void {
    if (this.#entries > maxEntries) return this.clear()
    const runs = this.#kept.get(app)
    if (runs === undefined) return
    if (runs.size > maxRuns) return void this.#kept.delete(app)
    const version = this.#agents.factsVersion
    for (const [runKey, kept] of runs) {
      if (kept.some(k => k.factsVersion !== version)) runs.delete(runKey)
    }
  }

  /** A row comes (no `old`), is replaced, or goes (no `row`). */
  change(old: PlacedRow | undefined, row: PlacedRow | undefined): void {
    if (this.#kept.size === 0 || isSamePlace(old, row)) return
    if (old !== undefined) this.#follow(old, -1)
    if (row !== undefined) this.#follow(row, 1)
  }

  clear(): void {
    this.#kept.clear()
    this.#entries = 0
  }

  /** Everything kept, for whoever counts it anew. */
  *entries(): IterableIterator<{ app: AppId; runKey: string; counts: PlacedCounts }> {
    for (const [app, runs] of this.#kept) {
      for (const [runKey, all] of runs) {
        for (const { counts, factsVersion } of all) {
          if (factsVersion === this.#agents.factsVersion) yield { app, runKey, counts }
        }
      }
    }
  }

  #keep(app: AppId, runKey: string, kept: Kept): void {
    let runs = this.#kept.get(app)
    if (runs === undefined) this.#kept.set(app, (runs = new Map()))
    const all = runs.get(runKey)
    if (all === undefined) runs.set(runKey, [kept])
    else all.push(kept)
    this.#entries += 1 + kept.counts.agents
  }

  #follow(row: PlacedRow, by: 1 | -1): void {
    for (const { counts } of this.#kept.get(row.app)?.get(row.runKey) ?? []) {
      const before = counts.agents
      this.#count(counts, row, by)
      if (counts.agents > before) this.#entries++
    }
  }

  #count(counts: PlacedCounts, row: PlacedRow, by: 1 | -1): void {
    if (row.agent === null || row.unreachable) return
    const agent = this.#agents.get(row.agent)
    if (agent === undefined) return
    if (by > 0) counts.add(agent)
    else counts.remove(agent.id)
  }
}

function isSamePlace(old: PlacedRow | undefined, row: PlacedRow | undefined): boolean {
  return (
    old !== undefined &&
    row !== undefined &&
    old.agent === row.agent &&
    old.unreachable === row.unreachable &&
    old.runKey === row.runKey &&
    old.app === row.app
  )
}
