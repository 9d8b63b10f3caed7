// The contract of the control plane's mind: a deterministic state machine. What goes in is an Input, what comes out is
// data: replies, messages, events, the next wake-up. It never touches disk, network, clock or chance.
//
//   step(state, env, input)   changes rows inside the open transaction
//   seal(state)               closes the group: every changed row encoded once, as one Commit
//   … the shell appends the commit, synced …
//   accept(state)             it is stored: the outputs may leave (write, then send)
//   rollback(state)           it is not: every row is as before the group
//
// A refusal is a reply; a throw is a bug. Between seal and accept/rollback nothing steps.
import { isoTime, type ClusterMs, type Digest, type Json, type UtcMs } from '../../base/index.ts'
import {
  taskIdOf,
  type Actor,
  type AgentId,
  type AgentMessage,
  type AppId,
  type ClusterId,
  type Epoch,
  type InstanceId,
  type Operation,
  type Reply,
  type Revision,
  type ServerMessage,
  type SessionId,
} from '../../model/index.ts'
import { isUnitKey } from './units.ts'

/** Both constant within a group of steps. `now` decides; `utc` is for display and cron only. */
export interface Env {
  readonly now: ClusterMs
  readonly utc: UtcMs
}

export type Input =
  /** The first input after load: drops volatile state, re-arms liveness. `adopt`: keep what agents run unasked. */
  | { readonly kind: 'boot'; readonly epoch: Epoch; readonly adopt: boolean }
  /** Time has passed; given after the sockets were drained. */
  | { readonly kind: 'tick' }
  /** The last output said `more`. */
  | { readonly kind: 'continue' }
  | {
      readonly kind: 'request'
      readonly id: string
      /** Idempotency-Key: the same key gets the same reply and has no second effect. */
      readonly key?: string
      /** Digest of the operation: the key is bound to it. */
      readonly content?: string
      readonly actor: Actor
      readonly operation: Operation
    }
  | { readonly kind: 'agent'; readonly session: SessionId; readonly message: AgentMessage }
  | { readonly kind: 'agentClosed'; readonly session: SessionId }
  /** Liveness is counted in rounds: `sentOnTime` says that this process was awake and sent the round when due. */
  | { readonly kind: 'pingRound'; readonly round: number; readonly sentOnTime: boolean }

export interface Output {
  readonly replies: readonly { readonly id: string; readonly reply: Reply }[]
  readonly messages: readonly { readonly session: SessionId; readonly message: ServerMessage }[]
  readonly events: readonly ClusterEvent[]
  /** Seal now rather than collect more inputs. */
  readonly urgent: boolean
  /** Work is left; step `continue` again soon. */
  readonly more: boolean
}

/** One thing that happened, stored inside the commit that made it happen. Types are Marathon's event names. */
export type ClusterEvent = PlainEvent | StatusEvent

export interface PlainEvent {
  readonly type: string
  readonly data: EventData
}

export interface EventData {
  readonly [key: string]: Json | undefined
}

/** A task has another status. There are several for each task that ever ran: what people read is made on demand. */
export interface StatusEvent {
  readonly type: 'status_update_event'
  readonly status: TaskStatus
}

export interface TaskStatus {
  readonly instance: InstanceId
  readonly incarnation: number
  readonly app: AppId
  readonly agent: AgentId
  readonly host: string
  /** Of Mesos: `TASK_RUNNING`. */
  readonly status: string
  readonly message: string
  readonly ports: readonly number[]
  readonly version: UtcMs
}

/** What people read of an event, with Marathon's names. */
export function eventData(event: ClusterEvent): EventData {
  if (!('status' in event)) return event.data
  const { instance, incarnation, app, agent, host, status, message, ports, version } = event.status
  return {
    slaveId: agent,
    taskId: taskIdOf(instance, incarnation),
    instanceId: instance,
    taskStatus: status,
    message,
    appId: app,
    host,
    ports,
    version: isoTime(version),
    eventType: event.type,
  }
}

/** One atomic, synced write: everything that a group of steps changed. */
export interface Commit {
  readonly revision: Revision
  readonly epoch: Epoch
  readonly now: ClusterMs
  readonly utc: UtcMs
  /** Sorted by key. */
  readonly puts: readonly Row[]
  /** Sorted. */
  readonly deletes: readonly string[]
  /** Instances whose rows are among the deletes, in the same order; for whoever follows as it is made. Not stored. */
  readonly gone?: readonly InstanceId[]
  /** Order-free sum of the hashes of all rows after this commit. */
  readonly digest: Digest
  readonly events: readonly ClusterEvent[]
}

/**
 * The commit as a store keeps it beside its rows. Those of instances are left out: they are nearly all that is ever
 * written, and what an agent runs it can tell again. The others stand twice, so that a damaged one can be mended.
 */
export function commitRecord(commit: Commit): Commit {
  const isKept = (key: string): boolean => !isUnitKey(key)
  const { gone: _gone, ...record } = commit
  return {
    ...record,
    puts: commit.puts.filter(row => isKept(row.key)),
    deletes: commit.deletes.filter(isKept),
  }
}

export interface Row {
  /** `<table>/<key>`. */
  readonly key: string
  /** First byte: format version of the row. */
  readonly value: Uint8Array
  /** `rowChecksum` of the two, where it is known. */
  readonly checksum?: number
}

/** What a cluster is born with. */
export interface Genesis {
  readonly clusterId: ClusterId
}

/** Between two rounds of pings, unless told otherwise. */
export const defaultPingIntervalMs = 3000

/** What the process that steps the state is set to. Not stored; the same for the whole life of a state. */
export interface Settings {
  /** Between two rounds of pings; agents are told, so that they notice a silent server. */
  readonly pingIntervalMs: number
}

export const defaultSettings: Settings = { pingIntervalMs: defaultPingIntervalMs }

/** Inputs collected into one group at most. */
export const maxInputsPerGroup = 256
/** Rows changed in one step at most; more work waits for `continue`. */
export const maxRowsPerStep = 2000
