// A server: the store, the loop over it, the forecast beside it, and the doors in front. This is where all parts are
// put together; nothing is decided here.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { CodedError } from '../base/index.ts'
import type { ClusterId } from '../model/index.ts'
import { defaultSettings, type Row, type State } from './core/index.ts'
import { WorkerForecaster } from './forecast/forecaster.ts'
import { AgentControl } from './http/agents/control.ts'
import { AgentStreams } from './http/agents/streams.ts'
import { createApi } from './http/api.ts'
import type { Backend } from './http/context.ts'
import { isBoundToLoopback } from './http/guard.ts'
import { type Doors, listen } from './http/listen.ts'
import type { Log } from './log.ts'
import { Loop } from './loop/loop.ts'
import type { Image } from './store/image.ts'
import { initStore, LevelStore } from './store/level.ts'
import { isMarkLost } from './store/mark.ts'
import { prepareDirectory } from './store/migrate.ts'
import { otherwise } from './store/otherwise.ts'
import { defaultSnapshotOptions, type SnapshotOptions, takeSnapshots } from './store/snapshots.ts'
import { watchSpace } from './store/space.ts'
import type { Store } from './store/store.ts'
import { wholeCore } from './wholecore.ts'

export interface ServerOptions {
  readonly dataDirectory: string
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Of this program, as the API shows it. */
  readonly version: string
  readonly pingIntervalMs?: number
  /** Names under which requests may come in besides those that the server knows itself (see http/guard.ts). */
  readonly allowedHosts?: readonly string[]
  readonly log: Log
  /** Where the state is kept. Default: LevelDB in the data directory. */
  readonly store?: Store
  /** Requests are refused with less free space than this. */
  readonly lowSpaceBytes?: number
  /** Snapshots that are taken on the way. */
  readonly snapshots?: SnapshotOptions
  /** Called when the server can't go on; it is closed by then. Default: the process ends with code 1. */
  readonly onFatal?: (error: Error) => void
}

export interface RunningServer {
  readonly url: string
  readonly port: number
  readonly clusterId: ClusterId
  /** Not empty: read-only, and why. */
  readonly damage: readonly string[]
  close(): Promise<void>
}

/** Makes a new cluster in the directory. Throws DATA_DIRECTORY_INVALID when it holds one. */
export async function initCluster(
  dataDirectory: string,
  clusterId: ClusterId = randomUUID() as ClusterId,
): Promise<ClusterId> {
  await initStore(dataDirectory, clusterId)
  return clusterId
}

/**
 * Serves the cluster in the directory. Throws PORT_IN_USE, DATA_DIRECTORY_INVALID (not made by sddc, or in use) and
 * DATA_TOO_NEW. A state that does not prove whole is served read-only, as far as it can be read; one that can't even be
 * opened is told, and the newest snapshot shown in its place.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, log } = options
  const control = new AgentControl(log)
  const streams = new AgentStreams(log)
  const ownNames = isBoundToLoopback({ boundHost: host }) ? [] : [hostname()]
  const guard = { boundHost: host, names: [...ownNames, ...(options.allowedHosts ?? [])] }
  const doors: Doors = { api: undefined, guard, control, streams }
  // First the port: it is the cheaper thing to find taken.
  const listening = await listen(doors, host, options.port)
  const address = addressOf(host, listening.port)
  const { dataDirectory } = options
  const store = options.store ?? new LevelStore(dataDirectory)
  let close: () => Promise<void> = () => listening.close()
  try {
    await prepared(dataDirectory, log)
    const loop = await Loop.start({
      core: wholeCore,
      store,
      links: control,
      pingIntervalMs: options.pingIntervalMs ?? defaultSettings.pingIntervalMs,
      log,
      otherwise: () => otherwise(dataDirectory),
      onFatal: error => void close().finally(() => (options.onFatal ?? endsBadly)(error)),
    })
    const forecaster = new WorkerForecaster(loop, store, log)
    const stopWatching = watchSpace(dataDirectory, reason => loop.holdRequests(reason), options.lowSpaceBytes)
    const image = (): Promise<Image | undefined> => imageOf(loop, store)
    const stopSnapshots = takeSnapshots(
      dataDirectory,
      options.snapshots ?? defaultSnapshotOptions,
      image,
      log,
    )
    close = once(async () => {
      stopWatching()
      await stopSnapshots()
      await listening.close()
      await forecaster.close()
      await loop.close()
    })
    control.listen({
      agentSays: (session, message) => loop.agentSays(session, message),
      agentLeft: session => loop.agentLeft(session),
      get damage() {
        return loop.head.damage
      },
    })
    const backend: Backend = {
      version: options.version,
      head: () => loop.head,
      submit: (operation, actor, key) => loop.submit(operation, actor, key),
      read: look => loop.read(look),
      forecaster,
      logs: streams,
      image,
    }
    const api = createApi({ backend, guard, log })
    doors.api = (request, bindings) => api.fetch(request, bindings)
    const { clusterId, damage } = loop.head
    return { url: `http://${address}`, port: listening.port, clusterId, damage, close: () => close() }
  } catch (error) {
    await listening.close()
    throw error instanceof CodedError
      ? error
      : new CodedError('STORE_FAILED', 'The server could not start', { cause: error })
  }
}

// As of this moment: nothing is written while the loop lets somebody read. Undefined: what is there is damaged or away.
async function imageOf(loop: Loop<State>, store: Store): Promise<Image | undefined> {
  if (!loop.isWritable) return undefined
  return loop.read(state => {
    // The store's reader is opened in this turn, so that it sees exactly this revision.
    const rows = store.snapshot()[Symbol.asyncIterator]()
    const first = rows.next()
    return {
      clusterId: loop.head.clusterId,
      revision: state.revision,
      epoch: state.epoch,
      now: state.now,
      utc: state.utc,
      digest: state.digest,
      rows: continued(first, rows),
    }
  })
}

async function* continued(
  first: Promise<IteratorResult<Row>>,
  rest: AsyncIterator<Row>,
): AsyncGenerator<Row> {
  for (let next = await first; next.done !== true; next = await rest.next()) yield next.value
}

// What is too damaged for that is told by the store.
async function prepared(directory: string, log: Log): Promise<void> {
  try {
    if (!(await isMarkLost(directory))) await prepareDirectory(directory, log)
  } catch (error) {
    const isDamage = error instanceof CodedError && error.code === 'DATA_DAMAGED'
    if (!isDamage) throw error
    log(`error: ${error.message}`)
  }
}

function endsBadly(): void {
  process.exitCode = 1
}

function addressOf(host: string, port: number): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return reached.includes(':') ? `[${reached}]:${port}` : `${reached}:${port}`
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= run())
}
