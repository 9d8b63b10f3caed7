// What the commands take from the layers below, in one place.
import type { Json } from '../base/index.ts'

export type { Diagnostic } from '../base/index.ts'
export type {
  AgentView,
  AppProgress,
  ApplyRequest,
  AppView,
  ClusterView,
  DeploymentView,
  MoveView,
  RebalanceView,
  Plan,
  PlanRequest,
  Snapshot,
  StatusView,
  UnknownView,
} from '../model/index.ts'

/** Answer of `GET /v1/stacks/{name}`. */
export interface StackView {
  readonly name: string
  readonly origin: string
  readonly outputs: Readonly<Record<string, { readonly value: Json; readonly sensitive: boolean }>>
}
