// The figures of a rolling restart, and the way that it takes.
import { rollingDecision, startRolling } from '../../../../src/runtime/core/rolling/rolling.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, (text, given) => {
  const number = (name: string, usual: number): number =>
    Number(new RegExp(`\\b${name}=([\\d.]+)`).exec(text)?.[1] ?? usual)
  const target = number('N', 0)
  const start = {
    target,
    minimumHealthCapacity: number('m', 1),
    maximumOverCapacity: number('o', 1),
    healthy: number('H', target),
    known: number('C', target),
    resident: text.includes('resident'),
  }
  const figures = startRolling(start)
  if (given.length === 0) {
    return `min ${figures.minHealthy}, max ${figures.maxCapacity}, kill ${figures.killNow}`
  }
  return way({ ...figures, target }, start, !given[0]!.includes('unhealthy'))
})

/** Old ones first. */
interface World {
  readonly old: readonly boolean[]
  readonly fresh: readonly boolean[]
}

function way(
  figures: { target: number; minHealthy: number; maxCapacity: number },
  start: { healthy: number; known: number },
  well: boolean,
): string {
  let world: World = { old: Array.from({ length: start.known }, (_, i) => i < start.healthy), fresh: [] }
  const turns: string[] = []
  for (let turn = 0; turn < 30; turn++) {
    const { stop, launch, done } = rollingDecision(figures, {
      oldHealthy: world.old.filter(Boolean).length,
      oldUnhealthy: world.old.filter(healthy => !healthy).length,
      oldStopping: 0,
      newHealthy: world.fresh.filter(Boolean).length,
      newUnhealthy: world.fresh.filter(healthy => !healthy).length,
      newStopping: 0,
    })
    if (done) return [...turns, 'done'].join(' | ')
    const stopped = stop.healthy + stop.unhealthy
    if (stopped === 0 && launch === 0) {
      const healthy = [...world.old, ...world.fresh].filter(Boolean).length
      return [...turns, `stands still with ${healthy} healthy`].join(' | ')
    }
    const parts = [...(stopped > 0 ? [`-${stopped}`] : []), ...(launch > 0 ? [`+${launch}`] : [])]
    turns.push(parts.join(' '))
    const left = { old: world.old, fresh: world.fresh }
    const group = stop.of === 'old' ? 'old' : 'fresh'
    left[group] = without(without(left[group], true, stop.healthy), false, stop.unhealthy)
    world = { old: left.old, fresh: [...left.fresh, ...Array.from({ length: launch }, () => well)] }
  }
  return [...turns, 'no end'].join(' | ')
}

function without(instances: readonly boolean[], healthy: boolean, count: number): readonly boolean[] {
  let left = count
  return instances.filter(i => i !== healthy || left-- <= 0)
}
