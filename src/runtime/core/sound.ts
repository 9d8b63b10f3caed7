// Whether one copy of an app is well, by its row alone: the part of `strictly healthy` that no other row decides.
import type { InstanceRow } from './rows.ts'

/** What decides on it. */
export type HealthFields = Pick<
  InstanceRow,
  'id' | 'incarnation' | 'spec' | 'goal' | 'reported' | 'unreachable' | 'ready' | 'health'
>

/** Goal run, running, reachable, ready, and all of so many checks alive. */
export function isSound(row: HealthFields, checks: number): boolean {
  if (row.goal !== 'run' || row.reported !== 'Running' || row.unreachable || !row.ready) return false
  for (let index = 0; index < checks; index++) {
    if (!row.health.some(h => h.index === index && h.alive)) return false
  }
  return true
}
