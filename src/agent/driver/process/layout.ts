// Where the process driver keeps its files, apart from the sandboxes so that a task does not stumble over them:
//
//   <work>/process/shim.sh              the script that outlives the agent and keeps the exit status
//   <work>/process/tasks/<name>/        task.json (who it is, its environment), launch.sh
//   <work>/process/records/<name>.pid   written by the launch script before the task's first instruction
//   <work>/process/records/<name>.exit  written by the shim at the end, by rename
import { directoryName } from '../../core/index.ts'

export interface Layout {
  readonly root: string
  readonly shim: string
  readonly tasks: string
  readonly records: string
}

export function layoutOf(workDirectory: string): Layout {
  const root = `${workDirectory}/process`
  return { root, shim: `${root}/shim.sh`, tasks: `${root}/tasks`, records: `${root}/records` }
}

export interface TaskFiles {
  readonly name: string
  readonly directory: string
  readonly description: string
  readonly launch: string
  readonly pid: string
  readonly exit: string
}

export function filesOf(layout: Layout, taskId: string): TaskFiles {
  const name = directoryName(taskId)
  const directory = `${layout.tasks}/${name}`
  return {
    name,
    directory,
    description: `${directory}/task.json`,
    launch: `${directory}/launch.sh`,
    pid: `${layout.records}/${name}.pid`,
    exit: `${layout.records}/${name}.exit`,
  }
}
