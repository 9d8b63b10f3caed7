// The process driver: tasks as plain processes that outlive the agent. Every task is told from its records on disk, so
// that a restarted agent sees what the one before saw. News come by watching the directory of records; a slow round
// over the driver's own tasks makes up for news that a watch loses.
import { spawn } from 'node:child_process'
import { existsSync, watch, type FSWatcher } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Exit, KillSignal, TaskKey } from '../../../model/index.ts'
import {
  taskText,
  type Driver,
  type DriverEvent,
  type ExecResult,
  type FoundTask,
  type TaskSpec,
} from '../../core/index.ts'
import type { DriverContext } from '../factory.ts'
import { execBeside } from './exec.ts'
import { killTree, type Kill } from './kill.ts'
import { filesOf, layoutOf, type Layout, type TaskFiles } from './layout.ts'
import { ProcessScanner, startOf } from './processes.ts'
import { readDescription, readExit, readPid, type Description, type PidRecord } from './records.ts'
import { shimScript } from './script.ts'
import { startTask } from './start.ts'

/** One process as the driver follows it. */
interface Followed {
  readonly key: TaskKey
  readonly taskId: string
  readonly files: TaskFiles
  phase: 'preparing' | 'launched' | 'running' | 'ended'
  pid: PidRecord | undefined
  /** Seen dead without an exit record, in so many rounds one after the other. */
  roundsDead: number
  kill: Kill | undefined
  /** The kill is being carried out. */
  killing: boolean
  exit: Exit | undefined
  readonly preparation: AbortController
}

const watchedRoundMs = 2000
const unwatchedRoundMs = 250
/** The shim needs an instant after the task's death to write its record. */
const deadRoundsBeforeLost = 2
/** How long a launched script may take to record its process id before a new agent takes it for lost. */
const launchPatienceMs = 2000
/** What can't be killed in this time hangs in the kernel; the agent does not wait for it. */
const leftoverPatienceMs = 5000
const unknownExit: Exit = {
  message: 'ended; its exit status is not known, since what kept it was killed too',
}

export class ProcessDriver implements Driver {
  readonly kind = 'process'
  readonly #context: DriverContext
  readonly #layout: Layout
  readonly #scanner = new ProcessScanner()
  readonly #tasks = new Map<string, Followed>()
  readonly #byName = new Map<string, Followed>()
  readonly #removals = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #watcher: FSWatcher | undefined
  #round: NodeJS.Timeout | undefined

  private constructor(context: DriverContext) {
    this.#context = context
    this.#layout = layoutOf(context.workDirectory)
  }

  static async open(context: DriverContext): Promise<ProcessDriver> {
    const driver = new ProcessDriver(context)
    const layout = driver.#layout
    for (const directory of [layout.tasks, layout.records, context.tasksDirectory]) {
      await mkdir(directory, { recursive: true, mode: 0o711 })
    }
    await writeFile(layout.shim, shimScript, { mode: 0o755 })
    driver.#watchRecords()
    context.log(
      'process driver: memory and CPU limits of process tasks are not enforced, they only count for placement',
    )
    return driver
  }

