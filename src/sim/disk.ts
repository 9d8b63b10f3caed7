// The modelled disk: what a store on LevelDB was seen to do, without waiting and in memory. It takes commits as a store
// does and proves its rows whole when it is opened; faults are ordered from outside, one by one. What it knows beyond a
// store (what was altered, what is missing) is there for the checker, never for the server.
import {
  addDigest,
  assert,
  CodedError,
  compareStrings,
  emptyDigest,
  present,
  rowHash,
  sameDigest,
  type ClusterMs,
  type Digest,
  type UtcMs,
} from '../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../model/index.ts'
import { commitRecord, type Commit, type Row } from '../runtime/core/index.ts'

/** Commits that can be read again; a replica that is further behind starts from all rows. */
const commitsKept = 1000
/** Commits that a fault can reach: what LevelDB holds in the log that it has not yet made a table of. */
const commitsInLog = 64

export interface DiskHead {
  readonly revision: Revision
  readonly epoch: Epoch
  readonly now: ClusterMs
  readonly utc: UtcMs
  readonly digest: Digest
}

export interface DiskOpened extends DiskHead {
  readonly clusterId: ClusterId
  /** Empty when the state proved whole. */
  readonly damage: readonly string[]
}

export type DiskOutcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'notCommitted'; readonly error: Error }
  | { readonly kind: 'unknown'; readonly error: Error }

/** What the next append meets. */
export type DiskFault = 'notCommitted' | 'landedUnknown' | 'lostUnknown'

/** A whole state that somebody put aside. */
export interface DiskCopy {
  readonly head: DiskHead
  readonly rows: readonly Row[]
}

/** `value` differs from `written` once the medium has altered it: the checksum that was stored beside it tells. */
interface Stored {
  readonly written: Uint8Array
  readonly value: Uint8Array
}

interface Logged {
  readonly commit: Commit
  readonly headBefore: DiskHead
  /** What each key of the commit held before it. */
  readonly before: ReadonlyMap<string, Stored | undefined>
}

export class SimulatedDisk {
  readonly clusterId: ClusterId
  #rows = new Map<string, Stored>()
  #head: DiskHead
  #log: Logged[] = []
  #commits: Commit[] = []
  #missingCommits = new Set<number>()
  #faults: DiskFault[] = []
  #isOpen = false
  #isBroken = false
  #isFull = false
  #damage: readonly string[] = []
  #isDamaged = false
  /** Since when what the handle acknowledges does not reach the medium. */
  #lyingFrom: number | undefined
  readonly #refusesWhenBroken: boolean

  /** `refusesWhenBroken` false: as LevelDB alone, which acknowledges on after a failed write and keeps none of it. */
  constructor(
    clusterId: ClusterId,
    options: {
      readonly head?: DiskHead
      readonly rows?: Iterable<Row>
      readonly refusesWhenBroken?: boolean
    } = {},
  ) {
    this.clusterId = clusterId
    this.#refusesWhenBroken = options.refusesWhenBroken ?? true
    this.#head = options.head ?? noHead
    for (const { key, value } of options.rows ?? []) this.#rows.set(key, { written: value, value })
  }

  /** The head of the last commit; undefined: nothing was ever stored. */
  get head(): DiskHead | undefined {
    return this.#head.revision === 0 ? undefined : this.#head
  }

  get isFull(): boolean {
    return this.#isFull
  }

  /** Whether the last open found damage or should have; the checker's knowledge. */
  get isDamaged(): boolean {
    return this.#isDamaged
  }

