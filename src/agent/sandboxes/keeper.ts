// Keeps the directory of sandboxes within bounds while the agent runs: the output of tasks that run is rotated, sandboxes
// of tasks that ended are thrown away but for the newest of each app. A simple bound until people can set it.
import { Rotation } from './rotate.ts'
import { sweep } from './sweep.ts'

export interface KeeperOptions {
  readonly tasksDirectory: string
  /** Names of the sandboxes whose tasks have not ended. */
  readonly living: () => ReadonlySet<string>
  readonly log: (line: string) => void
}

/** A task that writes 100 MB/s fills no more than some 200 MB between two looks. */
const roundMs = 2000
/** Reading the directory of sandboxes costs more, and what ended can wait. */
const roundsBetweenSweeps = 5

export class SandboxKeeper {
  readonly #options: KeeperOptions
  readonly #rotation = new Rotation()
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #rounds = 0
  #sweepWanted = false
  #said = ''
  #closed = false

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#next()
  }

  /** At one of the next rounds the sandboxes are counted: a task has ended, or all that run are known now. */
  wantSweep(): void {
    this.#sweepWanted = true
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#round
  }

  #next(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#round = this.#makeRound().then(() => this.#next())
    }, roundMs)
    this.#timer.unref()
  }

  async #makeRound(): Promise<void> {
    const { tasksDirectory, living } = this.#options
    try {
      await this.#rotation.round(tasksDirectory, living())
      if (this.#rounds++ % roundsBetweenSweeps !== 0 || !this.#sweepWanted) return
      this.#sweepWanted = false
      await sweep(tasksDirectory, living)
    } catch (error) {
      const line = `sandboxes: ${error instanceof Error ? error.message : String(error)}`
      if (line !== this.#said) this.#options.log(line)
      this.#said = line
    }
  }
}
