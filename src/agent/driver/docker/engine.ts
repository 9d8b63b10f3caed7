// The connection to the engine, and what its errors mean.
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { CodedError } from '../../../base/index.ts'

export interface EngineOptions {
  /** `unix:///run/docker.sock`, `tcp://host:2375` or a path; otherwise DOCKER_HOST, otherwise the usual socket. */
  readonly dockerHost?: string
}

const usualSocket = '/var/run/docker.sock'

export interface Engine {
  readonly docker: Docker
  /** For messages. */
  readonly address: string
  /** The engine runs on this machine: process ids that it tells mean something here. */
  readonly isLocal: boolean
}

export function connectEngine({ dockerHost }: EngineOptions = {}): Engine {
  const address = dockerHost ?? process.env['DOCKER_HOST'] ?? `unix://${usualSocket}`
  const socketPath = address.startsWith('unix://') ? address.slice('unix://'.length) : address
  if (socketPath.startsWith('/')) return { docker: new Docker({ socketPath }), address, isLocal: true }
  // Without options the client reads the environment itself, with the certificates that it names.
  if (dockerHost === undefined) return { docker: new Docker(), address, isLocal: false }
  const { hostname, port } = new URL(address.replace(/^tcp:/, 'http:'))
  return { docker: new Docker({ host: hostname, port: Number(port || '2375') }), address, isLocal: false }
}

/** Rejects with DOCKER_UNAVAILABLE when the engine does not answer. */
export async function pingEngine(engine: Engine): Promise<void> {
  try {
    // A socket of something else may accept and never answer.
    await Promise.race([engine.docker.ping(), limit(pingLimitMs)])
  } catch (error) {
    throw new CodedError('DOCKER_UNAVAILABLE', unavailable(engine, error), {
      advice: 'Start the Docker engine, or name its socket with DOCKER_HOST.',
      cause: error,
    })
  }
}

const pingLimitMs = 10_000

async function limit(ms: number): Promise<never> {
  await delay(ms, undefined, { ref: false })
  throw new Error(`no answer within ${ms / 1000} s`)
}

/**
 * For requests that the engine answers soon: the client does not notice a connection that is lost in the middle of an
 * answer, and would wait for ever. Generous, since creating a container on a busy disk takes long.
 */
export function answerLimit(): AbortSignal {
  return AbortSignal.timeout(answerLimitMs)
}

const answerLimitMs = 120_000

export function unavailable(engine: Engine, error: unknown): string {
  return `the Docker engine does not answer at ${engine.address}: ${messageOf(error)}`
}

/** The HTTP status of an answer of the engine, or undefined when it gave none. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : undefined
}

/** The engine did not answer: nothing is known about what it did. */
export function isConnectionFailure(error: unknown): boolean {
  return statusOf(error) === undefined && error instanceof Error && 'code' in error
}

/** Nobody was there: certainly nothing was done. */
export function isRefusedConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'EACCES' || code === 'ENOTFOUND'
}

/** The engine's own words, without what the client puts around them. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && 'json' in error) {
    const answer: unknown = error.json
    if (typeof answer === 'object' && answer !== null && 'message' in answer) {
      if (typeof answer.message === 'string') return answer.message
    }
  }
  return error instanceof Error ? error.message : String(error)
}
