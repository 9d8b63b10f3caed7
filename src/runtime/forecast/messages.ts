// What the loop's thread and the forecast's worker say to each other.
import type { ClusterMs, UtcMs } from '../../base/index.ts'
import type { AgentId, Desired, PlanRequest, Revision } from '../../model/index.ts'
import type { Commit, Row } from '../core/index.ts'
import type { PlanOutcome } from '../http/context.ts'

export type ToWorker =
  /** Some rows of the state at the revision that `loaded` names. */
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'loaded'; readonly revision: Revision; readonly now: ClusterMs; readonly utc: UtcMs }
  | { readonly kind: 'commit'; readonly commit: Commit }
  | {
      readonly kind: 'plan'
      readonly id: number
      readonly desired: Desired
      readonly request: Omit<PlanRequest, 'desired'>
      /** Agents without a connection now: rows don't tell. */
      readonly away: readonly AgentId[]
    }

export type FromWorker =
  | { readonly kind: 'planned'; readonly id: number; readonly outcome: PlanOutcome }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
