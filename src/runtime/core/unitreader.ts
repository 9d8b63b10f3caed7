// Units read back (see units.ts). At the start there are millions, so strings that many have in common are taken from
// the aliases instead of being made again, and an id is made once for an instance and its allocations.
import { assert, ByteReader, present, type ClusterMs, type UtcMs } from '../../base/index.ts'
import { stopCauses, type HealthResult, type InstanceId, type ReportedCondition } from '../../model/index.ts'
import type { Aliases, Numbered } from './aliases.ts'
import { halfDigits, uuidLength } from './instanceid.ts'
import type { AliasRow, AllocationRow, InstanceRow, RunAlias } from './rows.ts'
import {
  conditionNumbers,
  firstAllocation,
  has,
  holds,
  is,
  unitPrefix,
  unitVersion,
  wholeId,
  type Unit,
} from './units.ts'

export class UnitReader {
  readonly #aliases: Aliases
  readonly #r = new ByteReader(new Uint8Array(0))
  readonly #id = new IdMaker()
  /** Aliases that the present unit names. */
  readonly #named: Numbered[] = []

  constructor(aliases: Aliases) {
    this.#aliases = aliases
  }

  /** Undefined: it names an alias that is not there (yet). Throws for bytes that are no unit. */
  read(key: string, value: Uint8Array): Unit | undefined {
    this.#named.length = 0
    try {
      return this.#unit(key, value)
    } catch (error) {
      if (error === notThere) return undefined
      throw error
    }
  }

  /** The unit read last is there from now on: what it names is in use. */
  use(): void {
    for (const numbered of this.#named) numbered.uses++
  }

  #unit(key: string, value: Uint8Array): Unit {
    const r = this.#r
    r.reset(value)
    const version = r.byte()
    assert(
      version === unitVersion,
      `row format ${version} of ${key} is not known; it comes from a newer version`,
    )
    const head = r.integer()
    const hasCount = (head & has.count) !== 0
    const high = hasCount ? r.fixed32() : 0
    const low = hasCount ? r.fixed32() : 0
    let id = '' as InstanceId
    let instance: InstanceRow | undefined
    if ((head & has.instance) === 0) {
      id = hasCount ? this.#id.make(r.text(), high, low, key) : idIn(key)
    } else {
      const run = this.#alias('run')
      id = hasCount ? this.#id.make(run.start, high, low, key) : idIn(key)
      instance = this.#instance(id, run)
    }
    const allocations: AllocationRow[] = []
    for (let left = Math.floor(head / firstAllocation); left > 0; left--) {
      allocations.push(this.#allocation(id, instance))
    }
    r.end()
    return { id, instance, allocations }
  }

  #instance(id: InstanceId, run: RunAlias): InstanceRow {
    const r = this.#r
    const slot = r.integer()
    const incarnation = r.integer()
    const bits = r.byte()
    const reported = conditions[r.byte()]
    assert(reported !== undefined, 'an unknown condition')
    const agent = (bits & is.placed) === 0 ? null : this.#alias('agent').agent
    const planned = (bits & is.planned) === 0 ? null : r.integer() === 0 ? agent : this.#alias('agent').agent
    const createdAt = r.integer()
    const placedAt = this.#time(createdAt)
    const runningAt = this.#time(placedAt)
    const healthyAt = this.#time(runningAt)
    const stagedUtc = this.#time(run.version)
    const startedUtc = this.#time(stagedUtc)
    const pid = (bits & is.known) === 0 ? 0 : r.integer()
    const ipAddresses = (bits & is.addressed) === 0 ? noTexts : r.list(() => r.text())
    const health = (bits & is.checked) === 0 ? noResults : r.list(() => this.#health())
    return {
      id,
      app: run.app,
      slot,
      incarnation,
      goal: (bits & is.run) === 0 ? 'stop' : 'run',
      spec: run.spec,
      runKey: run.runKey,
      version: run.version,
      agent,
      planned,
      reported,
      unreachable: (bits & is.unreachable) !== 0,
      health,
      ready: (bits & is.ready) !== 0,
      createdAt: createdAt as ClusterMs,
      placedAt: placedAt as ClusterMs,
      runningAt: runningAt as ClusterMs,
      healthyAt: healthyAt as ClusterMs,
      stagedUtc: stagedUtc as UtcMs,
      startedUtc: startedUtc as UtcMs,
      pid,
      ipAddresses,
    }
  }

  #allocation(instance: InstanceId, of: InstanceRow | undefined): AllocationRow {
    const r = this.#r
    const task = this.#alias('task')
    const incarnation = r.integer()
    const bits = r.byte()
    const agent =
      (bits & holds.here) === 0
        ? this.#alias('agent').agent
        : present(of?.agent ?? undefined, 'the agent of an instance')
    const gen = r.integer()
    const statusSeq = r.integer()
    const cause = (bits & holds.cause) === 0 ? null : r.text()
    const author = (bits & holds.author) === 0 ? '' : r.text()
    const ports = (bits & holds.ports) === 0 ? noPorts : r.list(() => r.integer())
    const stopAt = (bits & holds.stop) === 0 ? 0 : r.integer()
    return {
      instance,
      incarnation,
      app: task.app,
      owner: 'app',
      agent,
      gen,
      goal: (bits & holds.run) === 0 ? 'stop' : 'run',
      cause:
        cause === null
          ? null
          : present(
              stopCauses.find(known => known === cause),
              `stop cause ${cause}`,
            ),
      author,
      spec: task.spec,
      version: task.version,
      resources: task.resources,
      ports,
      graceMs: task.graceMs,
      statusSeq,
      stopAt: stopAt as ClusterMs,
    }
  }

