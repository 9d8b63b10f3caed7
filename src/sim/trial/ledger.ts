// What clients were told, and what must therefore be found: every acknowledged request stands in what is stored until it
// is superseded, and the same key gets the same reply. What the medium or an operator took away is excused from there on.
import { sameJson } from '../../base/index.ts'
import type { Operation, Reply } from '../../model/index.ts'
import type { State } from '../../runtime/core/index.ts'
import type { Simulation } from '../simulation.ts'

interface Request {
  readonly id: string
  readonly key: string | undefined
  readonly operation: Operation
}

interface Acknowledged {
  readonly request: Request
  readonly reply: Extract<Reply, { ok: true }>
}

/** Requests that a client looks back at. */
const remembered = 200

export class Ledger {
  readonly counts = { sent: 0, accepted: 0, refused: 0, unknown: 0, repeated: 0 }
  #open: Request[] = []
  #acknowledged: Acknowledged[] = []
  /** Requests without a clear answer: a client repeats them under their key. */
  readonly unclear: Request[] = []

  /** Returns the id of the request. */
  send(simulation: Simulation, operation: Operation, key?: string): string {
    this.counts.sent++
    const id = simulation.request(operation, { name: 'client@trial', via: 'api' }, key)
    this.#open.push({ id, key, operation })
    return id
  }

  /** One that was sent before, under its key. */
  repeat(simulation: Simulation, request: Request): void {
    this.counts.repeated++
    const id = simulation.request(request.operation, { name: 'client@trial', via: 'api' }, request.key)
    this.#open.push({ ...request, id })
  }

  /** Acknowledged requests that had a key, for clients that repeat for no reason. */
  get withKeys(): readonly Request[] {
    return this.#acknowledged.map(a => a.request).filter(r => r.key !== undefined)
  }

  /** Takes the replies that have come. */
  collect(simulation: Simulation): string[] {
    const broken: string[] = []
    const open: Request[] = []
    for (const request of this.#open) {
      const reply = simulation.replyTo(request.id)
      if (reply === undefined) open.push(request)
      else this.#answered(request, reply, broken)
    }
    this.#open = open
    return broken
  }

  /** The server has died: nobody waits for an answer any more. */
  giveUp(): void {
    for (const request of this.#open) this.#unclear(request)
    this.#open = []
  }

  /** What is stored now is all that is left. */
  excuse(revision: number): void {
    this.#acknowledged = this.#acknowledged.filter(a => a.reply.revision <= revision)
    this.unclear.splice(0)
  }

  /** What was acknowledged and is not to be found. `state` shows what is stored. */
  missing(state: State): string[] {
    const broken: string[] = []
    const audited = new Set<number>()
    let oldest = Infinity
    for (const row of state.tables.audit.values()) {
      const revision = Math.floor(row.ordinal / 2 ** 20)
      audited.add(revision)
      oldest = Math.min(oldest, revision)
    }
    for (const { request, reply } of this.#acknowledged) {
      if (reply.revision < oldest) continue
      const what = `${request.operation.kind}, acknowledged with revision ${reply.revision}`
      if (reply.revision > state.revision) broken.push(`acknowledged: ${what}, is lost`)
      else if (!audited.has(reply.revision)) broken.push(`acknowledged: ${what}, is not to be found`)
      if (request.key === undefined) continue
      const known = state.tables.request.get(request.key)
      if (known === undefined) broken.push(`acknowledged: the key of ${what} is not known`)
      else if (!sameJson(known.reply, reply))
        broken.push(`acknowledged: the key of ${what} has another reply`)
    }
    return broken
  }

  #answered(request: Request, reply: Reply, broken: string[]): void {
    if (!reply.ok) {
      if (reply.code === 'OUTCOME_UNKNOWN') this.#unclear(request)
      else this.counts.refused++
      if (reply.code === 'INTERNAL') broken.push(`reply: ${reply.message}`)
      return
    }
    const before = this.#acknowledged.find(a => a.request.key === request.key && request.key !== undefined)
    if (before !== undefined) {
      if (!sameJson(before.reply, reply))
        broken.push(`acknowledged: a repeated ${request.operation.kind} got another reply`)
      return
    }
    this.counts.accepted++
    this.#acknowledged.push({ request, reply })
    if (this.#acknowledged.length > remembered) this.#acknowledged.shift()
  }

  #unclear(request: Request): void {
    this.counts.unknown++
    if (request.key !== undefined) this.unclear.push(request)
  }
}
