// Reading what the scripts wrote. Both records appear whole, by rename; what is not there is undefined.
import { readFileSync } from 'node:fs'
import type { Exit } from '../../../model/index.ts'
import type { TaskKey } from '../../../model/index.ts'
import { signalWords, signalName } from './signals.ts'

/** Identity of a process over restarts of the agent and of the machine: ids are used again, these three together never. */
export interface PidRecord {
  readonly pid: number
  /** Clock ticks since boot, /proc/<pid>/stat field 22. */
  readonly start: string
  readonly bootId: string
}

export interface Description {
  readonly key: TaskKey
  readonly taskId: string
  readonly bootId: string
  readonly sandbox: string
  readonly env: Readonly<Record<string, string>>
  /** Numeric ids, when the task runs as another user. */
  readonly uid?: number
  readonly gid?: number
}

export function readPid(path: string): PidRecord | undefined {
  return readJson<PidRecord>(path)
}

export function readDescription(path: string): Description | undefined {
  return readJson<Description>(path)
}

export function readExit(path: string): Exit | undefined {
  const record = readJson<{ code: number; signaled: boolean }>(path)
  return record && exitOf(record.code, record.signaled)
}

/** From a shell's status: 128 + n for signal n. Words as Mesos says them. */
export function exitOf(code: number, signaled: boolean): Exit {
  if (!signaled) return { code, message: `Command exited with status ${code}` }
  const number = code - 128
  return { signal: signalName(number), message: `Command terminated with signal ${signalWords(number)}` }
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}
