// The versions of an app that stay readable, and can be gone back to.
import type { App, AppId } from '../../model/index.ts'
import { specOf } from './instances.ts'
import { versionKey, type AppRow, type VersionRow } from './rows.ts'
import type { State } from './state.ts'

/** Marathon's default. */
const versionsKept = 50

/** Keys of an app's stored versions, oldest first. */
export function versionKeys(state: State, id: AppId): string[] {
  return [...(state.versionsOf.get(id) ?? [])].sort()
}

/** As submitted then, under the app's present id: it may have had another one. */
export function versionedApp(state: State, row: VersionRow): App {
  return { ...specOf(state, row.spec), id: row.app, instances: row.instances }
}

export function keepVersion(state: State, row: AppRow): void {
  state.tables.version.put(versionKey({ app: row.id, version: row.version }), {
    app: row.id,
    version: row.version,
    spec: row.submitted,
    instances: row.instances,
    lastScalingAt: row.lastScalingAt,
    lastConfigChangeAt: row.lastConfigChangeAt,
  })
  const keys = versionKeys(state, row.id)
  for (const key of keys.slice(0, Math.max(0, keys.length - versionsKept))) state.tables.version.delete(key)
}
