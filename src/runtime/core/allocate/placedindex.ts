// Counts of placed instances of the apps that are being placed, kept over steps: made from the app's instances when
// first asked for, then followed row by row. Volatile: what is dropped is counted anew when it is needed.
import type { AppId } from '../../../model/index.ts'
import type { AgentIndex } from './agents.ts'
import { PlacedCounts } from './placed.ts'

/** What an instance's row says of its place. */
export interface PlacedRow {
  readonly app: AppId
  readonly runKey: string
  readonly agent: string | null
  readonly unreachable: boolean
}

/** Agents that counts are kept for, over all apps; about 50 MB. */
const maxEntries = 500_000

interface Kept {
  readonly counts: PlacedCounts
  readonly factsVersion: number
}

export class PlacedIndex {
  readonly #agents: AgentIndex
  readonly #instances: (app: AppId) => Iterable<PlacedRow>
  readonly #kept = new Map<AppId, Map<string, Kept>>()
  #entries = 0

  constructor(agents: AgentIndex, instances: (app: AppId) => Iterable<PlacedRow>) {
    this.#agents = agents
    this.#instances = instances
  }

  /** Instances of the app with this configuration, on agents in reach. */
  of(app: AppId, runKey: string, fields: readonly string[]): PlacedCounts {
    const known = this.#kept.get(app)?.get(runKey)
    if (known !== undefined && known.factsVersion === this.#agents.factsVersion) {
      if (fields.every(field => known.counts.fields.includes(field))) return known.counts
    }
    const counts = new PlacedCounts(fields)
    for (const row of this.#instances(app)) if (row.runKey === runKey) this.#count(counts, row, 1)
    this.#keep(app, runKey, counts)
    return counts
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
      for (const [runKey, { counts, factsVersion }] of runs) {
        if (factsVersion === this.#agents.factsVersion) yield { app, runKey, counts }
      }
    }
  }

  #keep(app: AppId, runKey: string, counts: PlacedCounts): void {
    if (this.#entries > maxEntries) this.clear()
    let runs = this.#kept.get(app)
    if (runs === undefined) this.#kept.set(app, (runs = new Map()))
    // One app has few configurations at a time; those of the past are not asked for any more.
    if (runs.size >= 4) runs.clear()
    runs.set(runKey, { counts, factsVersion: this.#agents.factsVersion })
    this.#entries += 1 + counts.agents
  }

  #follow(row: PlacedRow, by: 1 | -1): void {
    const kept = this.#kept.get(row.app)?.get(row.runKey)
    if (kept !== undefined && this.#count(kept.counts, row, by)) this.#entries++
  }

  // True when an agent was counted that was not there before.
  #count(counts: PlacedCounts, row: PlacedRow, by: 1 | -1): boolean {
    if (row.agent === null || row.unreachable) return false
    const agent = this.#agents.get(row.agent as never)
    if (agent === undefined) return false
    const before = counts.agents
    if (by > 0) counts.add(agent)
    else counts.remove(agent.id)
    return counts.agents > before
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
