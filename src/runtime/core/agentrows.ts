// What one agent is to do, kept by difference: its allocations, the digest by which both sides compare their sets, and
// what has changed since it was told last. So a message, a pong or a hello costs what changed, not what the agent holds.
import { addDigest, emptyDigest, subtractDigest, type Digest } from '../../base/index.ts'
import { assignmentDigest, setHashText, type AgentId } from '../../model/index.ts'
import type { AllocationTable } from './allocationtable.ts'
import { allocationKey, type AllocationRow } from './rows.ts'

export class AgentRows {
  readonly #agent: AgentId
  readonly #table: AllocationTable
  /** Handles of the instances that have rows here. */
  readonly #instances = new Set<number>()
  #size = 0
  /** Undefined until somebody asks: a server that starts need not know it of all agents. */
  #digest: Digest | undefined
  /** The greatest generation of a row that is or was here; undefined: to be counted anew. */
  #gen: number | undefined
  /** Handles of instances whose rows got a generation above `#changedFrom`; undefined: not followed, nobody listens. */
  #changed: number[] | undefined
  #changedFrom = 0

  constructor(agent: AgentId, table: AllocationTable) {
    this.#agent = agent
    this.#table = table
  }

  get size(): number {
    return this.#size
  }

  /** As the agent counts it (see setHash). */
  get setHash(): string {
    if (this.#digest === undefined) {
      this.#digest = emptyDigest
      for (const row of this.values()) this.#digest = addDigest(this.#digest, assignmentDigest(row))
    }
    return setHashText(this.#digest)
  }

  get gen(): number {
    if (this.#gen === undefined) {
      this.#gen = 0
      for (const row of this.values()) this.#gen = Math.max(this.#gen, row.gen)
    }
    return this.#gen
  }

  /** In no defined order. */
  *values(): IterableIterator<AllocationRow> {
    for (const instance of this.#instances) yield* this.#rowsOf(instance)
  }

  *keys(): IterableIterator<string> {
    for (const row of this.values()) yield allocationKey(row.instance, row.incarnation)
  }

  *[Symbol.iterator](): IterableIterator<[string, AllocationRow]> {
    for (const row of this.values()) yield [allocationKey(row.instance, row.incarnation), row]
  }

  /** Rows with a higher generation, by generation. */
  above(gen: number): AllocationRow[] {
    const among =
      this.#changed === undefined || gen < this.#changedFrom ? this.#instances : new Set(this.#changed)
    const rows: AllocationRow[] = []
    for (const instance of among) for (const row of this.#rowsOf(instance)) if (row.gen > gen) rows.push(row)
    return rows.sort((a, b) => a.gen - b.gen)
  }

  /** What has a generation up to this one was told; what comes now is taken note of. */
  told(gen: number): void {
    this.#changed = []
    this.#changedFrom = gen
  }

  /** Nobody is told: what changes is not taken note of. */
  unfollow(): void {
    this.#changed = undefined
  }

  /** The transaction was rolled back. */
  recount(): void {
    this.#gen = undefined
    this.#changed = undefined
  }

  /** A row of this agent comes, is replaced, or goes. */
  change(old: AllocationRow | undefined, row: AllocationRow | undefined, handle: number): void {
    const isSame = old !== undefined && row !== undefined && old.gen === row.gen && old.goal === row.goal
    if (isSame) return
    this.#size += Number(row !== undefined) - Number(old !== undefined)
    if (this.#digest !== undefined) this.#digest = changed(this.#digest, old, row)
    if (row === undefined) {
      if (this.#rowsOf(handle).length === 0) this.#instances.delete(handle)
      return
    }
    this.#instances.add(handle)
    if (this.#gen !== undefined && row.gen > this.#gen) this.#gen = row.gen
    if (old?.gen !== row.gen) this.#changed?.push(handle)
  }

  #rowsOf(handle: number): readonly AllocationRow[] {
    const rows = this.#table.at(handle)
    return rows.length === 1 && rows[0]!.agent === this.#agent
      ? rows
      : rows.filter(r => r.agent === this.#agent)
  }
}

function changed(sum: Digest, old: AllocationRow | undefined, row: AllocationRow | undefined): Digest {
  const without = old === undefined ? sum : subtractDigest(sum, assignmentDigest(old))
  return row === undefined ? without : addDigest(without, assignmentDigest(row))
}
