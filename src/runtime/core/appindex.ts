// The instances of one app, with running totals, so that questions about counts cost nothing. Followed by the instance
// table row by row; `strictly healthy` is the definition that every promise of health uses.
import type { InstanceId } from '../../model/index.ts'
import type { InstanceRow } from './rows.ts'

export class AppIndex {
  readonly instances = new Map<InstanceId, InstanceRow>()
  /** Goal run, without an allocation. */
  readonly scheduled = new Set<InstanceId>()
  /** Goal stop, not yet gone. */
  readonly stopping = new Set<InstanceId>()
  readonly unreachable = new Set<InstanceId>()
  /** Live, with a health check that failed last time. */
  readonly failing = new Set<InstanceId>()
  /**
   * Live instances by slot. One each, but a rollback or a replica may come by the new one before the old one has gone.
   */
  readonly slots = new Map<number, number>()
  /** Goal run. */
  live = 0

  add(row: InstanceRow): void {
    this.instances.set(row.id, row)
    if (row.unreachable) this.unreachable.add(row.id)
    if (row.goal === 'stop') this.stopping.add(row.id)
    else {
      this.live++
      this.#countSlot(row.slot, 1)
      if (row.agent === null) this.scheduled.add(row.id)
      if (row.health.some(h => h.consecutiveFailures > 0)) this.failing.add(row.id)
    }
  }

  remove(row: InstanceRow): void {
    this.instances.delete(row.id)
    this.scheduled.delete(row.id)
    this.stopping.delete(row.id)
    this.unreachable.delete(row.id)
    this.failing.delete(row.id)
    if (row.goal === 'run') {
      this.live--
      this.#countSlot(row.slot, -1)
    }
  }

  /** Instances with goal run, by slot. */
  liveInstances(): InstanceRow[] {
    return [...this.instances.values()].filter(i => i.goal === 'run').sort((a, b) => a.slot - b.slot)
  }

  /** The lowest slots that no live instance holds. */
  freeSlots(count: number): number[] {
    const free: number[] = []
    for (let slot = 0; free.length < count; slot++) if (!this.slots.has(slot)) free.push(slot)
    return free
  }

  #countSlot(slot: number, by: 1 | -1): void {
    const holders = (this.slots.get(slot) ?? 0) + by
    if (holders === 0) this.slots.delete(slot)
    else this.slots.set(slot, holders)
  }
}
