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
  readonly #slots: number[] = []
  /** Of slots with more than one: while an instance of a former life, or of a rollback, ends. */
  readonly #several = new Map<number, readonly number[]>()
  readonly #isHealthy: (row: InstanceRow) => boolean
  readonly #runs = new Map<string, RunIndex>()
  /** Slots below `#top` that no live instance holds. */
  readonly #gaps = new SlotSet()
  #top = 0
  #live = 0
  #healthy = 0
  #running = 0
  #size = 0

  /** All of them, by slot. */
  readonly instances = new Instances(this)
  /** Goal run, without an allocation. */
  readonly scheduled = new InstanceSet(this, isScheduled)
  /** Goal stop, not yet gone. */
  readonly stopping = new InstanceSet(this, row => row.goal === 'stop')
  /** Placed, and not yet said to run. */
  readonly starting = new InstanceSet(this, isStarting)
  /** Batch instances that had their end, well and not. */
  readonly completed = new InstanceSet(this, row => row.goal === 'run' && hasCompleted(row))
  readonly failed = new InstanceSet(this, row => row.goal === 'run' && hasFailed(row))
  /** When to look at those that start, and at those that run, at the earliest. Undefined: not known. A memo, no state. */
  startsDue: ClusterMs | undefined
  runsDue: { readonly at: ClusterMs; readonly limitMs: number } | undefined
  readonly unreachable = new InstanceSet(this, row => row.unreachable)
  /** Live, with a health check that failed last time. */
  readonly failing = new InstanceSet(this, isFailing)

  /** `isHealthy`: strictly, by the rows as they are. */
  constructor(units: Pick<UnitCells, 'at'>, isHealthy: (row: InstanceRow) => boolean) {
    this.#units = units
    this.#isHealthy = isHealthy
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
    const rows = this.#several.get(slot)!.map(each => this.#rowAt(each))
    return rows.sort((a, b) => compareStrings(a.id, b.id))
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
    const handles = held === severalHandles ? this.#several.get(slot)! : [held]
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
    this.scheduled.change(old, row, handle)
    this.stopping.change(old, row, handle)
    this.starting.change(old, row, handle)
    this.completed.change(old, row, handle)
    this.failed.change(old, row, handle)
    this.unreachable.change(old, row, handle)
    this.failing.change(old, row, handle)
    if (old !== undefined && row !== undefined && old.runKey === row.runKey) {
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

  #rowAt(handle: number): InstanceRow {
    return present(this.#units.at(handle)?.instance, 'an instance that its app knows')
  }

  #hold(slot: number, handle: number): void {
    while (this.#slots.length <= slot) this.#slots.push(noHandle)
    const held = this.#slots[slot]!
    if (held === noHandle) this.#slots[slot] = handle
    else {
      this.#several.set(slot, [...(this.#several.get(slot) ?? [held]), handle])
      this.#slots[slot] = severalHandles
    }
  }

  #release(slot: number, handle: number): void {
    const left = (this.#several.get(slot) ?? [handle]).filter(each => each !== handle)
    if (left.length > 1) this.#several.set(slot, left)
    else {
      this.#several.delete(slot)
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
  readonly unhealthy: InstanceSet
  healthy = 0
  stopping = 0
  size = 0

  constructor(index: AppIndex, runKey: string) {
    const isLive = (row: InstanceRow): boolean => row.goal === 'run' && row.runKey === runKey
    this.live = new InstanceSet(index, isLive)
    this.unhealthy = new InstanceSet(index, row => isLive(row) && !index.isHealthy(row))
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
    const known = (row ?? old)!
    this.size += count(row !== undefined) - count(old !== undefined)
    this.healthy += count(isHealthy) - count(wasHealthy)
    this.stopping += count(row?.goal === 'stop') - count(old?.goal === 'stop')
    this.live.set(known, wasLive, isLive, handle)
    this.unhealthy.set(known, wasLive && !wasHealthy, isLive && !isHealthy, handle)
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
      for (const row of this.#index.inSlot(slot)) if (this.#holds(row)) yield row
    }
  }

  first(): InstanceRow | undefined {
    const slot = this.#slots.next(0)
    return slot < 0 ? undefined : this.#index.inSlot(slot).find(this.#holds)
  }

  /** For the index alone, which holds the new row by now. */
  change(old: InstanceRow | undefined, row: InstanceRow | undefined, handle: number): void {
    const was = old !== undefined && this.#holds(old)
    const is = row !== undefined && this.#holds(row)
    if (was !== is) this.set((row ?? old)!, was, is, handle)
  }

  /** For the index alone: the row was in it, or is. */
  set(row: InstanceRow, was: boolean, is: boolean, handle: number): void {
    if (was === is) return
    this.#size += count(is) - count(was)
    if (is) this.#slots.add(row.slot)
    else if (!this.#index.hasOther(row.slot, handle, this.#holds)) this.#slots.delete(row.slot)
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

function isScheduled(row: InstanceRow): boolean {
  return row.goal === 'run' && row.agent === null && !hasCompleted(row) && !hasFailed(row)
}

function isStarting(row: InstanceRow): boolean {
  return row.goal === 'run' && row.agent !== null && row.runningAt === 0
}

function isFailing(row: InstanceRow): boolean {
  if (row.health.length === 0 || row.goal !== 'run') return false
  return row.health.some(h => h.consecutiveFailures > 0)
}

function isLiveRow(row: InstanceRow): boolean {
  return row.goal === 'run'
}

function count(is: boolean): 0 | 1 {
  return is ? 1 : 0
}

const nothing: readonly InstanceRow[] = []
const noIndex = new AppIndex({ at: () => undefined }, () => false)
const none: RunCounts = {
  live: new InstanceSet(noIndex, () => false),
  unhealthy: new InstanceSet(noIndex, () => false),
  healthy: 0,
  stopping: 0,
}
