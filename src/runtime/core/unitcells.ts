// Where the rows of instances and allocations stand, of which there are millions. In memory they are what they are on
// disk, bytes (see unitbytes.ts); the rows of a unit are made from them when somebody asks, in a cell, which the two
// tables share (see instancetable.ts, allocationtable.ts). What the open transaction touched stays in its cell until it
// is stored; of the others some thousands are kept, since who asks once often asks again.
import type { DigestSum } from '../../base/index.ts'
import type { InstanceId } from '../../model/index.ts'
import type { Aliases } from './aliases.ts'
import type { AllocationRow, InstanceRow } from './rows.ts'
import { UnitBytes } from './unitbytes.ts'
import { UnitIds } from './unitids.ts'
import { UnitReader } from './unitreader.ts'
import type { Unit } from './units.ts'

/** Allocations of one instance, by incarnation. Lists are replaced, never changed. */
export type Held = AllocationRow | readonly AllocationRow[]

export interface Cell {
  readonly id: InstanceId
  /** Says nothing about order, and is given to another unit when this one is gone. */
  readonly handle: number
  instance: InstanceRow | undefined
  held: Held | undefined
  /** What the open transaction touched. */
  touched: Touched | undefined
  /** Among those that may be forgotten. */
  isKept: boolean
}

/** A cell as it was before the open transaction. */
export interface Touched {
  readonly cell: Cell
  /** Of `part`: which tables touched it. */
  parts: number
  instance: InstanceRow | undefined
  held: Held | undefined
  /** The unit as the sealed commit has it, and the lanes of its hash (see DigestSum); undefined: it stays. */
  value: Uint8Array | undefined
  high: number
  low: number
}

export const part = { instance: 1, allocation: 2 } as const

/** Cells kept beyond those that the open transaction touched: all of a usual cluster, about 50 MB. */
const usuallyKept = 2 ** 16

export class UnitCells {
  readonly #ids = new UnitIds()
  readonly #bytes = new UnitBytes()
  readonly #cells: (Cell | undefined)[] = []
  readonly #reader: UnitReader
  #touched: Touched[] = []
  // Handles of kept cells, oldest at `#oldest`.
  #kept: number[] = []
  #oldest = 0
  #maxKept = usuallyKept
  // The same one is asked for several times in a row.
  #last: Cell | undefined

  constructor(aliases: Aliases) {
    this.#reader = new UnitReader(aliases)
  }

