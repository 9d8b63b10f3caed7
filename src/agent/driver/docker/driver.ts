// Runs tasks as containers of a Docker engine. One container per (instance, incarnation), under a name made from it:
// creating it twice is impossible, so "exists already" means "adopt". Containers run on while the agent is away; their
// labels lead back to them.
//
// Each container that runs is waited for by one request to the engine. When the engine goes away all those requests
// fail; then each container is looked at again until the engine answers, and what happened meanwhile is told.
import { setMaxListeners } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { taskIdOf, type Exit, type TaskKey } from '../../../model/index.ts'
import {
  sandboxDirectory,
  type Driver,
  type DriverEvent,
  type ExecResult,
  type FoundTask,
  type TaskSpec,
} from '../../core/index.ts'
import type { DriverContext } from '../factory.ts'
import { fetchInto } from '../sandbox/fetch.ts'
import { giveToContainerUser } from '../sandbox/owner.ts'
import {
  answerLimit,
  isConnectionFailure,
  isRefusedConnection,
  messageOf,
  statusOf,
  unavailable,
  type Engine,
} from './engine.ts'
import { execInContainer } from './exec.ts'
import { conditionOf, exitOf, hasEnded } from './exit.ts'
import { Images } from './image.ts'
import { createLimit } from './limit.ts'
import { keepLogs, readLogs, type LogOptions } from './logs.ts'
import { containerName, keyOfLabels, ownerLabels, sameKey, type Owner } from './names.ts'
import { containerSettings } from './settings.ts'
import { waitForEnd } from './wait.ts'

export interface DockerDriverOptions {
  readonly engine: Engine
  readonly owner: Owner
  /** The address that published ports are bound to. */
  readonly portAddress: string
}

/** One task that the driver looks after, from start or find to its end. */
interface Watched {
  readonly key: TaskKey
  readonly name: string
  phase: 'preparing' | 'running' | 'ended'
  /** Set by stop: its end is a kill, and a start that is not over yet comes to nothing. */
  stopGraceMs?: number
  stopInFlight: boolean
  /** From here on a loss of the engine leaves open whether there is a container. */
  createSent: boolean
  /** Ended by a stop: what is being fetched is not needed any more. */
  readonly preparation: AbortController
}

type EndCondition = Extract<DriverEvent, { kind: 'ended' }>['condition']

/** The engine starts about 9 containers a second side by side, 4 one by one; more at a time bring nothing. */
const maxStarts = 8
/** How long to wait between looks at an engine that does not answer: first, and at most. */
const firstRetryMs = 250
const lastRetryMs = 5000
/** So long an unclear start waits for the engine to come back before it is called failed. */
const unclearStartMs = 60_000

export class DockerDriver implements Driver {
  readonly kind = 'docker'
  readonly #context: DriverContext
  readonly #options: DockerDriverOptions
  readonly #docker: Docker
  readonly #images: Images
  readonly #limitStarts = createLimit(maxStarts)
  readonly #watched = new Map<string, Watched>()
  readonly #work = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(context: DriverContext, options: DockerDriverOptions) {
    this.#context = context
    this.#options = options
    this.#docker = options.engine.docker
    // One listener per container that is waited for.
    setMaxListeners(0, this.#closing.signal)
    this.#images = new Images(this.#docker, this.#closing.signal)
  }

