// Puts a new state in the place of the one in a data directory: after a restore, a repair, a migration. The old one is
// never touched; it is moved aside, with its mark. Whatever the moment of a crash, the next start ends what was begun or
// finds the old state where it was.
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../base/index.ts'
import type { ClusterId } from '../../model/index.ts'
import { dataFormat, exists, readMark, stateDirectory, writeMark } from './mark.ts'
import { syncDirectory } from './syncdirectory.ts'

export type Replacement = 'restore' | 'repair' | 'migration'

/**
 * `fill` makes the new state at the place it is given. Gives the name of the directory, inside the data directory, that
 * holds what was there before; undefined when nothing was.
 */
export async function replaceState(
  directory: string,
  clusterId: ClusterId,
  why: Replacement,
  fill: (location: string) => Promise<void>,
): Promise<string | undefined> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const made = newStateDirectory(directory)
  await rm(made, { recursive: true, force: true })
  try {
    await fill(made)
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    if (error instanceof CodedError) throw error
    throw new CodedError(
      'STORE_FAILED',
      `The new state in ${directory} can not be written: ${String(error)}`,
      {
        advice: 'What was there is untouched.',
        cause: error,
      },
    )
  }
  await syncDirectory(directory)
  if (!(await exists(stateDirectory(directory)))) {
    await rename(made, stateDirectory(directory))
    await writeMark(directory, { format: dataFormat, clusterId, complete: true })
    return undefined
  }
  const aside = await freeName(directory, why)
  await mkdir(join(directory, aside), { mode: 0o700 })
  await copyMark(directory, aside)
  await writeMark(directory, { format: dataFormat, clusterId, complete: true, replacing: aside })
  await finishReplacing(directory)
  return aside
}

/** Ends what a crash cut short. Does nothing where nothing was begun. */
export async function finishReplacing(directory: string): Promise<void> {
  const mark = await readMark(directory)
  if (mark?.replacing === undefined) return
  const made = newStateDirectory(directory)
  const state = stateDirectory(directory)
  if (await exists(made)) {
    if (await exists(state)) await rename(state, join(directory, mark.replacing, 'state'))
    await rename(made, state)
  }
  const { replacing: _, ...done } = mark
  await writeMark(directory, done)
}

function newStateDirectory(directory: string): string {
  return join(directory, 'state.new')
}

// Named after the moment, so that they sort; another one when two fall into one second.
async function freeName(directory: string, why: Replacement): Promise<string> {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const base = `before-${why}-${stamp}`
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base}-${i}`
    if (!(await exists(join(directory, name)))) return name
  }
}

async function copyMark(directory: string, aside: string): Promise<void> {
  const mark = join(directory, 'cluster.json')
  if (await exists(mark)) await copyFile(mark, join(directory, aside, 'cluster.json'))
}
