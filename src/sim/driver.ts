// A driver that runs nothing: it answers an agent's effects as a real one would, after modelled delays. What a task does
// (how long it takes to start, whether its checks pass, when it ends) is asked of a behaviour. Its processes outlive the
// agent, as real ones do.
import type { DriverEvent, Effect, FoundTask, TaskSpec } from '../agent/core/index.ts'
import type { DriverKind, Exit, TaskKey } from '../model/index.ts'
import type { Timeline } from './timeline.ts'

export interface Behaviour {
  /** From the order to running. */
  startMs(task: TaskSpec): number
  /** From the order to its end; the grace period is the driver's to keep. */
  stopMs(key: TaskKey): number
  /** How a task ends by itself, counted from running; undefined: never. */
  endsBy?(task: TaskSpec): { readonly afterMs: number; readonly code: number } | undefined
  /** What one check finds; undefined: no answer comes, and no further check is made. */
  check(task: TaskSpec, which: CheckAsked): { readonly ok: boolean; readonly afterMs: number } | undefined
}

export interface CheckAsked {
  readonly index: number
  readonly readiness: boolean
  /** For how long the task has been running. */
  readonly runningMs: number
}

/** How long the command before a stop takes. */
const preStopMs = 200

interface Process {
  readonly key: TaskKey
  readonly driver: DriverKind
  state: 'starting' | 'running' | 'ended'
  runningAt: number
  stopping: boolean
  exit: Exit | undefined
}

export class ModelDriver {
  readonly #processes = new Map<string, Process>()
  readonly #timeline: Timeline
  readonly #behaviour: Behaviour
  readonly #emit: (event: DriverEvent) => void
  #pids = 1000

  constructor(timeline: Timeline, behaviour: Behaviour, emit: (event: DriverEvent) => void) {
    this.#timeline = timeline
    this.#behaviour = behaviour
    this.#emit = emit
  }

  /** Processes that are neither ended nor removed, one text per process: `<instance>/<incarnation>`. */
  living(): readonly string[] {
    return [...this.#processes].filter(([, p]) => p.state !== 'ended').map(([text]) => text)
  }

  find(): readonly FoundTask[] {
    return [...this.#processes.values()].map(p => ({
      key: p.key,
      driver: p.driver,
      state: p.state === 'ended' ? 'ended' : 'running',
      ...(p.exit === undefined ? {} : { exit: p.exit }),
    }))
  }

  /** A process that ran before this driver was made. */
  adopt(key: TaskKey, driver: DriverKind, runningAt: number): void {
    this.#processes.set(textOf(key), {
      key,
      driver,
      state: 'running',
      runningAt,
      stopping: false,
      exit: undefined,
    })
  }

  /** The machine goes down: every process is gone without a trace. */
  loseAll(): void {
    this.#processes.clear()
  }

  carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'start':
        return this.#start(effect.task)
      case 'stop':
        return this.#stop(effect.key)
      case 'check':
        return this.#check(effect)
      case 'preStop':
        this.#timeline.after(preStopMs, () => this.#emit({ kind: 'preStopped', key: effect.key }))
        return
      case 'remove':
        this.#processes.delete(textOf(effect.key))
    }
  }

  /** Ends a running process by itself. */
  end(text: string, code: number): void {
    const process = this.#processes.get(text)
    if (process !== undefined) this.#end(process, { code, message: `exit status ${code}` })
  }

  #start(task: TaskSpec): void {
    const text = textOf(task.key)
    const known = this.#processes.get(text)
    if (known !== undefined) {
      // As the real drivers do: it is not started again, but said to run again.
      if (known.state === 'running') this.#emit({ kind: 'running', key: task.key })
      return
    }
    const process: Process = {
      key: task.key,
      driver: task.driver,
      state: 'starting',
      runningAt: 0,
      stopping: false,
      exit: undefined,
    }
    this.#processes.set(text, process)
    this.#timeline.after(this.#behaviour.startMs(task), () => {
      if (this.#processes.get(text) !== process || process.state !== 'starting') return
      process.state = 'running'
      process.runningAt = this.#timeline.now
      this.#emit({ kind: 'running', key: task.key, pid: this.#pids++ })
      const ends = this.#behaviour.endsBy?.(task)
      if (ends === undefined) return
      this.#timeline.after(ends.afterMs, () => {
        if (this.#processes.get(text) === process) this.end(text, ends.code)
      })
    })
  }

  #stop(key: TaskKey): void {
    const process = this.#processes.get(textOf(key))
    if (process === undefined) {
      this.#emit({ kind: 'ended', key, condition: 'Killed', exit: { message: 'was not running' } })
      return
    }
    if (process.stopping) return
    process.stopping = true
    this.#timeline.after(this.#behaviour.stopMs(key), () => {
      this.#end(process, { signal: 'SIGTERM', message: 'ended by SIGTERM' })
    })
  }

  #check(effect: Extract<Effect, { kind: 'check' }>): void {
    const process = this.#processes.get(textOf(effect.key))
    const runningMs = this.#timeline.now - (process?.runningAt ?? this.#timeline.now)
    const answer = this.#behaviour.check(effect.task, {
      index: effect.index,
      readiness: effect.readiness === true,
      runningMs,
    })
    if (answer === undefined) return
    this.#timeline.after(answer.afterMs, () => {
      if (process === undefined || this.#processes.get(textOf(effect.key)) !== process) return
      this.#emit({
        kind: 'checked',
        key: effect.key,
        index: effect.index,
        ...(effect.readiness === undefined ? {} : { readiness: effect.readiness }),
        ok: answer.ok && process.state === 'running',
        ...(answer.ok ? {} : { cause: 'the modelled check failed' }),
      })
    })
  }

  #end(process: Process, exit: Exit): void {
    if (this.#processes.get(textOf(process.key)) !== process || process.state === 'ended') return
    process.state = 'ended'
    process.exit = exit
    const condition = process.stopping ? 'Killed' : exit.code === 0 ? 'Finished' : 'Failed'
    this.#emit({ kind: 'ended', key: process.key, condition, exit })
  }
}

function textOf(key: TaskKey): string {
  return `${key.instance}/${key.incarnation}`
}
