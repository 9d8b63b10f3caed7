// Ends a task's whole tree: SIGTERM once to each process that was there when the kill began (what a task starts in order
// to clean up is left alone), SIGKILL to all that is left when the grace is over, again and again until a picture of the
// machine shows nothing of it.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { KillSignal } from '../../../model/index.ts'
import { membersOf, type ProcessScanner } from './processes.ts'

export interface Kill {
  readonly taskId: string
  /** Unknown until the launch has recorded it. */
  leader: { readonly pid: number; readonly start: string } | undefined
  /** On the clock of performance.now(); may be moved to an earlier time while the kill goes on. */
  deadlineMs: number
  /** What asks first. Absent: SIGTERM. */
  readonly signal?: KillSignal
}

const firstLookMs = 20
const longestLookMs = 500

/** Resolves when nothing is left; rejects only when `signal` aborts the waiting. */
export async function killTree(scanner: ProcessScanner, kill: Kill, signal: AbortSignal): Promise<void> {
  const asked = new Set<string>()
  const begun = uptimeTicks()
  let look = firstLookMs
  for (let isFirst = true; ; isFirst = false) {
    const members = membersOf(await scanner.scan(), kill.taskId, kill.leader)
    signal.throwIfAborted()
    if (members.length === 0) return
    const hard = performance.now() >= kill.deadlineMs
    for (const { pid, start } of members) {
      const identity = `${pid}/${start}`
      const isHelper = !isFirst && Number(start) > begun
      if (!hard && (asked.has(identity) || isHelper)) continue
      asked.add(identity)
      send(pid, hard ? 'SIGKILL' : (kill.signal ?? 'SIGTERM'))
    }
    const left = Math.max(0, kill.deadlineMs - performance.now())
    await delay(hard ? look : Math.min(look, left), undefined, { signal })
    look = Math.min(longestLookMs, look * 2)
  }
}

function send(pid: number, signal: KillSignal | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone meanwhile, or not ours to kill; the next picture shows which.
  }
}

/** The kernel counts start times in hundredths of a second for every program. Source: proc(5), time(7), USER_HZ. */
function uptimeTicks(): number {
  const [seconds = ''] = readFileSync('/proc/uptime', 'latin1').split(' ')
  // Rounded: times 100 the text 9771.79 is a hair less than 977179.
  return Math.round(Number(seconds) * 100)
}
