// A unit: an instance and its allocations, which is one row on disk. They change together, at every place in the life of
// a task, and there are millions of them; one row instead of two halves what is written and what is read at the start.
//
// What many units share stands in aliases. The key is the count in the instance's id, so keys grow (see instanceid.ts);
// an id of another form stands in the key as it is. Times are differences to the one before: they are small numbers.
import { assert, present, type ByteWriter } from '../../base/index.ts'
import type { AgentId, InstanceId, ReportedCondition } from '../../model/index.ts'
import { runAliasOf, taskAliasOf, type Aliases, type Numbered } from './aliases.ts'
import { countOf, hexAt, uuidLength } from './instanceid.ts'
import type { AliasRow, AllocationRow, InstanceRow } from './rows.ts'

export interface Unit {
  readonly id: InstanceId
  readonly instance: InstanceRow | undefined
  /** By incarnation. An older one is there until its agent has reported the end. */
  readonly allocations: readonly AllocationRow[]
}

/** What the keys of units begin with. Sorts behind the tables that a unit needs to be understood. */
export const unitPrefix = 'unit/'
/** Before an id that stands in the key as it is. */
export const wholeId = '~'
/** Of the rows of units; the version of all other rows is 1 (see codec.ts). */
export const unitVersion = 2

export function isUnitKey(key: string): boolean {
  return key.startsWith(unitPrefix)
}

export function unitKey(id: InstanceId): string {
  const count = countOf(id)
  return unitPrefix + (count ?? wholeId + id)
}

/** Bits of the first byte after the version. */
export const has = { instance: 1, count: 2 } as const
export const firstAllocation = 4
/** Bits of an instance. */
export const is = {
  run: 1,
  unreachable: 2,
  ready: 4,
  placed: 8,
  planned: 16,
  checked: 32,
  addressed: 64,
  known: 128,
}
/** Bits of an allocation. `here`: on the agent of the instance. */
export const holds = { run: 1, here: 2, cause: 4, author: 8, ports: 16, stop: 32 }

/** On disk: a number is never given to another condition. */
export const conditionNumbers = {
  Staging: 1,
  Starting: 2,
  Running: 3,
  Killing: 4,
  Killed: 5,
  Finished: 6,
  Failed: 7,
  Error: 8,
} as const satisfies Record<ReportedCondition, number>

/** What happens to the aliases that a unit names. */
export interface Namer {
  readonly aliases: Aliases
  use(numbered: Numbered): number
  /** There is none yet. Gives its number, or throws. */
  make(alias: AliasRow): number
}

/** Writes the unit behind what is written already. It has an instance or an allocation. `key` is its own. */
export function encodeUnit(w: ByteWriter, key: string, unit: Unit, namer: Namer): void {
  const { id, instance, allocations } = unit
  assert(instance !== undefined || allocations.length > 0, `nothing to write of ${id}`)
  const hasCount = !key.startsWith(wholeId, unitPrefix.length)
  w.byte(unitVersion)
  w.integer(
    (instance === undefined ? 0 : has.instance) |
      (hasCount ? has.count : 0) |
      (allocations.length * firstAllocation),
  )
  if (hasCount) {
    writeHash(w, id)
    if (instance === undefined) w.text(id.slice(0, -uuidLength))
  }
  if (instance !== undefined) writeInstance(w, instance, hasCount, namer)
  for (const allocation of allocations) writeAllocation(w, allocation, instance, namer)
}

/** Goes through the aliases that the stored unit names, as often as it names them. */
export function nameUnit(key: string, { instance, allocations }: Unit, namer: Namer): void {
  const { aliases } = namer
  const name = (numbered: Numbered | undefined): void => void namer.use(present(numbered, 'an alias'))
  if (instance !== undefined) {
    const { agent, planned } = instance
    name(aliases.run(instance, !key.startsWith(wholeId, unitPrefix.length)))
    if (agent !== null) name(aliases.agent(agent))
    if (planned !== null && planned !== agent) name(aliases.agent(planned))
  }
  for (const allocation of allocations) {
    name(aliases.task(allocation))
    if (instance?.agent !== allocation.agent) name(aliases.agent(allocation.agent))
  }
}

