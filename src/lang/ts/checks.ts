// Health checks as functions: what a check can have depends on its protocol, so a TCP check with a path does not compile.
import type { Duration } from './units.ts'

interface CheckTiming {
  /** Failures do not count for so long after the start, until the first success. */
  readonly gracePeriod?: Duration
  readonly interval?: Duration
  readonly timeout?: Duration
  /** One failure more than this in a row replaces the instance; 0 never does. */
  readonly maxConsecutiveFailures?: number
  readonly delay?: Duration
}

interface CheckedPort {
  /** The name of one of the app's ports, or its position from 0. */
  readonly port?: string | number
  readonly portIndex?: number
  /** A fixed port number of the machine. */
  readonly portNumber?: number
  readonly ipProtocol?: 'IPv4' | 'IPv6'
}

export interface HttpCheck extends CheckTiming, CheckedPort {
  readonly protocol: 'HTTP' | 'HTTPS' | 'MESOS_HTTP' | 'MESOS_HTTPS'
  readonly path?: string
  readonly ignoreHttp1xx?: boolean
}

export interface TcpCheck extends CheckTiming, CheckedPort {
  readonly protocol: 'TCP' | 'MESOS_TCP'
  readonly path?: never
  readonly command?: never
}

export interface CommandCheck extends CheckTiming {
  readonly protocol: 'COMMAND'
  /** One text is run by a shell, a list is not. */
  readonly command: string | readonly string[]
  readonly path?: never
  readonly port?: never
}

export type HealthCheck = HttpCheck | TcpCheck | CommandCheck

export interface ReadinessCheck {
  readonly name?: string
  readonly protocol?: 'HTTP' | 'HTTPS'
  readonly path?: string
  readonly portName?: string
  readonly interval?: Duration
  readonly timeout?: Duration
  readonly httpStatusCodesForReady?: readonly number[]
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
