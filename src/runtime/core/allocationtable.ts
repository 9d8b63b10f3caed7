// The table of allocations: as the others (see table.ts), but found by instance and incarnation without making a key of
// them. There are millions, a text for each would cost more than the row, and nearly always an instance has one.
import { assert, compareStrings } from '../../base/index.ts'
import type { InstanceId } from '../../model/index.ts'
import { allocationKey, type AllocationRow } from './rows.ts'
import type { Change, ChangeCount, RowTable } from './table.ts'

/** Of one instance, by incarnation. Lists are replaced, never changed. */
type Held = AllocationRow | readonly AllocationRow[]

export interface AllocationIndex {
  /** A row comes (no `old`), is replaced, or goes (no `row`). The table holds the new one by then. */
  change(old: AllocationRow | undefined, row: AllocationRow | undefined): void
}

export class AllocationTable implements RowTable<'allocation'> {
  readonly name = 'allocation'
  readonly #rows = new Map<InstanceId, Held>()
  readonly #before = new Map<InstanceId, Held | undefined>()
  readonly #count: ChangeCount
  readonly #index: AllocationIndex
  #size = 0

  constructor(count: ChangeCount, index: AllocationIndex) {
    this.#count = count
    this.#index = index
  }

  get size(): number {
    return this.#size
  }

  /** Instances whose allocations the open transaction touched. */
  get changes(): number {
    return this.#before.size
  }

  find(instance: InstanceId, incarnation: number): AllocationRow | undefined {
    return incarnationIn(this.#rows.get(instance), incarnation)
  }

  /** All of an instance: the present one, and older ones that have not ended on agents that are away. */
  of(instance: InstanceId): readonly AllocationRow[] {
    return listOf(this.#rows.get(instance))
  }

  get(key: string): AllocationRow | undefined {
    const { instance, incarnation } = partsOf(key)
    return this.find(instance, incarnation)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  *values(): IterableIterator<AllocationRow> {
    for (const held of this.#rows.values()) {
      if (isMany(held)) yield* held
      else yield held
    }
  }

  keys(): string[] {
    const keys: string[] = []
    for (const row of this.values()) keys.push(keyOf(row))
    return keys.sort(compareStrings)
  }

  put(key: string, row: AllocationRow): void {
    assert(key.startsWith(row.instance), `allocation ${key} is put as ${keyOf(row)}`)
    this.set(row)
  }

  set(row: AllocationRow): void {
    this.#remember(row.instance)
    this.#replace(row.instance, row.incarnation, row)
  }

  delete(key: string): void {
    const { instance, incarnation } = partsOf(key)
    if (this.find(instance, incarnation) === undefined) return
    this.#remember(instance)
    this.#replace(instance, incarnation, undefined)
  }

  /** As `restore`, without making a key. */
  bring(row: AllocationRow): void {
    this.#replace(row.instance, row.incarnation, row)
  }

  restore(key: string, row: AllocationRow | undefined): void {
    const { instance, incarnation } = row ?? partsOf(key)
    this.#replace(instance, incarnation, row)
  }

  /** Instances whose allocations the open transaction touched. */
  touched(): IterableIterator<InstanceId> {
    return this.#before.keys()
  }

  /** All of an instance, as they were before the open transaction. */
  were(instance: InstanceId): readonly AllocationRow[] {
    return this.#before.has(instance) ? listOf(this.#before.get(instance)) : this.of(instance)
  }

  changed(): Change<'allocation'>[] {
    const changes: Change<'allocation'>[] = []
    for (const [instance, held] of this.#before) {
      const before = listOf(held)
      const after = this.of(instance)
      for (const row of after) {
        const old = before.find(b => b.incarnation === row.incarnation)
        if (old !== row) changes.push({ key: keyOf(row), before: old, after: row })
      }
      for (const row of before) {
        if (after.every(a => a.incarnation !== row.incarnation)) {
          changes.push({ key: keyOf(row), before: row, after: undefined })
        }
      }
    }
    return changes.sort((a, b) => compareStrings(a.key, b.key))
  }

  accept(): void {
    this.#count.rows -= this.#before.size
    this.#before.clear()
  }

  rollback(): void {
    for (const [instance, held] of this.#before) {
      const before = listOf(held)
      for (const row of this.of(instance)) {
        if (before.every(b => b.incarnation !== row.incarnation)) {
          this.#replace(instance, row.incarnation, undefined)
        }
      }
      for (const row of before) this.#replace(instance, row.incarnation, row)
    }
    this.accept()
  }

  #remember(instance: InstanceId): void {
    if (this.#before.has(instance)) return
    this.#before.set(instance, this.#rows.get(instance))
    this.#count.rows++
  }

  #replace(instance: InstanceId, incarnation: number, row: AllocationRow | undefined): void {
    const held = this.#rows.get(instance)
    const old = incarnationIn(held, incarnation)
    if (old === row) return
    if (held === undefined || held === old) {
      if (row === undefined) this.#rows.delete(instance)
      else this.#rows.set(instance, row)
    } else {
      const others = listOf(held).filter(other => other !== old)
      const rows = row === undefined ? others : [...others, row].sort((a, b) => a.incarnation - b.incarnation)
      this.#rows.set(instance, rows.length > 1 ? rows : rows[0]!)
    }
    this.#size += Number(row !== undefined) - Number(old !== undefined)
    this.#index.change(old, row)
  }
}

function incarnationIn(held: Held | undefined, incarnation: number): AllocationRow | undefined {
  if (held === undefined) return undefined
  if (!isMany(held)) return held.incarnation === incarnation ? held : undefined
  return held.find(row => row.incarnation === incarnation)
}

function listOf(held: Held | undefined): readonly AllocationRow[] {
  return held === undefined ? nothing : isMany(held) ? held : [held]
}

function isMany(held: Held): held is readonly AllocationRow[] {
  return Array.isArray(held)
}

function keyOf(row: AllocationRow): string {
  return allocationKey(row.instance, row.incarnation)
}

function partsOf(key: string): { instance: InstanceId; incarnation: number } {
  const cut = key.lastIndexOf('/')
  return { instance: key.slice(0, cut) as InstanceId, incarnation: Number(key.slice(cut + 1)) }
}

const nothing: readonly AllocationRow[] = []
