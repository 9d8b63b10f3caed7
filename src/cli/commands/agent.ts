// `sddc agent`: an agent in the foreground, for systemd and containers. SIGTERM ends the process and leaves tasks running;
// with SIGUSR2 it stops its tasks first.
import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { CodedError } from '../../base/index.ts'
import { detectCapacity, dockerDriverFactory, processDriver, startAgent } from '../../agent/index.ts'
import { parseAttributes, parseResources, type AgentId, type Capacity } from '../../model/index.ts'
import { exit, type Context } from '../context.ts'
import { namedServer } from '../target.ts'
import { programVersion } from '../version.ts'
import { logTo, signalled } from './roles.ts'

export interface AgentOptions {
  readonly server: string | undefined
  readonly work: string
  readonly name: string | undefined
  readonly hostname: string | undefined
  readonly address: string | undefined
  readonly resources: string | undefined
  readonly attributes: string | undefined
}

export async function agentCommand(context: Context, options: AgentOptions): Promise<number> {
  const log = logTo(context)
  const server = serverOf(options)
  const name = checkedName(options.name ?? hostname())
  const workDirectory = resolve(context.directory, options.work)
  const address = options.address ?? options.hostname ?? hostname()
  const agent = await startAgent({
    server,
    workDirectory,
    agentId: name as AgentId,
    hostname: options.hostname ?? hostname(),
    address,
    resources: await capacityOf(workDirectory, options.resources),
    attributes:
      options.attributes === undefined ? {} : parsed('attributes', parseAttributes(options.attributes)),
    version: programVersion(),
    log,
    drivers: [processDriver, dockerDriverFactory({ portAddress: address })],
  })
  log(`agent ${name} serves ${server}`)
  const signal = await signalled(['SIGTERM', 'SIGINT', 'SIGUSR2'])
  log(signal === 'SIGUSR2' ? 'agent stops its tasks and ends' : 'agent ends; its tasks run on')
  await agent.close({ stopTasks: signal === 'SIGUSR2' })
  return exit.done
}

// It becomes a name of files, and part of addresses.
function checkedName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) return name
  throw new CodedError('USAGE', `"${name}" is not a name for an agent`, {
    advice: 'Up to 128 letters, digits, ".", "_" and "-". Give one with: sddc agent --name NAME',
  })
}

function serverOf(options: AgentOptions): string {
  const named = namedServer(options.server)
  if (named !== undefined) return named.url
  throw new CodedError('USAGE', 'An agent needs the address of its server', {
    advice: 'Like this: sddc agent --server http://127.0.0.1:8080',
  })
}

// What the machine has, with what was stated in its place.
async function capacityOf(workDirectory: string, text: string | undefined): Promise<Capacity> {
  await mkdir(workDirectory, { recursive: true })
  const detected = await detectCapacity(workDirectory)
  if (text === undefined) return detected
  const stated = parsed('resources', parseResources(text))
  return { resources: { ...detected.resources, ...stated.resources }, ports: stated.ports ?? detected.ports }
}

function parsed<T>(option: string, result: { ok: true; value: T } | { ok: false; error: string }): T {
  if (result.ok) return result.value
  throw new CodedError('USAGE', `--${option}: ${result.error}`)
}
