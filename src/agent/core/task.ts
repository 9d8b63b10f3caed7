// The life of one task here: assigned → starting (record stored) → running → ended. Every change of phase is a record;
// the start effect leaves only together with the stored `starting`, so that no key is ever started twice.
import type { ClusterMs } from '../../base/index.ts'
import { driverOf, type Epoch, type Exit, type TaskKey } from '../../model/index.ts'
import { scheduleChecks } from './health.ts'
import { beginPreStop, onPreStopped, preStopIsOver } from './prestop.ts'
import { taskSpec } from './spec.ts'
import { newTask, type TaskState } from './state.ts'
import { addStatus, repeatLast } from './status.ts'
import type { Turn } from './turn.ts'
import type { DriverEvent } from './types.ts'

/** How long a task may take to die after its grace before the order is given again; a lost order is rare. */
export const stopRepeatMs = 5000
/** How often to ask for specs that are missing. */
export const askAgainMs = 2000

export function createTask(turn: Turn, key: TaskKey, rowEpoch: Epoch): TaskState {
  const task = newTask(key, rowEpoch)
  turn.state.tasks.set(task.text, task)
  turn.state.detached++
  turn.taskChanged(task)
  return task
}

/** Starts a task that has not been started, or asks for its spec. */
export function launch(turn: Turn, task: TaskState): void {
  if (task.phase !== 'assigned' || task.stopping || !task.row) return
  const app = turn.state.specs.get(task.row.specHash)
  if (!app) {
    askForAll(turn)
    return
  }
  task.driver = driverOf(app)
  if (!turn.state.identity.drivers.includes(task.driver)) {
    end(turn, task, 'Error', { message: `this agent has no ${task.driver} driver` })
    return
  }
  task.phase = 'starting'
  addStatus(turn, task, 'Staging')
  const spec = taskSpec(turn.state, task)
  if (spec) turn.effects.push({ kind: 'start', task: spec })
}

/** Asks the server for all rows and specs, but not again while an answer may still be on its way. */
export function askForAll(turn: Turn): void {
  const { state } = turn
  if (state.connection.phase !== 'welcomed') return
  if (state.askAgainAt !== undefined && turn.now < state.askAgainAt) return
  state.askAgainAt = (turn.now + askAgainMs) as ClusterMs
  turn.messages.push({ kind: 'needFull' })
}

/** Whether some row waits for a spec that never came. */
export function specsMissing(turn: Turn): boolean {
  for (const task of turn.state.tasks.values()) {
    if (task.row && task.phase !== 'ended' && !turn.state.specs.has(task.row.specHash)) return true
  }
  return false
}

/** A stop row has come, or is repeated. */
export function stop(turn: Turn, task: TaskState): void {
  const first = !task.stopping
  task.stopping = true
  if (task.phase !== 'ended') turn.taskChanged(task)
  if (task.phase === 'ended') {
    // The server asks for the end of what has ended: it has not heard of it.
    repeatLast(turn, task)
  } else if (task.phase === 'assigned') {
    end(turn, task, 'Killed', { message: 'stopped before it was started' })
  } else {
    if (first) addStatus(turn, task, 'Killing')
    if (first && beginPreStop(turn, task)) stopWhenPrepared(turn, task)
    else if (!task.preStop) orderStop(turn, task)
  }
}

/** Goes on with the order itself once the preparation is over. */
export function stopWhenPrepared(turn: Turn, task: TaskState): void {
  if (preStopIsOver(turn, task)) orderStop(turn, task)
}

/** Gives the order to the driver; until the end is reported it is given again and again. */
export function orderStop(turn: Turn, task: TaskState): void {
  if (!task.driver) return
  const graceMs = task.row?.graceMs ?? 0
  task.stopAgainAt = (turn.now + graceMs + stopRepeatMs) as ClusterMs
  const signal = task.row && turn.state.specs.get(task.row.specHash)?.killSignal
  turn.effects.push({
    kind: 'stop',
    key: task.key,
    driver: task.driver,
    graceMs,
    ...(signal === undefined ? {} : { signal }),
  })
}

export function end(
  turn: Turn,
  task: TaskState,
  condition: 'Finished' | 'Failed' | 'Killed' | 'Error',
  exit: Exit,
): void {
  if (task.phase === 'ended') return
  task.phase = 'ended'
  task.preStop = undefined
  task.stopAgainAt = undefined
  // As in Mesos: what was told to stop and stopped was killed, whatever its exit status.
  addStatus(turn, task, task.stopping ? 'Killed' : condition, exit)
}

export function onDriverEvent(
  turn: Turn,
  task: TaskState,
  event: Exclude<DriverEvent, { kind: 'checked' }>,
): void {
  switch (event.kind) {
    case 'starting':
      if (task.phase === 'starting' && !task.stopping && task.last?.condition === 'Staging') {
        addStatus(turn, task, 'Starting')
      }
      return
    case 'running':
      if (task.phase === 'ended') revived(turn, task)
      else runs(turn, task, event.pid, event.ipAddresses)
      return
    case 'ended':
      end(turn, task, event.condition, event.exit)
      return
    case 'preStopped':
      onPreStopped(turn, task)
      stopWhenPrepared(turn, task)
      return
  }
}

/** The driver says that it runs: once reported, a repetition only refreshes what people read. */
export function runs(
  turn: Turn,
  task: TaskState,
  pid: number | undefined,
  ipAddresses: readonly string[] | undefined,
): void {
  const first = task.phase !== 'running'
  task.pid = pid
  task.ipAddresses = ipAddresses
  turn.taskChanged(task)
  if (!first) return
  task.phase = 'running'
  task.runningSince = turn.now
  if (task.stopping) return
  const app = task.row && turn.state.specs.get(task.row.specHash)
  if (app && app.readinessChecks.length > 0) task.ready = false
  addStatus(turn, task, 'Running')
  scheduleChecks(turn, task)
}

// Its end was told and its resources are given to others: what is left of it must go.
function revived(turn: Turn, task: TaskState): void {
  if (task.driver) turn.effects.push({ kind: 'stop', key: task.key, driver: task.driver, graceMs: 0 })
}
