// Where a task's files are. One directory per task under the agent's tasks directory, named by the task id; both
// drivers, the log reader and the environment (MESOS_SANDBOX) agree through this.
import { sha256Hex } from '../../base/index.ts'

/** `<tasksDirectory>/<taskId>`; very long ids are cut and told apart by a hash, since file names end at 255 bytes. */
export function sandboxDirectory(tasksDirectory: string, taskId: string): string {
  return `${tasksDirectory}/${directoryName(taskId)}`
}

/** Where a container finds its sandbox, as in Mesos. */
export const containerSandbox = '/mnt/mesos/sandbox'

/** The file-system name of a task. Task ids are made of `[A-Za-z0-9._-]`. */
export function directoryName(taskId: string): string {
  if (taskId.length <= maxNameLength) return taskId
  return `${taskId.slice(0, maxNameLength - 33)}-${sha256Hex(taskId).slice(0, 32)}`
}

/** Leaves room for endings below the usual limit of 255 bytes. */
const maxNameLength = 200
