// The store on LevelDB. Three kinds of keys: `r!<row key>` the rows, `c!<revision>` the newest commits, `h!head` what
// the last commit left. One commit is one synced batch over all three, so they never disagree unless bytes were
// damaged; `open` reads everything once and says so in words. It never creates (a missing CURRENT file made LevelDB
// delete nearly all rows when it was allowed to) and never repairs.
//
// After a failed write the handle is never written again: LevelDB was seen to acknowledge synced batches after a full
// disk that were all gone later. Close, open, look at the head.
import { Level } from 'level'
import {
  assert,
  type ClusterMs,
  CodedError,
  type Digest,
  DigestSum,
  emptyDigest,
  sameDigest,
  type UtcMs,
} from '../../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../../model/index.ts'
import { commitRecord, type Commit, type Row } from '../core/types.ts'
import {
  checked,
  checksumBytes,
  type CommitHead,
  decodeCommit,
  decodeCommitHead,
  decodeHead,
  encodeCommit,
  encodeHead,
  type Head,
  storedChecksum,
  withChecksum,
} from './encoding.ts'
import type { Image } from './image.ts'
import { completeMark, dataFormat, isMarkLost, type Mark, markDirectory, stateDirectory } from './mark.ts'
import type { AppendOutcome, Opened, Store } from './store.ts'
import { CommitWindow } from './window.ts'

type Database = Level<string, Buffer>

const headKey = 'h!head'
const rowPrefix = 'r!'
const commitPrefix = 'c!'
/** Entries fetched from LevelDB at a time: large enough to make the crossing cheap, small enough for memory. */
const entriesPerRead = 1000
const bytesPerRead = 1024 * 1024
/** What LevelDB collects in memory and in its log before it makes a table: more means fewer tables to merge later. */
const writeBufferBytes = 16 * 1024 * 1024
/** Findings told one by one; a disk that went bad has thousands, and the first ones say it. */
const maxFindings = 20

/** Creates an empty store for a new cluster. Refuses a directory that holds one. */
export async function initStore(directory: string, clusterId: ClusterId): Promise<void> {
  const nothing = { revision: 0 as Revision, epoch: 0 as Epoch, now: 0 as ClusterMs, utc: 0 as UtcMs }
  await markDirectory(directory, clusterId, () =>
    fillStore(stateDirectory(directory), { clusterId, ...nothing, digest: emptyDigest, rows: [] }),
  )
}

/**
 * Makes a store at `location`, where none is, that holds this state and no commits. It counts only when it is whole: the
 * head comes last and is synced. Throws DATA_DAMAGED when the rows are not what the head says.
 */
export async function fillStore(location: string, image: Image): Promise<void> {
  const { rows, revision, ...head } = image
  const database: Database = new Level<string, Buffer>(location, {
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
    writeBufferSize: writeBufferBytes,
  })
  await database.open({ createIfMissing: true, errorIfExists: true })
  try {
    const sum = new DigestSum()
    let batch = database.batch()
    for await (const { key, value } of rows) {
      batch.put(rowPrefix + key, withChecksum(key, value))
      sum.add(key, value)
      if (batch.length < entriesPerRead) continue
      await batch.write()
      batch = database.batch()
    }
    if (!sameDigest(sum.digest, image.digest))
      throw new CodedError('DATA_DAMAGED', `The rows do not add up to revision ${revision}`)
    batch.put(headKey, withChecksum(headKey, encodeHead({ ...head, revision, oldest: revision + 1 })))
    await batch.write({ sync: true })
  } finally {
    await database.close()
  }
}

export interface Remains {
  /** Undefined: lost. */
  readonly head: Head | undefined
  /** Rows with the right checksum, in key order. */
  readonly rows: readonly Row[]
  /** Keys of rows that are there but damaged. */
  readonly damagedRows: readonly string[]
  /** Commits with the right checksum, by revision; there may be holes. */
  readonly commits: readonly Commit[]
}

/**
 * What is there at `location` and has the right checksum. For a copy of a damaged store: opening it changes its files.
 * Throws what LevelDB says when it does not open; `all`: also when it can't be read to its end.
 */
export async function readRemains(location: string, wanted: 'all' | 'some'): Promise<Remains> {
  const database: Database = new Level<string, Buffer>(location, {
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
  })
  await database.open({ createIfMissing: false })
  const rows: Row[] = []
  const damagedRows: string[] = []
  const commits: Commit[] = []
  const read = async (prefix: string, see: (key: string, stored: Buffer) => void): Promise<void> => {
    try {
      for await (const [key, stored] of entries(database, prefix)) see(key, stored)
    } catch (error) {
      if (wanted === 'all') throw error
    }
  }
  try {
    await read(rowPrefix, (key, stored) => {
      const rowKey = key.slice(rowPrefix.length)
      const value = checked(rowKey, stored)
      if (value === undefined) damagedRows.push(rowKey)
      else rows.push({ key: rowKey, value })
    })
    await read(commitPrefix, (key, stored) => {
      const bytes = checked(key, stored)
      const commit = bytes && decodeCommit(bytes)
      if (commit !== undefined) commits.push(commit)
    })
    return { head: await readHead(database, new Findings()), rows, damagedRows, commits }
  } finally {
    await database.close()
  }
}

