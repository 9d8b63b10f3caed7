// The open transaction and its end. Rows change only inside it; `seal` makes one commit of all that changed, `accept`
// follows when it is stored, `rollback` when it is not. Load, replay and rollback go through the same tables and
// indexes, so there is one code path from rows to state.
import { assert, compareStrings, DigestSum, sameDigest } from '../../base/index.ts'
import type { Epoch, SpecHash } from '../../model/index.ts'
import { encodeRow, type PlainTable } from './codec.ts'
import { newLoader, restorePlain, splitKey } from './loader.ts'
import { plainTables, tableNames, type Rows, type TableName } from './rows.ts'
import { replayUnits, sealUnits, unitRowsOf } from './sealunits.ts'
import { State } from './state.ts'
import type { ClusterEvent, Commit, Env, Genesis, Row, Settings } from './types.ts'
import { isUnitKey } from './units.ts'

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
  const loader = newLoader(settings)
  const sum = new DigestSum()
  for (const row of rows) {
    sum.add(row.key, row.value)
    loader.add(row)
  }
  const { revision, now, utc } = head
  return loader.finish({ revision, now, utc, digest: sum.digest })
}

/** All rows, encoded, sorted by key. Only between transactions. */
export function rowsOf(state: State): Row[] {
  const rows: Row[] = []
  for (const table of plainTables) {
    for (const key of state.tables[table].keys()) {
      rows.push({ key: `${table}/${key}`, value: encodeRow(table, plainRow(state, table, key)!) })
    }
  }
  // One by one: there may be more than a call takes arguments.
  for (const row of unitRowsOf(state)) rows.push(row)
  return rows.sort((a, b) => compareStrings(a.key, b.key))
}

/** Closes the group. Undefined: nothing changed, the outputs may leave at once. */
export function seal(state: State, env: Env, events: readonly ClusterEvent[]): Commit | undefined {
  collectSpecs(state)
  const sum = new DigestSum(state.digest)
  // Before the other tables: aliases come and go with the rows of instances.
  const units = sealUnits(state, sum)
  const puts: Row[] = []
  const deletes: string[] = []
  for (const name of plainTables) {
    for (const { key, before, after } of state.tables[name].changed()) {
      const fullKey = `${name}/${key}`
      const oldValue = before === undefined ? undefined : encodeRow(name, before)
      const newValue = after === undefined ? undefined : encodeRow(name, after)
      if (oldValue !== undefined && newValue !== undefined && sameBytes(oldValue, newValue)) continue
      if (oldValue !== undefined) sum.subtract(fullKey, oldValue)
      if (newValue !== undefined) {
        sum.add(fullKey, newValue)
        puts.push({ key: fullKey, value: newValue })
      } else if (oldValue !== undefined) deletes.push(fullKey)
    }
  }
  for (const put of units.puts) puts.push(put)
  for (const key of units.deletes) deletes.push(key)
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
    gone: units.gone,
    digest: sum.digest,
    events,
  }
  return state.sealed
}

/** The sealed commit is stored. */
export function accept(state: State): void {
  state.forgetFacts(state.tables.spec.changed().map(change => change.key as SpecHash))
  for (const name of tableNames) state.tables[name].accept()
  state.aliases.settle(true)
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
  state.aliases.settle(false)
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
  const sum = new DigestSum(state.digest)
  for (const put of commit.puts) {
    if (isUnitKey(put.key)) continue
    takeOld(state, put.key, sum)
    sum.add(put.key, put.value)
    restorePlain(state, put)
  }
  replayUnits(state, commit, sum)
  for (const key of commit.deletes) {
    if (isUnitKey(key)) continue
    takeOld(state, key, sum, `commit ${commit.revision} deletes a row that is not there: ${key}`)
    restorePlain(state, { key, value: undefined })
  }
  state.digest = sum.digest
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

const rollbackOrder: readonly TableName[] = [...tableNames].sort(
  (a, b) => Number(a === 'agent') - Number(b === 'agent'),
)

function plainRow(state: State, table: PlainTable, key: string): Rows[PlainTable] | undefined {
  return state.tables[table].get(key)
}

// The row as it is leaves the sum. `wanted`: what to say when there is none.
function takeOld(state: State, key: string, sum: DigestSum, wanted?: string): void {
  const { table, rowKey } = splitKey(key)
  const old = plainRow(state, table, rowKey)
  assert(old !== undefined || wanted === undefined, wanted ?? '')
  if (old !== undefined) sum.subtract(key, encodeRow(table, old))
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
