// Running a task as the user that its app names.
import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface TaskUser {
  readonly uid: number
  readonly gid: number
  /** Words before the command. */
  readonly prefix: readonly string[]
}

/** Undefined: as the agent itself. Throws with a line for people when it can't be done. */
export async function taskUser(name: string | undefined): Promise<TaskUser | undefined> {
  if (name === undefined || name === userInfo().username) return undefined
  if (process.getuid?.() !== 0) {
    throw new Error(`can not run as user ${JSON.stringify(name)}: the agent does not run as root`)
  }
  const uid = await id('-u', name)
  const gid = await id('-g', name)
  const prefix = ['/usr/bin/env', 'setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--']
  return { uid, gid, prefix }
}

async function id(what: '-u' | '-g', name: string): Promise<number> {
  try {
    const { stdout } = await run('id', [what, '--', name])
    return Number(stdout)
  } catch {
    throw new Error(`can not run as user ${JSON.stringify(name)}: the machine has no such user`)
  }
}
