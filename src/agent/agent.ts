// One running agent: its memory, its mind, its drivers and its two connections, put together. Closing it never stops a
// task unless that is asked for; a new agent over the same work directory finds everything again.
import { mkdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CodedError } from '../base/index.ts'
import { taskIdOf, type AgentId, type Attribute, type Capacity } from '../model/index.ts'
import { detectCapacity } from './capacity.ts'
import { checkCommand } from './check/command.ts'
import { CheckRunner } from './check/run.ts'
import { openCheckpoint } from './checkpoint/checkpoint.ts'
import { lockDirectory } from './checkpoint/lock.ts'
import {
  createAgentState,
  decodeRecords,
  directoryName,
  noMemory,
  taskText,
  type AgentState,
  type Driver,
  type DriverKind,
  type Effect,
  type ExecResult,
} from './core/index.ts'
import type { DriverContext, DriverFactory } from './driver/factory.ts'
import { ControlLink } from './link/control.ts'
import { StreamsLink } from './link/streams.ts'
import { AgentLoop } from './loop.ts'
import { SandboxKeeper } from './sandboxes/keeper.ts'

export interface AgentOptions {
  /** `http://host:port` of the server. */
  readonly server: string
  readonly workDirectory: string
  readonly agentId: AgentId
  /** What tasks get as HOST and the server shows; must be dialable. */
  readonly hostname: string
  /** Where host ports of this agent's tasks are dialled by its health checks. */
  readonly address: string
  /** Detected when absent. */
  readonly resources?: Capacity
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly version: string
  readonly log: (line: string) => void
  readonly drivers: readonly DriverFactory[]
}

export interface RunningAgent {
  readonly agentId: AgentId
  readonly capacity: Capacity
  /** Tasks go on unless `stopTasks`; then all are stopped first, each with its grace. */
  close(options?: { readonly stopTasks?: boolean }): Promise<void>
}

/** How soon a driver that could not be made or asked (no engine) is tried again. */
const driverAgainMs = 10_000

