// The best state that can be made of what is left: rows and commits with right checksums, and a snapshot. First come
// the ways that end in a proof (the digest of a revision); only when none does, the newest known of each row is taken.
import {
  addDigest,
  compareStrings,
  type Digest,
  emptyDigest,
  rowHash,
  sameDigest,
  subtractDigest,
} from '../../base/index.ts'
import type { Commit, Row } from '../core/types.ts'
import type { ImageHead } from './image.ts'
import type { Remains } from './level.ts'

export interface SnapshotRows {
  readonly head: ImageHead
  readonly rows: readonly Row[]
}

export interface Mended {
  readonly rows: readonly Row[]
  /** The newest revision that is known of; the next one follows it. */
  readonly revision: number
  readonly epoch: number
  readonly now: number
  readonly utc: number
  /** The rows add up to exactly this revision: nothing of it is lost. Undefined: no proof. */
  readonly proved: number | undefined
  /** How they were found, for people. */
  readonly how: string
  /** Rows that stand in the snapshot only: lost since, or deleted since. */
  readonly fromSnapshotOnly: number
}

export function mend(remains: Remains, snapshot: SnapshotRows | undefined): Mended {
  const newest = newestHead(remains, snapshot)
  const whole = provedRows(remains, snapshot)
  if (whole !== undefined && whole.revision >= newest.revision) {
    return { ...newest, rows: whole.rows, proved: whole.revision, how: whole.how, fromSnapshotOnly: 0 }
  }
  const merged = merge(remains, snapshot)
  return { ...newest, ...merged, proved: undefined, how: 'the newest that is known of each row' }
}

type Times = Pick<Mended, 'revision' | 'epoch' | 'now' | 'utc'>

function newestHead(remains: Remains, snapshot: SnapshotRows | undefined): Times {
  const known: Times[] = [...remains.commits]
  if (remains.head !== undefined) known.push(remains.head)
  if (snapshot !== undefined) known.push(snapshot.head)
  return {
    revision: Math.max(0, ...known.map(k => k.revision)),
    epoch: Math.max(0, ...known.map(k => k.epoch)),
    now: Math.max(0, ...known.map(k => k.now)),
    utc: Math.max(0, ...known.map(k => k.utc)),
  }
}

interface Proved {
  readonly rows: readonly Row[]
  readonly revision: number
  readonly how: string
}

// The way that leads to the highest revision, the simplest of several.
function provedRows(remains: Remains, snapshot: SnapshotRows | undefined): Proved | undefined {
  const ways = [rowsAlone(remains), patchedRows(remains, snapshot), snapshotAndCommits(remains, snapshot)]
  return ways
    .filter(way => way !== undefined)
    .sort((a, b) => b.revision - a.revision)
    .at(0)
}

/** What the rows should add up to: as the head says, or the last commit. */
function target(remains: Remains): { revision: number; digest: Digest } | undefined {
  const last = remains.commits.at(-1)
  const { head } = remains
  return last !== undefined && (head === undefined || last.revision > head.revision) ? last : head
}

// Nothing but the head or commits were damaged.
function rowsAlone(remains: Remains): Proved | undefined {
  const goal = target(remains)
  if (goal === undefined || !sameDigest(digestOf(remains.rows), goal.digest)) return undefined
  return { rows: remains.rows, revision: goal.revision, how: 'every row is there' }
}

// Single rows were damaged: each has its last value in a commit, or has not changed since the snapshot.
function patchedRows(remains: Remains, snapshot: SnapshotRows | undefined): Proved | undefined {
  const goal = target(remains)
  if (goal === undefined) return undefined
  const rows = mapOf(remains.rows)
  const older = mapOf(snapshot?.rows ?? [])
  for (const key of remains.damagedRows) {
    const row = older.get(key)
    if (row !== undefined) rows.set(key, row)
  }
  for (const commit of remains.commits) applyTo(rows, commit)
  const list = sorted(rows)
  if (!sameDigest(digestOf(list), goal.digest)) return undefined
  return { rows: list, revision: goal.revision, how: 'what was damaged stands in commits or the snapshot' }
}

// From the snapshot on, commit by commit, as far as there is no hole.
function snapshotAndCommits(remains: Remains, snapshot: SnapshotRows | undefined): Proved | undefined {
  if (snapshot === undefined) return undefined
  const rows = mapOf(snapshot.rows)
  let { revision, digest } = snapshot.head as { revision: number; digest: Digest }
  for (const commit of remains.commits) {
    if (commit.revision <= revision) continue
    if (commit.revision !== revision + 1) break
    digest = applyTo(rows, commit, digest)
    // Revisions of another history: a restore counted them anew.
    if (!sameDigest(digest, commit.digest)) return undefined
    revision = commit.revision
  }
  return {
    rows: sorted(rows),
    revision,
    how: `the snapshot and ${revision - snapshot.head.revision} commits`,
  }
}

function merge(
  remains: Remains,
  snapshot: SnapshotRows | undefined,
): { rows: readonly Row[]; fromSnapshotOnly: number } {
  const base = snapshotAndCommits(remains, snapshot)
  const rows = mapOf(base?.rows ?? [])
  for (const row of remains.rows) rows.set(row.key, row)
  const since = base?.revision ?? 0
  for (const commit of remains.commits) if (commit.revision > since) applyTo(rows, commit)
  const read = new Set(remains.rows.map(row => row.key))
  for (const commit of remains.commits) for (const put of commit.puts) read.add(put.key)
  const list = sorted(rows)
  return { rows: list, fromSnapshotOnly: list.filter(row => !read.has(row.key)).length }
}

function applyTo(rows: Map<string, Row>, commit: Commit, before: Digest = emptyDigest): Digest {
  let digest = before
  const minus = (key: string): void => {
    const old = rows.get(key)
    if (old !== undefined) digest = subtractDigest(digest, rowHash(key, old.value))
  }
  for (const key of commit.deletes) {
    minus(key)
    rows.delete(key)
  }
  for (const put of commit.puts) {
    minus(put.key)
    digest = addDigest(digest, rowHash(put.key, put.value))
    rows.set(put.key, put)
  }
  return digest
}

export function digestOf(rows: readonly Row[]): Digest {
  return rows.reduce((sum, { key, value }) => addDigest(sum, rowHash(key, value)), emptyDigest)
}

function mapOf(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map(row => [row.key, row]))
}

function sorted(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows.values()].sort((a, b) => compareStrings(a.key, b.key))
}
