// Gives a sandbox and all in it to the user that the task runs as. Links are never followed.
import { chmod, lchown, opendir } from 'node:fs/promises'
import { join } from 'node:path'

export async function giveTo(path: string, uid: number, gid: number): Promise<void> {
  await lchown(path, uid, gid)
  for await (const entry of await opendir(path)) {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) await giveTo(inside, uid, gid)
    else await lchown(inside, uid, gid)
  }
}

/** Leaves the group as it is. */
const sameGroup = -1

/**
 * For a container's user as Docker writes it: a name or number, perhaps with a group. What a name means is known only
 * inside the image; there, and where the agent has no right to give files away, everybody may write.
 */
export async function giveToContainerUser(path: string, user: string): Promise<void> {
  const [name = '', group] = user.split(':')
  if (name === '' || name === 'root' || name === '0') return
  const isNumber = /^\d+$/.test(name)
  if (isNumber && process.getuid?.() === 0) {
    await giveTo(path, Number(name), group !== undefined && /^\d+$/.test(group) ? Number(group) : sameGroup)
  } else {
    await chmod(path, 0o1777)
  }
}
