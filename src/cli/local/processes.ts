// Background processes of a local cluster: started detached with their output in a file (a child that held our standard
// output would hang `sddc plan | cat`), known again by pid and start time, ended by signal.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { LocalProcess } from './files.ts'

export interface SpawnOptions {
  /** Arguments of `sddc`. */
  readonly args: readonly string[]
  readonly logFile: string
  readonly env: NodeJS.ProcessEnv
}

export function startBackground({ args, logFile, env }: SpawnOptions): LocalProcess {
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

/** Undefined: no such process. Elsewhere than on Linux: always "?", and the pid alone must do. */
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
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
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
  process.kill(target.pid, signal)
  const end = Date.now() + patienceMs
  while (isAlive(target)) {
    if (Date.now() > end) {
      process.kill(target.pid, 'SIGKILL')
      return
    }
    await delay(50)
  }
}
