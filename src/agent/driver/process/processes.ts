// A picture of the machine's processes from /proc: who is whose child, in which group and session, and which task's
// environment it carries. One picture serves all stops that wait for one, since reading it costs milliseconds.
import { readdirSync, readFileSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Clock ticks since boot. */
  readonly start: string
  /** MESOS_TASK_ID of its environment, where it may be read. */
  readonly taskId: string | undefined
}

export type Processes = ReadonlyMap<number, Process>

export class ProcessScanner {
  #next: Promise<Processes> | undefined
  #current: Promise<Processes> = Promise.resolve(new Map())

  /** A picture whose taking begins after this call. */
  scan(): Promise<Processes> {
    this.#next ??= this.#current.then(async () => {
      await nextTurn()
      this.#next = undefined
      const scanning = takePicture()
      this.#current = scanning
      return scanning
    })
    return this.#next
  }
}

/** The start time of a living process (a zombie is dead), or undefined. */
export function startOf(pid: number): string | undefined {
  return readStat(pid)?.start
}

/**
 * All that belongs to a task: its first process, everything in that session or group, everything that carries the
 * task's id in its environment, and all their descendants. What clears its environment, makes a session of its own and
 * loses its parent is not found; only control groups could.
 */
export function membersOf(
  processes: Processes,
  taskId: string,
  leader: { readonly pid: number; readonly start: string } | undefined,
): Process[] {
  const first = leader && processes.get(leader.pid)
  // Another process has the number now: then the group and session with this number are its own.
  const reused = first !== undefined && first.start !== leader?.start
  const mine = new Map<number, Process>()
  for (const p of processes.values()) {
    const inSession = leader && !reused && (p.session === leader.pid || p.group === leader.pid)
    if (inSession || p.taskId === taskId) mine.set(p.pid, p)
  }
  for (let grown = true; grown;) {
    grown = false
    for (const p of processes.values()) {
      if (mine.has(p.pid) || !mine.has(p.parent)) continue
      mine.set(p.pid, p)
      grown = true
    }
  }
  return [...mine.values()]
}

/** Processes read in one go before other work gets its turn. */
const chunk = 200

async function takePicture(): Promise<Processes> {
  const processes = new Map<number, Process>()
  let read = 0
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const stat = readStat(pid)
    if (stat) processes.set(pid, { ...stat, taskId: readTaskId(pid) })
    if (++read % chunk === 0) await nextTurn()
  }
  return processes
}

function readStat(pid: number): Omit<Process, 'taskId'> | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The name may hold blanks and brackets; fields are counted from its last bracket. Source: proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, group, session] = fields
  if (state === undefined || state === 'Z' || state === 'X') return undefined
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    start: fields[19] ?? '',
  }
}

function readTaskId(pid: number): string | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return undefined
  }
  const at = text.startsWith(variable) ? 0 : text.indexOf(`\0${variable}`) + 1
  if (at === 0 && !text.startsWith(variable)) return undefined
  const end = text.indexOf('\0', at)
  return text.slice(at + variable.length, end < 0 ? undefined : end)
}

const variable = 'MESOS_TASK_ID='

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
