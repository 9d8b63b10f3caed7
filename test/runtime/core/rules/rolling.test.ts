// The figures of a rolling restart, and the way that it takes.
import type { InstanceId } from '../../../../src/model/index.ts'
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
    const { kill, launch, done } = rollingDecision(figures, {
      oldLive: world.old.map((healthy, i) => ({ id: `old${i}` as InstanceId, healthy })),
      newLive: world.fresh.map((healthy, i) => ({ id: `new${i}` as InstanceId, healthy })),
      oldStopping: 0,
      newStopping: 0,
    })
    if (done) return [...turns, 'done'].join(' | ')
    if (kill.length === 0 && launch === 0) {
      const healthy = [...world.old, ...world.fresh].filter(Boolean).length
      return [...turns, `stands still with ${healthy} healthy`].join(' | ')
    }
    const parts = [...(kill.length > 0 ? [`-${kill.length}`] : []), ...(launch > 0 ? [`+${launch}`] : [])]
    turns.push(parts.join(' '))
    const killed = new Set<string>(kill)
    world = {
      old: world.old.filter((_, i) => !killed.has(`old${i}`)),
      fresh: [
        ...world.fresh.filter((_, i) => !killed.has(`new${i}`)),
        ...Array.from({ length: launch }, () => well),
      ],
    }
  }
  return [...turns, 'no end'].join(' | ')
}
