// Talks to a server. Every change carries who asks and a key, so that a repetition after a lost answer has no second
// effect. Answers that are errors become CodedErrors with the server's own words.
import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { CodedError, type ErrorCode } from '../base/index.ts'
import type {
  AgentView,
  ApplyRequest,
  ClusterView,
  DeploymentView,
  Diagnostic,
  RebalanceView,
  Plan,
  PlanRequest,
  Snapshot,
  StackView,
  StatusView,
  UnknownView,
} from './types.ts'

/** A server that is busy still answers within this. */
const answerTimeoutMs = 60_000

/** What happens when another deployment holds the app: it is taken over, or waited for; else the change is refused. */
export interface ChangeWay {
  readonly force: boolean
  readonly queue: boolean
}

function queryOf({ force, queue }: ChangeWay): string {
  return force ? '?force=true' : queue ? '?queue=true' : ''
}

export class Client {
  readonly url: string
  readonly #unreachableAdvice: string

  /** The advice is for when nothing answers there. */
  constructor(url: string, unreachableAdvice = 'Is it running, and is the address right?') {
    this.url = url.replace(/\/+$/, '')
    this.#unreachableAdvice = unreachableAdvice
  }

  cluster(timeoutMs = answerTimeoutMs): Promise<ClusterView> {
    return this.#get('/v1/cluster', timeoutMs)
  }

  status(): Promise<StatusView> {
    return this.#get('/v1/status')
  }

  snapshot(): Promise<Snapshot> {
    return this.#get('/v1/snapshot')
  }

  agents(): Promise<AgentView[]> {
    return this.#get('/v1/agents')
  }

  cordonAgent(id: string): Promise<object> {
    return this.#send('POST', `/v1/agents/${encodeURIComponent(id)}/cordon`, {})
  }

  uncordonAgent(id: string): Promise<object> {
    return this.#send('POST', `/v1/agents/${encodeURIComponent(id)}/uncordon`, {})
  }

  drainAgent(id: string, order: { deadlineSeconds?: number; force: boolean }): Promise<object> {
    return this.#send('POST', `/v1/agents/${encodeURIComponent(id)}/drain`, order)
  }

  removeAgent(id: string): Promise<object> {
    return this.#send('DELETE', `/v1/agents/${encodeURIComponent(id)}`)
  }

  moves(apps: readonly string[]): Promise<RebalanceView> {
    const query = new URLSearchParams()
    for (const app of apps) query.append('app', app)
    return this.#get(`/v1/rebalance?${query}`)
  }

  rebalance(apps: readonly string[]): Promise<object> {
    return this.#send('POST', '/v1/rebalance', apps.length === 0 ? {} : { apps })
  }

  /** Those that run or wait; with `ended` also the newest that have ended. */
  deployments(ended = false): Promise<DeploymentView[]> {
    return this.#get(`/v1/deployments${ended ? '?ended=true' : ''}`)
  }

  deployment(id: string): Promise<DeploymentView> {
    return this.#get(`/v1/deployments/${encodeURIComponent(id)}`)
  }

  stack(name: string): Promise<StackView> {
    return this.#get(`/v1/stacks/${encodeURIComponent(name)}`)
  }

  plan(request: PlanRequest): Promise<{ plan: Plan | null; diagnostics: Diagnostic[] }> {
    return this.#send('POST', '/v1/plan', request)
  }

  apply(request: ApplyRequest): Promise<{ revision: number; deployment?: string; queued?: true }> {
    return this.#send('POST', '/v1/apply', request)
  }

  changeApp(id: string, body: object, way: ChangeWay): Promise<{ deploymentId: string; queued?: true }> {
    return this.#send('PUT', `/v2/apps${id}${queryOf(way)}`, body)
  }

  restartApp(id: string, way: ChangeWay): Promise<{ deploymentId: string; queued?: true }> {
    return this.#send('POST', `/v2/apps${id}/restart${queryOf(way)}`, {})
  }