  #health(): HealthResult {
    const r = this.#r
    const result = { index: r.integer(), alive: r.flag(), consecutiveFailures: r.integer() }
    const cause = r.text()
    return cause === '' ? result : { ...result, cause }
  }

  #time(before: number): number {
    const coded = this.#r.integer()
    if (coded === 0) return 0
    return coded % 2 === 1 ? before + (coded - 1) / 2 : before - coded / 2
  }

  #alias<K extends AliasRow['kind']>(kind: K): Extract<AliasRow, { kind: K }> {
    const numbered = this.#aliases.byNumber(this.#r.integer())
    if (numbered === undefined) throw notThere
    assert(numbered.alias.kind === kind, `an alias of kind ${numbered.alias.kind} where ${kind} is wanted`)
    this.#named.push(numbered)
    return numbered.alias as Extract<AliasRow, { kind: K }>
  }
}

const notThere = new Error('an alias is not there')
const noTexts: readonly string[] = []
const noPorts: readonly number[] = []
const noResults: readonly HealthResult[] = []

const conditions: readonly (ReportedCondition | null | undefined)[] = [
  null,
  ...(Object.keys(conditionNumbers) as ReportedCondition[]),
]
for (const [condition, number] of Object.entries(conditionNumbers)) {
  assert(conditions[number] === condition, 'conditions are listed by number')
}

function idIn(key: string): InstanceId {
  assert(key.startsWith(unitPrefix + wholeId), `the key ${key} holds no id`)
  return key.slice(unitPrefix.length + wholeId.length) as InstanceId
}

/** Puts ids together in one buffer: a text made in one piece is smaller and faster to compare than a chain of pieces. */
class IdMaker {
  #bytes = new Uint8Array(256)
  #start: string | undefined
  #startLength = 0

  make(start: string, high: number, low: number, key: string): InstanceId {
    assert(key.length === unitPrefix.length + halfDigits, `the key ${key} is no count`)
    if (start !== this.#start) this.#begin(start)
    const bytes = this.#bytes
    const at = this.#startLength
    hex(bytes, at, high, 8)
    hex(bytes, at + 9, low >>> 12, 4)
    hex(bytes, at + 15, low & 0xfff, 3)
    for (let i = 0; i < 3; i++) bytes[at + 20 + i] = key.charCodeAt(unitPrefix.length + i)
    for (let i = 0; i < 12; i++) bytes[at + 24 + i] = key.charCodeAt(unitPrefix.length + 3 + i)
    return decoder.decode(bytes.subarray(0, at + uuidLength)) as InstanceId
  }

  #begin(start: string): void {
    const bytes = encoder.encode(start)
    this.#start = start
    this.#startLength = bytes.length
    this.#bytes = new Uint8Array(bytes.length + uuidLength)
    this.#bytes.set(bytes)
    this.#bytes.set(encoder.encode('00000000-0000-8000-a000-000000000000'), bytes.length)
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function hex(bytes: Uint8Array, at: number, value: number, count: number): void {
  let rest = value
  for (let i = at + count - 1; i >= at; i--) {
    const digit = rest & 15
    bytes[i] = digit < 10 ? 0x30 + digit : 0x57 + digit
    rest >>>= 4
  }
}
