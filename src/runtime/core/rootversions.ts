// The versions of all apps and groups together: each accepted change makes one. What is stored is what a change undid, so
// that an older time is worked out from the present one, backwards; nothing is copied that did not change.
import { isoTime, type UtcMs } from '../../base/index.ts'
import type { App, AppId, GroupId } from '../../model/index.ts'
import { specOf, submittedAppOf } from './instances.ts'
import { rootKey, type RootRow } from './rows.ts'
import type { State } from './state.ts'

/** Marathon's default. */
const rootVersionsKept = 50

export interface Root {
  readonly apps: ReadonlyMap<AppId, App>
  /** Of those that are there no more, or were changed since, and had any. */
  readonly sensitivePaths: ReadonlyMap<AppId, readonly string[]>
  /** Groups that were written out, with their dependencies. */
  readonly groups: ReadonlyMap<GroupId, readonly string[]>
}

/** The version that a change made now gets: later than every one before. */
export function nextRootVersion(state: State): UtcMs {
  const last = newestFirst(state)[0]?.version ?? 0
  return Math.max(state.env.utc, last + 1) as UtcMs
}

export function keepRootVersion(
  state: State,
  version: UtcMs,
  apps: RootRow['apps'],
  groups: RootRow['groups'],
): void {
  if (Object.keys(apps).length === 0 && Object.keys(groups).length === 0) return
  const kept = newestFirst(state)
  const previous = kept[0]?.version ?? (0 as UtcMs)
  state.tables.root.put(rootKey(version), { version, previous, apps, groups })
  for (const old of kept.slice(rootVersionsKept - 1)) state.tables.root.delete(rootKey(old.version))
}

/** ISO times, newest first. */
export function rootVersions(state: State): readonly string[] {
  return unbroken(state).map(row => isoTime(row.version))
}

/** The apps and groups as they were in a version; undefined when it is not known any more. */
export function rootAt(state: State, version: string): Root | undefined {
  const rows = unbroken(state)
  const upTo = rows.findIndex(row => isoTime(row.version) === version)
  if (upTo === -1) return undefined
  const apps = new Map<AppId, App>()
  for (const row of state.tables.app.values()) apps.set(row.id, submittedAppOf(state, row))
  const sensitivePaths = new Map<AppId, readonly string[]>()
  const groups = new Map<GroupId, readonly string[]>()
  for (const row of state.tables.group.values()) groups.set(row.id, row.dependencies)
  for (const row of rows.slice(0, upTo)) {
    for (const [id, was] of Object.entries(row.apps)) {
      const app = id as AppId
      if (was === null) apps.delete(app)
      else apps.set(app, { ...specOf(state, was.spec), id: app, instances: was.instances })
      if (was?.sensitivePaths !== undefined) sensitivePaths.set(app, was.sensitivePaths)
    }
    for (const [id, was] of Object.entries(row.groups)) {
      if (was === null) groups.delete(id as GroupId)
      else groups.set(id as GroupId, was)
    }
  }
  return { apps, sensitivePaths, groups }
}

// Where a row was lost, nothing before it can be told.
function unbroken(state: State): readonly RootRow[] {
  const rows = newestFirst(state)
  const end = rows.findIndex((row, i) => rows[i + 1]?.version !== row.previous)
  return end === -1 ? rows : rows.slice(0, end + 1)
}

function newestFirst(state: State): readonly RootRow[] {
  return [...state.tables.root.values()].sort((a, b) => b.version - a.version)
}
