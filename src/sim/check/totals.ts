// What the core keeps by difference, counted anew from the rows.
import { groupsAround, setHash } from '../../model/index.ts'
import type { InstanceRow, PlainRows, State } from '../../runtime/core/index.ts'
import { valueOf } from './placement.ts'
import { hasEnded } from './modes.ts'
import { allocationsOn, instancesOf, isStrictlyHealthy } from './rows.ts'

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
    const told = state.rowsOn(row.id)
    compare(`allocations of ${row.id}`, told.size, held.length)
    const gen = held.reduce((last, a) => Math.max(last, a.gen), row.gen)
    compare(`the generation of ${row.id}`, state.generationOf(row.id), gen)
    if (told.setHash !== setHash(held)) broken.push(`totals: the digest of ${row.id} is not that of its rows`)
  }
  for (const { row } of rows.app) {
    const kept = state.apps.get(row.id)
    const all = instancesOf(rows, row.id)
    const wanted = all.filter(i => i.goal === 'run')
    compare(`live of ${row.id}`, kept?.live ?? 0, wanted.length)
    compare(`stopping of ${row.id}`, kept?.stopping.size ?? 0, all.length - wanted.length)
    const unplaced = wanted.filter(i => i.agent === null && !hasEnded(i)).length
    compare(`scheduled of ${row.id}`, kept?.scheduled.size ?? 0, unplaced)
    const healthy = wanted.filter(i => isStrictlyHealthy(rows, i))
    compare(`healthy of ${row.id}`, kept?.healthy ?? 0, healthy.length)
    for (const runKey of new Set([row.runKey, ...all.map(i => i.runKey)])) {
      const count = (of: readonly InstanceRow[]): number => of.filter(i => i.runKey === runKey).length
      const run = kept?.ofRun(runKey)
      compare(`live of ${row.id} ${runKey}`, run?.live.size ?? 0, count(wanted))
      compare(`healthy of ${row.id} ${runKey}`, run?.healthy ?? 0, count(healthy))
      compare(`unhealthy of ${row.id} ${runKey}`, run?.unhealthy.size ?? 0, count(wanted) - count(healthy))
      compare(`stopping of ${row.id} ${runKey}`, run?.stopping ?? 0, count(all) - count(wanted))
    }
    const free = kept?.freeSlots(1)[0] ?? 0
    const slots = new Set(wanted.map(i => i.slot))
    compare(`the lowest free slot of ${row.id}`, free, lowestFree(slots))
  }
  const groups = rows.app.flatMap(({ row }) => groupsAround(row.id))
  for (const group of new Set<string>([...groups, ...state.groupSizes.keys()])) {
    const inside = groups.filter(g => g === group).length
    compare(`apps in ${group}`, state.groupSizes.get(group) ?? 0, inside)
  }
  for (const { app, runKey, counts } of state.placed.entries()) {
    const placed = instancesOf(rows, app).filter(
      i => i.runKey === runKey && i.agent !== null && !i.unreachable,
    )
    compare(`placed of ${app}`, counts.total, placed.length)
    for (const { row } of rows.agent) {
      const here = placed.filter(i => i.agent === row.id).length
      compare(`placed of ${app} on ${row.id}`, counts.onAgent(state.agents.get(row.id)!), here)
    }
    for (const field of counts.fields) {
      const groups = groupsOf(rows, field, placed)
      for (const [value, size] of groups) {
        compare(`placed of ${app} where ${field} is ${value}`, counts.groups(field).get(value) ?? 0, size)
      }
      compare(`values of ${field} with ${app}`, counts.groups(field).size, groups.size)
      compare(`smallest ${field} of ${app}`, counts.smallestGroup(field), smallestOf([...groups.values()]))
    }
  }
  const locks = rows.deployment.flatMap(({ row }) =>
    row.state === 'running' ? row.steps.flatMap(s => s.actions.map(a => a.app)) : [],
  )
  compare('the number of locks', state.locks.size, new Set(locks).size)
  return broken
}

function lowestFree(slots: ReadonlySet<number>): number {
  for (let slot = 0; ; slot++) if (!slots.has(slot)) return slot
}

function groupsOf(
  rows: PlainRows,
  field: string,
  placed: readonly InstanceRow[],
): Map<string | undefined, number> {
  const groups = new Map<string | undefined, number>()
  for (const instance of placed) {
    const value = valueOf(rows.agent.find(r => r.row.id === instance.agent)?.row, field)
    groups.set(value, (groups.get(value) ?? 0) + 1)
  }
  return groups
}

function smallestOf(sizes: readonly number[]): number {
  return sizes.length === 0 ? 0 : Math.min(...sizes)
}