/** Throws DATA_DIRECTORY_INVALID while another process has the store open. Changes nothing. */
export async function mustBeUnused(directory: string): Promise<void> {
  try {
    // The lock is taken before anything is looked at; then it is always refused.
    await newDatabase(directory).open({ createIfMissing: false, errorIfExists: true })
  } catch (error) {
    if (causeOf(error)?.code === 'LEVEL_LOCKED') throw inUse(directory, error)
  }
}

function newDatabase(directory: string): Database {
  return new Level<string, Buffer>(stateDirectory(directory), {
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
    createIfMissing: false,
    writeBufferSize: writeBufferBytes,
  })
}

interface Handle {
  readonly database: Database
  head: Head
  window: CommitWindow
  damaged: boolean
}

export class LevelStore implements Store {
  readonly #directory: string
  #handle: Handle | undefined
  /** Set once a write failed: why nothing more may be written through this handle. */
  #broken: Error | undefined
  #writing = false

  constructor(directory: string) {
    this.#directory = directory
  }

  async open(see?: (row: Row) => void): Promise<Opened> {
    assert(this.#handle === undefined, 'the store is open already')
    const mark = await this.#mark()
    const database = newDatabase(this.#directory)
    try {
      await database.open({ createIfMissing: false })
    } catch (error) {
      throw this.#cannotOpen(error)
    }
    try {
      const proof = await prove(database, mark, see)
      this.#handle = { database, head: proof.head, window: proof.window, damaged: proof.damage.length > 0 }
      this.#broken = undefined
      const { head } = proof
      return {
        clusterId: head.clusterId as ClusterId,
        head: head.revision as Revision,
        epoch: head.epoch as Epoch,
        now: head.now as ClusterMs,
        utc: head.utc as UtcMs,
        digest: head.digest,
        damage: proof.damage,
      }
    } catch (error) {
      await database.close()
      throw error
    }
  }

  async append(commit: Commit, fence: Epoch): Promise<AppendOutcome> {
    assert(!this.#writing, 'one append at a time')
    const handle = this.#handle
    const refusal = this.#refusal(handle, commit, fence)
    if (handle === undefined || refusal !== undefined) {
      return {
        kind: 'notCommitted',
        error: new CodedError('STORE_FAILED', refusal ?? 'The store is closed'),
      }
    }
    const { database, window } = handle
    const bytes = encodeCommit(commitRecord(commit))
    const oldest = window.trimFor(bytes.length)
    const head: Head = {
      clusterId: handle.head.clusterId,
      revision: commit.revision,
      epoch: commit.epoch,
      now: commit.now,
      utc: commit.utc,
      digest: commit.digest,
      oldest,
    }
    this.#writing = true
    try {
      const batch = database.batch()
      for (const { key, value, checksum } of commit.puts)
        batch.put(rowPrefix + key, withChecksum(key, value, checksum))
      for (const key of commit.deletes) batch.del(rowPrefix + key)
      for (let r = window.oldest; r < oldest; r++) batch.del(commitKey(r))
      batch.put(commitKey(commit.revision), withChecksum(commitKey(commit.revision), bytes))
      batch.put(headKey, withChecksum(headKey, encodeHead(head)))
      await batch.write({ sync: true })
    } catch (cause) {
      this.#broken = new CodedError('STORE_FAILED', `The write of revision ${commit.revision} failed`, {
        cause,
      })
      return { kind: 'unknown', error: this.#broken }
    } finally {
      this.#writing = false
    }
    window.add(bytes.length)
    window.dropBefore(oldest)
    handle.head = head
    return { kind: 'committed' }
  }

  async *snapshot(): AsyncIterable<Row> {
    for await (const [key, stored] of entries(this.#database(), rowPrefix)) {
      const rowKey = key.slice(rowPrefix.length)
      const value = checked(rowKey, stored)
      // A damaged row was told by `open`; what can be read is served.
      if (value !== undefined) yield { key: rowKey, value }
    }
  }

  async *commits(from: Revision): AsyncIterable<Commit> {
    for await (const [key, stored] of entries(this.#database(), commitPrefix, commitKey(from))) {
      const bytes = checked(key, stored)
      const commit = bytes && decodeCommit(bytes)
      if (commit === undefined)
        throw new CodedError('DATA_DAMAGED', `Commit ${key.slice(commitPrefix.length)} is damaged`)
      yield commit
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.database.close()
  }

  #database(): Database {
    if (this.#handle === undefined) throw new CodedError('STORE_FAILED', 'The store is closed')
    return this.#handle.database
  }

  // Why nothing may be written, with certainty that nothing was.
  #refusal(handle: Handle | undefined, commit: Commit, fence: Epoch): string | undefined {
    if (handle === undefined) return 'The store is closed'
    if (this.#broken !== undefined) return 'An earlier write failed; the store must be opened again'
    if (handle.damaged) return 'The store is damaged and is not written'
    const { revision, epoch } = handle.head
    if (commit.revision !== revision + 1) return `Revision ${commit.revision} does not follow ${revision}`
    if (fence < epoch) return `Epoch ${fence} is over: the store is at epoch ${epoch}`
    if (commit.epoch < fence) return `The commit is of epoch ${commit.epoch}, its writer of ${fence}`
    return undefined
  }

  // A lost mark beside a state is damage: what the rows say is shown.
  async #mark(): Promise<Mark | CodedError> {
    try {
      const mark = await completeMark(this.#directory)
      if (mark.format !== dataFormat) throw notMigrated(this.#directory, mark.format)
      return mark
    } catch (error) {
      if (error instanceof CodedError && (await isMarkLost(this.#directory))) return error
      throw error
    }
  }

  #cannotOpen(error: unknown): CodedError {
    const cause = causeOf(error)
    if (cause?.code === 'LEVEL_LOCKED') return inUse(this.#directory, error)
    const reason = cause?.message ?? String(error)
    // As LevelDB says it; nothing is damaged then.
    if (reason.includes('No space left on device')) {
      return new CodedError('STORE_FAILED', `The disk under ${this.#directory} is full`, {
        advice: 'Make room. Nothing that was acknowledged is lost.',
        cause: error,
      })
    }
    return new CodedError('DATA_DAMAGED', `The state in ${this.#directory} can not be opened: ${reason}`, {
      advice: 'Nothing was changed. Stop the server and run: sddc server repair --data DIRECTORY',
      cause: error,
    })
  }
}

function causeOf(error: unknown): { readonly code?: string; readonly message?: string } | undefined {
  return (error as { cause?: { code?: string; message?: string } }).cause
}

/** Only a server migrates. */
export function notMigrated(directory: string, format: number): CodedError {
  return new CodedError('DATA_DIRECTORY_INVALID', `${directory} is of the older data format ${format}`, {
    advice: 'A server that starts on it brings it up to the present format; the old state is kept aside.',
  })
}

function inUse(directory: string, cause: unknown): CodedError {
  return new CodedError('DATA_DIRECTORY_INVALID', `${directory} is in use by another process`, {
    advice: 'One server runs on a data directory. Stop the other one, or give this one its own with --data.',
    cause,
  })
}

type See = ((row: Row) => void) | undefined

interface Proof {
  readonly head: Head
  readonly window: CommitWindow
  readonly damage: readonly string[]
}

// Reads everything once: checksums, the digest of all rows, the chain of commits up to the head.
async function prove(database: Database, mark: Mark | CodedError, see: See): Promise<Proof> {
  const findings = new Findings()
  const head = await readHead(database, findings)
  if (mark instanceof CodedError) findings.add(mark.message)
  else if (head !== undefined && head.clusterId !== mark.clusterId)
    findings.add(`The rows belong to cluster ${head.clusterId}, the directory to ${mark.clusterId}`)
  const rows = await proveRows(database, findings, see)
  const chain = await proveCommits(database, head, findings)
  const last = chain.last
  const known: Head = head ?? {
    clusterId: mark instanceof CodedError ? 'unknown' : mark.clusterId,
    revision: last?.revision ?? 0,
    epoch: last?.epoch ?? 0,
    now: last?.now ?? 0,
    utc: last?.utc ?? 0,
    digest: last?.digest ?? rows,
    oldest: chain.window.oldest,
  }
  if (!sameDigest(rows, known.digest))
    findings.add(
      `The rows do not add up to revision ${known.revision}: digest ${digestText(rows)}, recorded ${digestText(known.digest)}`,
    )
  if (last !== undefined && last.revision === known.revision && !sameDigest(last.digest, known.digest))
    findings.add(`Commit ${last.revision} and the head record disagree about the digest`)
  return { head: known, window: chain.window, damage: findings.list() }
}

async function readHead(database: Database, findings: Findings): Promise<Head | undefined> {
  try {
    const stored = await database.get(headKey)
    const bytes = stored && checked(headKey, stored)
    const head = bytes && decodeHead(bytes)
    if (head === undefined) findings.add(stored ? 'The head record is damaged' : 'The head record is missing')
    return head
  } catch (error) {
    findings.add(`The head record can not be read: ${reasonOf(error)}`)
    return undefined
  }
}

async function proveRows(database: Database, findings: Findings, see: See): Promise<Digest> {
  const sum = new DigestSum()
  let last: string | undefined
  try {
    for await (const batch of batches(database, rowPrefix)) {
      for (const [key, stored] of batch) {
        last = key
        const rowKey = key.slice(rowPrefix.length)
        const bytes = summed(sum, rowKey, stored)
        if (bytes === undefined) findings.add(`Row ${rowKey} is damaged`)
        else see?.({ key: rowKey, value: bytes })
      }
    }
  } catch (error) {
    const place = last === undefined ? 'the first row' : `row ${last.slice(rowPrefix.length)}`
    findings.add(`The rows can not be read past ${place}: ${reasonOf(error)}`)
  }
  return sum.digest
}

// The bytes of a sound row, which the sum then counts; of a damaged one nothing.
function summed(sum: DigestSum, key: string, stored: Buffer): Buffer | undefined {
  const length = stored.length - checksumBytes
  if (length < 0) return undefined
  const bytes = stored.subarray(0, length)
  if (sum.add(key, stored, length) === storedChecksum(stored)) return bytes
  sum.subtract(key, bytes)
  return undefined
}

async function proveCommits(
  database: Database,
  head: Head | undefined,
  findings: Findings,
): Promise<{ last: CommitHead | undefined; window: CommitWindow }> {
  let last: CommitHead | undefined
  let window = new CommitWindow(head?.oldest ?? 1)
  let expected = head?.oldest
  try {
    for await (const [key, stored] of entries(database, commitPrefix)) {
      const revision = Number(key.slice(commitPrefix.length))
      if (expected === undefined) window = new CommitWindow(revision)
      else if (revision > expected) findings.add(`Missing ${revisions(expected, revision - 1)}`)
      expected = revision + 1
      const bytes = checked(key, stored)
      const commit = bytes && decodeCommitHead(bytes)
      if (commit?.revision === revision) last = commit
      else findings.add(`Commit ${revision} is damaged`)
      window.add(stored.length)
    }
  } catch (error) {
    findings.add(`The commits can not be read past revision ${(expected ?? 1) - 1}: ${reasonOf(error)}`)
  }
  if (head !== undefined && expected !== undefined) {
    if (expected <= head.revision) findings.add(`Missing ${revisions(expected, head.revision)}`)
    if (expected > head.revision + 1)
      findings.add(`Commits go up to revision ${expected - 1}, the head record only to ${head.revision}`)
  }
  return { last, window }
}

class Findings {
  readonly #found: string[] = []
  #more = 0

  add(finding: string): void {
    if (this.#found.length < maxFindings) this.#found.push(finding)
    else this.#more++
  }

  list(): readonly string[] {
    return this.#more === 0 ? this.#found : [...this.#found, `and ${this.#more} more`]
  }
}

async function* entries(
  database: Database,
  prefix: string,
  from: string = prefix,
): AsyncGenerator<[string, Buffer]> {
  for await (const batch of batches(database, prefix, from)) yield* batch
}

// The next entries are fetched by another thread while the present ones are looked at.
async function* batches(
  database: Database,
  prefix: string,
  from: string = prefix,
): AsyncGenerator<[string, Buffer][]> {
  const range = {
    gte: from,
    // The character after `!`, so that the range ends where the prefix does.
    lt: `${prefix.slice(0, -1)}"`,
    fillCache: false,
    highWaterMarkBytes: bytesPerRead,
  }
  const iterator = database.iterator(range)
  const fetch = (): Promise<[string, Buffer][]> => {
    const fetched = iterator.nextv(entriesPerRead)
    // Told when it is awaited, which may be a while from now.
    fetched.catch(() => {})
    return fetched
  }
  let next = fetch()
  try {
    for (;;) {
      const read = await next
      if (read.length === 0) return
      next = fetch()
      yield read
    }
  } finally {
    await next.catch(() => {})
    await iterator.close()
  }
}

// 16 digits hold every safe integer, and sort as numbers do.
function commitKey(revision: number): string {
  return commitPrefix + String(revision).padStart(16, '0')
}

function revisions(from: number, to: number): string {
  return from === to ? `commit ${from}` : `commits ${from} to ${to}`
}

function digestText(digest: Digest): string {
  return [digest.high, digest.low].map(n => n.toString(16).padStart(8, '0')).join('')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
