// The directory of a local cluster, `.sddc/`: where it is, and what it says of the processes that were started for it.
//   .sddc/server/       the state           .sddc/agents/NAME/   work directories
//   .sddc/logs/         of the processes    .sddc/local.json     who runs
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CodedError } from '../../base/index.ts'

export const localDirectoryName = '.sddc'

export interface LocalProcess {
  readonly pid: number
  /** Field 22 of /proc/PID/stat; tells a process from a later one with the same number. */
  readonly startTime: string
}

export interface LocalAgent extends LocalProcess {
  readonly name: string
  readonly address: string
  readonly workDirectory: string
}

export interface LocalCluster {
  readonly format: 1
  readonly url: string
  readonly server: LocalProcess
  readonly agents: readonly LocalAgent[]
}

/** The nearest `.sddc/` from a directory upward, to the repository's root at most. */
export function findLocalDirectory(from: string): string | undefined {
  for (const directory of upward(from)) {
    const candidate = join(directory, localDirectoryName)
    if (existsSync(candidate) && statSync(candidate).isDirectory()) return candidate
  }
  return undefined
}

/** Where a local cluster is made: at the repository's root, else in the configuration's directory. */
export function newLocalDirectory(from: string): string {
  const directories = [...upward(from)]
  const top = directories.at(-1)!
  return join(existsSync(join(top, '.git')) ? top : resolve(from), localDirectoryName)
}

function* upward(from: string): Generator<string> {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    yield directory
    if (existsSync(join(directory, '.git')) || dirname(directory) === directory) return
  }
}

export function readLocal(directory: string): LocalCluster | undefined {
  const file = join(directory, 'local.json')
  if (!existsSync(file)) return undefined
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as LocalCluster
    if (value.format === 1 && typeof value.url === 'string' && Array.isArray(value.agents)) return value
  } catch {
    // Told below, in the same words.
  }
  throw new CodedError('DATA_DIRECTORY_INVALID', `${file} can not be read`, {
    advice: 'Delete that file. The state of the cluster is beside it and stays.',
  })
}

/** Replaced as a whole, so that a crash leaves the old or the new one. */
export function writeLocal(directory: string, cluster: LocalCluster): void {
  const file = join(directory, 'local.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(cluster, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

export function prepareLocal(directory: string): void {
  mkdirSync(join(directory, 'logs'), { recursive: true })
  writeFileSync(join(directory, '.gitignore'), '*\n')
}
