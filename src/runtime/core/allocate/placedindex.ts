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

/** What all counts together may take, about; those of an app on 5,000 agents take 20 to 40 KB. */
const mostBytes = 50_000_000

interface Kept {
  readonly counts: PlacedCounts
  readonly factsVersion: number
}

/** Configurations of one app whose counts are kept; those of the past are not asked for any more. */
const maxRuns = 4

export class PlacedIndex {
  readonly #agents: AgentIndex
  readonly #instances: (app: AppId) => Iterable<PlacedRow>
  readonly #mostBytes: number
  /**
   * The app asked for last comes last. Several of one configuration only where its specifications differ in what is
   * counted.
   */
  readonly #kept = new Map<AppId, Map<string, Kept[]>>()
  #bytes = 0

  constructor(agents: AgentIndex, instances: (app: AppId) => Iterable<PlacedRow>, most = mostBytes) {
    this.#agents = agents
    this.#instances = instances
    this.#mostBytes = most
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

  /** Before an app is placed: what is kept for it of old goes, and of all apps what was not asked for the longest. */
  trim(app: AppId): void {
    const runs = this.#kept.get(app)
    if (runs !== undefined) {
      this.#kept.delete(app)
      for (const [runKey, kept] of runs) if (kept.some(k => this.#isStale(k))) this.#drop(runs, runKey)
      if (runs.size > maxRuns) for (const runKey of runs.keys()) this.#drop(runs, runKey)
      if (runs.size > 0) this.#kept.set(app, runs)
    }
    for (const [other, itsRuns] of this.#kept) {
      if (this.#bytes <= this.#mostBytes || other === app) return
      for (const runKey of itsRuns.keys()) this.#drop(itsRuns, runKey)
      this.#kept.delete(other)
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
    this.#bytes = 0
  }

  /** Everything kept, for whoever counts it anew. */
  *entries(): IterableIterator<{ app: AppId; runKey: string; counts: PlacedCounts }> {
    for (const [app, runs] of this.#kept) {
      for (const [runKey, all] of runs) {
        for (const kept of all) if (!this.#isStale(kept)) yield { app, runKey, counts: kept.counts }
      }
    }
  }

  #keep(app: AppId, runKey: string, kept: Kept): void {
    let runs = this.#kept.get(app)
    if (runs === undefined) this.#kept.set(app, (runs = new Map()))
    const all = runs.get(runKey)
    if (all === undefined) runs.set(runKey, [kept])
    else all.push(kept)
    this.#bytes += kept.counts.bytes
  }

  #drop(runs: Map<string, Kept[]>, runKey: string): void {
    for (const { counts } of runs.get(runKey)!) this.#bytes -= counts.bytes
    runs.delete(runKey)
  }

  // What was counted under other attributes can't be followed.
  #follow(row: PlacedRow, by: 1 | -1): void {
    for (const kept of this.#kept.get(row.app)?.get(row.runKey) ?? []) {
      if (this.#isStale(kept)) continue
      this.#bytes -= kept.counts.bytes
      this.#count(kept.counts, row, by)
      this.#bytes += kept.counts.bytes
    }
  }

  #count(counts: PlacedCounts, row: PlacedRow, by: 1 | -1): void {
    if (row.agent === null || row.unreachable) return
    const agent = this.#agents.get(row.agent)
    if (agent === undefined) return
    if (by > 0) counts.add(agent)
    else counts.remove(agent)
  }

  #isStale({ factsVersion }: Kept): boolean {
    return factsVersion !== this.#agents.factsVersion
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
