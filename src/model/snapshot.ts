// The live cluster as the planner sees it: plain data, at one revision.
import type { Json } from '../base/index.ts'
import type { App } from './app.ts'
import type { AgentId, AppId, ClusterId, DeploymentId, Epoch, GroupId, Revision, StackName } from './ids.ts'
import type { KeptLifecycle } from './lifecycle.ts'
import type { Attribute, Capacity } from './resources.ts'

export interface Snapshot {
  readonly clusterId: ClusterId
  readonly epoch: Epoch
  readonly revision: Revision
  readonly apps: readonly SnapshotApp[]
  readonly groups: readonly SnapshotGroup[]
  readonly volumes: readonly SnapshotVolume[]
  readonly stacks: readonly SnapshotStack[]
  readonly deployments: readonly SnapshotDeployment[]
  readonly agents: readonly SnapshotAgent[]
}

export interface SnapshotApp {
  readonly id: AppId
  readonly address: string
  /** As submitted, normalised: what differences compare. */
  readonly submitted: App
  /** With what the server assigned (service ports). */
  readonly effective: App
  readonly stack: StackName | null
  /** What its stack applied last, when somebody changed it behind the stack's back; else absent. */
  readonly applied?: App
  readonly changedBy?: string
  readonly sensitivePaths: readonly string[]
  readonly lifecycle?: KeptLifecycle
  /** Moves with every desired-state write of this object. */
  readonly revision: Revision
  readonly version: string
  /** Its deployment failed and was not rolled back: instances of older configurations may run. */
  readonly halted?: { readonly deployment: DeploymentId; readonly reason: string }
  readonly running: number
  readonly healthy: number
}

export interface SnapshotGroup {
  readonly id: GroupId
  readonly address: string
  readonly dependencies: readonly string[]
  readonly stack: StackName | null
  readonly lifecycle?: KeptLifecycle
  readonly revision: Revision
}

export interface SnapshotVolume {
  readonly name: string
  readonly address: string
  readonly size: number
  readonly shared: boolean
  readonly stack: StackName | null
  readonly lifecycle?: KeptLifecycle
  readonly revision: Revision
}

export interface SnapshotStack {
  readonly name: StackName
  /** Where it was applied from, for people: `user@host:directory`. */
  readonly origin: string
  readonly revision: Revision
  readonly outputs: Readonly<Record<string, { readonly value: Json; readonly sensitive: boolean }>>
}

export interface SnapshotDeployment {
  readonly id: DeploymentId
  readonly apps: readonly AppId[]
}

export interface SnapshotAgent {
  readonly id: AgentId
  readonly hostname: string
  readonly capacity: Capacity
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly reachable: boolean
}
