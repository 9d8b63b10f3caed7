// The directory of a local cluster, `.sddc/`: where it is, and what it says of the processes that were started for it.
//   .sddc/server/       the state           .sddc/agents/NAME/   work directories
//   .sddc/logs/         of the processes    .sddc/local.json     who runs
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CodedError } from '../../base/index.ts'
import { systemErrorText } from '../systemerror.ts'

export const localDirectoryName = '.sddc'

export interface LocalProcess {
  /** 0: ended in good order. -1: not known; nothing of that name runs, but it may have left tasks behind. */
  readonly pid: number
  /** Tells a process from a later one with the same number (processes.ts). */
  readonly startTime: string
}

export interface LocalAgent extends LocalProcess {
  readonly name: string
  readonly address: string
  readonly workDirectory: string
  /** Block of host ports that it hands out (register.ts); absent where it is not known. */
  readonly portBlock?: number
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

/** Undefined: there is none, or it is damaged; recover.ts then finds what runs. */
export function readLocal(directory: string): LocalCluster | undefined {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(join(directory, 'local.json'), 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return isCluster(value) ? value : undefined
}

type Unchecked = Readonly<Record<string, unknown>>

function isCluster(value: unknown): value is LocalCluster {
  const { format, url, server, agents } = (value ?? {}) as Unchecked
  return (
    format === 1 &&
    typeof url === 'string' &&
    URL.canParse(url) &&
    isProcess(server) &&
    Array.isArray(agents) &&
    agents.every(isAgent)
  )
}

function isProcess(value: unknown): value is LocalProcess {
  const { pid, startTime } = (value ?? {}) as Unchecked
  return Number.isInteger(pid) && typeof startTime === 'string'
}

function isAgent(value: unknown): value is LocalAgent {
  if (!isProcess(value)) return false
  const { name, address, workDirectory } = value as Unchecked & LocalProcess
  return typeof name === 'string' && typeof address === 'string' && typeof workDirectory === 'string'
}

/** Replaced as a whole, so that a crash leaves the old or the new one. */
export function writeLocal(directory: string, cluster: LocalCluster): void {
  const file = join(directory, 'local.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(cluster, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

export function prepareLocal(directory: string): void {
  try {
    makeDirectory(directory)
    makeDirectory(join(directory, 'logs'))
    writeFileSync(join(directory, '.gitignore'), '*\n')
  } catch (error) {
    throw new CodedError(
      'DATA_DIRECTORY_INVALID',
      `The local cluster can not keep its state in ${directory}`,
      {
        advice: `${systemErrorText(error) ?? String(error)}\nMake room there, or name another place: sddc up --dir DIRECTORY`,
        cause: error,
      },
    )
  }
}

// Not recursive: on a read-only file system Node then tells that something is missing.
function makeDirectory(directory: string): void {
  if (!existsSync(directory)) mkdirSync(directory)
}
