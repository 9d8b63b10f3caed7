// What the control plane shows of itself over its own API (`/v1/…`): read by the command line, and later by the UI.
import type { Json } from '../base/index.ts'
import type { App } from './app.ts'
import type { Action, Step } from './deployment.ts'
import type {
  AgentId,
  AppId,
  ClusterId,
  DeploymentId,
  Epoch,
  InstanceId,
  Revision,
  StackName,
  TaskId,
} from './ids.ts'
import type { Condition, Exit, HealthResult, StopCause } from './instance.ts'
import type { WaitReason } from './plan.ts'
import type { Attribute, Capacity, Resources } from './resources.ts'

export interface ClusterView {
  readonly clusterId: ClusterId
  readonly epoch: Epoch
  readonly revision: Revision
  readonly version: string
  /** Not empty: read-only, and why. */
  readonly damage: readonly string[]
}

export interface StatusView {
  readonly cluster: ClusterView
  readonly agents: readonly AgentView[]
  readonly apps: readonly AppView[]
  readonly deployments: readonly DeploymentView[]
  /** Tasks that agents run and no row names; absent when there are none. */
  readonly unknown?: readonly UnknownTask[]
}

export interface AgentView {
  readonly id: AgentId
  readonly hostname: string
  readonly state: 'ready' | 'unreachable' | 'away'
  readonly capacity: Capacity
  readonly used: Resources
  readonly tasks: number
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly drivers: readonly string[]
  /** Gets nothing new. */
  readonly cordoned?: true
  readonly drain?: DrainView
}

/** An agent that is being emptied. */
export interface DrainView {
  /** ISO time. */
  readonly since: string
  readonly done: boolean
  /** Until the deadline; absent: there is none, or it is past. */
  readonly remainingSeconds?: number
  readonly force: boolean
  /** What is still there and why, one sentence per app. */
  readonly waitingFor: readonly string[]
}

/** One move that a rebalancing would make. */
export interface MoveView {
  readonly instance: InstanceId
  readonly app: AppId
  readonly slot: number
  readonly from: AgentId
  readonly to: AgentId
  readonly reason: string
}

/** What a rebalancing would do now. */
export interface RebalanceView {
  /** In the order of apps; within an app the most crowded place first. */
  readonly moves: readonly MoveView[]
  /** Apps that were not looked at, since one request has its bounds; named alone, or later, they are. */
  readonly appsLeft: number
}

export interface AppView {
  readonly id: AppId
  readonly address: string
  readonly stack: StackName | null
  readonly version: string
  /** Absent: a service. */
  readonly mode?: 'daemon' | 'batch'
  /** For a daemon: the agents that it belongs on. */
  readonly wanted: number
  /** Batch: instances that had their end, well and not. */
  readonly completed?: number
  readonly failed?: number
  readonly staged: number
  readonly running: number
  readonly healthy: number
  readonly unhealthy: number
  readonly instances: readonly InstanceView[]
  /** Present while instances wait for a place. */
  readonly waiting?: WaitingView
  /** Its deployment failed: what runs stays as it is, of more than one configuration maybe. */
  readonly halted?: { readonly deployment: DeploymentId; readonly reason: string }
}

export interface WaitingView {
  readonly instances: number
  /** ISO time. */
  readonly since: string
  /** Every agent once, under the first filter that it fails. */
  readonly reasons: readonly WaitReason[]
  /** How many agents fail each filter, also behind another one. */
  readonly failing: Readonly<Record<string, number>>
  /** Filters that alone keep agents from being taken. */
  readonly nearest: readonly WaitReason[]
  /** What the next try waits for: the launch delay, silent agents, or an agent with room that fits. */
  readonly nextTry: 'delay' | 'agents' | 'room'
  /** Seconds until the next try when a backoff holds it, else absent. */
  readonly nextTrySeconds?: number
}

export interface InstanceView {
  readonly id: InstanceId
  readonly taskId: TaskId
  readonly slot: number
  readonly incarnation: number
  readonly goal: 'run' | 'stop'
  readonly condition: Condition
  readonly cause?: StopCause
  /** Made for the app's present configuration. */
  readonly current: boolean
  readonly version: string
  readonly agent?: AgentId
  readonly host?: string
  readonly ports: readonly number[]
  readonly pid?: number
  readonly ipAddresses: readonly string[]
  readonly healthy: boolean | null
  readonly health: readonly HealthResult[]
  /** ISO times. */
  readonly stagedAt?: string
  readonly startedAt?: string
  readonly exit?: Exit
  readonly serving: boolean
}

