// Before a running task is asked to end: the app's command runs beside it, then a wait follows, so that balancers can
// take it out. Both are bounded, and both are in the task's record: an agent that starts again in the middle does not
// run the command twice, and goes on where the time has come to.
import type { ClusterMs } from '../../base/index.ts'
import { taskSpec } from './spec.ts'
import type { PreStopState, TaskState } from './state.ts'
import type { Turn } from './turn.ts'

/** False: there is nothing to be done first. */
export function beginPreStop(turn: Turn, task: TaskState): boolean {
  const spec = taskSpec(turn.state, task)
  const preStop = spec?.app.preStop
  if (!spec || !preStop || task.phase !== 'running') return false
  if (preStop.command) {
    enter(turn, task, 'command', preStop.timeoutSeconds)
    turn.effects.push({ kind: 'preStop', key: task.key, task: spec })
  } else enter(turn, task, 'wait', preStop.waitSeconds)
  return true
}

/** The command has ended, well or not. */
export function onPreStopped(turn: Turn, task: TaskState): void {
  if (task.preStop?.stage === 'command') beginWait(turn, task)
}

/** True: the time of the preparation is over, and the task is to be asked to end. */
export function preStopIsOver(turn: Turn, task: TaskState): boolean {
  while (task.preStop && task.preStop.until <= turn.now) {
    if (task.preStop.stage === 'command') beginWait(turn, task)
    else {
      task.preStop = undefined
      turn.taskChanged(task)
      return true
    }
  }
  return false
}

function beginWait(turn: Turn, task: TaskState): void {
  enter(turn, task, 'wait', taskSpec(turn.state, task)?.app.preStop?.waitSeconds ?? 0)
}

function enter(turn: Turn, task: TaskState, stage: PreStopState['stage'], seconds: number): void {
  task.preStop = { stage, until: (turn.now + Math.round(seconds * 1000)) as ClusterMs }
  turn.taskChanged(task)
}