  /** How many cells are kept; fewer in tests, which have rows made anew with it. */
  keep(count: number): void {
    for (const handle of this.#kept) this.#forget(handle)
    this.#kept = []
    this.#oldest = 0
    this.#maxKept = count
  }

  get(id: InstanceId): Cell | undefined {
    if (this.#last?.id === id) return this.#last
    return this.#found(this.#ids.find(id), id)
  }

  /** Its cell, made if there is none. */
  take(id: InstanceId): Cell {
    if (this.#last?.id === id) return this.#last
    const found = this.#ids.find(id)
    const known = this.#found(found, id)
    if (known !== undefined) return known
    return this.#madeFor(id, this.#ids.add(id, found >= 0))
  }

  /** The cell with this handle; undefined: it is not in use. */
  at(handle: number): Cell | undefined {
    return this.#cells[handle] ?? (this.#bytes.has(handle) ? this.#recall(handle, undefined) : undefined)
  }

  /** In no defined order; to be read only. Some may be empty. */
  *cells(): IterableIterator<Readonly<Cell>> {
    for (let handle = 0; handle < this.#ids.limit; handle++) {
      const cell =
        this.#cells[handle] ?? (this.#bytes.has(handle) ? this.#made(handle, undefined) : undefined)
      if (cell !== undefined) yield cell
    }
  }

  /** What the open transaction touched, oldest first. */
  touched(): readonly Touched[] {
    return this.#touched
  }

  /** Before a table changes its part of a cell. True: for the first time in this transaction. */
  touch(cell: Cell, of: number): boolean {
    let touched = cell.touched
    if (touched === undefined) {
      const { instance, held } = cell
      touched = { cell, parts: 0, instance, held, value: undefined, high: 0, low: 0 }
      cell.touched = touched
      // It may have been forgotten since it was asked for.
      this.#cells[cell.handle] = cell
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
      const { cell, value, high, low } = touched
      if (cell.touched !== touched) continue
      cell.touched = undefined
      if (isEmpty(cell)) this.dropEmpty(cell)
      else {
        if (value !== undefined) {
          this.#bytes.put(cell.handle, value)
          this.#bytes.setHash(cell.handle, high, low)
        }
        this.#keep(cell)
      }
    }
    if (!isLeft) this.#touched = []
  }

  /** The transaction is taken back: what it sealed counts for nothing. */
  unseal(): void {
    for (const touched of this.#touched) touched.value = undefined
  }

  /** A unit that nobody knows yet, from its stored row, still without its rows. Once they are there: `restored`. */
  bring(id: InstanceId, value: Uint8Array): Cell {
    const handle = this.#ids.add(id, false)
    this.#bytes.put(handle, value)
    return this.#madeFor(id, handle)
  }

  /** Outside any transaction a row of the cell changes: until `restored` it is not what is stored. */
  detach(cell: Cell): void {
    this.#cells[cell.handle] = cell
    this.#bytes.delete(cell.handle)
  }

  /** The rows of the unit were restored from these bytes. */
  restored(cell: Cell, value: Uint8Array): void {
    if (!this.#bytes.has(cell.handle)) this.#bytes.put(cell.handle, value)
    this.#keep(cell)
  }

  dropEmpty(cell: Cell): void {
    if (!isEmpty(cell) || cell.touched !== undefined) return
    const { handle } = cell
    this.detach(cell)
    this.#ids.remove(handle)
    this.#cells[handle] = undefined
    this.#last = undefined
  }

  /** The row of the unit as it is stored; not a copy. Undefined: it is not. */
  storedOf({ handle }: Cell): Uint8Array | undefined {
    return this.#bytes.has(handle) ? this.#bytes.of(handle) : undefined
  }

  /** Takes the hash of the stored row out of the sum. */
  subtract({ handle }: Cell, key: string, sum: DigestSum): void {
    const bytes = this.#bytes
    if (bytes.isSummed(handle)) sum.subtractHash(bytes.highOf(handle), bytes.lowOf(handle))
    else sum.subtract(key, bytes.of(handle))
  }

  #madeFor(id: InstanceId, handle: number): Cell {
    const cell: Cell = { id, handle, instance: undefined, held: undefined, touched: undefined, isKept: false }
    this.#cells[handle] = cell
    this.#last = cell
    return cell
  }

  #found(handle: number, id: InstanceId): Cell | undefined {
    if (handle < 0) return undefined
    const cell = this.#cells[handle] ?? this.#recall(handle, id)
    // Another one may have the same UUID.
    if (cell?.id !== id) return undefined
    this.#last = cell
    return cell
  }

  #recall(handle: number, id: InstanceId | undefined): Cell | undefined {
    const cell = this.#made(handle, id)
    if (cell === undefined) return undefined
    this.#cells[handle] = cell
    this.#keep(cell)
    return cell
  }

  // Undefined: the id asked for is not the unit's.
  #made(handle: number, id: InstanceId | undefined): Cell | undefined {
    const bytes = this.#bytes
    const unit = this.#reader.recall(
      bytes.bufferOf(handle),
      bytes.startOf(handle),
      bytes.lengthOf(handle),
      id ?? this.#ids.nameOf(handle),
      this.#ids.countHighOf(handle),
      this.#ids.countLowOf(handle),
    )
    return unit && cellOf(handle, unit)
  }

  #keep(cell: Cell): void {
    if (cell.isKept) return
    cell.isKept = true
    if (this.#kept.length < this.#maxKept) {
      this.#kept.push(cell.handle)
      return
    }
    if (this.#maxKept === 0) return this.#forget(cell.handle)
    const oldest = this.#kept[this.#oldest]!
    this.#kept[this.#oldest] = cell.handle
    this.#oldest = (this.#oldest + 1) % this.#maxKept
    this.#forget(oldest)
  }

  // What is touched, or stored nowhere else, is kept all the same: it comes here again when it is settled.
  #forget(handle: number): void {
    const cell = this.#cells[handle]
    if (cell === undefined || !cell.isKept) return
    cell.isKept = false
    if (cell.touched !== undefined || !this.#bytes.has(handle)) return
    this.#cells[handle] = undefined
    if (this.#last === cell) this.#last = undefined
  }
}

function cellOf(handle: number, { id, instance, allocations }: Unit): Cell {
  const held = allocations.length > 1 ? allocations : allocations[0]
  return { id, handle, instance, held, touched: undefined, isKept: false }
}

function isEmpty(cell: Cell): boolean {
  return cell.instance === undefined && cell.held === undefined
}
