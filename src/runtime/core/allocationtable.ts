// The table of allocations: as the others (see table.ts), but found by instance and incarnation without making a key of
// them. There are millions, a text for each would cost more than the row, and nearly always an instance has one.
// They stand in cells that this table shares with the instances.
import { assert, compareStrings } from '../../base/index.ts'
import type { InstanceId } from '../../model/index.ts'
import { allocationKey, type AllocationRow } from './rows.ts'
import type { Change, ChangeCount, RowTable } from './table.ts'
import { part, type Cell, type Held, type UnitCells } from './unitcells.ts'

export interface AllocationIndex {
  /** A row comes (no `old`), is replaced, or goes (no `row`). The table holds the new one by then. `handle`: its cell's. */
  change(old: AllocationRow | undefined, row: AllocationRow | undefined, handle: number): void
}

export class AllocationTable implements RowTable<'allocation'> {
  readonly name = 'allocation'
  readonly #cells: UnitCells
  readonly #count: ChangeCount
  readonly #index: AllocationIndex
  #size = 0
  #changes = 0

  constructor(cells: UnitCells, count: ChangeCount, index: AllocationIndex) {
    this.#cells = cells
    this.#count = count
    this.#index = index
  }

  get size(): number {
    return this.#size
  }

  /** Instances whose allocations the open transaction touched. */
  get changes(): number {
    return this.#changes
  }

  find(instance: InstanceId, incarnation: number): AllocationRow | undefined {
    return incarnationIn(this.#cells.get(instance)?.held, incarnation)
  }

  /** All of the instance with this handle; none if it has gone. */
  at(handle: number): readonly AllocationRow[] {
    return listOf(this.#cells.at(handle)?.held)
  }

  /** All of an instance: the present one, and older ones that have not ended on agents that are away. */
  of(instance: InstanceId): readonly AllocationRow[] {
    return listOf(this.#cells.get(instance)?.held)
  }

  get(key: string): AllocationRow | undefined {
    const { instance, incarnation } = partsOf(key)
    return this.find(instance, incarnation)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  *values(): IterableIterator<AllocationRow> {
    for (const { held } of this.#cells.cells()) {
      if (held === undefined) continue
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
    const cell = this.#cells.take(row.instance)
    this.#remember(cell)
    this.#replace(cell, row.incarnation, row)
  }

  /** The last status heard of it. No index counts by that, and it comes with every report. */
  setStatusSeq(row: AllocationRow, statusSeq: number): void {
    const cell = this.#cells.take(row.instance)
    this.#remember(cell)
    const next = { ...row, statusSeq }
    const { held } = cell
    cell.held =
      held !== undefined && isMany(held)
        ? held.map(other => (other.incarnation === row.incarnation ? next : other))
        : next
  }

  delete(key: string): void {
    const { instance, incarnation } = partsOf(key)
    const cell = this.#cells.get(instance)
    if (cell === undefined || incarnationIn(cell.held, incarnation) === undefined) return
    this.#remember(cell)
    this.#replace(cell, incarnation, undefined)
  }

  /** Rows of a unit that nobody knew, by incarnation. */
  arrive(cell: Cell, rows: readonly AllocationRow[]): void {
    if (rows.length > 0) cell.held = rows.length > 1 ? rows : rows[0]
    this.#size += rows.length
    for (const row of rows) this.#index.change(undefined, row, cell.handle)
  }

  /** As `restore`, without making a key. */
  bring(row: AllocationRow): void {
    this.#restore(row.instance, row.incarnation, row)
  }

  restore(key: string, row: AllocationRow | undefined): void {
    const { instance, incarnation } = row ?? partsOf(key)
    this.#restore(instance, incarnation, row)
  }

  changed(): Change<'allocation'>[] {
    const changes: Change<'allocation'>[] = []
    for (const { cell, parts, held } of this.#cells.touched()) {
      if ((parts & part.allocation) === 0) continue
      const before = listOf(held)
      const after = listOf(cell.held)
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
    this.#count.rows -= this.#changes
    this.#changes = 0
    this.#cells.settle(part.allocation)
  }

  rollback(): void {
    this.#cells.unseal()
    for (const { cell, parts, held } of this.#cells.touched()) {
      if ((parts & part.allocation) === 0) continue
      const before = listOf(held)
      for (const row of listOf(cell.held)) {
        if (before.every(b => b.incarnation !== row.incarnation)) {
          this.#replace(cell, row.incarnation, undefined)
        }
      }
      for (const row of before) this.#replace(cell, row.incarnation, row)
    }
    this.accept()
  }

  #remember(cell: Cell): void {
    if (!this.#cells.touch(cell, part.allocation)) return
    this.#changes++
    this.#count.rows++
  }

  #restore(instance: InstanceId, incarnation: number, row: AllocationRow | undefined): void {
    const cell = this.#cells.take(instance)
    this.#cells.detach(cell)
    this.#replace(cell, incarnation, row)
    this.#cells.dropEmpty(cell)
  }

  #replace(cell: Cell, incarnation: number, row: AllocationRow | undefined): void {
    const { held } = cell
    const old = incarnationIn(held, incarnation)
    if (old === row) return
    if (held === undefined || held === old) cell.held = row
    else {
      const others = listOf(held).filter(other => other !== old)
      const rows = row === undefined ? others : [...others, row].sort((a, b) => a.incarnation - b.incarnation)
      cell.held = rows.length > 1 ? rows : rows[0]
    }
    this.#size += Number(row !== undefined) - Number(old !== undefined)
    this.#index.change(old, row, cell.handle)
  }
}

function incarnationIn(held: Held | undefined, incarnation: number): AllocationRow | undefined {
  if (held === undefined) return undefined
  if (!isMany(held)) return held.incarnation === incarnation ? held : undefined
  return held.find(row => row.incarnation === incarnation)
}

export function listOf(held: Held | undefined): readonly AllocationRow[] {
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
