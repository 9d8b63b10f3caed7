// Programs that tests start. Each carries the test's mark (test/support/setup.ts), collects its output, and is ended
// after the test file at the latest.
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { until } from './wait.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface StartOptions {
  readonly cwd?: string
  /** Added to this process's environment; undefined removes a name. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

export interface Started {
  readonly child: ChildProcess
  readonly pid: number
  /** What it wrote so far. */
  stdout(): string
  stderr(): string
  /** Its end: the exit status, or the signal. Never rejects. */
  readonly ended: Promise<Ended>
  /** Resolves when its output so far (both streams) matches. */
  says(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>
  /** Sends a signal and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Ended>
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export function start(program: string, args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(program, args, {
    cwd: options.cwd ?? repository,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  // A program that ends without reading its input is no failure of the test.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const ended = new Promise<Ended>(resolve => {
    child.once('error', error =>
      resolve({ code: null, signal: null, stdout, stderr: `${stderr}${error.message}` }),
    )
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    says: (pattern, timeoutMs) =>
      until(() => (stdout + stderr).match(pattern), {
        what: () => `${program} ${args.join(' ')} to say ${pattern}, it said: ${stdout}${stderr}`,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
    kill: signal => {
      child.kill(signal)
      return ended
    },
  }
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options?: StartOptions): Promise<Ended> {
  return start(program, args, options).ended
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
