// Operating failures: a disk, a socket, an engine, a peer. They carry a stable `code` that programs can rely on.
// docs/errors.md lists every code; a test holds the two together.

export const errorCodes = {
  AGENT_DIRECTORY_LOCKED: 'another agent uses this work directory or name',
  CLUSTER_MISMATCH: 'the peer belongs to another cluster',
  CONFIG_INVALID: 'the configuration has errors; nothing was changed',
  DATA_DIRECTORY_INVALID: 'the data directory is not one that sddc made, or is in use',
  DATA_DAMAGED: 'the stored state does not prove whole',
  DATA_TOO_NEW: 'the data was written by a newer version of sddc',
  DOCKER_UNAVAILABLE: 'the Docker engine does not answer',
  OUTCOME_UNKNOWN: 'the change may or may not have been stored; repeat it with the same Idempotency-Key',
  PLAN_INVALID: 'the plan file can not be read',
  PLAN_STALE: 'what the plan is based on has changed since',
  PORT_IN_USE: 'the port is taken by another program',
  REQUEST_REFUSED: 'the server refused the request',
  SERVER_UNREACHABLE: 'the server does not answer',
  STORE_FAILED: 'the store could not write',
  USAGE: 'the command line is not understood',
} as const

export type ErrorCode = keyof typeof errorCodes

/** An operating failure with a stable code, a message for people and, where known, what to do about it. */
export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly code: ErrorCode
  readonly advice: string | undefined
  constructor(code: ErrorCode, message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.advice = options.advice
  }
}
