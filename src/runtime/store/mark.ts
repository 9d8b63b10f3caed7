// The mark of a data directory: a small file that says "sddc made this, for this cluster". A store is only ever created
// in a directory that is being marked, and opened only in one whose mark is complete. So a wrong path, an empty mount
// or a directory that lost its files is an error with advice, never a new and empty cluster.
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../base/index.ts'
import type { ClusterId } from '../../model/index.ts'
import { syncDirectory } from './syncdirectory.ts'

/**
 * The version of how a data directory lies on disk: keys, rows and commits. An older one is brought up to it when a
 * server starts (migrate.ts), a newer one is refused.
 */
export const dataFormat = 2

export interface Mark {
  readonly format: number
  readonly clusterId: ClusterId
  /** False while the store is being created: an interrupted creation is begun anew. */
  readonly complete: boolean
  /** Set while a new state takes the place of the old one: the name of the directory that gets the old one. */
  readonly replacing?: string
}

/** Where the rows lie inside a data directory. */
export function stateDirectory(directory: string): string {
  return join(directory, 'state')
}

/**
 * Marks the directory, then runs `create`, which makes the store in stateDirectory, then completes the mark. Refuses a
 * directory that holds a cluster already.
 */
export async function markDirectory(
  directory: string,
  clusterId: ClusterId,
  create: () => Promise<void>,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const found = await readMark(directory)
  if (found?.complete === true) {
    throw new CodedError('DATA_DIRECTORY_INVALID', `${directory} already holds cluster ${found.clusterId}`, {
      advice: 'Start the server on it, or choose another directory for a new cluster.',
    })
  }
  if (found === undefined && (await exists(stateDirectory(directory)))) {
    throw new CodedError('DATA_DIRECTORY_INVALID', `${directory} holds a state without a mark of sddc`, {
      advice: 'Choose another directory, or bring back the file cluster.json from a backup.',
    })
  }
  await writeMark(directory, { format: dataFormat, clusterId, complete: false })
  await rm(stateDirectory(directory), { recursive: true, force: true })
  await create()
  await writeMark(directory, { format: dataFormat, clusterId, complete: true })
}

/** The cluster that the directory was made for. Throws DATA_DIRECTORY_INVALID when it wasn't, or not completely. */
export async function markedCluster(directory: string): Promise<ClusterId> {
  return (await completeMark(directory)).clusterId
}

/** The mark of a directory that holds a cluster. Throws as markedCluster does, and DATA_TOO_NEW. */
export async function completeMark(directory: string): Promise<Mark> {
  const found = await readMark(directory)
  if (found?.complete === true) return found
  throw new CodedError(
    'DATA_DIRECTORY_INVALID',
    found === undefined
      ? `${directory} is not a data directory of sddc`
      : `The creation of the cluster in ${directory} was interrupted`,
    { advice: 'Check the path; a new cluster is made in a directory by initialising it.' },
  )
}

/** There is a state, and no mark that says whose. */
export async function isMarkLost(directory: string): Promise<boolean> {
  if (!(await exists(stateDirectory(directory)))) return false
  try {
    return (await readMark(directory)) === undefined
  } catch (error) {
    return error instanceof CodedError && error.code === 'DATA_DIRECTORY_INVALID'
  }
}

/** Undefined: there is none. Throws DATA_DIRECTORY_INVALID for a file that is no mark. */
export async function readMark(directory: string): Promise<Mark | undefined> {
  let text: string
  try {
    text = await readFile(join(directory, 'cluster.json'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CodedError('DATA_DIRECTORY_INVALID', `${directory} can not be read`, { cause: error })
  }
  const mark = markIn(text)
  if (mark === undefined) {
    throw new CodedError(
      'DATA_DIRECTORY_INVALID',
      `${join(directory, 'cluster.json')} is not a mark of sddc`,
      { advice: 'Bring the file back from a backup; the rows beside it are untouched.' },
    )
  }
  if (mark.format > dataFormat) {
    throw new CodedError('DATA_TOO_NEW', `${directory} was written by a newer version of sddc`, {
      advice: `Its data is of format ${mark.format}, this version knows up to ${dataFormat}. Start the newer version.`,
    })
  }
  return mark
}

function markIn(text: string): Mark | undefined {
  try {
    const mark = JSON.parse(text) as Partial<Mark> | null
    const isMark =
      Number.isSafeInteger(mark?.format) &&
      typeof mark?.clusterId === 'string' &&
      typeof mark.complete === 'boolean'
    return isMark ? (mark as Mark) : undefined
  } catch {
    return undefined
  }
}

// By rename, so that a crash leaves the old mark or the new one.
export async function writeMark(directory: string, mark: Mark): Promise<void> {
  const path = join(directory, 'cluster.json')
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(mark)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncDirectory(directory)
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
