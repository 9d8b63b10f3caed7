// The rows of instances in a commit: each unit that the group touched is encoded as it is. Of what it was the digest needs
// the hash, which stands in its cell since it was sealed; only a unit not sealed since the start is encoded as it was.
// Aliases come with the first unit that names them and go with the last.
import { assert, Bug, ByteWriter, compareStrings, type DigestSum } from '../../base/index.ts'
import type { InstanceId } from '../../model/index.ts'
import { listOf } from './allocationtable.ts'
import { halfDigits } from './instanceid.ts'
import { restoreUnit } from './loader.ts'
import type { State } from './state.ts'
import type { Commit, Row } from './types.ts'
import { UnitReader } from './unitreader.ts'
import { encodeUnit, isUnitKey, nameUnit, unitKey, unitPrefix, type Namer, type Unit } from './units.ts'

export interface SealedUnits {
  /** By key. */
  readonly puts: Row[]
  readonly deletes: string[]
  /** Whose rows the deletes are. */
  readonly gone: InstanceId[]
}

/** A guess, so that the buffer seldom grows. */
const bytesPerUnit = 96

export function sealUnits(state: State, sum: DigestSum): SealedUnits {
  const sealed: SealedUnits = { puts: [], deletes: [], gone: [] }
  const touched = state.units.touched()
  if (touched.length === 0) return sealed
  const units = Array.from(touched, change => ({ change, key: unitKey(change.cell.id) }))
  units.sort(byKey)
  const w = new ByteWriter(bytesPerUnit * units.length)
  const coming = comingNamer(state)
  const going = goingNamer(state)
  const staying = lookupNamer(state)
  for (const { change, key } of units) {
    const { cell } = change
    const { id } = cell
    const before: Unit = { id, instance: change.instance, allocations: listOf(change.held) }
    const after: Unit = { id, instance: cell.instance, allocations: listOf(cell.held) }
    const stored = state.units.storedOf(cell)
    assert((stored !== undefined) === isThere(before), 'a unit that is there is stored')
    const namesSame = stored !== undefined && isNamedAlike(before, after)
    if (stored !== undefined) {
      if (!namesSame) nameUnit(key, before, going)
      state.units.subtract(cell, key, sum)
    }
    if (!isThere(after)) {
      if (stored === undefined) continue
      sealed.deletes.push(key)
      sealed.gone.push(id)
      continue
    }
    const start = w.length
    encodeUnit(w, key, after, namesSame ? staying : coming)
    const value = w.since(start)
    const checksum = sum.add(key, value)
    if (stored !== undefined && isSame(value, stored)) continue
    change.value = value
    change.high = sum.lastHigh
    change.low = checksum | 0
    sealed.puts.push({ key, value, checksum })
  }
  for (const number of state.aliases.unused()) state.tables.alias.delete(String(number))
  return sealed
}

// As compareStrings; counts are digits of one length, which the machine compares faster.
function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  if (a.key.length !== countKeyLength || b.key.length !== countKeyLength) return compareStrings(a.key, b.key)
  if (a.key.charCodeAt(unitPrefix.length) > 0x66 || b.key.charCodeAt(unitPrefix.length) > 0x66)
    return compareStrings(a.key, b.key)
  return a.key < b.key ? -1 : 1
}

const countKeyLength = unitPrefix.length + halfDigits

// They name the same aliases: no count of these changes.
function isNamedAlike(a: Unit, b: Unit): boolean {
  const [one, other] = [a.instance, b.instance]
  if (one === undefined || other === undefined) return false
  if (one.agent !== other.agent || one.planned !== other.planned || one.spec !== other.spec) return false
  if (one.app !== other.app || one.version !== other.version || one.runKey !== other.runKey) return false
  if (a.allocations.length !== b.allocations.length) return false
  for (const [i, was] of a.allocations.entries()) {
    const is = b.allocations[i]!
    if (was === is) continue
    if (was.agent !== is.agent || was.spec !== is.spec || was.app !== is.app) return false
    if (was.version !== is.version || was.graceMs !== is.graceMs || was.resources !== is.resources)
      return false
  }
  return true
}

function unitOf(state: State, id: InstanceId): Unit {
  return { id, instance: state.tables.instance.get(id), allocations: state.tables.allocation.of(id) }
}

/** The rows of all units, in no defined order. */
export function unitRowsOf(state: State): Row[] {
  const ids = new Set<InstanceId>()
  for (const row of state.tables.instance.values()) ids.add(row.id)
  for (const row of state.tables.allocation.values()) ids.add(row.instance)
  const w = new ByteWriter(bytesPerUnit * ids.size)
  const namer = lookupNamer(state)
  const rows: Row[] = []
  for (const id of ids) {
    const key = unitKey(id)
    const start = w.length
    encodeUnit(w, key, unitOf(state, id), namer)
    rows.push({ key, value: w.since(start) })
  }
  return rows
}

/** Follows what a commit did to units. What it put in other tables is there already; what it takes away, still. */
export function replayUnits(state: State, { puts, deletes, gone = [] }: Commit, sum: DigestSum): void {
  const reader = new UnitReader(state.aliases)
  const going = goingNamer(state)
  const takeOld = (id: InstanceId, key: string): boolean => {
    const cell = state.units.get(id)
    if (cell === undefined || state.units.storedOf(cell) === undefined) return false
    nameUnit(key, unitOf(state, id), going)
    state.units.subtract(cell, key, sum)
    return true
  }
  const keys = deletes.filter(isUnitKey)
  assert(keys.length === gone.length, 'each row of an instance that goes is named')
  for (const [i, key] of keys.entries()) {
    assert(takeOld(gone[i]!, key), `a row goes that is not there: ${key}`)
    restoreUnit(state, { id: gone[i]!, instance: undefined, allocations: [] }, undefined)
  }
  for (const { key, value } of puts) {
    if (!isUnitKey(key)) continue
    const unit = reader.read(key, value)
    assert(unit !== undefined, `what ${key} names is not there`)
    reader.use()
    takeOld(unit.id, key)
    sum.add(key, value)
    restoreUnit(state, unit, value)
  }
  state.aliases.settle(true)
}

/** Aliases are looked up and must be there. */
function lookupNamer({ aliases }: Pick<State, 'aliases'>): Namer {
  return { aliases, use: numbered => numbered.alias.number, make: missing }
}

/** For a unit that goes with the commit that is being sealed. */
function goingNamer({ aliases }: Pick<State, 'aliases'>): Namer {
  return {
    aliases,
    use(numbered) {
      aliases.refer(numbered, -1)
      return numbered.alias.number
    },
    make: missing,
  }
}

function comingNamer({ aliases, tables }: State): Namer {
  return {
    aliases,
    use(numbered) {
      aliases.refer(numbered, 1)
      return numbered.alias.number
    },
    make(alias) {
      tables.alias.put(String(alias.number), alias)
      aliases.refer(aliases.byNumber(alias.number)!, 1)
      return alias.number
    },
  }
}

function missing(): never {
  throw new Bug('a stored row names what has no alias')
}

function isThere(unit: Unit): boolean {
  return unit.instance !== undefined || unit.allocations.length > 0
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
