// The digest by which server and agent find out that their sets of rows differ although no message seems lost. It
// is a sum, so the order of the rows does not matter and one row can be added or taken away without the others.
import { addDigest, emptyDigest, rowHash, type Digest } from '../base/index.ts'
import type { InstanceId } from './ids.ts'
import type { AssignmentRow } from './protocol.ts'

export type SetHashRow = Pick<AssignmentRow, 'instance' | 'incarnation' | 'goal' | 'gen'>

/** 16 hex digits over the rows known and not forgotten, in any order. */
export function setHash(rows: Iterable<SetHashRow>): string {
  let sum = emptyDigest
  for (const row of rows) sum = addDigest(sum, assignmentDigest(row))
  return setHashText(sum)
}

/** A task that has not ended, and the number of its newest status that the server took note of; 0 is left out. */
export interface StatusHashRow {
  readonly instance: InstanceId
  readonly incarnation: number
  readonly statusSeq: number
}

/** 16 hex digits by which a server that lost statuses, or an agent that lost their numbers, is noticed. */
export function statusHash(rows: Iterable<StatusHashRow>): string {
  let sum = emptyDigest
  for (const { instance, incarnation, statusSeq } of rows) {
    if (statusSeq === 0) continue
    sum = addDigest(sum, mixed(instance, incarnation, statusSeq, 0))
  }
  return setHashText(sum)
}

/** What one row adds to the sum. */
export function assignmentDigest(row: SetHashRow): Digest {
  return mixed(row.instance, row.incarnation, row.gen, row.goal === 'run' ? 1 : 2)
}

const nothing = new Uint8Array(0)

// The server works one out for each row that it places: numbers are mixed in as they are, no text is made of them.
function mixed(instance: InstanceId, incarnation: number, count: number, kind: number): Digest {
  const { high, low } = rowHash(instance, nothing)
  const upper = Math.floor(count / 2 ** 32)
  return {
    high: scattered(scattered(scattered(high ^ incarnation) ^ count) ^ (upper * 4 + kind)) >>> 0,
    low: scattered(scattered(scattered(low + incarnation) + count) + (upper * 4 + kind)) >>> 0,
  }
}

// The last step of MurmurHash3: each bit of the number moves about half of the others.
function scattered(number: number): number {
  const a = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return b ^ (b >>> 16)
}

export function setHashText(sum: Digest): string {
  return sum.high.toString(16).padStart(8, '0') + sum.low.toString(16).padStart(8, '0')
}
