// Background processes of a local cluster: started detached with their output in a file (a child that held our standard
// output would hang `sddc plan | cat`), known again by pid and start time, ended by signal.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { LocalProcess } from './files.ts'

export interface SpawnOptions {
  /** Arguments of `sddc`. */
  readonly args: readonly string[]
  readonly logFile: string
  readonly env: NodeJS.ProcessEnv
}

export function startBackground({ args, logFile, env }: SpawnOptions): LocalProcess {
  // What the run before wrote is kept once; so the log can't grow for ever and its end is of this run.
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.before`)
  const log = openSync(logFile, 'a')
  try {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
      detached: true,
      stdio: ['ignore', log, log],
      env,
    })
    child.unref()
    const pid = child.pid ?? 0
    return { pid, startTime: startTimeOf(pid) ?? '' }
  } finally {
    closeSync(log)
  }
}

/**
 * When a process started, in ticks since the machine did, and which run of the machine that was. Undefined: no such
 * process. Elsewhere than on Linux: always "?", and the pid alone must do.
 */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0)
      return '?'
    } catch {
      return undefined
    }
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${fields[19]}@${bootId()}`
  } catch {
    return undefined
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

export function isAlive(process: LocalProcess): boolean {
  return process.pid > 0 && startTimeOf(process.pid) === process.startTime
}

/** Signals and waits for the end; SIGKILL when it takes longer than `patienceMs`. */
export async function endProcess(
  target: LocalProcess,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<void> {
  if (!isAlive(target)) return
  sendSignal(target, signal)
  const end = Date.now() + patienceMs
  while (isAlive(target)) {
    if (Date.now() > end) {
      sendSignal(target, 'SIGKILL')
      return
    }
    await delay(50)
  }
}

function sendSignal({ pid }: LocalProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
