// Tasks that write down themselves when they start and when they are told to stop, so that no moment is missed by
// looking from outside. Times are the kernel's, in hundredths of a second since its boot. Source: proc(5), starttime,
// uptime.
import { readFileSync } from 'node:fs'

/** A command that does nothing until SIGTERM, and writes both ends of its life into the file. */
export function loggingCommand(file: string, label: string): string {
  const line = (text: string): string => `echo "${text}" >>'${file}'`
  return [
    `trap 'read -r up rest </proc/uptime; ${line(`stop $MESOS_TASK_ID ${label} $$ $up`).replaceAll("'", `'"'"'`)}; exit 0' TERM`,
    'read -r stat </proc/$$/stat',
    'set -- ${stat##*) }',
    line(`start $MESOS_TASK_ID ${label} $$ \${20}`),
    'while :; do sleep 1000 & wait; done',
  ].join('; ')
}

export interface LoggedTask {
  readonly taskId: string
  readonly label: string
  readonly pid: number
  readonly startedAt: number
  /** Infinity: goes on. */
  readonly stoppedAt: number
}

/** The lines so far as tasks, in order of their first lines. A second start of one task id is a second entry. */
export function readTasks(file: string): LoggedTask[] {
  const tasks: LoggedTask[] = []
  for (const line of linesOf(file)) {
    const [what, taskId, label, pid, at] = line.split(' ') as [string, string, string, string, string]
    if (what === 'start') {
      tasks.push({ taskId, label, pid: Number(pid), startedAt: Number(at), stoppedAt: Infinity })
      continue
    }
    const index = tasks.findIndex(t => t.taskId === taskId && t.pid === Number(pid))
    if (index < 0) throw new Error(`${taskId} stopped without having started`)
    // Uptime has seconds with two digits behind the point.
    tasks[index] = { ...tasks[index]!, stoppedAt: Math.round(Number(at) * 100) }
  }
  return tasks
}

/** The lowest number of tasks that ran at once, from when there were `full` of them for the first time until now. */
export function fewestRunning(tasks: readonly LoggedTask[], full: number): number {
  const changes = tasks
    .flatMap(t => [
      { at: t.startedAt, by: 1 },
      { at: t.stoppedAt, by: -1 },
    ])
    .filter(change => change.at !== Infinity)
    // In one hundredth of a second starts come first: a stop that waits for a start can not be seen before it.
    .sort((a, b) => a.at - b.at || b.by - a.by)
  let running = 0
  let fewest = Infinity
  for (const { by } of changes) {
    running += by
    if (running >= full || fewest !== Infinity) fewest = Math.min(fewest, running)
  }
  return fewest
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line !== '')
  } catch {
    return []
  }
}
