// The contract of the agent's mind: a deterministic state machine of the same shape as the control plane's. It compares
// what is assigned with what runs, and hands back data: records to store, effects for the drivers, messages to the server.
//
//   step(state, env, input) → { records, effects, messages }   in this order: store, synced; then do; then send.
//
// The driver (process, docker, or the simulator's model) carries effects out and answers with driver events.
import type { ClusterMs } from '../../base/index.ts'
import type {
  AgentId,
  AgentMessage,
  App,
  AssignmentRow,
  Attribute,
  Capacity,
  ClusterId,
  DriverKind,
  Epoch,
  Exit,
  HealthResult,
  KillSignal,
  Revision,
  ServerMessage,
  SessionId,
  SpecHash,
  TaskKey,
} from '../../model/index.ts'

/** The agent's own monotone milliseconds; only differences of it mean anything. */
export interface AgentEnv {
  readonly now: ClusterMs
}

export interface AgentIdentity {
  readonly agentId: AgentId
  readonly hostname: string
  readonly bootId: string
  readonly capacity: Capacity
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly drivers: readonly DriverKind[]
  readonly version: string
  /** Absolute path under which each process task has its sandbox (see sandboxDirectory); absent in simulations. */
  readonly tasksDirectory?: string
}

export type { DriverKind }

export type AgentInput =
  /**
   * After the checkpoint was read and the drivers were asked what they find running. `drivers` names those that
   * answered (absent: all); the tasks of one that did not are left as they are until a later boot input brings it.
   */
  | {
      readonly kind: 'boot'
      readonly found: readonly FoundTask[]
      readonly drivers?: readonly DriverKind[]
    }
  | { readonly kind: 'connected'; readonly session: SessionId }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'server'; readonly message: ServerMessage }
  | { readonly kind: 'driver'; readonly event: DriverEvent }
  /** The local cluster goes down for good: everything is stopped, and counts as killed. Given when no server listens. */
  | { readonly kind: 'stopAll' }
  | { readonly kind: 'tick' }

export interface AgentOutput {
  /** Checkpoint writes, in order; `null` deletes. Synced before any effect is carried out. */
  readonly records: readonly { readonly key: string; readonly value: unknown }[]
  readonly effects: readonly Effect[]
  readonly messages: readonly AgentMessage[]
}

/** Everything a driver needs to start one task; nothing is left to decide. */
export interface TaskSpec {
  readonly key: TaskKey
  readonly taskId: string
  readonly specHash: SpecHash
  readonly app: App
  readonly driver: DriverKind
  readonly assignment: AssignmentRow
  /** The whole promised environment. */
  readonly env: Readonly<Record<string, string>>
  /** Host ports in the order of the app's definitions; container ports resolved (0 → host port). */
  readonly ports: readonly TaskPort[]
}

export interface TaskPort {
  readonly name?: string
  readonly host?: number
  readonly container?: number
  readonly protocol: 'tcp' | 'udp' | 'udp,tcp'
}

export type Effect =
  | { readonly kind: 'start'; readonly task: TaskSpec }
  /** A signal (absent: SIGTERM) to the whole tree, SIGKILL after `graceMs`. Repeating it is harmless. */
  | {
      readonly kind: 'stop'
      readonly key: TaskKey
      readonly driver: DriverKind
      readonly graceMs: number
      readonly signal?: KillSignal
    }
  /** Runs the app's `preStop.command` beside the task; the answer is a `preStopped` event. Given once. */
  | { readonly kind: 'preStop'; readonly key: TaskKey; readonly task: TaskSpec }
  /** Run one check now; the answer is a `checked` event. At most one in flight per task and check. */
  | {
      readonly kind: 'check'
      readonly key: TaskKey
      /** Position in the app's `healthChecks`, or with `readiness` in its `readinessChecks`. */
      readonly index: number
      readonly readiness?: true
      readonly task: TaskSpec
      /** Addresses of the task in a network of its own. */
      readonly ipAddresses?: readonly string[]
    }
  /** The server has taken note of its end: engine objects and exit records may go; sandbox and logs stay for the sweep. */
  | { readonly kind: 'remove'; readonly key: TaskKey; readonly driver: DriverKind }

export type DriverEvent =
  /** The command of a preparation has ended, well or not. */
  | { readonly kind: 'preStopped'; readonly key: TaskKey }
  | { readonly kind: 'starting'; readonly key: TaskKey }
  | {
      readonly kind: 'running'
      readonly key: TaskKey
      readonly pid?: number
      readonly ipAddresses?: readonly string[]
    }
  | {
      readonly kind: 'ended'
      readonly key: TaskKey
      readonly exit: Exit
      readonly condition: 'Finished' | 'Failed' | 'Killed' | 'Error'
    }
  | {
      readonly kind: 'checked'
      readonly key: TaskKey
      readonly index: number
      readonly readiness?: true
      readonly ok: boolean
      /** Neither success nor failure: nothing is counted. */
      readonly ignored?: boolean
      readonly cause?: string
    }

/** What a driver finds of ours after a restart of the agent. */
export interface FoundTask {
  readonly key: TaskKey
  readonly driver: DriverKind
  readonly state: 'running' | 'ended'
  readonly exit?: Exit
  readonly pid?: number
  readonly ipAddresses?: readonly string[]
}

/** What carries effects out: the process driver, the Docker driver, the simulator's model. */
export interface Driver {
  readonly kind: DriverKind
  /** All tasks of this agent that the driver knows of, running or ended and not removed. */
  find(): Promise<readonly FoundTask[]>
  /** Starts the task; never throws: failures come as an `ended` event with condition Error. Exists already → adopt. */
  start(task: TaskSpec): void
  stop(key: TaskKey, graceMs: number, signal?: KillSignal): void
  remove(key: TaskKey): void
  /** Runs a command beside a running task, in its sandbox and with its environment. Never throws. */
  exec(key: TaskKey, argv: readonly string[], timeoutMs: number): Promise<ExecResult>
  /**
   * What a task wrote, for drivers that do not write it to the files of its sandbox while it runs. Before its end is
   * told it is in those files.
   */
  logs?(key: TaskKey, stream: 'stdout' | 'stderr', options: LogsWanted): AsyncIterable<Uint8Array>
  /** Lets go of everything without touching running tasks. */
  close(): Promise<void>
}

export interface LogsWanted {
  readonly follow: boolean
  /** Only the last so many lines of what is there. */
  readonly tail?: number
  /** The reader has gone. */
  readonly signal: AbortSignalLike
}

/** AbortSignal, as far as it is needed here: this layer knows no host types. */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
}

/** How a command that was run beside a task ended. */
export type ExecResult =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'failed'; readonly message: string }

export type DriverListener = (event: DriverEvent) => void

/** The durable part of the agent's state that hello carries. */
export interface AgentMemory {
  readonly clusterId?: ClusterId
  readonly epoch: Epoch
  readonly seenRevision: Revision
  readonly appliedGen: number
}

export type { HealthResult }
