// One durable table in memory, and its part of the open transaction: the row that was there at first touch. An index
// follows every change through one hook, also when a transaction is rolled back, so it can't drift from the rows.
// What was loaded and no index looks at stays a text until somebody asks for the row: half of a state are specifications,
// and a server that starts needs few of them.
import { compareStrings } from '../../base/index.ts'
import { parseRow, type PlainTable } from './codec.ts'
import type { Rows, TableName } from './rows.ts'

export interface TableIndex<Row> {
  /** A row comes (no `old`), is replaced, or goes (no `row`). The table holds the new one by then. */
  change(old: Row | undefined, row: Row | undefined): void
}

/** What the open transaction did to one row. */
export interface Change<T extends TableName> {
  readonly key: string
  readonly before: Rows[T] | undefined
  readonly after: Rows[T] | undefined
}

/** Rows touched by the open transaction, over all tables. */
export interface ChangeCount {
  rows: number
}

/** What all tables are to whoever does not look for speed. */
export interface RowTable<T extends TableName> {
  readonly name: T
  readonly size: number
  /** Rows touched by the open transaction. */
  readonly changes: number
  get(key: string): Rows[T] | undefined
  has(key: string): boolean
  /** In no defined order: whoever decides by it sorts first. */
  values(): IterableIterator<Rows[T]>
  /** Sorted by code point. */
  keys(): string[]
  put(key: string, row: Rows[T]): void
  delete(key: string): void
  /** Puts or deletes outside any transaction: load and replay. */
  restore(key: string, row: Rows[T] | undefined): void
  /** What the open transaction changed, sorted by key. */
  changed(): Change<T>[]
  accept(): void
  rollback(): void
}

export class Table<T extends PlainTable> implements RowTable<T> {
  readonly name: T
  readonly #rows = new Map<string, Rows[T] | string>()
  /** Undefined: the row did not exist when the transaction first touched it. */
  readonly #before = new Map<string, Rows[T] | undefined>()
  readonly #count: ChangeCount
  readonly #index: TableIndex<Rows[T]> | undefined

  constructor(name: T, count: ChangeCount, index?: TableIndex<Rows[T]>) {
    this.name = name
    this.#count = count
    this.#index = index
  }

  get size(): number {
    return this.#rows.size
  }

  get changes(): number {
    return this.#before.size
  }

  get(key: string): Rows[T] | undefined {
    const row = this.#rows.get(key)
    return typeof row === 'string' ? this.#parse(key, row) : row
  }

  has(key: string): boolean {
    return this.#rows.has(key)
  }

  *values(): IterableIterator<Rows[T]> {
    for (const [key, row] of this.#rows) yield typeof row === 'string' ? this.#parse(key, row) : row
  }

  keys(): string[] {
    return [...this.#rows.keys()].sort(compareStrings)
  }

  /** For whoever puts them in order himself. */
  unsortedKeys(): IterableIterator<string> {
    return this.#rows.keys()
  }

  put(key: string, row: Rows[T]): void {
    const old = this.get(key)
    this.#remember(key, old)
    this.#set(key, old, row)
  }

  delete(key: string): void {
    const old = this.get(key)
    if (old === undefined) return
    this.#remember(key, old)
    this.#set(key, old, undefined)
  }

  restore(key: string, row: Rows[T] | undefined): void {
    this.#set(key, this.get(key), row)
  }

  /** The same with the row as a text. */
  restoreText(key: string, text: string): void {
    if (this.#index === undefined) this.#rows.set(key, text)
    else this.restore(key, parseRow<T>(text))
  }

  changed(): Change<T>[] {
    return [...this.#before.keys()]
      .sort(compareStrings)
      .map(key => ({ key, before: this.#before.get(key), after: this.get(key) }))
  }

  accept(): void {
    this.#count.rows -= this.#before.size
    this.#before.clear()
  }

  rollback(): void {
    for (const [key, row] of this.#before) this.restore(key, row)
    this.accept()
  }

  #remember(key: string, row: Rows[T] | undefined): void {
    if (this.#before.has(key)) return
    this.#before.set(key, row)
    this.#count.rows++
  }

  #parse(key: string, text: string): Rows[T] {
    const row = parseRow<T>(text)
    this.#rows.set(key, row)
    return row
  }

  #set(key: string, old: Rows[T] | undefined, row: Rows[T] | undefined): void {
    if (old === row) return
    if (row === undefined) this.#rows.delete(key)
    else this.#rows.set(key, row)
    this.#index?.change(old, row)
  }
}
