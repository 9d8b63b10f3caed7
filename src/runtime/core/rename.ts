// Apps get other ids, and nothing that runs notices: every row that names them is put under the new name in the same
// commit. Instances and allocations stay what they are to their agents: ids, incarnations and generations do not change,
// and a task keeps the specification that it was started with until its next start.
import { present } from '../../base/index.ts'
import type { AppId, SpecHash } from '../../model/index.ts'
import { specOf, stopInstance, touchApp } from './instances.ts'
import { putLaunchDelays, takeLaunchDelays } from './launchdelays.ts'
import { versionKey, type AllocationRow, type AppRow } from './rows.ts'
import { putSpec } from './specs.ts'
import type { State } from './state.ts'
import { versionKeys } from './versions.ts'

/**
 * From old to new. No app may have a new id, unless it gives it up at the same time, and no running deployment may hold
 * an app of either id. Costs one look at every allocation, and puts all instances of the apps in one step: a name that
 * some have and others not would be two apps. An app of 100,000 instances holds the loop up for about a second.
 */
export function renameApps(state: State, names: ReadonlyMap<AppId, AppId>, author: string): void {
  if (names.size === 0) return
  for (const to of names.values()) if (!names.has(to)) endFormerLife(state, to, author)
  // All are taken out before any is put back: a name may be passed on.
  const rows = [...names.keys()].map(from => present(state.tables.app.get(from), `app ${from}`))
  for (const row of rows) state.tables.app.delete(row.id)
  for (const row of rows) {
    const to = names.get(row.id)!
    state.tables.app.put(to, renamedApp(state, row, to))
    touchApp(state, row.id)
    touchApp(state, to)
    state.event('app_renamed', { appId: to, formerAppId: row.id })
  }
  renameInstances(state, names, rows)
  renameAllocations(state, names)
  renameHistory(state, names)
}

// Instances that wait for their end under the new id belong to an app that is gone: they go on ending beside the others.
function endFormerLife(state: State, id: AppId, author: string): void {
  for (const instance of state.apps.get(id)?.liveInstances() ?? []) {
    stopInstance(state, instance, 'delete', author)
  }
}

function renamedApp(state: State, row: AppRow, to: AppId): AppRow {
  const renamed = (spec: SpecHash): SpecHash => putSpec(state, { ...specOf(state, spec), id: to })
  return {
    ...row,
    id: to,
    submitted: renamed(row.submitted),
    effective: renamed(row.effective),
    applied: row.applied && { ...row.applied, spec: renamed(row.applied.spec) },
  }
}

// One that was not started yet takes the new name with it.
function renameInstances(state: State, names: ReadonlyMap<AppId, AppId>, rows: readonly AppRow[]): void {
  const found = rows.flatMap(row =>
    [...(state.apps.get(row.id)?.instances.values() ?? [])].map(instance => ({ instance, row })),
  )
  for (const { instance, row } of found) {
    const app = names.get(row.id)!
    const isFresh = instance.agent === null && instance.spec === row.effective
    const spec = isFresh ? state.tables.app.get(app)!.effective : instance.spec
    state.tables.instance.put(instance.id, { ...instance, app, spec })
  }
}

// Also those that an instance left behind on an agent that is away.
function renameAllocations(state: State, names: ReadonlyMap<AppId, AppId>): void {
  const found: AllocationRow[] = []
  for (const row of state.tables.allocation.values()) if (names.has(row.app)) found.push(row)
  for (const row of found) state.tables.allocation.set({ ...row, app: names.get(row.app)! })
}

// What is told of an app's past, and what holds it back.
function renameHistory(state: State, names: ReadonlyMap<AppId, AppId>): void {
  const { brake, failure, timing, version } = state.tables
  const each = [...names].map(([from, to]) => ({
    from,
    to,
    delays: takeLaunchDelays(state, from),
    brake: brake.get(from),
    failure: failure.get(from),
    timing: timing.get(from),
    versions: versionKeys(state, from).map(key => version.get(key)!),
    waiting: state.waiting.get(from),
  }))
  for (const { from, versions } of each) {
    for (const table of [brake, failure, timing]) table.delete(from)
    for (const row of versions) version.delete(versionKey(row))
    state.waiting.delete(from)
  }
  for (const { to: app, ...rows } of each) {
    putLaunchDelays(state, app, rows.delays)
    if (rows.brake !== undefined) brake.put(app, { ...rows.brake, subject: app })
    if (rows.failure !== undefined) failure.put(app, { ...rows.failure, app })
    if (rows.timing !== undefined) timing.put(app, { ...rows.timing, app })
    for (const row of rows.versions) version.put(versionKey({ ...row, app }), { ...row, app })
    if (rows.waiting !== undefined) state.waiting.set(app, rows.waiting)
  }
}
