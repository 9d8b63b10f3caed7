// Images: pulled when missing or when the app wants it at each start. Tasks that start together share one pull, and
// only a few images are pulled at a time, so that a deployment does not fill the machine's network.
import type Docker from 'dockerode'
import { messageOf, statusOf } from './engine.ts'
import { createLimit } from './limit.ts'

/** The engine itself loads three layers of each image at a time. */
const maxPulls = 3

export class Images {
  readonly #docker: Docker
  readonly #limit = createLimit(maxPulls)
  readonly #pulls = new Map<string, Promise<void>>()
  readonly #signal: AbortSignal

  /** The signal ends pulls that are under way. */
  constructor(docker: Docker, signal: AbortSignal) {
    this.#docker = docker
    this.#signal = signal
  }

  /** Rejects with the engine's own message when the image can not be had. */
  async provide(image: string, force: boolean): Promise<void> {
    if (!force && (await this.#exists(image))) return
    const running = this.#pulls.get(image)
    if (running) return running
    const pull = this.#limit(() => this.#pull(image)).finally(() => this.#pulls.delete(image))
    this.#pulls.set(image, pull)
    return pull
  }

  /** The user that its containers run as, as Docker writes it; empty: root. */
  async userOf(image: string): Promise<string> {
    const { Config } = await this.#docker.getImage(image).inspect()
    return Config.User
  }

  async #exists(image: string): Promise<boolean> {
    try {
      await this.#docker.getImage(image).inspect()
      return true
    } catch (error) {
      if (statusOf(error) === 404) return false
      throw error
    }
  }

  async #pull(image: string): Promise<void> {
    try {
      const progress = await this.#docker.pull(withTag(image), { abortSignal: this.#signal })
      await this.#finish(progress)
    } catch (error) {
      if (error instanceof PullError) throw error
      // The engine answers 404 both for an unknown image and for one that needs a login; its message says which.
      throw new PullError(`image ${image} could not be pulled: ${messageOf(error)}`, { cause: error })
    }
  }

  // Once a pull has begun, the engine tells failures as a line among the others.
  #finish(progress: NodeJS.ReadableStream): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#docker.modem.followProgress(progress, (error: Error | null, lines: readonly ProgressLine[]) => {
        const failure = lines.find(line => line.error !== undefined)?.error
        if (error) reject(error)
        else if (failure !== undefined) reject(new Error(failure))
        else resolve()
      })
    })
  }
}

interface ProgressLine {
  readonly error?: string
}

export class PullError extends Error {
  override readonly name = 'PullError'
}

/** Without a tag the engine would pull all tags there are. */
function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return name.includes(':') || name.includes('@') ? image : `${image}:latest`
}
