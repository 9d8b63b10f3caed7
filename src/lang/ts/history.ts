// What a configuration says of names that things had before, or that others gave: the same as the blocks `moved`,
// `import` and `removed` of HCL.
import type { App } from './app.ts'
import type { Group } from './group.ts'
import type { Module } from './module.ts'
import { callSite } from './site.ts'
import type { Site } from './site.ts'
import type { Volume } from './volume.ts'

/** `app.web`, `group.shop.app.worker["eu"]`, `module.blog`. */
export type Address = `${'app' | 'group' | 'volume' | 'module'}.${string}`

/** An address, or the thing itself. */
export type Addressed<T = App | Group | Volume | Module> = Address | T

export type HistoryEntry =
  | {
      readonly kind: 'moved'
      readonly from: Address
      readonly to: Addressed
      readonly site: Site | undefined
    }
  | {
      readonly kind: 'imported'
      readonly to: Addressed<App | Volume>
      readonly id: string | undefined
      readonly site: Site | undefined
    }
  | {
      readonly kind: 'removed'
      readonly from: Address
      readonly destroy: boolean | undefined
      readonly site: Site | undefined
    }

/** What is called `to` now was called `from` before: nothing is stopped or lost for the name. */
export function moved(from: Address, to: Addressed): HistoryEntry {
  return { kind: 'moved', from, to, site: callSite(moved) }
}

/** What others made is taken over as `to`; `id` is what it is called in the cluster, if that is not its id here. */
export function imported(to: Addressed<App | Volume>, id?: string): HistoryEntry {
  return { kind: 'imported', to, id, site: callSite(imported) }
}

/** What is no longer here; with `destroy: false` it is let go of and runs on. */
export function removed(from: Address, options: { readonly destroy?: boolean } = {}): HistoryEntry {
  return { kind: 'removed', from, destroy: options.destroy, site: callSite(removed) }
}
