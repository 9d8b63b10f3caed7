// Units read back (see units.ts). At the start there are millions, so strings that many have in common are taken from
// the aliases instead of being made again, and an id is made once for an instance and its allocations.
import { assert, ByteReader, present, type ClusterMs, type UtcMs } from '../../base/index.ts'
import { stopCauses, type HealthResult, type InstanceId, type ReportedCondition } from '../../model/index.ts'
import type { Aliases, Numbered } from './aliases.ts'
import { halfDigits, hexAt, uuidLength } from './instanceid.ts'
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
    this.#r.reset(value)
    const isCount = !key.startsWith(wholeId, unitPrefix.length)
    if (isCount) {
      assert(key.length === unitPrefix.length + halfDigits, `the key ${key} is no count`)
      this.#id.setCount(hexAt(key, unitPrefix.length, 7), hexAt(key, unitPrefix.length + 7, 8))
    }
    try {
      return this.#unit(isCount ? undefined : idIn(key))
    } catch (error) {
      if (error === notThere) return undefined
      throw error
    }
  }

  /**
   * A unit that was read before, from `length` bytes of a larger buffer. `id`: its own as far as is known, or else the
   * count in it, 7 hexadecimal digits and 8. Undefined: it has another id.
   */
  recall(
    buffer: Uint8Array,
    from: number,
    length: number,
    id: InstanceId | undefined,
    countHigh: number,
    countLow: number,
  ): Unit | undefined {
    this.#r.reset(buffer, from, length)
    if (id === undefined) this.#id.setCount(countHigh, countLow)
    try {
      return this.#unit(id)
    } catch (error) {
      if (error === otherId) return undefined
      throw error
    }
  }

  /** Aliases that the unit read last names. */
  get named(): readonly Numbered[] {
    return this.#named
  }

  /** The unit read last is there from now on: what it names is in use. */
  use(): void {
    for (const numbered of this.#named) numbered.uses++
  }

  #unit(known: InstanceId | undefined): Unit {
    const r = this.#r
    this.#named.length = 0
    const version = r.byte()
    assert(version === unitVersion, `row format ${version} is not known; it comes from a newer version`)
    const head = r.integer()
    const hasCount = (head & has.count) !== 0
    const high = hasCount ? r.fixed32() : 0
    const low = hasCount ? r.fixed32() : 0
    const run = (head & has.instance) === 0 ? undefined : this.#alias('run')
    const start = !hasCount ? '' : (run?.start ?? r.text())
    assert(known !== undefined || hasCount, 'a unit has the count of its key')
    if (known !== undefined && hasCount && !isBegunBy(known, start)) throw otherId
    const id = known ?? this.#id.make(start, high, low)
    const instance = run && this.#instance(id, run)
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
const otherId = new Error('the unit has another id')
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

function isBegunBy(id: InstanceId, start: string): boolean {
  return id.length === start.length + uuidLength && id.startsWith(start)
}

function idIn(key: string): InstanceId {
  return key.slice(unitPrefix.length + wholeId.length) as InstanceId
}

/** Puts ids together in one buffer: a text made in one piece is smaller and faster to compare than a chain of pieces. */
class IdMaker {
  #bytes = new Uint8Array(256)
  #start: string | undefined
  #startLength = 0
  #countHigh = 0
  #countLow = 0

  setCount(high: number, low: number): void {
    this.#countHigh = high
    this.#countLow = low
  }

  make(start: string, high: number, low: number): InstanceId {
    if (start !== this.#start) this.#begin(start)
    const bytes = this.#bytes
    const at = this.#startLength
    hex(bytes, at, high, 8)
    hex(bytes, at + 9, low >>> 12, 4)
    hex(bytes, at + 15, low & 0xfff, 3)
    hex(bytes, at + 20, this.#countHigh >>> 16, 3)
    hex(bytes, at + 24, this.#countHigh & 0xffff, 4)
    hex(bytes, at + 28, this.#countLow, 8)
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
