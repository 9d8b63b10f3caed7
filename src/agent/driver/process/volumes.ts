// Host volumes of a plain process: links in its sandbox. What a link can't do is refused; the server refuses it before,
// but what it stored long ago may come here all the same.
import { mkdir, stat, symlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Volume } from '../../../model/index.ts'

/** Throws with a line for people. */
export async function linkVolumes(sandbox: string, volumes: readonly Volume[]): Promise<void> {
  for (const volume of volumes) {
    try {
      await link(sandbox, volume)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      throw new Error(`volume ${volume.containerPath}: ${problem}`, { cause: error })
    }
  }
}

async function link(sandbox: string, volume: Volume): Promise<void> {
  if (!('hostPath' in volume)) throw new Error('plain processes have host volumes only')
  const { hostPath, containerPath, mode } = volume
  if (mode === 'RO') throw new Error('nothing keeps a plain process from writing; name an image, or write RW')
  const place = resolve(sandbox, containerPath)
  if (containerPath.startsWith('/') || !place.startsWith(`${sandbox}/`)) {
    throw new Error('a plain process finds volumes only inside its sandbox; write a relative path')
  }
  if (!(await exists(hostPath))) throw new Error(`${hostPath} does not exist on this agent`)
  await mkdir(dirname(place), { recursive: true })
  await symlink(hostPath, place)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
