// Starts and ends a local cluster: one server and some agents as background processes of this user. Starting a cluster
// that runs changes nothing; processes that died are started again over the state that is there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '../../base/index.ts'
import type { AgentId } from '../../model/index.ts'
import { dockerDriverFactory, processDriver, startAgent } from '../../agent/index.ts'
import { initCluster, markedCluster } from '../../runtime/index.ts'
import { Client } from '../client.ts'
import { exit } from '../context.ts'
import type { Terminal } from '../terminal.ts'
import { programVersion } from '../version.ts'
import { prepareLocal, writeLocal, type LocalAgent, type LocalCluster, type LocalProcess } from './files.ts'
import { isLocked, locked } from './lock.ts'
import { freePort } from './ports.ts'
import { endProcess, isAlive, startBackground } from './processes.ts'
import { addressOf, knownLocal } from './recover.ts'
import { portsOfBlock, registerWithBlocks, updateRegister } from './register.ts'

export const defaultAgents = 3
const loopback = '127.0.0.1'
const defaultPort = 8080
/** What each local agent offers, whatever the machine has: examples behave alike everywhere. */
const nominalResources = 'cpus:4;mem:4096;disk:10240'
const startPatienceMs = 30_000
/** A task has its kill grace period; then it is killed, so an agent ends within this. */
const agentEndPatienceMs = 60_000
const serverEndPatienceMs = 15_000

export interface UpOptions {
  readonly directory: string
  /** Undefined: as many as there were, or the default. */
  readonly agents?: number | undefined
  readonly port?: number | undefined
  readonly pingInterval?: string | undefined
}

/** The running local cluster of a directory, or undefined when its server is not alive. */
export function runningLocal(directory: string): LocalCluster | undefined {
  const cluster = knownLocal(directory)
  return cluster !== undefined && isAlive(cluster.server) ? cluster : undefined
}

