// The surface form: what HCL and TypeScript have in common before the vocabulary turns it into the model. A resource
// with a body of attributes and blocks, names in snake_case as in HCL, all expressions evaluated, every piece with its
// place in the text where one is known. A part with a mistake is marked, so that those behind it can look at the rest. JSON (Marathon) files skip it: they already speak the model's language.
import type { Json, Range } from '../base/index.ts'

export interface SurfaceConfig {
  /** From `sddc { stack = "…" }` or `defineCluster({ name })`. */
  readonly stack?: SurfaceValue
  /** Address of the cluster, from `sddc { server = "…" }` or `defineCluster({ server })`. */
  readonly server?: SurfaceValue
  readonly resources: readonly SurfaceResource[]
  readonly outputs: readonly SurfaceOutput[]
  /** Names that things had before: `moved { … }`, in TypeScript `moved(from, to)`. */
  readonly moves?: readonly SurfaceMove[]
  /** What others made and is taken over: `import { … }`. */
  readonly imports?: readonly SurfaceImport[]
  /** What is no longer here, and how it ends: `removed { … }`. */
  readonly removals?: readonly SurfaceRemoval[]
  /** Resources are missing here, or stand for an unknown number of them: a mistake that is told already. */
  readonly incomplete?: boolean
}

export interface SurfaceResource {
  readonly kind: 'app' | 'group' | 'volume'
  /** The label. */
  readonly name: string
  /** `for_each` key or `count` index: appended to the id as `-key`, shown in the address as `["key"]` or `[0]`. */
  readonly key?: string | number
  /** Labels of the enclosing groups (and modules), outermost first: the segments of the id before the name. */
  readonly path: readonly string[]
  /** `group.shop.app.web["eu"]`. */
  readonly address: string
  readonly body: SurfaceBody
  /** Absent where nothing is said. */
  readonly lifecycle?: SurfaceLifecycle
  /** The header: type and labels. */
  readonly range?: Range
}

/** How a resource may change and end: `lifecycle { … }`, in TypeScript `lifecycle: { … }`. */
export interface SurfaceLifecycle {
  /** What the configuration sets once and then leaves to others. */
  readonly ignoreChanges?: 'all' | readonly SurfacePath[]
  /** True: a plan that destroys it is refused. */
  readonly preventDestroy?: SurfaceValue
  /** Whether it is destroyed, or only let go of, when it is no longer named. */
  readonly destroy?: SurfaceValue
  readonly range?: Range
}

/** A path into a resource in the author's words: `instances`, `env.TAG`, `env["TAG"]`, `health_check[0].path`. */
export interface SurfacePath {
  readonly text: string
  readonly range?: Range
}

export interface SurfaceBody {
  readonly attributes: Readonly<Record<string, SurfaceValue>>
  readonly blocks: readonly SurfaceBlock[]
  /** The closing brace, or wherever "something is missing here" should point. */
  readonly end?: Range
  /** Blocks are missing here because of a mistake that is told already. */
  readonly incomplete?: boolean
}

export interface SurfaceValue {
  readonly value: Json
  /** The expression has a mistake that is told already; the value is null. */
  readonly failed?: boolean
  /** The expression. */
  readonly range?: Range
  /** The attribute's name. */
  readonly nameRange?: Range
  /** Where its parts stand, as far as that is known (TypeScript). */
  readonly parts?: SurfaceParts
  /** The value, or JSON-pointer-like sub paths of it ('' = all of it), must not be shown. */
  readonly sensitive?: readonly string[] | undefined
  /** Addresses that the expression refers to; each one is a dependency. */
  readonly references?: readonly string[] | undefined
}

/** The properties of an object, the items of a list under their numbers. */
export type SurfaceParts = ReadonlyMap<string, SurfacePartPlace>

export interface SurfacePartPlace {
  readonly range: Range
  readonly nameRange?: Range
  readonly parts?: SurfaceParts
}

export interface SurfaceBlock {
  readonly type: string
  readonly labels: readonly { readonly text: string; readonly range?: Range }[]
  readonly body: SurfaceBody
  readonly range?: Range
}

export interface SurfaceOutput {
  readonly name: string
  readonly value: SurfaceValue
  readonly description?: string
}

/** The name of something that need not be in the configuration: `group.shop.app.web["eu"]`, `module.blog`. */
export interface SurfaceAddress {
  /** From the root of the configuration. */
  readonly text: string
  readonly range?: Range
  /** The text has such a block, although it may stand for no instance now. */
  readonly declared?: boolean
}

export interface SurfaceMove {
  readonly from: SurfaceAddress
  readonly to: SurfaceAddress
  readonly range?: Range
}

export interface SurfaceImport {
  readonly to: SurfaceAddress
  /** What it is called in the cluster; the id of `to` when nothing is said. */
  readonly id?: SurfaceValue
  readonly range?: Range
}

export interface SurfaceRemoval {
  readonly from: SurfaceAddress
  /** False: it is let go of and runs on. Absent or true: it is destroyed. */
  readonly destroy?: SurfaceValue
  readonly range?: Range
}
