// What can still be read of a damaged state. LevelDB changes its files when it opens them, and its repair more so; both
// therefore happen on a copy, which is thrown away.
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { CodedError } from '../../base/index.ts'
import { readRemains, type Remains } from './level.ts'
import { stateDirectory } from './mark.ts'

export async function salvage(directory: string): Promise<Remains> {
  const copy = join(directory, 'state.copy')
  await rm(copy, { recursive: true, force: true })
  try {
    await cp(stateDirectory(directory), copy, { recursive: true })
    // The lock is the original's.
    await rm(join(copy, 'LOCK'), { force: true })
    return await readCopy(copy)
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw new CodedError('STORE_FAILED', `The state in ${directory} can not be copied: ${String(error)}`, {
      advice: 'A repair needs room for a copy. What was there is untouched.',
      cause: error,
    })
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function readCopy(copy: string): Promise<Remains> {
  try {
    return await readRemains(copy, 'all')
  } catch {
    // It does not open, or not to its end: LevelDB makes new indexes from what its files hold.
    await ClassicLevel.repair(copy).catch(() => {})
  }
  try {
    return await readRemains(copy, 'some')
  } catch {
    return { head: undefined, rows: [], damagedRows: [], commits: [] }
  }
}
