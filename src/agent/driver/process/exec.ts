// Runs a command beside a task: in its sandbox, with its environment, as its user, in a process group that a timeout
// kills as a whole. The command carries the task's id, so that it can't outlive the task either.
import { spawn } from 'node:child_process'
import type { ExecResult } from '../../core/index.ts'
import type { Description } from './records.ts'

/** What people see of a failed check; the rest of the output is thrown away. */
const maxOutputBytes = 4096

export function execBeside(
  task: Description,
  argv: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const [program, ...args] = argv
  if (program === undefined) return Promise.resolve({ kind: 'failed', message: 'no command' })
  return new Promise(resolve => {
    const child = spawn(program, args, {
      cwd: task.sandbox,
      env: { ...task.env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(task.uid === undefined ? {} : { uid: task.uid, gid: task.gid }),
    })
    let output = ''
    const keep = (data: Buffer): void => {
      if (output.length < maxOutputBytes) output = (output + data.toString('utf8')).slice(0, maxOutputBytes)
    }
    const killGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // The group is gone.
      }
    }
    const timer = setTimeout(() => finish({ kind: 'timedOut' }), timeoutMs)
    const finish = (result: ExecResult): void => {
      clearTimeout(timer)
      killGroup()
      child.stdout.destroy()
      child.stderr.destroy()
      resolve(result)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', error => finish({ kind: 'failed', message: error.message }))
    child.once('exit', code => finish({ kind: 'exited', code: code ?? 128, output: output.trim() }))
  })
}
