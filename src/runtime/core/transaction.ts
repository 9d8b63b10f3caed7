// The open transaction and its end. Rows change only inside it; `seal` makes one commit of all that changed, `accept`
// follows when it is stored, `rollback` when it is not. Load, replay and rollback go through the same tables and
// indexes, so there is one code path from rows to state.
import { addDigest, assert, compareStrings, rowHash, sameDigest, subtractDigest } from '../../base/index.ts'
import type { Epoch, SpecHash } from '../../model/index.ts'
import { decodeRow, encodeRow } from './codec.ts'
import { tableNames, type Rows, type TableName } from './rows.ts'
import { State } from './state.ts'
import type { RowTable } from './table.ts'
import type { ClusterEvent, Commit, Env, Genesis, Row, Settings } from './types.ts'

/** A new cluster: no rows but its own. The first commit stores it. */
export function createState(genesis: Genesis, settings?: Settings): State {
  const state = new State(settings)
  state.tables.cluster.put('cluster', { clusterId: genesis.clusterId, epoch: 1 as Epoch, adopt: false })
  return state
}

/**
 * The state from its rows, in any order, at the revision and time of the head commit. The caller has proved the rows
 * whole; the digest is computed here all the same and can be compared.
 */
export function load(
  rows: Iterable<Row>,
  head: Pick<Commit, 'revision' | 'now' | 'utc'>,
  settings?: Settings,
): State {
  const state = new State(settings)
  const held = [...rows].sort((a, b) => loadOrder(a.key) - loadOrder(b.key) || compareStrings(a.key, b.key))
  for (const row of held) {
    const { table, key } = splitKey(row.key)
    restoreRow(state, table, key, decodeRow(table, row.value))
    state.digest = addDigest(state.digest, rowHash(row.key, row.value))
  }
  state.revision = head.revision
  state.now = head.now
  state.utc = head.utc
  for (const hash of state.tables.spec.keys()) {
    if (!state.specReferences.has(hash as SpecHash)) state.specGarbage.add(hash as SpecHash)
  }
  state.lookAtAll()
  return state
}

/** All rows, encoded, sorted by key. */
export function rowsOf(state: State): Row[] {
  const rows: Row[] = []
  for (const table of tableNames) {
    for (const key of state.tables[table].keys()) {
      rows.push({ key: `${table}/${key}`, value: encodeRow(table, anyRow(state, table, key)!) })
    }
  }
  return rows.sort((a, b) => compareStrings(a.key, b.key))
}

/** Closes the group. Undefined: nothing changed, the outputs may leave at once. */
export function seal(state: State, env: Env, events: readonly ClusterEvent[]): Commit | undefined {
  collectSpecs(state)
  const puts: Row[] = []
  const deletes: string[] = []
  let digest = state.digest
  for (const name of tableNames) {
    for (const { key, before, after } of state.tables[name].changed()) {
      const fullKey = `${name}/${key}`
      const oldValue = before === undefined ? undefined : encodeRow(name, before)
      const newValue = after === undefined ? undefined : encodeRow(name, after)
      if (oldValue !== undefined && newValue !== undefined && sameBytes(oldValue, newValue)) continue
      if (oldValue !== undefined) digest = subtractDigest(digest, rowHash(fullKey, oldValue))
      if (newValue !== undefined) {
        digest = addDigest(digest, rowHash(fullKey, newValue))
        puts.push({ key: fullKey, value: newValue })
      } else if (oldValue !== undefined) deletes.push(fullKey)
    }
  }
  if (puts.length === 0 && deletes.length === 0 && events.length === 0 && !state.shownNext) {
    accept(state)
    return undefined
  }
  state.sealed = {
    revision: state.nextRevision,
    epoch: state.epoch,
    now: env.now,
    utc: env.utc,
    puts: puts.sort((a, b) => compareStrings(a.key, b.key)),
    deletes: deletes.sort(compareStrings),
    digest,
    events,
  }
  return state.sealed
}

/** The sealed commit is stored. */
export function accept(state: State): void {
  state.forgetFacts(state.tables.spec.changed().map(change => change.key as SpecHash))
  for (const name of tableNames) state.tables[name].accept()
  state.drawn = 0
  state.shownNext = false
  if (state.sealed === undefined) return
  state.revision = state.sealed.revision
  state.digest = state.sealed.digest
  state.now = state.sealed.now
  state.utc = state.sealed.utc
  state.sealed = undefined
}

/**
 * The group is not stored, or a forecast ends: every row is as before. What is volatile is dropped with it, since
 * messages of the group will never leave: the shell closes the agents' connections, and they say hello again.
 */
export function rollback(state: State): void {
  // Agents that were there are there again before anything is put on them, and new ones go when nothing is left on them.
  for (const { key, before } of state.tables.agent.changed()) {
    if (before !== undefined) state.tables.agent.restore(key, before)
  }
  for (const name of rollbackOrder) state.tables[name].rollback()
  state.drawn = 0
  state.shownNext = false
  state.sealed = undefined
  state.dropVolatile()
}

/** Follows a commit that another process (or this one's loop) made: replicas, standby, the forecast's worker. */
export function replay(state: State, commit: Commit): void {
  assert(
    commit.revision === state.nextRevision,
    `commit ${commit.revision} does not follow ${state.revision}`,
  )
  for (const key of commit.deletes) {
    const { table, key: rowKey } = splitKey(key)
    const old = anyRow(state, table, rowKey)
    assert(old !== undefined, `commit ${commit.revision} deletes a row that is not there: ${key}`)
    state.digest = subtractDigest(state.digest, rowHash(key, encodeRow(table, old)))
    restoreRow(state, table, rowKey, undefined)
  }
  for (const put of [...commit.puts].sort((a, b) => loadOrder(a.key) - loadOrder(b.key))) {
    const { table, key } = splitKey(put.key)
    const old = anyRow(state, table, key)
    if (old !== undefined)
      state.digest = subtractDigest(state.digest, rowHash(put.key, encodeRow(table, old)))
    state.digest = addDigest(state.digest, rowHash(put.key, put.value))
    restoreRow(state, table, key, decodeRow(table, put.value))
  }
  assert(
    sameDigest(state.digest, commit.digest),
    `after commit ${commit.revision} the replica's digest differs`,
  )
  // Whoever made the commit has collected them.
  state.specGarbage.clear()
  state.revision = commit.revision
  state.now = commit.now
  state.utc = commit.utc
}

// Agents and specifications first: allocations take from the ones, the health of instances is counted by the others.
function loadOrder(key: string): number {
  return key.startsWith('agent/') || key.startsWith('spec/') ? 0 : 1
}

const rollbackOrder: readonly TableName[] = [...tableNames].sort(
  (a, b) => Number(a === 'agent') - Number(b === 'agent'),
)

function splitKey(full: string): { table: TableName; key: string } {
  const cut = full.indexOf('/')
  const table = full.slice(0, cut)
  assert((tableNames as readonly string[]).includes(table), `row of an unknown table: ${full}`)
  return { table: table as TableName, key: full.slice(cut + 1) }
}

function anyRow(state: State, table: TableName, key: string): Rows[TableName] | undefined {
  return state.tables[table].get(key)
}

function restoreRow(state: State, table: TableName, key: string, row: Rows[TableName] | undefined): void {
  ;(state.tables[table] as unknown as RowTable<TableName>).restore(key, row)
}

// A specification goes when nothing names it any more.
function collectSpecs(state: State): void {
  for (const hash of state.specGarbage) {
    if (!state.specReferences.has(hash) && !state.tables.staged.has(hash)) state.tables.spec.delete(hash)
  }
  state.specGarbage.clear()
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
