// Carries out checks: one call, one answer, never a throw. A check that brings no answer in its time has failed. At most
// `maxChecksAtOnce` are under way, the others wait for their turn.
import type { App, HealthCheck } from '../../model/index.ts'
import type { DriverEvent, Effect, ExecResult } from '../core/index.ts'
import { checkCommand } from './command.ts'
import { checkHttp, type HttpTarget } from './http.ts'
import type { CheckOutcome } from './outcome.ts'
import { checkTcp } from './tcp.ts'

export type CheckEffect = Extract<Effect, { kind: 'check' }>

export interface CheckContext {
  /** Where host ports of tasks on this agent can be dialled. */
  readonly address: string
  readonly exec: (check: CheckEffect, argv: readonly string[], timeoutMs: number) => Promise<ExecResult>
}

/** Sockets and child processes at once: enough for thousands of checks a minute, little beside what tasks may open. */
export const maxChecksAtOnce = 64

export class CheckRunner {
  readonly #context: CheckContext
  readonly #answer: (event: Extract<DriverEvent, { kind: 'checked' }>) => void
  readonly #waiting: CheckEffect[] = []
  #underWay = 0

  constructor(context: CheckContext, answer: (event: Extract<DriverEvent, { kind: 'checked' }>) => void) {
    this.#context = context
    this.#answer = answer
  }

  run(check: CheckEffect): void {
    this.#waiting.push(check)
    this.#next()
  }

  #next(): void {
    while (this.#underWay < maxChecksAtOnce) {
      const check = this.#waiting.shift()
      if (!check) return
      this.#underWay++
      void carryOut(check, this.#context).then(outcome => {
        this.#underWay--
        const { key, index, readiness } = check
        this.#answer({ kind: 'checked', key, index, ...(readiness ? { readiness } : {}), ...outcome })
        this.#next()
      })
    }
  }
}

async function carryOut(check: CheckEffect, context: CheckContext): Promise<CheckOutcome> {
  try {
    return check.readiness ? await readinessOutcome(check, context) : await healthOutcome(check, context)
  } catch (error) {
    return { ok: false, cause: error instanceof Error ? error.message : String(error) }
  }
}

async function healthOutcome(check: CheckEffect, context: CheckContext): Promise<CheckOutcome> {
  const health = check.task.app.healthChecks[check.index]
  if (!health) return { ok: false, cause: 'the app has no such check' }
  const timeoutMs = health.timeoutSeconds * 1000
  if (health.protocol === 'COMMAND') {
    return checkCommand(health, (argv, limit) => context.exec(check, argv, limit), timeoutMs)
  }
  const port = portOf(check, health)
  if (port === undefined) return { ok: false, cause: 'the check names no port that the task has' }
  const address = addressOf(check, context, health.ipProtocol)
  if (health.protocol === 'TCP' || health.protocol === 'MESOS_TCP') return checkTcp(address, port, timeoutMs)
  const secure = health.protocol === 'HTTPS' || health.protocol === 'MESOS_HTTPS'
  const target: HttpTarget = { secure, address, port, path: health.path ?? '/', timeoutMs }
  const status = await checkHttp(target)
  if (status < 200 && health.ignoreHttp1xx) return { ok: false, ignored: true }
  return status >= 200 && status < 400 ? { ok: true } : { ok: false, cause: `HTTP status ${status}` }
}

async function readinessOutcome(check: CheckEffect, context: CheckContext): Promise<CheckOutcome> {
  const readiness = check.task.app.readinessChecks[check.index]
  const found = check.task.ports.find(p => p.name === readiness?.portName)
  const port = found && (inOwnNetwork(check.task.app) ? found.container : (found.host ?? found.container))
  if (!readiness || port === undefined)
    return { ok: false, cause: 'the check names no port that the task has' }
  const status = await checkHttp({
    secure: readiness.protocol === 'HTTPS',
    address: addressOf(check, context, 'IPv4'),
    port,
    path: readiness.path,
    timeoutMs: readiness.timeoutSeconds * 1000,
  })
  return readiness.httpStatusCodesForReady.includes(status)
    ? { ok: true }
    : { ok: false, cause: `HTTP status ${status}` }
}

function portOf(check: CheckEffect, health: HealthCheck): number | undefined {
  if (health.port !== undefined) return health.port
  const port = check.task.ports[health.portIndex ?? 0]
  return inOwnNetwork(check.task.app) ? port?.container : (port?.host ?? port?.container)
}

function addressOf(check: CheckEffect, context: CheckContext, family: 'IPv4' | 'IPv6'): string {
  if (!inOwnNetwork(check.task.app)) return context.address
  const own = check.ipAddresses ?? []
  return own.find(a => a.includes(':') === (family === 'IPv6')) ?? own[0] ?? context.address
}

/** Tasks of a container network are dialled at their own address, all others at the agent's. */
function inOwnNetwork(app: App): boolean {
  return app.networks[0]?.mode === 'container'
}
