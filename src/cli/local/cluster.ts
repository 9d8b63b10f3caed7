// Starts and ends a local cluster: one server and some agents as background processes of this user. Starting a cluster
// that runs changes nothing; processes that died are started again over the state that is there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '../../base/index.ts'
import type { AgentId } from '../../model/index.ts'
import { dockerDriverFactory, processDriver, startAgent } from '../../agent/index.ts'
import { initCluster } from '../../runtime/index.ts'
import { Client } from '../client.ts'
import type { Terminal } from '../terminal.ts'
import { programVersion } from '../version.ts'
import { prepareLocal, readLocal, writeLocal, type LocalAgent, type LocalCluster } from './files.ts'
import { freePort } from './ports.ts'
import { endProcess, isAlive, startBackground } from './processes.ts'
import { freePortBlocks, portsOfBlock, updateRegister } from './register.ts'

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
  const cluster = readLocal(directory)
  return cluster !== undefined && isAlive(cluster.server) ? cluster : undefined
}

export async function startLocal(options: UpOptions, terminal: Terminal): Promise<LocalCluster> {
  const { directory } = options
  prepareLocal(directory)
  const before = readLocal(directory)
  const running = before !== undefined && isAlive(before.server)
  const wantedPort = options.port ?? portOf(before) ?? defaultPort
  const port = running ? portOf(before)! : await freePort(loopback, wantedPort)
  if (!running && port !== wantedPort) {
    terminal.note(`Port ${wantedPort} is taken; the local cluster answers on ${port}.`)
  }
  const url = `http://${loopback}:${port}`
  const count =
    options.agents ??
    (before === undefined || before.agents.length === 0 ? defaultAgents : before.agents.length)
  const blocks = freePortBlocks(directory, count)
  const server = running ? before.server : await startServerProcess(options, port)
  const agents: LocalAgent[] = []
  writeLocal(directory, { format: 1, url, server, agents: before?.agents ?? [] })
  await answers(url, directory)
  for (let i = 0; i < count; i++) {
    agents.push(startAgentProcess(options, url, i, blocks[i]!, before?.agents[i]))
  }
  // Agents above the wanted number keep running: taking them away would take their tasks away.
  agents.push(...(before?.agents.slice(count) ?? []))
  const cluster: LocalCluster = { format: 1, url, server, agents }
  writeLocal(directory, cluster)
  updateRegister(directory, { directory, url, portBlocks: blocks })
  await agentsJoined(url, directory, agents)
  return cluster
}

function portOf(cluster: LocalCluster | undefined): number | undefined {
  return cluster === undefined ? undefined : Number(new URL(cluster.url).port)
}

async function startServerProcess(options: UpOptions, port: number): Promise<LocalCluster['server']> {
  const data = join(options.directory, 'server')
  if (!existsSync(data)) await initCluster(data)
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

function startAgentProcess(
  { directory }: UpOptions,
  url: string,
  index: number,
  block: number,
  before: LocalAgent | undefined,
): LocalAgent {
  if (before !== undefined && isAlive(before)) return before
  const name = `agent${index + 1}`
  const address = `127.0.0.${11 + index}`
  const workDirectory = join(directory, 'agents', name)
  const [first, last] = portsOfBlock(block)
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
  return { ...started, name, address, workDirectory }
}

async function answers(url: string, directory: string): Promise<void> {
  const client = new Client(url)
  const end = Date.now() + startPatienceMs
  for (;;) {
    try {
      await client.cluster(1000)
      return
    } catch (error) {
      const server = readLocal(directory)!.server
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
export async function stopLocal(directory: string): Promise<{ agents: number } | undefined> {
  const cluster = readLocal(directory)
  if (cluster === undefined) return undefined
  await endProcess(cluster.server, 'SIGTERM', serverEndPatienceMs)
  await Promise.all(cluster.agents.map(endAgent))
  writeLocal(directory, { ...cluster, server: gone, agents: cluster.agents.map(a => ({ ...a, ...gone })) })
  updateRegister(directory, undefined)
  return { agents: cluster.agents.length }
}

async function endAgent(agent: LocalAgent): Promise<void> {
  if (isAlive(agent)) await endProcess(agent, 'SIGUSR2', agentEndPatienceMs)
  else if (agent.pid > 0) await endOrphans(agent)
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