  async find(): Promise<readonly FoundTask[]> {
    const found: FoundTask[] = []
    const names = await readdir(this.#layout.tasks)
    const look = async (name: string): Promise<void> => {
      const description = readDescription(`${this.#layout.tasks}/${name}/task.json`)
      const one = description && (await this.#findOne(description))
      if (one) found.push(one)
    }
    await Promise.all(names.map(look))
    return found
  }

  start(task: TaskSpec): void {
    const files = filesOf(this.#layout, task.taskId)
    const known = this.#tasks.get(taskText(task.key))
    if (known) {
      this.#tellAgain(known)
      return
    }
    const followed = this.#follow(task.key, task.taskId, files, 'preparing')
    if (existsSync(files.description))
      void this.#adopt(followed).catch(error => this.#failed(followed, error))
    else void this.#begin(followed, task)
  }

  stop(key: TaskKey, graceMs: number, signal?: KillSignal): void {
    const task = this.#tasks.get(taskText(key))
    if (!task || task.phase === 'ended') return
    const deadlineMs = performance.now() + graceMs
    if (task.kill) {
      task.kill.deadlineMs = Math.min(task.kill.deadlineMs, deadlineMs)
      return
    }
    task.kill = { taskId: task.taskId, leader: task.pid, deadlineMs, ...(signal ? { signal } : {}) }
    task.preparation.abort()
    void this.#carryOut(task, task.kill)
  }

  remove(key: TaskKey): void {
    const task = this.#tasks.get(taskText(key))
    if (!task || task.phase !== 'ended') return
    this.#tasks.delete(taskText(key))
    this.#byName.delete(task.files.name)
    const { directory, pid, exit } = task.files
    const removal = Promise.all(
      [directory, pid, exit].map(path => rm(path, { recursive: true, force: true })),
    )
      .catch(() => {})
      .then(() => void this.#removals.delete(removal))
    this.#removals.add(removal)
  }

  async exec(key: TaskKey, argv: readonly string[], timeoutMs: number): Promise<ExecResult> {
    const task = this.#tasks.get(taskText(key))
    const description = task && readDescription(task.files.description)
    if (!description) return { kind: 'failed', message: 'the task is not here' }
    return execBeside(description, argv, timeoutMs)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#watcher?.close()
    clearTimeout(this.#round)
    for (const task of this.#tasks.values()) if (task.phase === 'preparing') task.preparation.abort()
    await Promise.all(this.#removals)
  }

  #follow(key: TaskKey, taskId: string, files: TaskFiles, phase: Followed['phase']): Followed {
    const followed: Followed = {
      key: { instance: key.instance, incarnation: key.incarnation },
      taskId,
      files,
      phase,
      pid: undefined,
      roundsDead: 0,
      kill: undefined,
      killing: false,
      exit: undefined,
      preparation: new AbortController(),
    }
    this.#tasks.set(taskText(key), followed)
    this.#byName.set(files.name, followed)
    return followed
  }

  async #begin(task: Followed, spec: TaskSpec): Promise<void> {
    try {
      await startTask(spec, task.files, this.#context, task.preparation.signal)
    } catch (error) {
      if (this.#closing.signal.aborted) return
      this.#failed(task, error)
      return
    }
    this.#launch(task)
  }

  #failed(task: Followed, error: unknown): void {
    if (task.kill) this.#ended(task, { message: 'stopped before it was started' }, 'Killed')
    else this.#ended(task, { message: error instanceof Error ? error.message : String(error) }, 'Error')
  }

  #launch(task: Followed): void {
    task.phase = 'launched'
    const shim = spawn('/bin/sh', [this.#layout.shim, task.files.launch, task.files.exit], {
      cwd: this.#layout.root,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      detached: true,
      stdio: 'ignore',
    })
    shim.once('error', error =>
      this.#ended(task, { message: `can not start a shell: ${error.message}` }, 'Error'),
    )
    shim.once('exit', () => {
      this.#look(task)
      const neverRan = task.phase === 'launched' && !task.exit
      if (neverRan) this.#ended(task, { message: 'could not be launched; is the disk full?' }, 'Error')
    })
    shim.unref()
  }

  // A description is there already: started before, by this agent or the one before it.
  async #adopt(task: Followed): Promise<void> {
    const description = readDescription(task.files.description)
    const found = description && (await this.#findOne(description))
    if (this.#closing.signal.aborted) return
    if (!found) this.#ended(task, { message: 'lost while the agent was away' }, 'Failed')
    else this.#tellAgain(task)
  }

  #tellAgain(task: Followed): void {
    if (task.phase === 'ended') this.#tellEnd(task)
    else if (task.phase === 'running') this.#emit({ kind: 'running', key: task.key, pid: task.pid?.pid })
  }

  /** What the records and the process table say of one task; it is followed from here on. */
  async #findOne(description: Description): Promise<FoundTask | undefined> {
    const { key, taskId } = description
    const files = filesOf(this.#layout, taskId)
    const task = this.#tasks.get(taskText(key)) ?? this.#follow(key, taskId, files, 'launched')
    const sameBoot = description.bootId === this.#context.bootId
    for (let waitedMs = 0; ; waitedMs += 50) {
      task.pid = readPid(files.pid)
      const exit = readExit(files.exit)
      const alive = sameBoot && task.pid !== undefined && startOf(task.pid.pid) === task.pid.start
      if (exit || alive) {
        if (exit) await this.#killLeftovers(task)
        task.phase = exit ? 'ended' : 'running'
        task.exit = exit
        return { key, driver: 'process', state: exit ? 'ended' : 'running', exit, pid: task.pid?.pid }
      }
      const mayCome = sameBoot && (task.pid !== undefined || existsSync(files.launch))
      if (!mayCome || waitedMs >= launchPatienceMs) break
      await delay(50)
    }
    // Should the script still be on its way, it finds nothing to launch.
    await rm(files.launch, { force: true })
    task.phase = 'ended'
    task.exit = sameBoot ? unknownExit : { message: 'the machine was restarted' }
    return task.pid
      ? { key, driver: 'process', state: 'ended', exit: task.exit, pid: task.pid.pid }
      : undefined
  }

  /** It ended while no agent was there: what it left behind has no claim to the machine any more. */
  async #killLeftovers(task: Followed): Promise<void> {
    const { taskId, pid } = task
    const kill = { taskId, leader: pid, deadlineMs: performance.now() }
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(leftoverPatienceMs)])
    await killTree(this.#scanner, kill, signal).catch(() => {})
  }

  /** Reads the records of one task and tells what is new in them. */
  #look(task: Followed): void {
    if (this.#closing.signal.aborted || task.phase === 'preparing' || task.phase === 'ended') return
    if (task.phase === 'launched') {
      task.pid = readPid(task.files.pid)
      if (task.pid) {
        task.phase = 'running'
        this.#emit({ kind: 'running', key: task.key, pid: task.pid.pid })
      }
    }
    task.exit ??= readExit(task.files.exit)
    // What the task left behind goes with it; a stop that is under way gives it the rest of its grace.
    if (task.exit) task.kill ??= { taskId: task.taskId, leader: task.pid, deadlineMs: performance.now() }
    if (task.kill) void this.#carryOut(task, task.kill)
  }

  /** Kills until nothing is left, then tells the end. */
  async #carryOut(task: Followed, kill: Kill): Promise<void> {
    if (task.killing || task.phase === 'preparing') return
    if (task.phase === 'launched' && !task.exit) return // the process id is about to be recorded; #look goes on here
    task.killing = true
    kill.leader = task.pid
    const { signal } = this.#closing
    try {
      await killTree(this.#scanner, kill, signal)
      // The tree is gone; the shim writes its record now.
      for (let waitedMs = 0; !task.exit && waitedMs < launchPatienceMs; waitedMs += 20) {
        task.exit = readExit(task.files.exit)
        if (!task.exit) await delay(20, undefined, { signal })
      }
    } catch {
      return // closing: the next agent goes on
    }
    const exit = task.exit ?? unknownExit
    this.#ended(task, exit, exit.code === 0 ? 'Finished' : 'Failed')
  }

  #ended(task: Followed, exit: Exit, condition: 'Finished' | 'Failed' | 'Killed' | 'Error'): void {
    if (task.phase === 'ended' || this.#closing.signal.aborted) return
    task.phase = 'ended'
    task.exit = exit
    this.#emit({ kind: 'ended', key: task.key, exit, condition })
  }

  #tellEnd(task: Followed): void {
    const exit = task.exit ?? unknownExit
    this.#emit({ kind: 'ended', key: task.key, exit, condition: exit.code === 0 ? 'Finished' : 'Failed' })
  }

  #emit(event: DriverEvent): void {
    if (!this.#closing.signal.aborted) this.#context.listener(event)
  }

  #watchRecords(): void {
    try {
      this.#watcher = watch(this.#layout.records, (_, file) => {
        const task = file && this.#byName.get(file.replace(/\.(pid|exit)$/, ''))
        if (task) this.#look(task)
      })
      this.#watcher.on('error', () => {
        this.#watcher?.close()
        this.#watcher = undefined
      })
    } catch {
      this.#watcher = undefined
    }
    this.#nextRound()
  }

  #nextRound(): void {
    this.#round = setTimeout(() => this.#makeRound(), this.#watcher ? watchedRoundMs : unwatchedRoundMs)
    this.#round.unref()
  }

  #makeRound(): void {
    for (const task of this.#tasks.values()) {
      this.#look(task)
      if (task.phase !== 'running' || task.exit || !task.pid) continue
      if (startOf(task.pid.pid) === task.pid.start) task.roundsDead = 0
      else if (++task.roundsDead >= deadRoundsBeforeLost && !task.kill) {
        task.exit = unknownExit
        this.#look(task)
      }
    }
    this.#nextRound()
  }
}
