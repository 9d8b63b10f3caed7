// Removes containers that a crashed test left: those of agents whose work directory was one of the run's temporary ones.
import Docker from 'dockerode'
import { temporaryRoot } from './temporary.ts'

/** Returns the names of what it removed. */
export async function reapContainers(testRun: string): Promise<readonly string[]> {
  const docker = new Docker()
  const removed: string[] = []
  const ours = await docker.listContainers({ all: true, filters: { label: ['sddc.directory'] } })
  for (const { Id, Names, Labels } of ours) {
    if (!Labels['sddc.directory']?.startsWith(`${temporaryRoot(testRun)}/`)) continue
    await docker.getContainer(Id).remove({ force: true, v: true })
    removed.push(...Names)
  }
  return removed
}