export async function startLocal(options: UpOptions, terminal: Terminal): Promise<LocalCluster> {
  const onInterrupt = (): void => {
    terminal.note('\nInterrupted. What was started runs on: "sddc up" completes it, "sddc down" ends it.')
    process.exit(exit.interrupted)
  }
  process.once('SIGINT', onInterrupt)
  prepareLocal(options.directory)
  try {
    return await locked(lockOf(options.directory), () => start(options, terminal))
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

/** Starting and ending wait for each other, in whatever terminals they are typed. */
function lockOf(directory: string): string {
  return join(directory, 'lock')
}

/** Somebody starts or ends the cluster of a directory at this moment. */
export function isLocalChanging(directory: string): boolean {
  return isLocked(lockOf(directory))
}

async function start(options: UpOptions, terminal: Terminal): Promise<LocalCluster> {
  const { directory } = options
  const before = knownLocal(directory)
  const running = before !== undefined && isAlive(before.server)
  const port = running ? portOf(before) : await portFor(options, before, terminal)
  const url = `http://${loopback}:${port}`
  const known = before?.agents ?? []
  const server = running ? before.server : await startServerProcess(options, port)
  // From here on "sddc down" finds what was started, also when this process is interrupted.
  writeLocal(directory, { format: 1, url, server, agents: known })
  await answers(url, directory, server)
  const agents = await startAgents(options, url, known, terminal)
  const cluster: LocalCluster = { format: 1, url, server, agents }
  writeLocal(directory, cluster)
  await agentsJoined(url, directory, agents)
  return cluster
}

async function portFor(
  options: UpOptions,
  before: LocalCluster | undefined,
  terminal: Terminal,
): Promise<number> {
  const wanted = options.port ?? (before === undefined ? defaultPort : portOf(before))
  const port = await freePort(loopback, wanted)
  if (port === undefined) {
    throw new CodedError('PORT_IN_USE', `Port ${wanted} and all that follow it are taken`, {
      advice: 'Name another with: sddc up --port PORT',
    })
  }
  if (port !== wanted) terminal.note(`Port ${wanted} is taken; the local cluster answers on ${port}.`)
  return port
}

/** Those that run stay as they are: taking one away would take its tasks away. */
async function startAgents(
  options: UpOptions,
  url: string,
  known: readonly LocalAgent[],
  terminal: Terminal,
): Promise<LocalAgent[]> {
  const { directory } = options
  const count = options.agents ?? (known.length === 0 ? defaultAgents : known.length)
  const more = known.slice(count).filter(isAlive)
  if (more.length > 0) {
    terminal.note(
      `${more.map(a => a.name).join(', ')}: not ended, because tasks would end with them. For fewer agents: sddc down, then sddc up --agents ${count}`,
    )
  }
  const wanted = [
    ...Array.from({ length: count }, (_, i) => ({ name: `agent${i + 1}`, before: known[i] })),
    ...more.map(a => ({ name: a.name, before: a })),
  ]
  const held = wanted.map(({ before }) =>
    before !== undefined && isAlive(before) ? before.portBlock : undefined,
  )
  const blocks = await registerWithBlocks({ directory, url }, held)
  return wanted.map(({ name, before }, i) =>
    before !== undefined && isAlive(before)
      ? { ...before, portBlock: blocks[i]! }
      : startAgentProcess(directory, url, name, blocks[i]!),
  )
}

function portOf({ url }: LocalCluster): number {
  return Number(new URL(url).port)
}

async function startServerProcess(options: UpOptions, port: number): Promise<LocalCluster['server']> {
  const data = join(options.directory, 'server')
  if (!(await holdsCluster(data))) await initCluster(data)
  return startBackground({
    args: [
      'server',
      ...['--data', data, '--host', loopback, '--port', String(port)],
      ...(options.pingInterval === undefined ? [] : ['--ping-interval', options.pingInterval]),
    ],
    logFile: join(options.directory, 'logs', 'server.log'),
    env: process.env,
  })
}

/** False also after a start that was interrupted or ran out of room: it is begun anew. */
function holdsCluster(data: string): Promise<boolean> {
  return markedCluster(data).then(
    () => true,
    () => false,
  )
}

function startAgentProcess(directory: string, url: string, name: string, portBlock: number): LocalAgent {
  const address = addressOf(name)
  const workDirectory = join(directory, 'agents', name)
  const [first, last] = portsOfBlock(portBlock)
  const started = startBackground({
    args: [
      'agent',
      ...['--server', url, '--work', workDirectory, '--name', name],
      ...['--hostname', address, '--address', address],
      ...['--resources', `${nominalResources};ports:[${first}-${last}]`],
    ],
    logFile: join(directory, 'logs', `${name}.log`),
    env: process.env,
  })
  return { ...started, name, address, workDirectory, portBlock }
}

async function answers(url: string, directory: string, server: LocalProcess): Promise<void> {
  const client = new Client(url)
  const end = Date.now() + startPatienceMs
  for (;;) {
    try {
      await client.cluster(1000)
      return
    } catch (error) {
      if (!isAlive(server) || Date.now() > end) {
        throw new CodedError('SERVER_UNREACHABLE', `The local server did not start`, {
          advice: lastLines(join(directory, 'logs', 'server.log')),
          cause: error,
        })
      }
      await delay(50)
    }
  }
}

async function agentsJoined(url: string, directory: string, agents: readonly LocalAgent[]): Promise<void> {
  const client = new Client(url)
  const end = Date.now() + startPatienceMs
  for (;;) {
    const { agents: known } = await client.status()
    const ready = new Set(known.filter(a => a.state === 'ready').map(a => a.id as string))
    const missing = agents.filter(a => !ready.has(a.name))
    if (missing.length === 0) return
    const dead = missing.find(a => !isAlive(a))
    if (dead !== undefined || Date.now() > end) {
      const name = (dead ?? missing[0]!).name
      throw new CodedError('SERVER_UNREACHABLE', `The local ${name} did not start`, {
        advice: lastLines(join(directory, 'logs', `${name}.log`)),
      })
    }
    await delay(50)
  }
}

function lastLines(file: string): string {
  if (!existsSync(file)) return `Look into ${file}.`
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8)
  return `The end of ${file} says:\n${lines.map(l => `  ${l}`).join('\n')}`
}

/**
 * Ends every process, container and port of a local cluster; state and volume data stay. The server goes first, so that
 * it does not start elsewhere what the agents stop. An agent that died left its tasks behind: they are ended from here.
 */
export async function stopLocal(
  directory: string,
  begins: () => void,
): Promise<{ agents: number } | undefined> {
  // Without a change where there is nothing to end: it works on a full disk.
  const known = knownLocal(directory)
  if (known === undefined || (!mayRun(known) && !isLocalChanging(directory))) return undefined
  return locked(lockOf(directory), () => stop(directory, begins))
}

async function stop(directory: string, begins: () => void): Promise<{ agents: number } | undefined> {
  const cluster = knownLocal(directory)
  if (cluster === undefined || !mayRun(cluster)) return undefined
  begins()
  await endProcess(cluster.server, 'SIGTERM', serverEndPatienceMs)
  await Promise.all(cluster.agents.map(endAgent))
  writeLocal(directory, { ...cluster, server: gone, agents: cluster.agents.map(a => ({ ...a, ...gone })) })
  await updateRegister(directory, undefined)
  return { agents: cluster.agents.length }
}

/** False after a `down` in good order. */
function mayRun({ server, agents }: LocalCluster): boolean {
  return server.pid !== 0 || agents.some(a => a.pid !== 0)
}

async function endAgent(agent: LocalAgent): Promise<void> {
  if (isAlive(agent)) await endProcess(agent, 'SIGUSR2', agentEndPatienceMs)
  else if (agent.pid !== 0) await endOrphans(agent)
}

// An agent that died left its tasks running. One in its place, without a server, finds and stops them.
async function endOrphans({ name, address, workDirectory }: LocalAgent): Promise<void> {
  if (!existsSync(workDirectory)) return
  const agent = await startAgent({
    server: nowhere,
    workDirectory,
    agentId: name as AgentId,
    hostname: address,
    address,
    version: programVersion(),
    log: () => {},
    drivers: [processDriver, dockerDriverFactory({ portAddress: address })],
  })
  await agent.close({ stopTasks: true })
}

/** Nothing answers at the discard port. */
const nowhere = 'http://127.0.0.1:9'
const gone = { pid: 0, startTime: '' } as const
