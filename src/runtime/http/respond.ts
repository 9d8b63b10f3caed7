// Answers and refusals as responses. Every refusal carries Marathon's body (`message`, sometimes `details`) and, for
// programs, our stable `code`.
import { CodedError } from '../../base/index.ts'
import type { RefusalCode, Reply } from '../../model/index.ts'

type Refused = Extract<Reply, { ok: false }>

/** A refusal that a handler throws: it says all that the client is told. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.status = status
    this.body = { message, ...more }
  }
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return jsonText(JSON.stringify(body), status, headers)
}

/** JSON that is a text already. */
export function jsonText(
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  })
}

export function text(body: string, status = 200): Response {
  return new Response(body, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}

export function empty(status = 204): Response {
  return new Response(null, { status })
}

export function notFound(message: string): HttpError {
  return new HttpError(404, message, { code: 'NOT_FOUND', details: [] })
}

const statusOf: Readonly<Record<RefusalCode, number>> = {
  INVALID: 422,
  NOT_FOUND: 404,
  EXISTS: 409,
  LOCKED: 409,
  STALE: 409,
  TOO_MANY: 403,
  FOREIGN_STACK: 409,
  READ_ONLY: 503,
  INTERNAL: 500,
  OUTCOME_UNKNOWN: 503,
}

export function refusalError(reply: Refused): HttpError {
  // Marathon names the locks `deployments`; everything else goes under `details`.
  const field = reply.code === 'LOCKED' ? 'deployments' : 'details'
  const details = reply.details ?? (reply.code === 'NOT_FOUND' ? [] : undefined)
  return new HttpError(statusOf[reply.code], reply.message, {
    code: reply.code,
    ...(details === undefined ? {} : { [field]: details }),
  })
}

export type Accepted = Extract<Reply, { ok: true }>

/** The reply when it is good; else throws its refusal. */
export function accepted(reply: Reply): Accepted {
  if (reply.ok) return reply
  throw refusalError(reply)
}

/** Marathon's header on answers that made a deployment. */
export function deploymentHeader(reply: Accepted): Record<string, string> {
  return reply.deployment === undefined ? {} : { 'Marathon-Deployment-Id': reply.deployment }
}

/** Marathon's answer to a change that made a deployment. One that waits its turn: 202, and says so. */
export function deploymentJson(
  reply: Accepted,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { version: reply.version, deploymentId: reply.deployment }
  if (reply.queued === true) return json({ ...body, queued: true }, 202, deploymentHeader(reply))
  return json(body, status, { ...headers, ...deploymentHeader(reply) })
}

/** What a client is told of anything thrown. */
export function errorResponse(error: unknown): Response {
  if (error instanceof HttpError) return json(error.body, error.status)
  if (error instanceof CodedError) {
    const status = error.code === 'REQUEST_REFUSED' ? 409 : 503
    const advice = error.advice === undefined ? {} : { advice: error.advice }
    return json({ message: error.message, code: error.code, ...advice }, status)
  }
  const message = error instanceof Error ? error.message : String(error)
  return json({ message: `The server failed on this request: ${message}`, code: 'INTERNAL' }, 500)
}
