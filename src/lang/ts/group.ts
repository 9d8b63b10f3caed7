// Groups: a name in front of the names of everything inside.
import type { App } from './app.ts'
import type { Described, Keyed } from './described.ts'
import type { LifecycleOptions } from './lifecycle.ts'
import { callSite } from './site.ts'
import { referenceTo } from './text.ts'
import type { Volume } from './volume.ts'

/** What a cluster or a group may hold. */
export type Resource = App | Group | Volume

export interface Group extends Described<'group'> {
  readonly resources: readonly Resource[]
  readonly options: GroupOptions
}

export interface GroupOptions extends Keyed {
  /** What must be up before anything of this group starts. */
  readonly dependsOn?: readonly (Described | string)[]
  readonly lifecycle?: Omit<LifecycleOptions<'dependsOn'>, 'destroy'>
}

export function group(name: string, resources: readonly Resource[], options: GroupOptions = {}): Group {
  const made = { kind: 'group' as const, name, resources, options, site: callSite(group) }
  return Object.assign(made, { id: referenceTo(made) })
}
