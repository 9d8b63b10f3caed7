// Health checks as functions: what a check can have depends on its protocol, so a TCP check with a path does not compile.
import type { Duration } from './units.ts'

interface CheckTiming {
  /** Failures before the first success do not count for so long after the start. */
  readonly gracePeriod?: Duration
  /** Time between two checks. */
  readonly interval?: Duration
  /** A check that takes longer has failed. */
  readonly timeout?: Duration
  /** One failure more than this in a row replaces the instance; 0 never does. */
  readonly maxConsecutiveFailures?: number
  /** Wait before the first check (checks made by the agent). */
  readonly delay?: Duration
}

interface CheckedPort {
  /** The name of one of the app's ports, or its position from 0. */
  readonly port?: string | number
  /** Position of the port in the app's ports. */
  readonly portIndex?: number
  /** Port number to check. */
  readonly portNumber?: number
  /** Version of the Internet protocol. */
  readonly ipProtocol?: 'IPv4' | 'IPv6'
}

export interface HttpCheck extends CheckTiming, CheckedPort {
  /** How the check is made. */
  readonly protocol: 'HTTP' | 'HTTPS' | 'MESOS_HTTP' | 'MESOS_HTTPS'
  /** Path of the request (HTTP and HTTPS). */
  readonly path?: string
  /** A status of 1xx is neither success nor failure. */
  readonly ignoreHttp1xx?: boolean
}

export interface TcpCheck extends CheckTiming, CheckedPort {
  /** How the check is made. */
  readonly protocol: 'TCP' | 'MESOS_TCP'
  readonly path?: never
  readonly command?: never
}

export interface CommandCheck extends CheckTiming {
  /** How the check is made. */
  readonly protocol: 'COMMAND'
  /** Command to run (COMMAND only); exit status 0 is success. */
  readonly command: string | readonly string[]
  readonly path?: never
  readonly port?: never
}

export type HealthCheck = HttpCheck | TcpCheck | CommandCheck

export interface ReadinessCheck {
  /** Name of the check. */
  readonly name?: string
  /** How the check is made. */
  readonly protocol?: 'HTTP' | 'HTTPS'
  /** Path of the request. */
  readonly path?: string
  /** Name of the port to ask. */
  readonly portName?: string
  /** Time between two checks. */
  readonly interval?: Duration
  /** A check that takes longer has failed. */
  readonly timeout?: Duration
  /** Statuses that mean ready. */
  readonly httpStatusCodesForReady?: readonly number[]
  /** Keep the last answer for people. */
  readonly preserveLastResponse?: boolean
}

type OptionsOf<Check> = Omit<Check, 'protocol'>

export function http(options: OptionsOf<HttpCheck> = {}): HttpCheck {
  return { protocol: 'HTTP', ...options }
}

export function https(options: OptionsOf<HttpCheck> = {}): HttpCheck {
  return { protocol: 'HTTPS', ...options }
}

export function tcp(options: OptionsOf<TcpCheck> = {}): TcpCheck {
  return { protocol: 'TCP', ...options }
}

/** A command that the agent runs beside the task; exit status 0 is success. */
export function command(
  run: string | readonly string[],
  options: Omit<OptionsOf<CommandCheck>, 'command'> = {},
): CommandCheck {
  return { protocol: 'COMMAND', command: run, ...options }
}
