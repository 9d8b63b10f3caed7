// `sddc server`: the control plane in the foreground, for systemd and containers. SIGTERM ends the process and leaves
// tasks running.
import { resolve } from 'node:path'
import { CodedError } from '../../base/index.ts'
import {
  defaultSnapshotOptions,
  initCluster,
  isMarkLost,
  markedCluster,
  type SnapshotOptions,
  startServer,
} from '../../runtime/index.ts'
import { exit, type Context } from '../context.ts'
import { programVersion } from '../version.ts'
import { durationOption, logTo, signalled } from './roles.ts'

export interface ServerOptions {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly pingInterval: string | undefined
  /** Names, besides its own, under which requests may come in. */
  readonly allowedHosts: readonly string[]
  /** Make a new cluster in the data directory first. */
  readonly init: boolean
  readonly snapshotInterval: string | undefined
  readonly keepSnapshots: number | undefined
}

export async function serverCommand(context: Context, options: ServerOptions): Promise<number> {
  const log = logTo(context)
  const dataDirectory = resolve(context.directory, options.data)
  if (options.init) log(`made cluster ${await initCluster(dataDirectory)} in ${dataDirectory}`)
  else await holdsCluster(dataDirectory, options.data)
  const server = await startServer({
    dataDirectory,
    host: options.host,
    port: options.port,
    allowedHosts: options.allowedHosts,
    version: programVersion(),
    snapshots: snapshotsOf(options),
    ...(options.pingInterval === undefined
      ? {}
      : { pingIntervalMs: durationOption('ping-interval', options.pingInterval) }),
    log,
  })
  log(`server answers at ${server.url}`)
  await signalled(['SIGTERM', 'SIGINT'])
  log('server ends')
  await server.close()
  return exit.done
}

function snapshotsOf({ snapshotInterval, keepSnapshots }: ServerOptions): SnapshotOptions {
  return {
    intervalMs:
      snapshotInterval === undefined
        ? defaultSnapshotOptions.intervalMs
        : durationOption('snapshot-interval', snapshotInterval),
    kept: keepSnapshots ?? defaultSnapshotOptions.kept,
  }
}

// A cluster is never made by itself: behind a mistyped path or an empty mount everything would seem to be lost.
async function holdsCluster(directory: string, typed: string): Promise<void> {
  // A state without its mark is damage, which the server tells.
  if (await isMarkLost(directory)) return
  try {
    await markedCluster(directory)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw new CodedError(error.code, error.message, {
      advice: `Check the path. To make a new cluster there: sddc server --data ${typed} --init`,
      cause: error,
    })
  }
}