  cancelDeployment(id: string, force: boolean): Promise<{ deployment?: string }> {
    return this.#send('DELETE', `/v1/deployments/${encodeURIComponent(id)}${force ? '?force=true' : ''}`)
  }

  orderDeployment(id: string, order: 'promote' | 'pause' | 'resume'): Promise<object> {
    return this.#send('POST', `/v1/deployments/${encodeURIComponent(id)}/${order}`, {})
  }

  /** The log as it comes; ends with the log, or when `signal` aborts. */
  async logs(query: Record<string, string>, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#fetch(`/v1/logs?${new URLSearchParams(query)}`, {
      ...(signal === undefined ? {} : { signal }),
    })
    if (!response.ok || response.body === null) throw refusal(response, await response.text())
    return response.body as unknown as AsyncIterable<Uint8Array>
  }

  /** Tasks that agents run and no row names. */
  unknown(): Promise<UnknownView> {
    return this.#get('/v1/unknown')
  }

  /** Null: all of them. */
  stopUnknown(tasks: readonly string[] | null): Promise<unknown> {
    return this.#send('POST', '/v1/unknown/stop', tasks === null ? {} : { tasks })
  }

  endAdoption(): Promise<unknown> {
    return this.#send('POST', '/v1/unknown/done', {})
  }

  /** The whole state as a file, as it comes. */
  async stateFile(): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#fetch('/v1/server/snapshot', {})
    if (!response.ok || response.body === null) throw refusal(response, await response.text())
    return response.body as unknown as AsyncIterable<Uint8Array>
  }

  async #get<T>(path: string, timeoutMs = answerTimeoutMs): Promise<T> {
    return JSON.parse(await this.#exchange(path, { signal: AbortSignal.timeout(timeoutMs) })) as T
  }

  async #send<T>(method: string, path: string, body?: object): Promise<T> {
    const text = await this.#exchange(path, {
      method,
      headers: {
        'Content-Type': 'application/json',
        'X-Sddc-Actor': actorName(),
        'Idempotency-Key': randomUUID(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    })
    return (text === '' ? {} : JSON.parse(text)) as T
  }

  /** The whole text of a good answer. A connection that breaks half-way is no answer either. */
  async #exchange(path: string, init: RequestInit): Promise<string> {
    const response = await this.#fetch(path, init)
    let text: string
    try {
      text = await response.text()
    } catch (error) {
      throw this.#unreachable(error)
    }
    if (!response.ok) throw refusal(response, text)
    return text
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, init)
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  #unreachable(cause: unknown): CodedError {
    return new CodedError('SERVER_UNREACHABLE', `The server at ${this.url} does not answer`, {
      advice: this.#unreachableAdvice,
      cause,
    })
  }
}

/** `user@host`, as it stands in the audit log. */
export function actorName(): string {
  return `${userInfo().username}@${hostname()}`
}

/** The server's refusal, with its details. */
export class Refusal extends CodedError {
  readonly status: number
  /** The server's stable code for why. */
  readonly reason: string
  readonly details: unknown
  constructor(
    status: number,
    code: ErrorCode,
    reason: string,
    message: string,
    details: unknown,
    advice?: string,
  ) {
    super(code, message, advice === undefined ? {} : { advice })
    this.status = status
    this.reason = reason
    this.details = details
  }

  with(advice: string): Refusal {
    return new Refusal(this.status, this.code, this.reason, this.message, this.details, advice)
  }
}

function refusal(response: Response, text: string): Refusal {
  let body: { message?: string; code?: string; details?: unknown; deployments?: unknown } = {}
  try {
    body = JSON.parse(text) as typeof body
  } catch {
    body = { message: text.trim() }
  }
  const message = body.message ?? `The server answered ${response.status}`
  const code: ErrorCode =
    body.code === 'STALE'
      ? 'PLAN_STALE'
      : body.code === 'OUTCOME_UNKNOWN'
        ? 'OUTCOME_UNKNOWN'
        : 'REQUEST_REFUSED'
  return new Refusal(response.status, code, body.code ?? '', message, body.details ?? body.deployments)
}
