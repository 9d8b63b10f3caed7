// What is to be looked at, in turns: each turn takes all that is there, in order, and what comes meanwhile waits for the
// next. So everything gets its turn, and taking one costs the same however many wait.
import { compareStrings } from '../../base/index.ts'

export class Turns<T extends string> {
  /** The present turn, last first. */
  readonly #turn: T[] = []
  readonly #inTurn = new Set<T>()
  readonly #next = new Set<T>()

  get size(): number {
    return this.#inTurn.size + this.#next.size
  }

  has(id: T): boolean {
    return this.#inTurn.has(id) || this.#next.has(id)
  }

  add(id: T): void {
    if (!this.#inTurn.has(id)) this.#next.add(id)
  }

  delete(id: T): void {
    this.#inTurn.delete(id)
    this.#next.delete(id)
  }

  clear(): void {
    this.#turn.length = 0
    this.#inTurn.clear()
    this.#next.clear()
  }

  /** The next one, or undefined. */
  take(): T | undefined {
    for (;;) {
      const id = this.#turn.pop()
      if (id === undefined) {
        if (this.#next.size === 0) return undefined
        for (const each of this.#next) {
          this.#turn.push(each)
          this.#inTurn.add(each)
        }
        this.#turn.sort((a, b) => compareStrings(b, a))
        this.#next.clear()
      } else if (this.#inTurn.delete(id)) return id
    }
  }
}
