// The table of instances: as the others (see table.ts), on cells that it shares with the allocations.
import { compareStrings } from '../../base/index.ts'
import type { InstanceId } from '../../model/index.ts'
import type { InstanceRow } from './rows.ts'
import type { Change, ChangeCount, RowTable } from './table.ts'
import { part, type Cell, type UnitCells } from './unitcells.ts'

export interface InstanceIndex {
  /** A row comes (no `old`), is replaced, or goes (no `row`). The table holds the new one by then. `handle`: its cell's. */
  change(old: InstanceRow | undefined, row: InstanceRow | undefined, handle: number): void
}

export class InstanceTable implements RowTable<'instance'> {
  readonly name = 'instance'
  readonly #cells: UnitCells
  readonly #count: ChangeCount
  readonly #index: InstanceIndex
  #size = 0
  #changes = 0

  constructor(cells: UnitCells, count: ChangeCount, index: InstanceIndex) {
    this.#cells = cells
    this.#count = count
    this.#index = index
  }

  get size(): number {
    return this.#size
  }

  get changes(): number {
    return this.#changes
  }

  get(key: string): InstanceRow | undefined {
    return this.#cells.get(key as InstanceId)?.instance
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  *values(): IterableIterator<InstanceRow> {
    for (const { instance } of this.#cells.cells()) if (instance !== undefined) yield instance
  }

  keys(): string[] {
    const keys: string[] = []
    for (const { id, instance } of this.#cells.cells()) if (instance !== undefined) keys.push(id)
    return keys.sort(compareStrings)
  }

  put(key: string, row: InstanceRow): void {
    const cell = this.#cells.take(key as InstanceId)
    this.#remember(cell)
    this.#set(cell, row)
  }

  delete(key: string): void {
    const cell = this.#cells.get(key as InstanceId)
    if (cell?.instance === undefined) return
    this.#remember(cell)
    this.#set(cell, undefined)
  }

  /** The row of a unit that nobody knew. */
  arrive(cell: Cell, row: InstanceRow): void {
    this.#set(cell, row)
  }

  restore(key: string, row: InstanceRow | undefined): void {
    const cell = this.#cells.take(key as InstanceId)
    this.#cells.detach(cell)
    this.#set(cell, row)
    this.#cells.dropEmpty(cell)
  }

  changed(): Change<'instance'>[] {
    const changes: Change<'instance'>[] = []
    for (const { cell, parts, instance } of this.#cells.touched()) {
      if ((parts & part.instance) !== 0)
        changes.push({ key: cell.id, before: instance, after: cell.instance })
    }
    return changes.sort((a, b) => compareStrings(a.key, b.key))
  }

  accept(): void {
    this.#count.rows -= this.#changes
    this.#changes = 0
    this.#cells.settle(part.instance)
  }

  rollback(): void {
    this.#cells.unseal()
    for (const { cell, parts, instance } of this.#cells.touched()) {
      if ((parts & part.instance) !== 0) this.#set(cell, instance)
    }
    this.accept()
  }

  #remember(cell: Cell): void {
    if (!this.#cells.touch(cell, part.instance)) return
    this.#changes++
    this.#count.rows++
  }

  #set(cell: Cell, row: InstanceRow | undefined): void {
    const old = cell.instance
    if (old === row) return
    cell.instance = row
    this.#size += Number(row !== undefined) - Number(old !== undefined)
    this.#index.change(old, row, cell.handle)
  }
}