/** Rejects with AGENT_DIRECTORY_LOCKED; a server that does not answer is no reason to reject. */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const workDirectory = resolve(options.workDirectory)
  const tasksDirectory = `${workDirectory}/tasks`
  await mkdir(tasksDirectory, { recursive: true })
  const bootId = await readBootId()
  const lock = await lockDirectory(workDirectory, bootId)
  try {
    const checkpoint = await openCheckpoint(`${workDirectory}/checkpoint`, options.log)
    const capacity = options.resources ?? (await detectCapacity(workDirectory))
    const memory = decodeRecords(checkpoint.records).memory ?? noMemory
    const state = createAgentState(
      {
        agentId: options.agentId,
        hostname: options.hostname,
        bootId,
        capacity,
        attributes: options.attributes ?? {},
        drivers: [],
        version: options.version,
        tasksDirectory,
      },
      // After damage everything is asked for anew: what is known may have holes.
      checkpoint.damaged ? { ...memory, appliedGen: 0 } : memory,
      checkpoint.records,
    )
    const agent = new Agent(options, state, checkpoint, { workDirectory, tasksDirectory, bootId })
    await agent.open()
    return {
      agentId: options.agentId,
      capacity,
      close: async (how = {}) => {
        await agent.close(how.stopTasks ?? false)
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

class Agent {
  readonly #options: AgentOptions
  readonly #state: AgentState
  readonly #checkpoint: Awaited<ReturnType<typeof openCheckpoint>>
  readonly #loop: AgentLoop
  readonly #checks: CheckRunner
  readonly #drivers = new Map<DriverKind, Driver>()
  readonly #context: DriverContext
  readonly #driverTimers = new Set<NodeJS.Timeout>()
  #control: ControlLink | undefined
  #streams: StreamsLink | undefined
  #sandboxes: SandboxKeeper | undefined
  #saidReason: string | undefined
  #groupDone: (() => void) | undefined
  #closed = false

  constructor(
    options: AgentOptions,
    state: AgentState,
    checkpoint: Awaited<ReturnType<typeof openCheckpoint>>,
    places: Pick<DriverContext, 'workDirectory' | 'tasksDirectory' | 'bootId'>,
  ) {
    this.#options = options
    this.#state = state
    this.#checkpoint = checkpoint
    this.#context = {
      ...places,
      agentId: options.agentId,
      log: options.log,
      listener: event => {
        this.#loop.input({ kind: 'driver', event })
        if (event.kind === 'ended') this.#wantSweep()
      },
    }
    this.#checks = new CheckRunner(
      {
        address: options.address,
        exec: async (check, argv, timeoutMs) =>
          (await this.#drivers.get(check.task.driver)?.exec(check.key, argv, timeoutMs)) ?? {
            kind: 'failed',
            message: `this agent has no ${check.task.driver} driver`,
          },
      },
      event => this.#loop.input({ kind: 'driver', event }),
    )
    this.#loop = new AgentLoop({
      state,
      checkpoint,
      carryOut: effect => this.#carryOut(effect),
      send: (session, message) => this.#control?.send(session, message),
      settled: () => this.#settled(),
      log: options.log,
    })
  }

  /** The drivers are asked before the server is called, so that it hears of what ran on in one piece. */
  async open(): Promise<void> {
    await Promise.all(this.#options.drivers.map(factory => this.#bring(factory)))
    const { server, agentId, log } = this.#options
    const { tasksDirectory } = this.#context
    this.#sandboxes = new SandboxKeeper({ tasksDirectory, living: () => this.#livingSandboxes(), log })
    this.#wantSweep()
    this.#control = new ControlLink(server, {
      connected: session => this.#loop.input({ kind: 'connected', session }),
      received: message => this.#loop.input({ kind: 'server', message }),
      disconnected: reason => {
        this.#loop.input({ kind: 'disconnected' })
        if (this.#saidReason !== reason) log(`not connected to ${server}: ${reason}`)
        this.#saidReason = reason
      },
    })
    this.#streams = new StreamsLink(server, agentId, {
      tasksDirectory,
      incarnations: instance =>
        [...this.#state.tasks.values()].filter(t => t.key.instance === instance).map(t => t.key.incarnation),
      driverLogs: (key, stream, wanted) => {
        // What a task wrote that has ended is in its sandbox, whatever its driver.
        const task = this.#state.tasks.get(taskText(key))
        if (!task?.driver || task.phase === 'ended') return undefined
        return this.#drivers.get(task.driver)?.logs?.(key, stream, wanted)
      },
    })
  }

  async close(stopTasks: boolean): Promise<void> {
    this.#closed = true
    for (const timer of this.#driverTimers) clearTimeout(timer)
    this.#streams?.close()
    this.#control?.close()
    if (stopTasks) await this.#stopAll()
    await this.#loop.close()
    await this.#sandboxes?.close()
    await Promise.all([...this.#drivers.values()].map(driver => driver.close()))
    await this.#checkpoint.close()
  }

  // What a driver that does not work yet has running may be unknown: nothing is thrown away before all were asked.
  #wantSweep(): void {
    if (this.#drivers.size === this.#options.drivers.length) this.#sandboxes?.wantSweep()
  }

  #livingSandboxes(): ReadonlySet<string> {
    const living = [...this.#state.tasks.values()].filter(t => t.phase !== 'ended')
    return new Set(living.map(({ key }) => directoryName(taskIdOf(key.instance, key.incarnation))))
  }

  async #stopAll(): Promise<void> {
    this.#loop.input({ kind: 'disconnected' })
    this.#loop.input({ kind: 'stopAll' })
    const living = (): boolean =>
      [...this.#state.tasks.values()].some(
        t => t.phase !== 'ended' && t.driver && this.#drivers.has(t.driver),
      )
    do {
      await new Promise<void>(done => (this.#groupDone = done))
    } while (living())
    // How they ended is in the checkpoint; of the tasks themselves only the sandboxes stay.
    for (const task of this.#state.tasks.values()) {
      if (task.phase === 'ended' && task.driver) this.#drivers.get(task.driver)?.remove(task.key)
    }
  }

  // A driver that can't be made or asked now is tried again and again; its tasks are left as they are until then.
  async #bring(factory: DriverFactory): Promise<void> {
    const { kind } = factory
    let driver: Driver | undefined
    try {
      driver = await factory.create(this.#context)
      const found = await driver.find()
      if (this.#closed) throw new Error('closed')
      this.#drivers.set(kind, driver)
      this.#loop.input({ kind: 'boot', found, drivers: [kind] })
      this.#wantSweep()
      // The server learns from a new hello what this agent can do now.
      this.#control?.drop(`the ${kind} driver works now`)
    } catch (error) {
      await driver?.close()
      if (this.#closed) return
      this.#options.log(
        `no ${kind} driver: ${error instanceof Error ? error.message : String(error)}; trying again`,
      )
      const timer = setTimeout(() => {
        this.#driverTimers.delete(timer)
        void this.#bring(factory)
      }, driverAgainMs)
      this.#driverTimers.add(timer)
    }
  }

  #carryOut(effect: Effect): void {
    const kind = 'task' in effect ? effect.task.driver : effect.driver
    const driver = this.#drivers.get(kind)
    switch (effect.kind) {
      case 'start':
        driver?.start(effect.task)
        return
      case 'stop':
        driver?.stop(effect.key, effect.graceMs, effect.signal)
        return
      case 'preStop':
        void this.#prepareStop(effect, driver)
        return
      case 'remove':
        driver?.remove(effect.key)
        return
      case 'check':
        this.#checks.run(effect)
        return
    }
  }

  // A command that fails keeps no task from being stopped; why it failed is in the log.
  async #prepareStop({ key, task }: Extract<Effect, { kind: 'preStop' }>, driver?: Driver): Promise<void> {
    const { preStop } = task.app
    if (driver && preStop) {
      const exec = (argv: readonly string[], timeoutMs: number): Promise<ExecResult> =>
        driver.exec(key, argv, timeoutMs)
      const outcome = await checkCommand(preStop, exec, preStop.timeoutSeconds * 1000)
      if (!outcome.ok) this.#options.log(`${task.taskId}: pre-stop: ${outcome.cause ?? 'failed'}`)
    }
    this.#loop.input({ kind: 'driver', event: { kind: 'preStopped', key } })
  }

  #settled(): void {
    const { connection } = this.#state
    if (connection.phase === 'welcomed' && this.#saidReason !== '') {
      this.#saidReason = ''
      this.#control?.settled()
      this.#options.log(`connected to ${this.#options.server}`)
    }
    if (connection.phase === 'ignored') {
      this.#control?.drop(connection.reason ?? 'the server has no authority here')
    }
    this.#groupDone?.()
  }
}

/** Tells this boot of the machine from others. */
async function readBootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  } catch (error) {
    throw new CodedError('DATA_DIRECTORY_INVALID', 'this machine has no /proc; agents run on Linux', {
      cause: error,
    })
  }
}
