// `sddc up` and `sddc down`: a local cluster in the background.
import { dirname, resolve } from 'node:path'
import { exit, type Context } from '../context.ts'
import { runningLocal, startLocal, stopLocal } from '../local/cluster.ts'
import { durationOption } from './roles.ts'
import { readRegister } from '../local/register.ts'
import { findLocalDirectory, newLocalDirectory, type LocalCluster } from '../local/files.ts'

export interface UpOptions {
  readonly directory: string | undefined
  readonly agents: number | undefined
  readonly port: number | undefined
  readonly pingInterval: string | undefined
}

export async function upCommand(context: Context, options: UpOptions): Promise<number> {
  const { terminal } = context
  const from = resolve(context.directory, options.directory ?? '.')
  const directory = findLocalDirectory(from) ?? newLocalDirectory(from)
  if (options.pingInterval !== undefined) durationOption('ping-interval', options.pingInterval)
  const already = runningLocal(directory) !== undefined
  if (!already) terminal.note('Starting a local cluster …')
  else if (options.port !== undefined || options.pingInterval !== undefined) {
    terminal.note(
      'The server runs already: --port and --ping-interval count when it is started (sddc down, sddc up).',
    )
  }
  const cluster = await startLocal({ ...options, directory }, terminal)
  terminal.out(
    `${already ? 'The local cluster runs' : 'Local cluster is up'}: ${cluster.url}, ${agentCount(cluster)} (state in ${directory})`,
  )
  terminal.note('\nNext: sddc apply DIRECTORY, sddc status, sddc down')
  return exit.done
}

function agentCount({ agents }: LocalCluster): string {
  return agents.length === 1 ? '1 agent' : `${agents.length} agents`
}

export async function downCommand(context: Context, directoryOption: string | undefined): Promise<number> {
  const { terminal } = context
  const from = resolve(context.directory, directoryOption ?? '.')
  const directory = findLocalDirectory(from)
  if (directory === undefined) {
    terminal.note('There is no local cluster here; nothing to end.')
    for (const other of readRegister().filter(c => runningLocal(c.directory) !== undefined)) {
      terminal.note(`One runs elsewhere; end it with: sddc down --dir ${dirname(other.directory)}`)
    }
    return exit.done
  }
  const ended = await stopLocal(directory, () => terminal.note('Ending the local cluster and its tasks …'))
  terminal.out(
    ended === undefined
      ? `The local cluster is down already; "sddc up" in ${dirname(directory)} starts it again.`
      : `Local cluster is down. Its state and data stay in ${directory}; "sddc up" in ${dirname(directory)} starts it again.`,
  )
  return exit.done
}
