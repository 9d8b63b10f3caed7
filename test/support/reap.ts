// Ends what tests left running. A process belongs to a test when its environment at start carried the test's mark, or
// when it works in one of the test's temporary directories (a task started by an agent gets a clean environment). Needs /proc; elsewhere does nothing.
import { readFileSync, readlinkSync, readdirSync } from 'node:fs'
import { temporaryRoot } from './temporary.ts'

/** Kills all processes of a mark (`<run>` or `<run>/<pid>`) with SIGKILL; returns what they were. */
export function reap(mark: string): readonly string[] {
  const ended: string[] = []
  // A process may fork while it is being looked for: look until nothing is left, but not for ever.
  for (let round = 0; round < 10; round++) {
    const found = processesOf(mark)
    if (found.length === 0) break
    for (const pid of found) {
      const what = commandLine(pid)
      try {
        process.kill(pid, 'SIGKILL')
        ended.push(`${pid} ${what}`)
      } catch {
        // It ended by itself meanwhile.
      }
    }
  }
  return ended
}

/** Ids of the running processes that belong to a mark, without this one. */
export function processesOf(mark: string): readonly number[] {
  const folder = temporaryRoot(mark)
  return processIds().filter(pid => pid !== process.pid && (carries(pid, mark) || worksIn(pid, folder)))
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function carries(pid: number, mark: string): boolean {
  return readProc(pid, 'environ')
    .split('\0')
    .some(entry => entry === `SDDC_TEST=${mark}` || entry.startsWith(`SDDC_TEST=${mark}/`))
}

function worksIn(pid: number, folder: string): boolean {
  try {
    const directory = readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '')
    return directory === folder || directory.startsWith(`${folder}/`)
  } catch {
    return false
  }
}

function commandLine(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ').trim().slice(0, 200)
}

/** Empty for a process that is gone, a zombie, or another user's. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
