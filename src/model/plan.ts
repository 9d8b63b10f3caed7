// A plan: what will change, why, in which order, and where every instance is meant to land. Plain JSON that can be
// saved, reviewed and applied later. `desiredBase` names every object it was computed from, with its revision (0: does
// not exist); when one has moved, the plan is stale and apply refuses it inside the commit.
import type { Diagnostic, Json } from '../base/index.ts'
import type { App } from './app.ts'
import type { DesiredVolume } from './desired.ts'
import type { AgentId, AppId, ClusterId, GroupId, Revision, StackName } from './ids.ts'
import type { KeptLifecycle } from './lifecycle.ts'
import type { Step } from './deployment.ts'

export interface Plan {
  readonly format: 1
  readonly clusterId: ClusterId
  readonly stack: StackName
  readonly origin: string
  readonly mode: 'apply' | 'destroy'
  /** Keys: `app:/web`, `group:/shop`, `volume:data`, `stack:shop`. */
  readonly desiredBase: Readonly<Record<string, Revision>>
  readonly placementBase: Revision
  readonly changes: readonly Change[]
  readonly steps: readonly Step[]
  /** In launch order per app; the allocator takes the planned agent while it passes the filters. */
  readonly placements: readonly PlannedPlacement[]
  readonly outputs: Readonly<Record<string, { readonly value: Json; readonly sensitive: boolean }>>
  /** Output names whose value this plan changes. */
  readonly outputChanges: readonly OutputChange[]
  readonly forecast: Forecast | null
  readonly warnings: readonly Diagnostic[]
  /** Sorted by address; absent when nothing is ignored. */
  readonly ignored?: readonly IgnoredChanges[]
}

/** Where the cluster differs from the configuration and stays so, because the object's lifecycle says it. */
export interface IgnoredChanges {
  readonly address: string
  /** From what is there to what the configuration says. */
  readonly fields: readonly FieldChange[]
}

export type ChangeAction =
  'create' | 'update' | 'restart' | 'scale' | 'delete' | 'forget' | 'adopt' | 'move' | 'no-op'

interface ChangeBase {
  readonly address: string
  readonly action: ChangeAction
  readonly fields: readonly FieldChange[]
  /** What it was called before, when it is renamed: by a move, or by an import under another id. */
  readonly from?: {
    readonly address: string
    readonly id: string
    /** It belonged to nobody. */
    readonly imported?: true
  }
  /** Why, when it is not plain from the fields: `because app.web is not in the configuration`. */
  readonly reason?: string
  /** What the object keeps of its lifecycle from now on. */
  readonly lifecycle?: KeptLifecycle
  /** What somebody changed behind the stack's back since its last apply. */
  readonly drift?: { readonly fields: readonly FieldChange[]; readonly by?: string }
}

export interface AppChange extends ChangeBase {
  readonly object: 'app'
  readonly id: AppId
  /** Submitted forms. */
  readonly before: App | null
  readonly after: App | null
  /** Its last deployment failed: this one carries on with what it left. */
  readonly retries?: true
  /** Running instances that the change stops and starts anew, and how many at most at a time. */
  readonly disruption: { readonly restarts: number; readonly atATime: number }
  readonly sensitivePaths: readonly string[]
}

export interface GroupChange extends ChangeBase {
  readonly object: 'group'
  readonly id: GroupId
  readonly dependencies: readonly string[]
}

export interface VolumeChange extends ChangeBase {
  readonly object: 'volume'
  readonly id: string
  readonly after: Omit<DesiredVolume, 'address' | 'lifecycle'> | null
}

export type Change = AppChange | GroupChange | VolumeChange

/** What a change of a field does to running instances. `scale` starts or stops some; `none` touches nothing. */
export type FieldEffect = 'restart' | 'inPlace' | 'scale' | 'none'

export interface FieldChange {
  /** JSON path from the app: `/env/PORT`, `/healthChecks(0)/path`. */
  readonly path: string
  readonly before?: Json
  readonly after?: Json
  readonly effect: FieldEffect
  readonly sensitive: boolean
}

export interface OutputChange {
  readonly name: string
  readonly action: 'create' | 'update' | 'delete'
  readonly before?: Json
  readonly after?: Json
  readonly sensitive: boolean
}

export interface PlannedPlacement {
  readonly app: AppId
  readonly slot: number
  readonly agent: AgentId
}

export interface Forecast {
  /** Hash of what the forecast was computed from. */
  readonly inputsHash: string
  readonly verdict: 'works' | 'waits' | 'cannot'
  /** Apps that do not get all their instances. */
  readonly unplaced: readonly UnplacedForecast[]
  readonly profiles: readonly ForecastProfile[]
  /** Changed apps of which nothing is healthy before the change; absent when there are none. */
  readonly unhealthyBefore?: readonly AppId[]
}

export interface UnplacedForecast {
  readonly app: AppId
  readonly wanted: number
  readonly placed: number
  /** Most frequent obstacle first. */
  readonly reasons: readonly WaitReason[]
  /** Filters that alone keep agents from being taken; absent in plans of older versions. */
  readonly nearest?: readonly WaitReason[]
}

/** Why an instance is not placed: how many agents failed which filter. */
export interface WaitReason {
  /**
   * The name of the filter: `unreachable`, `draining`, `cordoned`, `driver`, `role`, `cpus`, `mem`, `disk`, `gpus`,
   * `constraint`, `ports`.
   */
  readonly filter: string
  readonly agents: number
  /** One sentence for people. */
  readonly message: string
}

export interface ForecastProfile {
  readonly name: 'p10' | 'p50' | 'p99'
  readonly durationMs: number
  /** Lowest number of healthy instances seen per changed app. */
  readonly lowestHealthy: Readonly<Record<string, number>>
}
