// Throws away sandboxes of ended tasks, oldest first, so that an app that crashes again and again does not fill the disk.
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Of one app on one agent: enough to read how the last runs ended. */
export const maxEndedSandboxes = 20

/** `living` is asked again right before each removal. */
export async function sweep(
  tasksDirectory: string,
  living: () => ReadonlySet<string>,
  keep = maxEndedSandboxes,
): Promise<void> {
  const alive = living()
  const ended = (await readdir(tasksDirectory)).filter(name => !alive.has(name))
  for (const names of byApp(ended)) {
    if (names.length <= keep) continue
    const dated = await Promise.all(
      names.map(async name => ({ name, at: await lastChange(tasksDirectory, name) })),
    )
    dated.sort((a, b) => b.at - a.at)
    for (const { name } of dated.slice(keep)) {
      if (living().has(name)) continue
      await rm(join(tasksDirectory, name), { recursive: true, force: true })
    }
  }
}

// `<app>.instance-<id>._app.<run>`; of a very long one only the beginning is left, which is the app's, too.
function byApp(names: readonly string[]): Iterable<readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const app = name.split('.instance-')[0]!
    const group = groups.get(app)
    if (group) group.push(name)
    else groups.set(app, [name])
  }
  return groups.values()
}

/** Milliseconds; the newest of the sandbox and its output. */
async function lastChange(tasksDirectory: string, name: string): Promise<number> {
  const paths = ['', 'stdout', 'stderr'].map(file => join(tasksDirectory, name, file))
  const times = await Promise.all(
    paths.map(path =>
      lstat(path).then(
        s => s.mtimeMs,
        () => 0,
      ),
    ),
  )
  return Math.max(...times)
}