  /** Rejects when the engine does not answer. What it finds running is watched from then on. */
  async find(): Promise<readonly FoundTask[]> {
    const labels = Object.entries(ownerLabels(this.#options.owner)).map(([name, value]) => `${name}=${value}`)
    const listed = await this.#docker.listContainers({
      all: true,
      filters: { label: labels },
      abortSignal: answerLimit(),
    })
    const found: FoundTask[] = []
    for (const { Id, Labels } of listed) {
      const key = keyOfLabels(this.#options.owner, Labels)
      const container = key && (await this.#inspect(Id))
      const task = container && foundTask(key, container)
      if (!task) continue
      if (task.state === 'running') this.#adopt(key)
      else await this.#keepLogs(key)
      found.push(task)
    }
    return found
  }

  start(task: TaskSpec): void {
    const name = containerName(task.key)
    if (this.#watched.has(name)) return
    const watched: Watched = {
      key: task.key,
      name,
      phase: 'preparing',
      stopInFlight: false,
      createSent: false,
      preparation: new AbortController(),
    }
    this.#watched.set(name, watched)
    this.#emit({ kind: 'starting', key: task.key })
    this.#background(this.#limitStarts(() => this.#launch(task, watched)).then(() => this.#watch(watched)))
  }

  stop(key: TaskKey, graceMs: number): void {
    const name = containerName(key)
    const watched = this.#watched.get(name) ?? this.#adopt(key)
    watched.stopGraceMs = graceMs
    watched.preparation.abort()
    if (watched.phase === 'running') this.#background(this.#stop(watched))
  }

  remove(key: TaskKey): void {
    const name = containerName(key)
    this.#watched.delete(name)
    this.#background(this.#remove(key))
  }

  async exec(key: TaskKey, argv: readonly string[], timeoutMs: number): Promise<ExecResult> {
    return execInContainer(this.#options.engine, containerName(key), argv, timeoutMs)
  }

  /** Text of one of the two streams of a task that has not been removed, from the engine's own log of it. */
  logs(key: TaskKey, stream: 'stdout' | 'stderr', options: LogOptions = {}): AsyncIterable<Uint8Array> {
    return readLogs(this.#docker, containerName(key), stream, options)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const watched of this.#watched.values()) watched.preparation.abort()
    await Promise.all(this.#work)
  }

  // From nothing to a container that runs, or to an end that says why not.
  async #launch(task: TaskSpec, watched: Watched): Promise<void> {
    const deadline = performance.now() + unclearStartMs
    for (let waitMs = firstRetryMs; !this.#closed; waitMs = Math.min(waitMs * 2, lastRetryMs)) {
      if (watched.stopGraceMs !== undefined)
        return this.#neverRan(watched, 'Killed', 'stopped before it was started')
      try {
        return await this.#tryLaunch(task, watched)
      } catch (error) {
        if (this.#closed) return
        if (watched.stopGraceMs !== undefined && !watched.createSent) continue
        if (!isConnectionFailure(error)) return this.#neverRan(watched, 'Error', messageOf(error))
        // Nobody there and nothing asked for yet: the server may try elsewhere. Otherwise whether there is a container
        // shows when the engine is back; the name makes another try harmless.
        const isClear = isRefusedConnection(error) && !watched.createSent
        if (isClear || performance.now() > deadline) {
          return this.#neverRan(watched, 'Error', unavailable(this.#options.engine, error))
        }
        this.#log(watched.key, `the engine went away during the start, trying again: ${messageOf(error)}`)
        await this.#pause(waitMs)
      }
    }
  }

  async #tryLaunch(task: TaskSpec, watched: Watched): Promise<void> {
    const sandbox = sandboxDirectory(this.#context.tasksDirectory, task.taskId)
    const settings = containerSettings(task, { ...this.#options, sandbox })
    if (settings.kind === 'refused') return this.#neverRan(watched, 'Error', settings.reason)
    for (const note of settings.notes) this.#log(task.key, note)

    let container = await this.#inspect(watched.name)
    if (!container) {
      const docker = task.app.container?.docker
      const image = settings.options.Image ?? ''
      await this.#images.provide(image, docker?.forcePullImage ?? false)
      const user = settings.options.User ?? (await this.#images.userOf(image))
      await makeSandbox(sandbox, task, user, watched.preparation.signal)
      if (watched.stopGraceMs !== undefined || this.#closed) {
        return this.#neverRan(watched, 'Killed', 'stopped before it was started')
      }
      watched.createSent = true
      container = await this.#create(settings.options)
    }
    const key = keyOfLabels(this.#options.owner, container.Config.Labels)
    if (!key || !sameKey(key, task.key)) {
      return this.#neverRan(
        watched,
        'Error',
        `a container ${watched.name} exists that this agent did not make`,
      )
    }
    if (container.State.Status === 'created') await this.#startCreated(container.Id)
    watched.phase = 'running'
  }

  /** What was created; what has the name already, if another request was faster. */
  async #create(options: Docker.ContainerCreateOptions): Promise<Docker.ContainerInspectInfo> {
    try {
      const created = await this.#docker.createContainer({ ...options, abortSignal: answerLimit() })
      return await created.inspect({ abortSignal: answerLimit() })
    } catch (error) {
      const existing = statusOf(error) === 409 ? await this.#inspect(options.name ?? '') : undefined
      if (existing) return existing
      throw error
    }
  }

  // 304: it runs already. Other refusals (port taken, no such program) are kept by the engine in the container's state
  // or told here.
  async #startCreated(id: string): Promise<void> {
    try {
      await this.#docker.getContainer(id).start({ abortSignal: answerLimit() })
    } catch (error) {
      if (statusOf(error) !== 304) throw error
    }
  }

  #neverRan(watched: Watched, condition: EndCondition, message: string): void {
    // The container, if there is one, must not be started by anybody any more.
    if (condition === 'Error') this.#background(this.#discard(watched.key))
    this.#end(watched, condition, { message })
  }

  #adopt(key: TaskKey): Watched {
    const name = containerName(key)
    const known = this.#watched.get(name)
    if (known) return known
    const watched: Watched = {
      key,
      name,
      phase: 'running',
      stopInFlight: false,
      createSent: true,
      preparation: new AbortController(),
    }
    this.#watched.set(name, watched)
    this.#background(this.#watch(watched))
    return watched
  }

  // Tells that it runs, waits for its end, tells the end. Goes on through losses of the engine.
  async #watch(watched: Watched): Promise<void> {
    let told = false
    for (let waitMs = firstRetryMs; !this.#closed && watched.phase === 'running';) {
      try {
        const container = await this.#inspect(watched.name)
        if (this.#closed) return
        if (!container || !keyOfLabels(this.#options.owner, container.Config.Labels)) {
          return this.#end(watched, endWithout(watched), {
            message: 'the container was removed by somebody else',
          })
        }
        if (!told) this.#emit(runningEvent(watched.key, container))
        told = true
        if (hasEnded(container.State)) {
          const stopAsked = watched.stopGraceMs !== undefined
          // Told as ended means that its logs can be read from its sandbox.
          await this.#keepLogs(watched.key)
          return this.#end(watched, conditionOf(container.State, stopAsked), exitOfContainer(container))
        }
        if (watched.stopGraceMs !== undefined) this.#background(this.#stop(watched))
        waitMs = firstRetryMs
        await waitForEnd(this.#docker, container.Id, this.#closing.signal)
      } catch (error) {
        if (this.#closed) return
        if (waitMs === firstRetryMs) this.#log(watched.key, unavailable(this.#options.engine, error))
        await this.#pause(waitMs)
        waitMs = Math.min(waitMs * 2, lastRetryMs)
      }
    }
  }

  // The engine sends the image's stop signal (SIGTERM unless it says otherwise), then SIGKILL to all processes of the
  // container. A loss of the engine meanwhile is mended by #watch, which asks again.
  async #stop(watched: Watched): Promise<void> {
    if (watched.stopInFlight) return
    watched.stopInFlight = true
    try {
      const seconds = Math.ceil((watched.stopGraceMs ?? 0) / 1000)
      await this.#docker.getContainer(watched.name).stop({ t: seconds, abortSignal: this.#closing.signal })
    } catch (error) {
      const status = statusOf(error)
      if (status !== 304 && status !== 404 && !this.#closed) {
        this.#log(watched.key, `stop: ${messageOf(error)}`)
      }
    } finally {
      watched.stopInFlight = false
    }
  }

  // Never by force: what is removed has ended. Anonymous volumes go with it, named ones stay.
  async #remove(key: TaskKey, force = false): Promise<void> {
    try {
      const container = await this.#inspect(containerName(key))
      if (!container || !keyOfLabels(this.#options.owner, container.Config.Labels)) return
      await this.#docker.getContainer(container.Id).remove({ v: true, force })
    } catch (error) {
      const status = statusOf(error)
      // 409: its removal is under way already.
      if (status === 404 || status === 409) return
      throw error
    }
  }

  async #keepLogs(key: TaskKey): Promise<void> {
    try {
      await keepLogs(this.#docker, containerName(key), this.#sandboxOf(key), this.#closing.signal)
    } catch (error) {
      if (!this.#closed) this.#log(key, `its output could not be kept: ${messageOf(error)}`)
    }
  }

  #sandboxOf(key: TaskKey): string {
    return sandboxDirectory(this.#context.tasksDirectory, taskIdOf(key.instance, key.incarnation))
  }

  // What was told as never started must not run, also when only the answer of the engine was lost.
  async #discard(key: TaskKey): Promise<void> {
    for (let waitMs = firstRetryMs; !this.#closed; waitMs = Math.min(waitMs * 2, lastRetryMs)) {
      try {
        return await this.#remove(key, true)
      } catch (error) {
        if (!isConnectionFailure(error)) return this.#log(key, `remove: ${messageOf(error)}`)
        await this.#pause(waitMs)
      }
    }
  }

  async #inspect(nameOrId: string): Promise<Docker.ContainerInspectInfo | undefined> {
    try {
      return await this.#docker.getContainer(nameOrId).inspect({ abortSignal: answerLimit() })
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  #end(watched: Watched, condition: EndCondition, exit: Exit): void {
    if (watched.phase === 'ended') return
    watched.phase = 'ended'
    this.#emit({ kind: 'ended', key: watched.key, condition, exit })
  }

  #emit(event: DriverEvent): void {
    if (!this.#closed) this.#context.listener(event)
  }

  #background(work: Promise<void>): void {
    const guarded = work.catch((error: unknown) => this.#context.log(`docker: ${messageOf(error)}`))
    this.#work.add(guarded)
    void guarded.then(() => this.#work.delete(guarded))
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => {})
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted
  }

  #log(key: TaskKey, text: string): void {
    this.#context.log(`docker: ${containerName(key)}: ${text}`)
  }
}

// Problems with files are not told as they come: their codes would look like a connection that failed.
async function makeSandbox(path: string, task: TaskSpec, user: string, signal: AbortSignal): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
    for (const item of task.app.fetch) await fetchInto(path, item, signal)
    await giveToContainerUser(path, user)
  } catch (error) {
    throw new Error(
      error instanceof Error && 'code' in error
        ? `the sandbox could not be made: ${error.message}`
        : messageOf(error),
      { cause: error },
    )
  }
}

function foundTask(key: TaskKey, container: Docker.ContainerInspectInfo): FoundTask {
  if (hasEnded(container.State))
    return { key, driver: 'docker', state: 'ended', exit: exitOfContainer(container) }
  if (container.State.Status === 'created') {
    const message = 'its container was made but not started: the agent went away in between'
    return { key, driver: 'docker', state: 'ended', exit: { message } }
  }
  const { pid, ipAddresses } = runningEvent(key, container)
  return {
    key,
    driver: 'docker',
    state: 'running',
    ...(pid === undefined ? {} : { pid }),
    ...(ipAddresses === undefined ? {} : { ipAddresses }),
  }
}

function exitOfContainer(container: Docker.ContainerInspectInfo): Exit {
  return exitOf(container.State, Math.round((container.HostConfig.Memory ?? 0) / 1024 ** 2))
}

function runningEvent(
  key: TaskKey,
  container: Docker.ContainerInspectInfo,
): Extract<DriverEvent, { kind: 'running' }> {
  const pid = container.State.Pid
  const ipAddresses = Object.values(container.NetworkSettings.Networks ?? {})
    .map(network => network.IPAddress)
    .filter(address => address !== '')
  return {
    kind: 'running',
    key,
    ...(pid > 0 ? { pid } : {}),
    ...(ipAddresses.length > 0 ? { ipAddresses } : {}),
  }
}

function endWithout(watched: Watched): EndCondition {
  return watched.stopGraceMs === undefined ? 'Failed' : 'Killed'
}