export interface DeploymentView {
  readonly id: DeploymentId
  readonly version: string
  /** `paused`: runs, and begins nothing more for a while. The last five have ended. */
  readonly state: 'queued' | 'running' | 'paused' | 'done' | 'cancelled' | 'replaced' | 'failed' | 'refused'
  readonly actor: string
  readonly steps: readonly Step[]
  /** 1-based; 0 before the first; steps.length + 1 when done. */
  readonly currentStep: number
  readonly currentActions: readonly Action[]
  readonly progress: readonly AppProgress[]
  /** Why it does not move on by itself, or what it awaits; empty when it has ended. */
  readonly waits: readonly DeploymentWait[]
  /** Why it failed or was refused. */
  readonly reason?: string
  /** The deployment that it rolls back. */
  readonly undoes?: DeploymentId
  /** ISO time. */
  readonly endedAt?: string
}

/**
 * One thing that a deployment waits for. `place`: agents with room; `backoff`: the launch delay after a failure;
 * `health`: new instances that are not healthy yet; `stop`: instances that end; `promotion`, `resume`: a person; `batch`:
 * the time between two batches; `step`: the step before; `lock`: another deployment; `turn`: a place among those that run.
 */
export interface DeploymentWait {
  readonly kind:
    'place' | 'backoff' | 'health' | 'stop' | 'promotion' | 'resume' | 'batch' | 'step' | 'lock' | 'turn'
  readonly app?: AppId
  readonly action?: Action['action']
  /** What it waits for, to be read after "waits for". */
  readonly message: string
  readonly instances?: number
  /** Who holds the app. */
  readonly deployment?: DeploymentId
  /** ISO times: since when; when it goes on by itself; when the deployment fails if nothing happens. */
  readonly since?: string
  readonly until?: string
  readonly deadline?: string
}

/** How far one app of a deployment is. */
export interface AppProgress {
  readonly app: AppId
  readonly action: Action['action']
  /** `unfinished`: it had begun when the deployment ended. */
  readonly state: 'pending' | 'running' | 'done' | 'failed' | 'unfinished'
  /** Instances of older configurations still there. */
  readonly old: number
  readonly new: number
  /** Of the new ones; absent where nothing stays (batch, an app that goes) and from servers of older versions. */
  readonly newHealthy?: number
  /** Healthy instances, of any configuration. */
  readonly healthy: number
  readonly target: number
  /** Why it does not move on, one sentence, when it waits for something that may never come. */
  readonly waitingFor?: string
}

/** A stored version of an app. */
export interface VersionView {
  /** ISO times. */
  readonly version: string
  readonly lastScalingAt: string
  readonly lastConfigChangeAt: string
  /** As submitted then. */
  readonly app: App
}

/** The last end of a task that nobody asked for. */
export interface FailureView {
  readonly appId: AppId
  readonly host: string
  readonly agent: AgentId
  readonly taskId: TaskId
  readonly condition: Condition
  readonly message: string
  /** ISO times. */
  readonly version: string
  readonly at: string
}

/** Body of `POST /v1/agents/{id}/drain`. */
export interface DrainRequest {
  /** From now; null or absent: no deadline. */
  readonly deadlineSeconds: number | null
  /** At the deadline the rest is stopped, also below the promise of health. */
  readonly force: boolean
}

/** Body of `POST /v1/rebalance`. */
export interface RebalanceRequest {
  /** Null or absent: all. */
  readonly apps: readonly AppId[] | null
}

/** A task that an agent runs and no row names. */
export interface UnknownTask {
  readonly taskId: TaskId
  readonly agent: AgentId
  /** As far as its specification is known. */
  readonly app?: AppId
}

export interface UnknownView {
  /** After a restore or a repair: such tasks are taken for instances that their apps lack, until a person ends that. */
  readonly adopts: boolean
  readonly tasks: readonly UnknownTask[]
}

/** Body of `POST /v1/unknown/stop`. */
export interface StopUnknownRequest {
  /** Null or absent: all. */
  readonly tasks: readonly TaskId[] | null
}

/** Body of `POST /v1/plan`. */
export interface PlanRequest {
  readonly desired: Json
  readonly mode: 'apply' | 'destroy'
  /** False for one Marathon file: what it does not name is not touched. */
  readonly deleteUnnamed: boolean
  readonly origin: string
  /** Take over objects of the same name that belong to no stack, although they differ. */
  readonly adopt: boolean
}

/** Body of `POST /v1/apply`. */
export interface ApplyRequest {
  readonly plan: Json
  /** Apply although the forecast says that it can't work. */
  readonly force: boolean
  /** Cancel deployments that hold the apps, or take the stack over from another origin. */
  readonly takeOver: boolean
  /** Wait for deployments that hold the apps, instead of a refusal. */
  readonly queue?: boolean
}
