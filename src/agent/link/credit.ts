// How many bytes one stream may still send. A sender takes what there is, or waits for more.
import { initialCreditBytes } from '../../model/index.ts'

export class Credit {
  #bytes = initialCreditBytes
  #wake: (() => void) | undefined
  readonly #signal: AbortSignal

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', () => this.#wake?.())
  }

  add(bytes: number): void {
    this.#bytes += bytes
    this.#wake?.()
  }

  /** Resolves with at least 1 and at most `most` bytes, which count as spent unless given back by `add`. */
  async take(most: number): Promise<number> {
    while (this.#bytes <= 0) {
      this.#signal.throwIfAborted()
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
    this.#signal.throwIfAborted()
    const taken = Math.min(most, this.#bytes)
    this.#bytes -= taken
    return taken
  }
}
