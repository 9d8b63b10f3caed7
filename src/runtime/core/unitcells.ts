// Where the rows of instances and allocations stand: one cell for each instance, which its two tables share (see
// instancetable.ts, allocationtable.ts). There are millions: a row is found with one look, and what the open transaction
// and the digest need of it stands beside it instead of in further maps.
import type { InstanceId } from '../../model/index.ts'
import type { AllocationRow, InstanceRow } from './rows.ts'

/** Allocations of one instance, by incarnation. Lists are replaced, never changed. */
export type Held = AllocationRow | readonly AllocationRow[]

export interface Cell {
  instance: InstanceRow | undefined
  held: Held | undefined
  /** What the open transaction touched. */
  touched: Touched | undefined
  /** Lanes of the hash of the unit as it is stored (see DigestSum); undefined: not worked out yet. */
  high: number | undefined
  low: number
}

/** A cell as it was before the open transaction. */
export interface Touched {
  readonly id: InstanceId
  readonly cell: Cell
  /** Of `part`: which tables touched it. */
  parts: number
  instance: InstanceRow | undefined
  held: Held | undefined
  /** Hash of the unit as the sealed commit has it; undefined: it stays. */
  high: number | undefined
  low: number
}

export const part = { instance: 1, allocation: 2 } as const

export class UnitCells {
  readonly #cells = new Map<InstanceId, Cell>()
  #touched: Touched[] = []
  // The same one is asked for several times in a row.
  #lastId: InstanceId | undefined
  #last: Cell | undefined

  get(id: InstanceId): Cell | undefined {
    if (id === this.#lastId) return this.#last
    const cell = this.#cells.get(id)
    if (cell === undefined) return undefined
    this.#lastId = id
    this.#last = cell
    return cell
  }

  /** Its cell, made if there is none. */
  take(id: InstanceId): Cell {
    const known = this.get(id)
    if (known !== undefined) return known
    const cell: Cell = { instance: undefined, held: undefined, touched: undefined, high: undefined, low: 0 }
    this.#cells.set(id, cell)
    this.#lastId = id
    this.#last = cell
    return cell
  }

  /** In no defined order. Some may be empty. */
  entries(): IterableIterator<[InstanceId, Cell]> {
    return this.#cells.entries()
  }

  cells(): IterableIterator<Cell> {
    return this.#cells.values()
  }

  /** What the open transaction touched, oldest first. */
  touched(): readonly Touched[] {
    return this.#touched
  }

  /** Before a table changes its part of a cell. True: for the first time in this transaction. */
  touch(id: InstanceId, cell: Cell, of: number): boolean {
    let touched = cell.touched
    if (touched === undefined) {
      const { instance, held } = cell
      touched = { id, cell, parts: 0, instance, held, high: undefined, low: 0 }
      cell.touched = touched
      this.#touched.push(touched)
    } else if ((touched.parts & of) !== 0) return false
    // What the other table did meanwhile does not show in this part.
    touched.parts |= of
    return true
  }

  /** A table has ended its part of the transaction. */
  settle(of: number): void {
    let isLeft = false
    for (const touched of this.#touched) {
      touched.parts &= ~of
      if (touched.parts !== 0) {
        isLeft = true
        continue
      }
      const { id, cell, high, low } = touched
      if (cell.touched !== touched) continue
      cell.touched = undefined
      if (high !== undefined) {
        cell.high = high
        cell.low = low
      }
      this.dropEmpty(id, cell)
    }
    if (!isLeft) this.#touched = []
  }

  /** The transaction is taken back: what it sealed counts for nothing. */
  unseal(): void {
    for (const touched of this.#touched) touched.high = undefined
  }

  dropEmpty(id: InstanceId, cell: Cell): void {
    if (cell.instance !== undefined || cell.held !== undefined || cell.touched !== undefined) return
    this.#cells.delete(id)
    this.#lastId = undefined
    this.#last = undefined
  }
}
