// What the core keeps by difference, counted anew from the rows.
import type { PlainRows, State } from '../../runtime/core/index.ts'
import { hasEnded } from './modes.ts'
import { allocationsOn, instancesOf } from './rows.ts'

export function brokenTotals(state: State, rows: PlainRows): string[] {
  const broken: string[] = []
  const compare = (what: string, kept: number, counted: number): void => {
    if (kept !== counted) broken.push(`totals: ${what} is kept as ${kept} and counts as ${counted}`)
  }
  for (const { row } of rows.agent) {
    const kept = state.agents.get(row.id)
    const held = allocationsOn(rows, row.id)
    for (const name of ['cpuMilli', 'memKiB', 'diskKiB', 'gpus'] as const) {
      const free = held.reduce((left, a) => left - a.resources[name], row.capacity.resources[name])
      compare(`free ${name} of ${row.id}`, kept?.free[name] ?? NaN, free)
    }
    compare(`ports held on ${row.id}`, kept?.portsHeld ?? NaN, new Set(held.flatMap(a => a.ports)).size)
  }
  for (const { row } of rows.app) {
    const kept = state.apps.get(row.id)
    const all = instancesOf(rows, row.id)
    const wanted = all.filter(i => i.goal === 'run')
    compare(`live of ${row.id}`, kept?.live ?? 0, wanted.length)
    compare(`stopping of ${row.id}`, kept?.stopping.size ?? 0, all.length - wanted.length)
    const unplaced = wanted.filter(i => i.agent === null && !hasEnded(i)).length
    compare(`scheduled of ${row.id}`, kept?.scheduled.size ?? 0, unplaced)
  }
  const locks = rows.deployment.flatMap(({ row }) =>
    row.state === 'running' ? row.steps.flatMap(s => s.actions.map(a => a.app)) : [],
  )
  compare('the number of locks', state.locks.size, new Set(locks).size)
  return broken
}
