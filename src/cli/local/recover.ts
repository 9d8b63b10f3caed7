// What a local cluster runs, also where its record does not know: `local.json` is damaged, gone or behind. Then the
// command lines of this user's processes tell. Otherwise a lost file would leave a server that holds the state and that
// nothing ends.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLocal, type LocalAgent, type LocalCluster, type LocalProcess } from './files.ts'
import { isAlive, startTimeOf } from './processes.ts'

const unknownProcess = { pid: -1, startTime: '' } as const

/** Undefined where no local cluster ever was. */
export function knownLocal(directory: string): LocalCluster | undefined {
  const record = readLocal(directory)
  if (record !== undefined && [record.server, ...record.agents].every(p => p.pid === 0 || isAlive(p))) {
    return record
  }
  const running = sddcProcesses()
  const server = running.find(p => optionOf(p.args, '--data') === join(directory, 'server'))
  const agents = (record?.agents ?? agentsOf(directory)).map((agent): LocalAgent =>
    isAlive(agent)
      ? agent
      : { ...agent, ...processOf(running.find(p => optionOf(p.args, '--work') === agent.workDirectory)) },
  )
  if (record === undefined && server === undefined && agents.length === 0) return undefined
  const port = server === undefined ? undefined : optionOf(server.args, '--port')
  return {
    format: 1,
    url: port === undefined ? (record?.url ?? defaultUrl) : `http://127.0.0.1:${port}`,
    server:
      record !== undefined && isAlive(record.server)
        ? record.server
        : { ...(record?.server ?? unknownProcess), ...processOf(server) },
    agents,
  }
}

const defaultUrl = 'http://127.0.0.1:8080'

function processOf(found: Found | undefined): Partial<LocalProcess> {
  return found === undefined ? {} : { pid: found.pid, startTime: found.startTime }
}

function agentsOf(directory: string): LocalAgent[] {
  return agentNames(directory).map(name => ({
    ...unknownProcess,
    name,
    address: addressOf(name),
    workDirectory: join(directory, 'agents', name),
  }))
}

/** In the order in which they were made: agent1, agent2, … agent10. */
function agentNames(directory: string): string[] {
  const folder = join(directory, 'agents')
  if (!existsSync(folder)) return []
  const numbers = readdirSync(folder).flatMap(name => /^agent(\d{1,3})$/.exec(name)?.[1] ?? [])
  return numbers
    .map(Number)
    .sort((a, b) => a - b)
    .map(n => `agent${n}`)
}

/** Each local agent has a loopback address of its own: agent1 is 127.0.0.11. */
export function addressOf(name: string): string {
  return `127.0.0.${10 + Number(name.slice('agent'.length))}`
}

interface Found {
  readonly pid: number
  readonly startTime: string
  readonly args: readonly string[]
}

// Needs /proc; elsewhere nothing is found.
function sddcProcesses(): Found[] {
  if (!existsSync('/proc/self')) return []
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      const args = commandLineOf(Number(name))
      if (!args.includes('--data') && !args.includes('--work')) return []
      const startTime = startTimeOf(Number(name))
      return startTime === undefined ? [] : [{ pid: Number(name), startTime, args }]
    })
}

function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // It ended meanwhile.
    return []
  }
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name)
  return at === -1 ? undefined : args[at + 1]
}
