// Groups: a name in front of the names of everything inside.
import type { App } from './app.ts'
import type { Resource } from './cluster.ts'
import { callSite } from './site.ts'
import type { Site } from './site.ts'
import { referenceTo } from './text.ts'
import type { Reference } from './text.ts'

export interface Group {
  readonly kind: 'group'
  readonly name: string
  readonly resources: readonly Resource[]
  readonly options: GroupOptions
  readonly site: Site | undefined
  readonly id: Reference
}

export interface GroupOptions {
  /** What must be up before anything of this group starts. */
  readonly dependsOn?: readonly (App | Group | string)[]
}

export function group(name: string, resources: readonly Resource[], options: GroupOptions = {}): Group {
  const made = { kind: 'group' as const, name, resources, options, site: callSite(group) }
  return Object.assign(made, { id: referenceTo(made) })
}
