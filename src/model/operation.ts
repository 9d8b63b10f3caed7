// What people and programs ask of the control plane. One union for the CLI, the REST API and, later, everything else:
// each is a request to the core, is answered by one reply, and leaves an entry in the audit log.
import type { ErrorCode, Json } from '../base/index.ts'
import type { App } from './app.ts'
import type { AppId, DeploymentId, InstanceId, Revision } from './ids.ts'
import type { Plan } from './plan.ts'

/** Who asks: `user@host`, and by which way. */
export interface Actor {
  readonly name: string
  readonly via: 'cli' | 'api' | 'system'
}

export type Operation =
  /** Big applies bring their apps first, by content; invisible until an apply names them. */
  | { readonly kind: 'stageSpecs'; readonly specs: readonly App[] }
  | { readonly kind: 'applyPlan'; readonly plan: Plan; readonly force: boolean; readonly takeOver: boolean }
  | { readonly kind: 'changeApps'; readonly changes: readonly AppRequest[]; readonly force: boolean }
  | { readonly kind: 'cancelDeployment'; readonly deployment: DeploymentId; readonly force: boolean }
  | {
      readonly kind: 'killInstances'
      readonly instances: readonly InstanceId[]
      readonly scale: boolean
      readonly force: boolean
    }

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

export type Reply =
  | {
      readonly ok: true
      readonly revision: Revision
      readonly deployment?: DeploymentId
      /** ISO time of the change. */
      readonly version?: string
      /** Apps that the request created. */
      readonly created: readonly AppId[]
      readonly killed: readonly InstanceId[]
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
