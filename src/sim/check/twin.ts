// A second state that was loaded from the same rows in another order and is given the same inputs for a while: it must
// say and store the same. Decisions that hang on the order of a map show here.
import { sameDigest, sameJson } from '../../base/index.ts'
import type { Commit, Env, Input, Output, Row, State } from '../../runtime/core/index.ts'
import type { SimulatedCore } from '../core.ts'

/** Inputs after which the two count as the same. */
const inputsCompared = 40

export class Twin {
  readonly #core: SimulatedCore
  readonly #state: State
  #inputs = 0
  /** The group as the twin has it so far. */
  #outputs: Output[] = []

  constructor(core: SimulatedCore, rows: readonly Row[], state: State) {
    this.#core = core
    this.#state = core.load(rows, state)
    this.#state.stepRows = state.stepRows
  }

  get isDone(): boolean {
    return this.#inputs >= inputsCompared && this.#outputs.length === 0
  }

  step(env: Env, input: Input, output: Output): string[] {
    this.#inputs++
    const mine = this.#core.step(this.#state, env, input)
    this.#outputs.push(mine)
    const [said, wanted] = [JSON.stringify(mine), JSON.stringify(output)]
    // Fields may stand in another order in rows that were read back.
    if (said === wanted || sameJson(JSON.parse(said), JSON.parse(wanted))) return []
    return [`reload: loaded in another order, ${input.kind} has another output`]
  }

  seal(env: Env, commit: Commit | undefined): string[] {
    const events = this.#outputs.flatMap(o => o.events)
    this.#outputs = []
    const mine = this.#core.seal(this.#state, env, events)
    this.#core.accept(this.#state)
    const isSame =
      mine === undefined || commit === undefined ? mine === commit : sameDigest(mine.digest, commit.digest)
    return isSame ? [] : [`reload: loaded in another order, commit ${commit?.revision} is another one`]
  }
}
