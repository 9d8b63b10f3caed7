// The best state that can be made of what is left: rows with right checksums, the rows that stand in commits too (all
// but those of instances), and a snapshot. First come the ways that end in a proof (the digest of a revision); only when
// none does, the newest known of each row is taken.
import { compareStrings, type Digest, DigestSum, sameDigest } from '../../base/index.ts'
import { mergedRows, type Row } from '../core/index.ts'
import type { ImageHead } from './image.ts'
import type { Remains } from './level.ts'

export interface SnapshotRows {
  readonly head: ImageHead
  readonly rows: readonly Row[]
}

export interface Mended {
  /** In key order. */
  readonly rows: readonly Row[]
  /** The newest revision that is known of; the next one follows it. */
  readonly revision: number
  readonly epoch: number
  readonly now: number
  readonly utc: number
  /** The rows add up to exactly this revision: nothing of it is lost. */
  readonly isProved: boolean
  /** How they were found, for people. */
  readonly how: string
  /** Rows that stand in the snapshot only: lost since, or deleted since. */
  readonly fromSnapshotOnly: number
}

export function mend(remains: Remains, snapshot: SnapshotRows | undefined): Mended {
  const newest = newestOf(remains, snapshot)
  const goal = newest.digest
  if (goal !== undefined) {
    for (const { rows, how } of ways(remains, snapshot)) {
      if (!sameDigest(digestOf(rows), goal)) continue
      return { ...newest, rows, isProved: true, how, fromSnapshotOnly: 0 }
    }
  }
  const read = filledFromCommits(mapOf(remains.rows), remains)
  const old = snapshot?.rows ?? []
  return {
    ...newest,
    rows: snapshot === undefined ? sorted(read) : mergedRows(old, sorted(read)),
    isProved: false,
    how: 'it is the newest that is known of each row',
    fromSnapshotOnly: old.filter(row => !read.has(row.key)).length,
  }
}

type Newest = Pick<Mended, 'revision' | 'epoch' | 'now' | 'utc'> & { readonly digest: Digest | undefined }

// What is lost may have been newer still: agents witness that.
function newestOf(remains: Remains, snapshot: SnapshotRows | undefined): Newest {
  const heads = [...remains.commits.slice(-1)]
  const known: Newest[] = [...heads]
  if (remains.head !== undefined) known.push(remains.head)
  if (snapshot !== undefined) known.push(snapshot.head)
  const last = known.reduce<Newest | undefined>((a, b) => (a && a.revision >= b.revision ? a : b), undefined)
  return {
    revision: last?.revision ?? 0,
    epoch: Math.max(0, ...known.map(k => k.epoch)),
    now: Math.max(0, ...known.map(k => k.now)),
    utc: Math.max(0, ...known.map(k => k.utc)),
    digest: last?.digest,
  }
}

interface Way {
  readonly rows: readonly Row[]
  readonly how: string
}

// Each may add up to the newest revision, or not.
function* ways(remains: Remains, snapshot: SnapshotRows | undefined): Generator<Way> {
  yield { rows: remains.rows, how: 'every row is there' }
  const rows = mapOf(remains.rows)
  yield { rows: sorted(withCommits(rows, remains)), how: 'what is damaged stands in commits' }
  if (snapshot === undefined) return
  yield { rows: snapshot.rows, how: 'the snapshot has it all' }
  const old = mapOf(snapshot.rows)
  for (const key of remains.damagedRows) if (old.has(key)) rows.set(key, old.get(key)!)
  yield { rows: sorted(withCommits(rows, remains)), how: 'what is damaged stands in commits or the snapshot' }
  for (const [key, row] of old) if (!rows.has(key)) rows.set(key, row)
  yield { rows: sorted(withCommits(rows, remains)), how: 'what is lost stands in commits or the snapshot' }
}

// In place. Where commits have holes, a row that was read may be newer than the newest commit that is left.
function filledFromCommits(rows: Map<string, Row>, { commits }: Remains): Map<string, Row> {
  const newest = new Map<string, Row | undefined>()
  for (const { puts, deletes } of commits) {
    for (const key of deletes) newest.set(key, undefined)
    for (const row of puts) newest.set(row.key, row)
  }
  for (const [key, row] of newest) if (row !== undefined && !rows.has(key)) rows.set(key, row)
  return rows
}

// In place: the newest value wins. Whether that is right shows the digest.
function withCommits(rows: Map<string, Row>, { commits }: Remains): Map<string, Row> {
  for (const { puts, deletes } of commits) {
    for (const key of deletes) rows.delete(key)
    for (const row of puts) rows.set(row.key, row)
  }
  return rows
}

export function digestOf(rows: readonly Row[]): Digest {
  const sum = new DigestSum()
  for (const { key, value } of rows) sum.add(key, value)
  return sum.digest
}

function mapOf(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map(row => [row.key, row]))
}

function sorted(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows.values()].sort((a, b) => compareStrings(a.key, b.key))
}
