// From an assignment row and its app to what a driver gets: nothing is left to decide there.
import { driverOf, taskEnvironment, taskIdOf, taskPorts } from '../../model/index.ts'
import { containerSandbox, sandboxDirectory } from './sandbox.ts'
import type { AgentState, TaskState } from './state.ts'
import type { TaskSpec } from './types.ts'

/** Undefined while the spec, or the row itself, is not here. */
export function taskSpec(state: AgentState, task: TaskState): TaskSpec | undefined {
  const { row } = task
  const app = row && state.specs.get(row.specHash)
  if (!row || !app) return undefined
  const driver = driverOf(app)
  const taskId = taskIdOf(row.instance, row.incarnation)
  const sandbox =
    driver === 'docker' ? containerSandbox : sandboxDirectory(state.identity.tasksDirectory ?? '', taskId)
  const { hostname } = state.identity
  return {
    key: task.key,
    taskId,
    specHash: row.specHash,
    app,
    driver,
    assignment: row,
    env: taskEnvironment({ app, taskId, version: row.version, host: hostname, ports: row.ports, sandbox }),
    ports: taskPorts(app, row.ports),
  }
}
