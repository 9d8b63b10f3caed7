// The rows of a state as plain lists, followed by difference: after a step only the lists of tables that it touched are
// made anew, so that looking at every step costs what the step changed. Rows are never changed in place; an old list
// stays what it was.
import { tableNames, type PlainRows, type State, type TableName } from '../../runtime/core/index.ts'

type Lists = { [T in TableName]: { readonly key: string; readonly row: object }[] }

export class RowSnapshot {
  #maps = new Map<TableName, Map<string, object>>()
  #rows: PlainRows

  constructor(state: State) {
    this.#rows = this.#all(state)
  }

  /** As of the last look. */
  get rows(): PlainRows {
    return this.#rows
  }

  /** Follows what the open transaction changed since the last look. The same lists where nothing did. */
  look(state: State): PlainRows {
    let next: Partial<Lists> | undefined
    for (const name of tableNames) {
      const table = state.tables[name]
      if (table.changes === 0) continue
      const map = this.#maps.get(name)!
      let isChanged = false
      for (const { key, after } of table.changed()) {
        if (map.get(key) === after) continue
        isChanged = true
        if (after === undefined) map.delete(key)
        else map.set(key, after)
      }
      if (isChanged) next = { ...next, [name]: listOf(map) }
    }
    if (next !== undefined) this.#rows = { ...this.#rows, ...(next as Partial<PlainRows>) }
    return this.#rows
  }

  /** Everything is read anew: after a load or a rollback. */
  reset(state: State): void {
    this.#rows = this.#all(state)
  }

  #all(state: State): PlainRows {
    this.#maps = new Map(
      tableNames.map(name => {
        const table = state.tables[name]
        return [name, new Map<string, object>(table.keys().map(key => [key, table.get(key)!]))]
      }),
    )
    const lists = Object.fromEntries(tableNames.map(name => [name, listOf(this.#maps.get(name)!)]))
    return lists as unknown as PlainRows
  }
}

function listOf(map: ReadonlyMap<string, object>): { key: string; row: object }[] {
  return [...map].map(([key, row]) => ({ key, row }))
}
