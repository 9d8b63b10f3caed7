// What a route gets, and what the doors need of the server behind them.
import type { Diagnostic } from '../../base/index.ts'
import type {
  Actor,
  AgentId,
  InstanceId,
  LogStream,
  Operation,
  Plan,
  PlanRequest,
  Reply,
} from '../../model/index.ts'
import type { Desired } from '../../model/index.ts'
import type { State } from '../core/index.ts'
import type { Head } from '../loop/loop.ts'
import type { Image } from '../store/image.ts'

export interface Backend {
  readonly version: string
  head(): Head
  submit(operation: Operation, actor: Actor, key?: string): Promise<Reply>
  /** Looks at the state when all of it is stored. */
  read<T>(look: (state: State) => T): Promise<T>
  readonly forecaster: Forecaster
  readonly logs: LogSource
  /** The whole state as of now; undefined while it is damaged or can't be reached. */
  image(): Promise<Image | undefined>
}

export interface PlanOutcome {
  readonly plan: Plan | null
  readonly diagnostics: readonly Diagnostic[]
}

export interface Forecaster {
  plan(desired: Desired, request: Omit<PlanRequest, 'desired'>): Promise<PlanOutcome>
}

export interface LogRequest {
  readonly instance: InstanceId
  readonly incarnation?: number
  readonly stream: LogStream
  readonly follow: boolean
  readonly tail?: number
}

export interface LogSource {
  /** The bytes of a log as they come. Rejects with a CodedError when the agent is away or has no such log. */
  open(agent: AgentId, request: LogRequest): Promise<ReadableStream<Uint8Array>>
}

export interface Context {
  readonly backend: Backend
  readonly request: Request
  readonly url: URL
  /** `host:port` under which the client reaches this server. */
  readonly address: string
  readonly query: URLSearchParams
  /** What stands in the path for `{name}`, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly actor: Actor
  /** Idempotency-Key. */
  readonly key: string | undefined
}

export type Handler = (context: Context) => Promise<Response> | Response

/** Marathon's way: only the word `true` is true. */
export function isTrue(query: URLSearchParams, name: string, otherwise = false): boolean {
  const value = query.get(name)
  return value === null ? otherwise : value === 'true'
}
