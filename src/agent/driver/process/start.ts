// Everything up to the moment before a task's launch: who it is, its sandbox, what it needs, its script.
import { mkdir, open, writeFile } from 'node:fs/promises'
import { sandboxDirectory, type TaskSpec } from '../../core/index.ts'
import type { DriverContext } from '../factory.ts'
import { fetchInto } from '../sandbox/fetch.ts'
import { giveTo } from '../sandbox/owner.ts'
import type { TaskFiles } from './layout.ts'
import { programOf } from './program.ts'
import type { Description } from './records.ts'
import { launchScript } from './script.ts'
import { taskUser } from './user.ts'
import { linkVolumes } from './volumes.ts'

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Throws with a line for people when the task can't be started. */
export async function startTask(
  task: TaskSpec,
  files: TaskFiles,
  context: DriverContext,
  signal: AbortSignal,
): Promise<void> {
  const sandbox = sandboxDirectory(context.tasksDirectory, task.taskId)
  const env = {
    PATH: process.env['PATH'] ?? defaultPath,
    HOME: sandbox,
    LANG: process.env['LANG'] ?? 'C.UTF-8',
    ...task.env,
  }
  await mkdir(files.directory, { recursive: true, mode: 0o700 })
  const user = await taskUser(task.app.user)
  const description: Description = {
    key: task.key,
    taskId: task.taskId,
    bootId: context.bootId,
    sandbox,
    env,
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  }
  await writeFile(files.description, JSON.stringify(description), { mode: 0o600 })
  await mkdir(sandbox, { recursive: true, mode: 0o755 })
  for (const name of ['stdout', 'stderr']) await (await open(`${sandbox}/${name}`, 'a')).close()
  for (const item of task.app.fetch) await fetchInto(sandbox, item, signal)
  await linkVolumes(sandbox, task.app.container?.volumes ?? [])
  const program = programOf(task.app, sandbox, env.PATH)
  if ('problem' in program) throw new Error(program.problem)
  const script = launchScript({
    pidRecord: files.pid,
    bootId: context.bootId,
    sandbox,
    env,
    command: program.command,
    prefix: user?.prefix ?? [],
  })
  if (user) await giveTo(sandbox, user.uid, user.gid)
  signal.throwIfAborted()
  await writeFile(files.launch, script, { mode: 0o600 })
  signal.throwIfAborted()
}
