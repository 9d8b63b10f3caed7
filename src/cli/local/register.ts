// The user's register of local clusters: found from anywhere when only one runs, and kept apart from each other in the
// host ports that their agents hand out.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { locked } from './lock.ts'

export interface RegisteredCluster {
  /** Its `.sddc/`. */
  readonly directory: string
  readonly url: string
  /** Blocks of host ports that its agents hold. */
  readonly portBlocks: readonly number[]
}

/** Below the range from which Linux picks outgoing ports, above the service ports. */
const firstPort = 20_000
const portsPerBlock = 500
export const portBlockCount = 25

/** The host ports of a block, both ends included. */
export function portsOfBlock(block: number): readonly [first: number, last: number] {
  const first = firstPort + block * portsPerBlock
  return [first, first + portsPerBlock - 1]
}

export function readRegister(): RegisteredCluster[] {
  const file = registerFile()
  if (!existsSync(file)) return []
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(value) ? (value as RegisteredCluster[]).filter(isEntry) : []
  } catch {
    // A register that can't be read only costs the convenience.
    return []
  }
}

/** Enters a cluster, or takes it out. Entries whose directory is gone are swept. */
export function updateRegister(directory: string, entry: RegisteredCluster | undefined): Promise<void> {
  return lockedRegister(() => write(directory, entry))
}

/**
 * Enters a cluster with a block of ports for each agent: the ones that it holds (undefined: none yet), else blocks that
 * no other registered cluster holds, else the lowest again. Choosing and entering is one step, so that two clusters
 * that start at the same time get different ones.
 */
export function registerWithBlocks(
  { directory, url }: Pick<RegisteredCluster, 'directory' | 'url'>,
  held: readonly (number | undefined)[],
): Promise<number[]> {
  return lockedRegister(() => {
    const taken = new Set([
      ...held,
      ...readRegister()
        .filter(c => c.directory !== directory && existsSync(c.directory))
        .flatMap(c => c.portBlocks),
    ])
    const all = Array.from({ length: portBlockCount }, (_, i) => i)
    const free = [...all.filter(b => !taken.has(b)), ...all.filter(b => taken.has(b))]
    let next = 0
    const portBlocks = held.map(block => block ?? free[next++ % free.length]!)
    write(directory, { directory, url, portBlocks })
    return portBlocks
  })
}

function write(directory: string, entry: RegisteredCluster | undefined): void {
  const others = readRegister().filter(c => c.directory !== directory && existsSync(c.directory))
  const file = registerFile()
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(entry === undefined ? others : [...others, entry], null, 2))
  renameSync(temporary, file)
}

function lockedRegister<T>(work: () => T): Promise<T> {
  const file = registerFile()
  mkdirSync(dirname(file), { recursive: true })
  return locked(`${file}.lock`, work)
}

function isEntry(value: RegisteredCluster): boolean {
  return (
    typeof value?.directory === 'string' && typeof value.url === 'string' && Array.isArray(value.portBlocks)
  )
}

function registerFile(): string {
  const base = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state')
  return join(base, 'sddc', 'clusters.json')
}
