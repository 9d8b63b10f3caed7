// One process at a time: a file that names its holder. A holder that died in its work is not waited for.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '../../base/index.ts'
import { isAlive, startTimeOf } from './processes.ts'
import type { LocalProcess } from './files.ts'

/** Longer than anything that is done under a lock: ending agents that wait for their tasks. */
const patienceMs = 120_000

export async function locked<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs
  while (!take(file)) {
    const holder = readHolder(file)
    if (holder !== undefined && !isAlive(holder)) rmSync(file, { force: true })
    else if (Date.now() > end) {
      throw new CodedError(
        'DATA_DIRECTORY_INVALID',
        `${file} is held by process ${holder?.pid ?? 'unknown'}`,
        {
          advice: 'If that is no sddc, delete the file.',
        },
      )
    } else await delay(50)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** Whether somebody works under it now. */
export function isLocked(file: string): boolean {
  const holder = readHolder(file)
  return holder !== undefined && isAlive(holder)
}

// Linking a complete file: whoever finds the lock can read its holder, also when the disk is full.
function take(file: string): boolean {
  const own = `${file}.${process.pid}`
  try {
    writeFileSync(own, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }))
    linkSync(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

/** Undefined: nobody, or a file that is none of ours. */
function readHolder(file: string): LocalProcess | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LocalProcess
  } catch {
    return undefined
  }
}
