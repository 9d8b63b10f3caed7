// The instances of one app by slot, with running totals and sets, so that questions about counts, about the next to be
// placed or the next free slot cost the same whether the app has ten instances or a million. Followed by the tables of
// instances and allocations (see state.ts); every set goes by slot, so that no decision hangs on the order of arrival.
import { compareStrings, present, type ClusterMs } from '../../base/index.ts'
import type { InstanceId } from '../../model/index.ts'
import { hasCompleted, hasFailed, type InstanceRow } from './rows.ts'
import { SlotSet } from './slotset.ts'
import type { UnitCells } from './unitcells.ts'

/** In a slot: none has it, or several. */
const noHandle = -1
const severalHandles = -2

export class AppIndex {
  readonly #units: Pick<UnitCells, 'at'>
  /** Handles of the cells of instances, by slot. */
  readonly #slots: number[] = [noHandle]
  /** Of slots with more than one: while an instance of a former life, or of a rollback, ends. */
  #several: Map<number, readonly number[]> | undefined
  readonly #isHealthy: (row: InstanceRow) => boolean
  readonly #runs = new Map<string, RunIndex>()
  /** Slots below `#top` that no live instance holds. */
  readonly #gaps = new SlotSet()
  #top = 0
  #live = 0
  #healthy = 0
  #running = 0
  #size = 0

  /** By member; made when the first instance comes into it: there may be very many apps, of one instance each. */
  readonly #sets: (InstanceSet | undefined)[] = [...noSets]

  /** All of them, by slot. */
  readonly instances = new Instances(this)
  /** When to look at those that start, and at those that run, at the earliest. Undefined: not known. A memo, no state. */
  startsDue: ClusterMs | undefined
  runsDue: { readonly at: ClusterMs; readonly limitMs: number } | undefined

  /** `isHealthy`: strictly, by the rows as they are. */
  constructor(units: Pick<UnitCells, 'at'>, isHealthy: (row: InstanceRow) => boolean) {
    this.#units = units
    this.#isHealthy = isHealthy
  }

  /** Goal run, without an allocation. */
  get scheduled(): InstanceSet {
    return this.#sets[member.scheduled] ?? noSet
  }

  /** Goal stop, not yet gone. */
  get stopping(): InstanceSet {
    return this.#sets[member.stopping] ?? noSet
  }

  /** Placed, and not yet said to run. */
  get starting(): InstanceSet {
    return this.#sets[member.starting] ?? noSet
  }

  /** Batch instances that had their end well. */
  get completed(): InstanceSet {
    return this.#sets[member.completed] ?? noSet
  }

  /** Batch instances that had their end in a failure. */
  get failed(): InstanceSet {
    return this.#sets[member.failed] ?? noSet
  }

  get unreachable(): InstanceSet {
    return this.#sets[member.unreachable] ?? noSet
  }

  /** Live, with a health check that failed last time. */
  get failing(): InstanceSet {
    return this.#sets[member.failing] ?? noSet
  }

  forgetDues(): void {
    this.startsDue = undefined
    this.runsDue = undefined
  }

  /** Instances of any goal. */
  get size(): number {
    return this.#size
  }

  /** Goal run. */
  get live(): number {
    return this.#live
  }

  /** Reported as running last, of any goal. */
  get running(): number {
    return this.#running
  }

  /** Strictly healthy ones. */
  get healthy(): number {
    return this.#healthy
  }

  /** Those of one configuration. */
  ofRun(runKey: string): RunCounts {
    return this.#runs.get(runKey) ?? none
  }

  /** Configurations that any instance has, in no defined order. */
  runKeys(): IterableIterator<string> {
    return this.#runs.keys()
  }

  liveOf(runKey: string): number {
    return this.ofRun(runKey).live.size
  }

  healthyOf(runKey: string): number {
    return this.ofRun(runKey).healthy
  }

  stoppingOf(runKey: string): number {
    return this.ofRun(runKey).stopping
  }

  /** Instances with goal run, by slot. Costs a look at each: count with `live`. */
  liveInstances(): InstanceRow[] {
    return [...this.liveRows()]
  }

  /** The same one by one. The index may change meanwhile. */
  *liveRows(): IterableIterator<InstanceRow> {
    for (const row of this.rows()) if (row.goal === 'run') yield row
  }

