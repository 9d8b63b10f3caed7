// The mark of a data directory: a small file that says "sddc made this, for this cluster". A store is only ever created
// in a directory that is being marked, and opened only in one whose mark is complete. So a wrong path, an empty mount
// or a directory that lost its files is an error with advice, never a new and empty cluster.
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../base/index.ts'
import type { ClusterId } from '../../model/index.ts'

interface Mark {
  readonly format: 1
  readonly clusterId: ClusterId
  /** False while the store is being created: an interrupted creation is begun anew. */
  readonly complete: boolean
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
  await writeMark(directory, { format: 1, clusterId, complete: false })
  await rm(stateDirectory(directory), { recursive: true, force: true })
  await create()
  await writeMark(directory, { format: 1, clusterId, complete: true })
}

/** The cluster that the directory was made for. Throws DATA_DIRECTORY_INVALID when it wasn't, or not completely. */
export async function markedCluster(directory: string): Promise<ClusterId> {
  const found = await readMark(directory)
  if (found?.complete === true) return found.clusterId
  throw new CodedError(
    'DATA_DIRECTORY_INVALID',
    found === undefined
      ? `${directory} is not a data directory of sddc`
      : `The creation of the cluster in ${directory} was interrupted`,
    { advice: 'Check the path; a new cluster is made in a directory by initialising it.' },
  )
}

async function readMark(directory: string): Promise<Mark | undefined> {
  let text: string
  try {
    text = await readFile(join(directory, 'cluster.json'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CodedError('DATA_DIRECTORY_INVALID', `${directory} can not be read`, { cause: error })
  }
  try {
    const mark = JSON.parse(text) as Partial<Mark>
    if (mark.format === 1 && typeof mark.clusterId === 'string' && typeof mark.complete === 'boolean')
      return mark as Mark
  } catch {
    // Falls through: not JSON is not a mark.
  }
  throw new CodedError('DATA_DIRECTORY_INVALID', `${join(directory, 'cluster.json')} is not a mark of sddc`, {
    advice: 'Bring the file back from a backup; the rows beside it are untouched.',
  })
}

// By rename, so that a crash leaves the old mark or the new one.
async function writeMark(directory: string, mark: Mark): Promise<void> {
  const path = join(directory, 'cluster.json')
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(mark)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  const parent = await open(directory, 'r')
  try {
    await parent.sync()
  } finally {
    await parent.close()
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
