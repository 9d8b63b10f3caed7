// One durable table in memory, and its part of the open transaction: the row that was there at first touch. An index
// follows every change through two hooks, also when a transaction is rolled back, so it can't drift from the rows.
import { compareStrings } from '../../base/index.ts'
import type { Rows, TableName } from './rows.ts'

export interface TableIndex<Row> {
  add(row: Row): void
  /** `next` takes its place; undefined: the row goes. */
  remove(row: Row, next: Row | undefined): void
}

export class Table<T extends TableName> {
  readonly name: T
  readonly #rows = new Map<string, Rows[T]>()
  /** Undefined: the row did not exist when the transaction first touched it. */
  readonly #before = new Map<string, Rows[T] | undefined>()
  readonly #index: TableIndex<Rows[T]> | undefined

  constructor(name: T, index?: TableIndex<Rows[T]>) {
    this.name = name
    this.#index = index
  }

  get size(): number {
    return this.#rows.size
  }

  /** Rows touched by the open transaction. */
  get changes(): number {
    return this.#before.size
  }

  get(key: string): Rows[T] | undefined {
    return this.#rows.get(key)
  }

  has(key: string): boolean {
    return this.#rows.has(key)
  }

  /** In no defined order: whoever decides by it sorts first. */
  values(): IterableIterator<Rows[T]> {
    return this.#rows.values()
  }

  /** Sorted by code point. */
  keys(): string[] {
    return [...this.#rows.keys()].sort(compareStrings)
  }

  put(key: string, row: Rows[T]): void {
    this.#remember(key)
    this.#set(key, row)
  }

  delete(key: string): void {
    if (!this.#rows.has(key)) return
    this.#remember(key)
    this.#unset(key)
  }

  /** Puts or deletes outside any transaction: load and replay. */
  restore(key: string, row: Rows[T] | undefined): void {
    if (row === undefined) this.#unset(key)
    else this.#set(key, row)
  }

  /** What the open transaction changed: keys sorted, rows before and after. */
  changed(): { key: string; before: Rows[T] | undefined; after: Rows[T] | undefined }[] {
    return [...this.#before.keys()]
      .sort(compareStrings)
      .map(key => ({ key, before: this.#before.get(key), after: this.#rows.get(key) }))
  }

  accept(): void {
    this.#before.clear()
  }

  rollback(): void {
    for (const [key, row] of this.#before) this.restore(key, row)
    this.#before.clear()
  }

  #remember(key: string): void {
    if (!this.#before.has(key)) this.#before.set(key, this.#rows.get(key))
  }

  #set(key: string, row: Rows[T]): void {
    const old = this.#rows.get(key)
    if (old !== undefined) this.#index?.remove(old, row)
    this.#rows.set(key, row)
    this.#index?.add(row)
  }

  #unset(key: string): void {
    const old = this.#rows.get(key)
    if (old === undefined) return
    this.#index?.remove(old, undefined)
    this.#rows.delete(key)
  }
}
