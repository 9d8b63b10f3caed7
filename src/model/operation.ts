// What people and programs ask of the control plane. One union for the CLI, the REST API and, later, everything else:
// each is a request to the core, is answered by one reply, and leaves an entry in the audit log.
import type { ErrorCode, Json } from '../base/index.ts'
import type { App } from './app.ts'
import type { Step } from './deployment.ts'
import type { AgentId, AppId, DeploymentId, GroupId, InstanceId, Revision, TaskId } from './ids.ts'
import type { Plan } from './plan.ts'

/** Who asks: `user@host`, and by which way. */
export interface Actor {
  readonly name: string
  readonly via: 'cli' | 'api' | 'system'
}

export type Operation =
  /** Big applies bring their apps first, by content; invisible until an apply names them. */
  | { readonly kind: 'stageSpecs'; readonly specs: readonly App[] }
  | {
      readonly kind: 'applyPlan'
      readonly plan: Plan
      readonly force: boolean
      readonly takeOver: boolean
      /** Wait for apps that other deployments hold, instead of a refusal. */
      readonly queue?: boolean
    }
  | {
      readonly kind: 'changeApps'
      readonly changes: readonly AppRequest[]
      readonly force: boolean
      readonly queue?: boolean
    }
  | {
      readonly kind: 'changeGroup'
      readonly change: GroupRequest
      readonly force: boolean
      readonly queue?: boolean
      /** Answers with the steps and changes nothing. */
      readonly dryRun: boolean
    }
  | { readonly kind: 'cancelDeployment'; readonly deployment: DeploymentId; readonly force: boolean }
  /** The canaries are good: the others follow. */
  | { readonly kind: 'promoteDeployment'; readonly deployment: DeploymentId }
  /** Nothing more is begun until it is resumed; what ends meanwhile is started again. */
  | { readonly kind: 'pauseDeployment'; readonly deployment: DeploymentId }
  | { readonly kind: 'resumeDeployment'; readonly deployment: DeploymentId }
  | { readonly kind: 'changeAgent'; readonly agent: AgentId; readonly change: AgentChange }
  /** Moves instances to better places; without `apps` those of all. */
  | { readonly kind: 'rebalance'; readonly apps: readonly AppId[] | null }
  /** Tasks that no row names; null: all of them. */
  | { readonly kind: 'stopUnknown'; readonly tasks: readonly TaskId[] | null }
  /** After a restore: what agents run unasked is not adopted any more. */
  | { readonly kind: 'endAdoption' }
  | {
      readonly kind: 'killInstances'
      readonly instances: readonly InstanceId[]
      readonly scale: boolean
      readonly force: boolean
    }

export type AgentChange =
  /** Gets nothing new. */
  | { readonly kind: 'cordon' }
  /** Takes back a cordon or a drain. */
  | { readonly kind: 'uncordon' }
  /** Empties it. Null: without a deadline. With `force` the rest is stopped then, below its promise of health. */
  | { readonly kind: 'drain'; readonly deadlineMs: number | null; readonly force: boolean }
  /** It will never come back. */
  | { readonly kind: 'remove' }

export type AppRequest =
  /** `POST /v2/apps`: refused when it exists. `body` is what came in, Marathon's JSON in any accepted form. */
  | { readonly kind: 'create'; readonly body: Json }
  /** `PUT`, `PATCH`: present fields replace stored ones (partial), or the whole definition is replaced. */
  | {
      readonly kind: 'put'
      readonly id: AppId
      readonly body: Json
      readonly partial: boolean
      readonly create: boolean
    }
  | { readonly kind: 'delete'; readonly id: AppId }
  | { readonly kind: 'restart'; readonly id: AppId }

/** Bodies are Marathon's GroupUpdate, as they came in (see normalizeGroupBody). */
export type GroupRequest =
  /** `POST /v2/groups` or below a group: refused when it exists. */
  | { readonly kind: 'create'; readonly parent: GroupId; readonly body: Json }
  | { readonly kind: 'put'; readonly id: GroupId; readonly body: Json }
  /** `enforceRole` of a top-level group, and nothing else. */
  | { readonly kind: 'patch'; readonly id: GroupId; readonly body: Json }
  /** With all apps and groups within. */
  | { readonly kind: 'delete'; readonly id: GroupId }

export type Reply =
  | {
      readonly ok: true
      readonly revision: Revision
      readonly deployment?: DeploymentId
      /** The deployment waits for others to end. */
      readonly queued?: true
      /** ISO time of the change. */
      readonly version?: string
      /** Apps that the request created. */
      readonly created: readonly AppId[]
      readonly killed: readonly InstanceId[]
      /** The group that the request was about, and whether it is new. */
      readonly group?: { readonly id: GroupId; readonly created: boolean }
      /** What the change would do; it was not made. */
      readonly steps?: readonly Step[]
    }
  | {
      readonly ok: false
      readonly code: RefusalCode
      readonly message: string
      /** Marathon's form: `{path, errors}` for invalid objects, deployments for locks, moved objects for stale plans. */
      readonly details?: Json
    }

export type RefusalCode =
  | 'INVALID'
  | 'NOT_FOUND'
  | 'EXISTS'
  | 'LOCKED'
  | 'STALE'
  | 'TOO_MANY'
  | 'FOREIGN_STACK'
  | 'READ_ONLY'
  | 'INTERNAL'
  | Extract<ErrorCode, 'OUTCOME_UNKNOWN'>