  /** Every row that is sound goes to `see`, in key order. */
  open(see?: (row: Row) => void): DiskOpened {
    assert(!this.#isOpen, 'the disk is open already')
    this.#settleLies()
    this.#isOpen = true
    this.#isBroken = false
    this.#damage = this.#findings()
    this.#isDamaged = this.#damage.length > 0
    if (see !== undefined) for (const row of this.rows()) see(row)
    return { clusterId: this.clusterId, ...this.#head, damage: this.#damage }
  }

  close(): void {
    this.#settleLies()
    this.#isOpen = false
  }

  append(commit: Commit, fence: Epoch): DiskOutcome {
    const refusal = this.#refusal(commit, fence)
    if (refusal !== undefined) return { kind: 'notCommitted', error: failed(refusal) }
    const isOutOfRoom = this.#isFull && this.#lyingFrom === undefined
    const fault = isOutOfRoom ? 'lostUnknown' : this.#faults.shift()
    if (fault === undefined || fault === 'landedUnknown') this.#write(commit)
    if (fault === undefined) return { kind: 'committed' }
    const why = isOutOfRoom ? ': no space left on the device' : ''
    const error = failed(`The write of revision ${commit.revision} failed${why}`)
    if (fault === 'notCommitted') return { kind: 'notCommitted', error }
    this.#isBroken = true
    if (fault === 'lostUnknown') this.#lyingFrom ??= commit.revision
    return { kind: 'unknown', error }
  }

  /** The sound rows, in key order. */
  rows(): Row[] {
    const rows: Row[] = []
    for (const [key, { value, written }] of this.#rows) if (value === written) rows.push({ key, value })
    return rows.sort((a, b) => compareStrings(a.key, b.key))
  }

  /** Kept commits with revision >= from, in order. */
  commits(from: Revision): Commit[] {
    return this.#commits.filter(c => c.revision >= from && !this.#missingCommits.has(c.revision))
  }

  /** The next appends meet these, one each. */
  inject(...faults: readonly DiskFault[]): void {
    this.#faults.push(...faults)
  }

  /** No room from now on, or room again. */
  setFull(isFull: boolean): void {
    this.#isFull = isFull
  }

  /** The last commits are gone, as if they had never been; nothing on the medium tells. Returns how many. */
  loseTail(count: number): number {
    let lost = 0
    for (; lost < count; lost++) {
      const logged = this.#log.pop()
      if (logged === undefined) break
      for (const [key, stored] of logged.before) this.#put(key, stored)
      this.#head = logged.headBefore
      this.#commits.pop()
    }
    return lost
  }

  /** Commits in the middle are gone, those after them are there. Returns whether anything is missing now. */
  makeHole(fromEnd: number, length: number): boolean {
    const end = this.#log.length - Math.max(1, fromEnd)
    const later = new Set(this.#log.slice(Math.max(0, end)).flatMap(l => [...l.before.keys()]))
    let isMissing = false
    for (let i = end - 1; i >= Math.max(0, end - length); i--) {
      const { commit, before } = this.#log[i]!
      this.#missingCommits.add(commit.revision)
      for (const [key, stored] of before) {
        if (later.has(key)) continue
        isMissing = true
        this.#put(key, stored)
      }
    }
    this.#log = []
    return isMissing
  }

  /** One byte of the value of a stored row is another one. */
  alter(key: string): void {
    const stored = present(this.#rows.get(key), `row ${key}`)
    const value = stored.value.length === 0 ? Uint8Array.of(1) : stored.value.slice()
    value[value.length >> 1]! ^= 0x10
    this.#rows.set(key, { written: stored.written, value })
  }

  keys(): string[] {
    return [...this.#rows.keys()].sort(compareStrings)
  }

  copy(): DiskCopy {
    return { head: this.#head, rows: this.rows() }
  }

  /** What an operator brings back; nothing of what was there remains. */
  restore(copy: DiskCopy): void {
    assert(!this.#isOpen, 'the disk is closed for a restore')
    this.#rows = new Map(copy.rows.map(({ key, value }) => [key, { written: value, value }]))
    this.#head = copy.head
    this.#log = []
    this.#commits = []
    this.#missingCommits.clear()
    this.#faults = []
    this.#lyingFrom = undefined
  }

  #refusal(commit: Commit, fence: Epoch): string | undefined {
    const { revision, epoch } = this.#head
    if (!this.#isOpen) return 'The disk is closed'
    if (this.#isBroken && this.#refusesWhenBroken)
      return 'An earlier write failed; the disk must be opened again'
    if (this.#damage.length > 0) return 'The rows are damaged and are not written'
    const follows = this.#lyingFrom === undefined ? revision + 1 : commit.revision
    if (commit.revision !== follows) return `Revision ${commit.revision} does not follow ${revision}`
    if (fence < epoch) return `Epoch ${fence} is over: the disk is at epoch ${epoch}`
    if (commit.epoch < fence) return `The commit is of epoch ${commit.epoch}, its writer of ${fence}`
    return undefined
  }

  #write(commit: Commit): void {
    const before = new Map<string, Stored | undefined>()
    for (const key of commit.deletes) before.set(key, this.#rows.get(key))
    for (const { key } of commit.puts) before.set(key, this.#rows.get(key))
    this.#log.push({ commit, before, headBefore: this.#head })
    if (this.#lyingFrom === undefined && this.#log.length > 2 * commitsInLog)
      this.#log = this.#log.slice(-commitsInLog)
    for (const key of commit.deletes) this.#rows.delete(key)
    for (const { key, value } of commit.puts) this.#rows.set(key, { written: value, value })
    this.#commits.push(commitRecord(commit))
    if (this.#commits.length > 2 * commitsKept) this.#commits = this.#commits.slice(-commitsKept)
    const { revision, epoch, now, utc, digest } = commit
    this.#head = { revision, epoch, now, utc, digest }
  }

  // What a broken handle acknowledged has never been there.
  #settleLies(): void {
    const from = this.#lyingFrom
    if (from === undefined) return
    while ((this.#log.at(-1)?.commit.revision ?? 0) >= from) this.loseTail(1)
    this.#lyingFrom = undefined
  }

  #put(key: string, stored: Stored | undefined): void {
    if (stored === undefined) this.#rows.delete(key)
    else this.#rows.set(key, stored)
  }

  #findings(): string[] {
    const findings: string[] = []
    let digest = emptyDigest
    for (const [key, { value, written }] of this.#rows) {
      if (value === written) digest = addDigest(digest, rowHash(key, value))
      else findings.push(`the checksum of row ${key} is wrong`)
    }
    findings.sort(compareStrings)
    for (const revision of this.#missingCommits) findings.push(`commit ${revision} is missing`)
    if (!sameDigest(digest, this.#head.digest))
      findings.push(`the rows are not those of revision ${this.#head.revision}: their digest differs`)
    return findings
  }
}

const noHead: DiskHead = {
  revision: 0 as Revision,
  epoch: 0 as Epoch,
  now: 0 as ClusterMs,
  utc: 0 as UtcMs,
  digest: emptyDigest,
}

function failed(message: string): CodedError {
  return new CodedError('STORE_FAILED', message)
}
