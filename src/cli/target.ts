// Which cluster a command speaks to. In this order: --server, SDDC_SERVER, the configuration's own setting, the nearest
// local cluster (`.sddc/`) upward to the repository's root, the only local cluster that this user runs. One that is named
// and does not answer is an error; only where none is named may a local one be started.
import { dirname } from 'node:path'
import { CodedError } from '../base/index.ts'
import { Client } from './client.ts'
import { isLocalChanging, runningLocal, startLocal } from './local/cluster.ts'
import { findLocalDirectory, newLocalDirectory } from './local/files.ts'
import { readRegister, type RegisteredCluster } from './local/register.ts'
import type { Terminal } from './terminal.ts'

export interface TargetOptions {
  readonly server?: string | undefined
  /** From the configuration. */
  readonly configured?: string | undefined
  /** Where the search for `.sddc/` starts. */
  readonly directory: string
}

/** The client of the cluster meant, or undefined when none is named and none runs. */
export function findTarget({ server, configured, directory }: TargetOptions): Client | undefined {
  const named = namedServer(server, configured)
  if (named !== undefined)
    return new Client(named.url, `${named.from}. Is it running, and is the address right?`)
  const local = findLocalDirectory(directory)
  if (local !== undefined) {
    const running = runningLocal(local)
    return running === undefined
      ? undefined
      : new Client(running.url, `It is the local cluster of ${dirname(local)}; its log is in ${local}/logs.`)
  }
  const registered = registeredRunning()
  return registered.length === 1 ? new Client(registered[0]!.url) : undefined
}

export interface NamedServer {
  readonly url: string
  /** Who named it, as a sentence without its full stop. */
  readonly from: string
}

/** The address given by flag, environment or settings, checked and complete. */
export function namedServer(flag: string | undefined, configured?: string): NamedServer | undefined {
  if (flag !== undefined) return { url: checkedUrl(flag), from: 'It was named with --server' }
  const environment = process.env['SDDC_SERVER']
  if (environment) return { url: checkedUrl(environment), from: 'It was named by SDDC_SERVER' }
  if (configured === undefined) return undefined
  return { url: checkedUrl(configured), from: 'It is the "server" of the configuration’s settings' }
}

function registeredRunning(): RegisteredCluster[] {
  return readRegister().filter(c => runningLocal(c.directory) !== undefined)
}

/** For commands that need a cluster that is there. */
export function requireTarget(options: TargetOptions): Client {
  const client = findTarget(options)
  if (client !== undefined) return client
  const local = findLocalDirectory(options.directory)
  if (local !== undefined) {
    throw new CodedError('SERVER_UNREACHABLE', `The local cluster of ${dirname(local)} is down`, {
      advice: 'Start it with "sddc up", or name another with --server URL or SDDC_SERVER.',
    })
  }
  const others = registeredRunning()
  if (others.length > 1) {
    throw new CodedError('SERVER_UNREACHABLE', 'More than one local cluster runs, and none of them here', {
      advice: `Go to one of these directories, or name one with --server:\n${others
        .map(c => `  ${c.url}  ${dirname(c.directory)}`)
        .join('\n')}`,
    })
  }
  throw new CodedError('SERVER_UNREACHABLE', 'No cluster is named and none runs here', {
    advice: 'Start a local one with "sddc up", or name one with --server URL or SDDC_SERVER.',
  })
}

/** For plan and apply: starts a local cluster where none is named and none runs, and says so. */
export async function targetOrLocal(options: TargetOptions, terminal: Terminal): Promise<Client> {
  const found = findLocalDirectory(options.directory)
  const client = findTarget(options)
  const isNamed = namedServer(options.server, options.configured) !== undefined
  const settled = isNamed || found === undefined || !isLocalChanging(found)
  if (client !== undefined && settled) return client
  const directory = found ?? newLocalDirectory(options.directory)
  terminal.note(`No cluster is named and none runs here: starting a local one (state in ${directory}) …`)
  const cluster = await startLocal({ directory }, terminal)
  terminal.note(
    `Local cluster is up: ${cluster.url}, ${cluster.agents.length} agents. End it with "sddc down" in ${dirname(directory)}.\n`,
  )
  return new Client(cluster.url)
}

function checkedUrl(text: string): string {
  const withScheme = /^[a-z]+:\/\//.test(text) ? text : `http://${text}`
  try {
    const url = new URL(withScheme)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url.origin
  } catch {
    // Told below.
  }
  throw new CodedError('USAGE', `"${text}" is not the address of a server`, {
    advice: 'Write it like http://127.0.0.1:8080.',
  })
}
