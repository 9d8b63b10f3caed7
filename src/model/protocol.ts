// What server and agent say to each other over the control connection, which the agent opens. Level-triggered: the
// server says what should run, the agent what does; each side may lose, repeat or reorder, and both converge.
//
// Rules (see ARCHITECTURE.md, "The protocol"): absence never stops a task, only a row with goal `stop` does; authority
// is cluster id, then epoch, then row generation; terminal records stay on the agent until `forget`; durations travel,
// clock times never do.
import type { App } from './app.ts'
import type { AgentId, ClusterId, Epoch, InstanceId, Revision, SessionId, SpecHash } from './ids.ts'
import type { Exit, HealthResult, ReportedCondition, StopCause } from './instance.ts'
import type { Attribute, Capacity, DriverKind, Resources } from './resources.ts'

export const protocolVersion = 1

export interface AssignmentRow {
  readonly instance: InstanceId
  readonly incarnation: number
  /** Rises with each change of this agent's rows; a row with a lower generation than the known one is ignored. */
  readonly gen: number
  readonly goal: 'run' | 'stop'
  readonly cause: StopCause | null
  readonly specHash: SpecHash
  /** The app's version (ISO time) that this instance was made for; MARATHON_APP_VERSION. */
  readonly version: string
  readonly resources: Resources
  /** Host ports, in the order of hostPortsWanted. */
  readonly ports: readonly number[]
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number
}

export interface TaskKey {
  readonly instance: InstanceId
  readonly incarnation: number
}

export type ServerMessage =
  | {
      readonly kind: 'welcome'
      readonly protocolVersion: number
      readonly clusterId: ClusterId
      readonly epoch: Epoch
      readonly revision: Revision
      readonly agentId: AgentId
      readonly pingIntervalMs: number
      /** The server may have lost statuses that it acknowledged: the newest of every task is to be told again. */
      readonly repeat?: boolean
    }
  | {
      readonly kind: 'assign'
      readonly epoch: Epoch
      /** 0: `rows` is everything the server knows for this agent. */
      readonly fromGen: number
      readonly toGen: number
      readonly part: number
      readonly parts: number
      readonly rows: readonly AssignmentRow[]
      readonly forget: readonly TaskKey[]
      readonly revision: Revision
    }
  | { readonly kind: 'specs'; readonly specs: readonly { readonly hash: SpecHash; readonly app: App }[] }
  | { readonly kind: 'ack'; readonly seq: number }
  | { readonly kind: 'ping'; readonly round: number; readonly revision: Revision }
  | {
      readonly kind: 'refuse'
      readonly reason: string
      /** `malformed`: what the agent said is not understood, or not at this moment. */
      readonly code: 'cluster' | 'version' | 'duplicate' | 'damaged' | 'malformed'
    }

export interface Hello {
  readonly kind: 'hello'
  readonly protocolVersions: readonly number[]
  /** Absent until the agent has joined a cluster once. */
  readonly clusterId?: ClusterId
  readonly agentId: AgentId
  readonly session: SessionId
  readonly bootId: string
  readonly seenEpoch: Epoch
  readonly seenRevision: Revision
  readonly appliedGen: number
  readonly setHash: string
  /** Over the statuses that the server acknowledged (see statusHash); absent from older agents. */
  readonly statusHash?: string
  readonly hostname: string
  readonly capacity: Capacity
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly drivers: readonly DriverKind[]
  /** Where its second connection serves logs and files is the server's business; this is only what people read. */
  readonly version: string
}

export interface ReportRow {
  readonly instance: InstanceId
  readonly incarnation: number
  /** Counts this task's statuses from 1, gapless; a number already seen is a repetition. */
  readonly statusSeq: number
  readonly condition: ReportedCondition
  readonly exit?: Exit
  readonly health?: readonly HealthResult[]
  readonly ready?: boolean
  /** How long ago it happened. */
  readonly agoMs: number
  /** Addresses of the task in a network of its own. */
  readonly ipAddresses?: readonly string[]
  /** Process id, for people. */
  readonly pid?: number
}

export type AgentMessage =
  | Hello
  | {
      readonly kind: 'report'
      readonly seq: number
      readonly rows: readonly ReportRow[]
      /** Tasks of ours that the agent finds running without a row. */
      readonly unknown: readonly TaskKey[]
      /** Of these, as far as the agent knows what it was told once; a part when there are many. */
      readonly unknownRows?: readonly AssignmentRow[]
    }
  | { readonly kind: 'pong'; readonly round: number; readonly appliedGen: number; readonly setHash: string }
  | { readonly kind: 'needFull' }

/** Rows in one assign or report message; more are sent in parts, so that one message never grows without bound. */
export const maxRowsPerMessage = 500