function writeInstance(w: ByteWriter, row: InstanceRow, hasCount: boolean, namer: Namer): void {
  const run = namer.aliases.run(row, hasCount)
  w.integer(run === undefined ? namer.make(runAliasOf(row, hasCount, namer.aliases.free())) : namer.use(run))
  w.integer(row.slot)
  w.integer(row.incarnation)
  w.byte(
    (row.goal === 'run' ? is.run : 0) |
      (row.unreachable ? is.unreachable : 0) |
      (row.ready ? is.ready : 0) |
      (row.agent === null ? 0 : is.placed) |
      (row.planned === null ? 0 : is.planned) |
      (row.health.length === 0 ? 0 : is.checked) |
      (row.ipAddresses.length === 0 ? 0 : is.addressed) |
      (row.pid === 0 ? 0 : is.known),
  )
  w.byte(row.reported === null ? 0 : conditionNumbers[row.reported])
  if (row.agent !== null) writeAgent(w, row.agent, namer)
  if (row.planned !== null) {
    if (row.planned === row.agent) w.integer(0)
    else {
      w.integer(1)
      writeAgent(w, row.planned, namer)
    }
  }
  w.integer(row.createdAt)
  writeTime(w, row.placedAt, row.createdAt)
  writeTime(w, row.runningAt, row.placedAt)
  writeTime(w, row.healthyAt, row.runningAt)
  writeTime(w, row.stagedUtc, row.version)
  writeTime(w, row.startedUtc, row.stagedUtc)
  if (row.pid !== 0) w.integer(row.pid)
  if (row.ipAddresses.length > 0) w.list(row.ipAddresses, a => w.text(a))
  if (row.health.length > 0) {
    w.list(row.health, h => {
      w.integer(h.index)
      w.flag(h.alive)
      w.integer(h.consecutiveFailures)
      w.text(h.cause ?? '')
    })
  }
}

function writeAllocation(
  w: ByteWriter,
  row: AllocationRow,
  instance: InstanceRow | undefined,
  namer: Namer,
): void {
  const task = namer.aliases.task(row)
  w.integer(task === undefined ? namer.make(taskAliasOf(row, namer.aliases.free())) : namer.use(task))
  w.integer(row.incarnation)
  const isHere = instance !== undefined && instance.agent === row.agent
  w.byte(
    (row.goal === 'run' ? holds.run : 0) |
      (isHere ? holds.here : 0) |
      (row.cause === null ? 0 : holds.cause) |
      (row.author === '' ? 0 : holds.author) |
      (row.ports.length === 0 ? 0 : holds.ports) |
      (row.stopAt === 0 ? 0 : holds.stop),
  )
  if (!isHere) writeAgent(w, row.agent, namer)
  w.integer(row.gen)
  w.integer(row.statusSeq)
  if (row.cause !== null) w.text(row.cause)
  if (row.author !== '') w.text(row.author)
  if (row.ports.length > 0) w.list(row.ports, p => w.integer(p))
  if (row.stopAt !== 0) w.integer(row.stopAt)
}

function writeAgent(w: ByteWriter, agent: AgentId, namer: Namer): void {
  const known = namer.aliases.agent(agent)
  const { aliases } = namer
  w.integer(
    known === undefined ? namer.make({ kind: 'agent', number: aliases.free(), agent }) : namer.use(known),
  )
}

// 0 is 0, "not yet"; another time is one more than its difference, which may be negative.
function writeTime(w: ByteWriter, time: number, before: number): void {
  if (time === 0) w.byte(0)
  else if (time >= before) w.integer(2 * (time - before) + 1)
  else w.integer(2 * (before - time))
}

// The 15 digits of the hash: 8 and 7.
function writeHash(w: ByteWriter, id: string): void {
  const at = id.length - uuidLength
  w.fixed32(hexAt(id, at, 8))
  w.fixed32((hexAt(id, at + 9, 4) << 12) | hexAt(id, at + 15, 3))
}
