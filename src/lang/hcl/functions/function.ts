// What a function of the language is. The evaluator has counted the arguments, converted them to the parameters' types
// and refused nulls; unknown arguments never get here. Functions are pure and total: same arguments, same result.
import type { Type, Value } from '../value.ts'

export interface HclFunction {
  readonly name: string
  /** One line for the reference, without a full stop. */
  readonly summary: string
  readonly parameters: readonly Parameter[]
  /** Any number more of these. */
  readonly rest?: Parameter
  /** The result is made of the arguments' own elements, so their marks stay on them instead of on all of it. */
  readonly keepsMarks?: boolean
  readonly call: (values: readonly Value[]) => Value
}

export interface Parameter {
  readonly name: string
  readonly type: Type
  readonly allowsNull?: boolean
}

/** A refusal. `argument` is the index of the one to blame, if it is one. */
export class FunctionError extends Error {
  readonly argument: number | undefined
  constructor(message: string, argument?: number) {
    super(message)
    this.argument = argument
  }
}
