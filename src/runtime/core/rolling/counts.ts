// What the rolling arithmetic looks at, from the running totals of one app, and which instances its decision takes.
import type { InstanceSet } from '../appindex.ts'
import { strictlyHealthy } from '../instances.ts'
import type { AppRow, InstanceRow } from '../rows.ts'
import type { State } from '../state.ts'
import type { Decision, RollingCounts } from './rolling.ts'

/** Instances of the app's present configuration are new, all others old. */
export function rollingCounts(state: State, app: AppRow): RollingCounts {
  const index = state.apps.get(app.id)
  const fresh = index?.ofRun(app.runKey)
  const live = fresh?.live.size ?? 0
  const newHealthy = fresh?.healthy ?? 0
  const newStopping = fresh?.stopping ?? 0
  const oldHealthy = (index?.healthy ?? 0) - newHealthy
  return {
    oldHealthy,
    oldUnhealthy: (index?.live ?? 0) - live - oldHealthy,
    oldStopping: (index?.stopping.size ?? 0) - newStopping,
    newHealthy,
    newUnhealthy: live - newHealthy,
    newStopping,
  }
}

/** Those that are to be stopped, unhealthy ones first, by slot. */
export function toStop(
  state: State,
  app: AppRow,
  { of, healthy, unhealthy }: Decision['stop'],
): InstanceRow[] {
  const index = state.apps.get(app.id)
  if (index === undefined || healthy + unhealthy === 0) return []
  const runKeys = [...index.runKeys()].filter(key => (key === app.runKey) === (of === 'new')).sort()
  const runs = runKeys.map(key => index.ofRun(key))
  return [
    ...firstBySlot(
      runs.map(r => r.unhealthy),
      unhealthy,
      () => true,
    ),
    ...firstBySlot(
      runs.map(r => r.live),
      healthy,
      i => strictlyHealthy(state, i),
    ),
  ]
}

// A look at each set goes no further than what is taken of it.
function firstBySlot(
  sets: readonly InstanceSet[],
  count: number,
  test: (instance: InstanceRow) => boolean,
): InstanceRow[] {
  const found: InstanceRow[] = []
  for (const set of sets) {
    let left = count
    for (const instance of set.rows()) {
      if (left === 0) break
      if (!test(instance)) continue
      found.push(instance)
      left--
    }
  }
  return found.sort((a, b) => a.slot - b.slot).slice(0, count)
}
