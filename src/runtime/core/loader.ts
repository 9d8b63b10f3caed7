// A state from its rows, one by one as a store reads them: nothing is kept but the state. Rows may come in any order; in
// the order of their keys none has to wait, since units come behind what they need.
import { assert } from '../../base/index.ts'
import type { SpecHash } from '../../model/index.ts'
import { rowText } from './codec.ts'
import { allocationKey, plainTables } from './rows.ts'
import { State } from './state.ts'
import type { Commit, Row, Settings } from './types.ts'
import { UnitReader } from './unitreader.ts'
import { isUnitKey, type Unit } from './units.ts'

export function newLoader(settings?: Settings): Loader {
  return new Loader(settings)
}

class Loader {
  readonly #state: State
  readonly #units: UnitReader
  /** Units that came before what they need. */
  readonly #early: Row[] = []
  /** Numbers of aliases whose agent or specification was seen. */
  readonly #isThere: boolean[] = []

  constructor(settings?: Settings) {
    this.#state = new State(settings)
    this.#units = new UnitReader(this.#state.aliases)
  }

  /** The value must not change until `finish`. */
  add(row: Row): void {
    if (!isUnitKey(row.key)) restorePlain(this.#state, row)
    else if (!this.#restoreUnit(row, false)) this.#early.push(row)
  }

  /** All rows were added. The digest is believed: whoever read the rows has summed them up. */
  finish({ revision, now, utc, digest }: Pick<Commit, 'revision' | 'now' | 'utc' | 'digest'>): State {
    const state = this.#state
    for (const row of this.#early) {
      assert(this.#restoreUnit(row, true), `what ${row.key} names is not there`)
    }
    state.aliases.loaded()
    state.digest = digest
    state.revision = revision
    state.now = now
    state.utc = utc
    for (const hash of state.tables.spec.unsortedKeys()) {
      if (!state.specReferences.has(hash as SpecHash)) state.specGarbage.add(hash as SpecHash)
    }
    state.lookAtAll()
    return state
  }

  // False: it came too early.
  #restoreUnit({ key, value }: Row, isLast: boolean): boolean {
    const unit = this.#units.read(key, value)
    if (unit === undefined || (!isLast && !this.#isComplete())) return false
    this.#units.use()
    // A key comes once, so nothing of it is there.
    const { units, tables } = this.#state
    const cell = units.bring(unit.id, value)
    tables.allocation.arrive(cell, unit.allocations)
    if (unit.instance !== undefined) tables.instance.arrive(cell, unit.instance)
    units.restored(cell, value)
    return true
  }

  // Free resources and ports are counted per agent, health by the checks of a specification, which says too for which
  // protocol a port is held.
  #isComplete(): boolean {
    for (const { alias } of this.#units.named) {
      if (this.#isThere[alias.number] === true) continue
      const { agent, spec } = this.#state.tables
      if (alias.kind === 'agent' ? !agent.has(alias.agent) : !spec.has(alias.spec)) return false
      this.#isThere[alias.number] = true
    }
    return true
  }
}

/** Puts or takes away a row outside any transaction. */
export function restorePlain(
  state: State,
  { key, value }: { key: string; value: Uint8Array | undefined },
): void {
  const { table, rowKey } = splitKey(key)
  if (value === undefined) state.tables[table].restore(rowKey, undefined)
  else state.tables[table].restoreText(rowKey, rowText(table, value))
}

/** Makes the state hold this unit and nothing else of its instance. `value`: its row, if there is anything to hold. */
export function restoreUnit(
  state: State,
  { id, instance, allocations }: Unit,
  value: Uint8Array | undefined,
): void {
  const table = state.tables.allocation
  for (const row of table.of(id)) {
    if (allocations.every(a => a.incarnation !== row.incarnation))
      table.restore(allocationKey(id, row.incarnation), undefined)
  }
  for (const row of allocations) table.bring(row)
  state.tables.instance.restore(id, instance)
  if (value !== undefined) state.units.restored(state.units.take(id), value)
}

export function splitKey(key: string): { table: (typeof plainTables)[number]; rowKey: string } {
  const cut = key.indexOf('/')
  const table = plainTables.find(name => name.length === cut && key.startsWith(name))
  assert(table !== undefined, `row of an unknown table: ${key}`)
  return { table, rowKey: key.slice(cut + 1) }
}
