// One agent per work directory. The lock names its process by id and start time, so that one left behind by a crash,
// or by a machine that was restarted, does not keep a new agent out.
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { CodedError } from '../../base/index.ts'
import { startOf } from '../driver/process/processes.ts'

export interface DirectoryLock {
  release(): Promise<void>
}

/** Throws AGENT_DIRECTORY_LOCKED when a living agent holds it. */
export async function lockDirectory(directory: string, bootId: string): Promise<DirectoryLock> {
  const path = `${directory}/lock`
  const mine = `${path}.${process.pid}`
  const text = JSON.stringify({ pid: process.pid, start: startOf(process.pid), bootId })
  await writeFile(mine, text)
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      // A link appears whole or not at all, and fails when the name is taken.
      if (await linked(mine, path)) {
        return { release: () => rm(path, { force: true }) }
      }
      const holder = await readHolder(path)
      if (holder && holder.bootId === bootId && startOf(holder.pid) === holder.start) {
        throw new CodedError(
          'AGENT_DIRECTORY_LOCKED',
          `the work directory ${directory} is used by the agent with process id ${holder.pid}`,
          { advice: 'Stop that agent, or give this one a directory of its own.' },
        )
      }
      await rm(path, { force: true })
    }
  } finally {
    await rm(mine, { force: true })
  }
  throw new CodedError('AGENT_DIRECTORY_LOCKED', `other agents are taking the work directory ${directory}`)
}

const maxAttempts = 10

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function readHolder(
  path: string,
): Promise<{ pid: number; start: string | undefined; bootId: string } | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as { pid: number; start: string; bootId: string }
  } catch {
    return undefined
  }
}