  /** By slot, and by id within a slot. */
  *rows(): IterableIterator<InstanceRow> {
    for (let slot = 0; slot < this.#slots.length; slot++) yield* this.inSlot(slot)
  }

  inSlot(slot: number): readonly InstanceRow[] {
    const handle = this.#slots[slot] ?? noHandle
    if (handle === noHandle) return nothing
    if (handle !== severalHandles) return [this.#rowAt(handle)]
    const rows = this.#several!.get(slot)!.map(each => this.#rowAt(each))
    return rows.sort((a, b) => compareStrings(a.id, b.id))
  }

  /** The row in a slot that has just one. */
  onlyOneIn(slot: number): InstanceRow | undefined {
    const handle = this.#slots[slot] ?? noHandle
    return handle < 0 ? undefined : this.#rowAt(handle)
  }

  /** The lowest slots that no live instance holds. */
  freeSlots(count: number): number[] {
    const free: number[] = []
    for (let slot = this.#gaps.next(0); slot >= 0 && free.length < count; slot = this.#gaps.next(slot + 1)) {
      free.push(slot)
    }
    for (let slot = this.#top; free.length < count; slot++) free.push(slot)
    return free
  }

  /** Whether another instance than the one with this handle, in its slot, is such. */
  hasOther(slot: number, handle: number, holds: (row: InstanceRow) => boolean): boolean {
    // Mostly it is alone there: then nobody need look at it.
    const held = this.#slots[slot] ?? noHandle
    if (held === noHandle || held === handle) return false
    const handles = held === severalHandles ? this.#several!.get(slot)! : [held]
    return handles.some(other => other !== handle && holds(this.#rowAt(other)))
  }

  isHealthy(row: InstanceRow): boolean {
    return this.#isHealthy(row)
  }

  /** A row comes (no `old`), is replaced, or goes (no `row`). */
  change(
    old: InstanceRow | undefined,
    row: InstanceRow | undefined,
    wasHealthy: boolean,
    isHealthy: boolean,
    handle: number,
  ): void {
    const { slot } = (row ?? old)!
    if (old === undefined) this.#hold(slot, handle)
    if (row === undefined) this.#release(slot, handle)
    this.#size += count(row !== undefined) - count(old !== undefined)
    this.#healthy += count(isHealthy) - count(wasHealthy)
    this.#running += count(row?.reported === 'Running') - count(old?.reported === 'Running')
    const isLive = row?.goal === 'run'
    const wasLive = old?.goal === 'run'
    if (isLive !== wasLive) {
      this.#live += count(isLive) - count(wasLive)
      if (isLive) this.#takeSlot(slot)
      else if (!this.hasOther(slot, handle, isLiveRow)) this.#gaps.add(slot)
    }
    const was = old === undefined ? 0 : membersOf(old)
    const is = row === undefined ? 0 : membersOf(row)
    for (let moved = was ^ is; moved !== 0; moved &= moved - 1) {
      const number = 31 - Math.clz32(moved & -moved)
      this.#setOf(number).set(slot, (was & (1 << number)) !== 0, (is & (1 << number)) !== 0, handle)
    }
    if (old !== undefined && row !== undefined && old.runKey === row.runKey) {
      if (wasLive === isLive && wasHealthy === isHealthy) return
      this.#runOf(row.runKey).change(old, row, wasHealthy, isHealthy, handle)
    } else {
      if (old !== undefined) this.#leaveRun(old, wasHealthy, handle)
      if (row !== undefined) this.#runOf(row.runKey).change(undefined, row, false, isHealthy, handle)
    }
  }

  #leaveRun(old: InstanceRow, wasHealthy: boolean, handle: number): void {
    const run = this.#runOf(old.runKey)
    run.change(old, undefined, wasHealthy, false, handle)
    if (run.size === 0) this.#runs.delete(old.runKey)
  }

  #runOf(runKey: string): RunIndex {
    let run = this.#runs.get(runKey)
    if (run === undefined) this.#runs.set(runKey, (run = new RunIndex(this, runKey)))
    return run
  }

  #takeSlot(slot: number): void {
    for (; this.#top <= slot; this.#top++) this.#gaps.add(this.#top)
    this.#gaps.delete(slot)
  }

  #setOf(number: number): InstanceSet {
    return (this.#sets[number] ??= new InstanceSet(this, isMember[number]!))
  }

  #rowAt(handle: number): InstanceRow {
    return present(this.#units.at(handle)?.instance, 'an instance that its app knows')
  }

  #hold(slot: number, handle: number): void {
    while (this.#slots.length <= slot) this.#slots.push(noHandle)
    const held = this.#slots[slot]!
    if (held === noHandle) this.#slots[slot] = handle
    else {
      this.#several ??= new Map()
      this.#several.set(slot, [...(this.#several.get(slot) ?? [held]), handle])
      this.#slots[slot] = severalHandles
    }
  }

  #release(slot: number, handle: number): void {
    const left = (this.#several?.get(slot) ?? [handle]).filter(each => each !== handle)
    if (left.length > 1) this.#several!.set(slot, left)
    else {
      this.#several?.delete(slot)
      this.#slots[slot] = left[0] ?? noHandle
    }
  }
}

/** What is counted of one configuration. */
export interface RunCounts {
  readonly live: InstanceSet
  /** Live, and not strictly healthy. */
  readonly unhealthy: InstanceSet
  readonly healthy: number
  /** Goal stop. */
  readonly stopping: number
}

class RunIndex implements RunCounts {
  readonly live: InstanceSet
  readonly #index: AppIndex
  readonly #isLive: (row: InstanceRow) => boolean
  #unhealthy: InstanceSet | undefined
  healthy = 0
  stopping = 0
  size = 0

  constructor(index: AppIndex, runKey: string) {
    this.#index = index
    this.#isLive = row => row.goal === 'run' && row.runKey === runKey
    this.live = new InstanceSet(index, this.#isLive)
  }

  get unhealthy(): InstanceSet {
    return this.#unhealthy ?? noSet
  }

  change(
    old: InstanceRow | undefined,
    row: InstanceRow | undefined,
    wasHealthy: boolean,
    isHealthy: boolean,
    handle: number,
  ): void {
    const wasLive = old?.goal === 'run'
    const isLive = row?.goal === 'run'
    const { slot } = (row ?? old)!
    this.size += count(row !== undefined) - count(old !== undefined)
    this.healthy += count(isHealthy) - count(wasHealthy)
    this.stopping += count(row?.goal === 'stop') - count(old?.goal === 'stop')
    this.live.set(slot, wasLive, isLive, handle)
    const wasUnhealthy = wasLive && !wasHealthy
    const isUnhealthy = isLive && !isHealthy
    if (wasUnhealthy === isUnhealthy) return
    this.#unhealthy ??= new InstanceSet(this.#index, row => this.#isLive(row) && !this.#index.isHealthy(row))
    this.#unhealthy.set(slot, wasUnhealthy, isUnhealthy, handle)
  }
}

/** Some instances of an app, by slot and then by id. It may change while somebody goes through it. */
export class InstanceSet {
  readonly #index: AppIndex
  readonly #holds: (row: InstanceRow) => boolean
  readonly #slots = new SlotSet()
  #size = 0

  constructor(index: AppIndex, holds: (row: InstanceRow) => boolean) {
    this.#index = index
    this.#holds = holds
  }

  get size(): number {
    return this.#size
  }

  *[Symbol.iterator](): IterableIterator<InstanceId> {
    for (const row of this.rows()) yield row.id
  }

  *rows(): IterableIterator<InstanceRow> {
    for (let slot = this.#slots.next(0); slot >= 0; slot = this.#slots.next(slot + 1)) {
      const only = this.#index.onlyOneIn(slot)
      if (only !== undefined) {
        if (this.#holds(only)) yield only
      } else for (const row of this.#index.inSlot(slot)) if (this.#holds(row)) yield row
    }
  }

  first(): InstanceRow | undefined {
    const slot = this.#slots.next(0)
    return slot < 0 ? undefined : this.#index.inSlot(slot).find(this.#holds)
  }

  /** For the index alone: the row was in it, or is. */
  set(slot: number, was: boolean, is: boolean, handle: number): void {
    if (was === is) return
    this.#size += count(is) - count(was)
    if (is) this.#slots.add(slot)
    else if (!this.#index.hasOther(slot, handle, this.#holds)) this.#slots.delete(slot)
  }
}

class Instances {
  readonly #index: AppIndex

  constructor(index: AppIndex) {
    this.#index = index
  }

  get size(): number {
    return this.#index.size
  }

  values(): IterableIterator<InstanceRow> {
    return this.#index.rows()
  }

  *keys(): IterableIterator<InstanceId> {
    for (const row of this.#index.rows()) yield row.id
  }
}

/** The sets of an app that an instance may be in, as numbers of bits. */
const member = {
  scheduled: 0,
  stopping: 1,
  starting: 2,
  completed: 3,
  failed: 4,
  unreachable: 5,
  failing: 6,
} as const

const noSets: readonly undefined[] = Object.values(member).map(() => undefined)
const isMember = Object.values(member).map(
  number =>
    (row: InstanceRow): boolean =>
      (membersOf(row) & (1 << number)) !== 0,
)

// In one look: it comes with every change of a row.
function membersOf(row: InstanceRow): number {
  const away = row.unreachable ? 1 << member.unreachable : 0
  if (row.goal === 'stop') return away | (1 << member.stopping)
  if (isFailing(row)) return away | (1 << member.failing) | placeOf(row)
  return away | placeOf(row)
}

function placeOf(row: InstanceRow): number {
  if (row.agent !== null) return row.runningAt === 0 ? 1 << member.starting : 0
  if (hasCompleted(row)) return 1 << member.completed
  return hasFailed(row) ? 1 << member.failed : 1 << member.scheduled
}

function isFailing(row: InstanceRow): boolean {
  return row.health.length > 0 && row.health.some(h => h.consecutiveFailures > 0)
}

function isLiveRow(row: InstanceRow): boolean {
  return row.goal === 'run'
}

function count(is: boolean): 0 | 1 {
  return is ? 1 : 0
}

const nothing: readonly InstanceRow[] = []
const noIndex = new AppIndex({ at: () => undefined }, () => false)
const noSet = new InstanceSet(noIndex, () => false)
const none: RunCounts = {
  live: noSet,
  unhealthy: noSet,
  healthy: 0,
  stopping: 0,
}
