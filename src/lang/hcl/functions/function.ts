// What a function of the language is. The evaluator has counted the arguments, converted them to the parameters' types
// and refused nulls; unknown arguments never get here. Functions are pure and total: same arguments and context, same
// result.
import type { Type, Value } from '../value.ts'
import type { FileAccess } from './fileaccess.ts'

export interface HclFunction {
  readonly name: string
  /** One line for the reference, without a full stop. */
  readonly summary: string
  readonly group: FunctionGroup
  /** For the reference: what a call gives, as describe() writes it. Files are those of the tests' fixtures. */
  readonly examples: readonly (readonly [expression: string, result: string])[]
  readonly parameters: readonly Parameter[]
  /** They may be left out, the last first. */
  readonly optional?: readonly Parameter[]
  /** Any number more of these. */
  readonly rest?: Parameter
  /** The type of every result, for a call whose arguments are not known. Absent: it depends on the arguments. */
  readonly result?: Type
  /** The result may be null; by default one of a type that is always the same never is. */
  readonly givesNull?: true
  /** For the reference, where the type depends on the arguments: a noun phrase. */
  readonly returns?: string
  /** The result is made of the arguments' own elements, so their marks stay on them instead of on all of it. */
  readonly keepsMarks?: boolean
  /** The result does not become sensitive by its arguments; where they came from stays known. */
  readonly dropsMarks?: true
  /** The values arrive with their marks, unknown ones too; the result is the function's own answer. */
  readonly seesMarks?: true
  /** What is known of the result while an argument is unknown; by default its type, if that is always one. */
  readonly foresees?: (values: readonly Value[]) => Value
  readonly call: (values: readonly Value[], context: FunctionContext) => Value
}

/** The chapters of the reference. */
export type FunctionGroup =
  | 'numeric'
  | 'string'
  | 'collection'
  | 'encoding'
  | 'filesystem'
  | 'hash'
  | 'date'
  | 'network'
  | 'type'
  | 'ours'

/** What a call may know besides its arguments. */
export interface FunctionContext {
  /** Absent where there is nothing to read: an expression by itself. */
  readonly files?: FileAccess
  /** The variables that env() may read; absent where there are none. */
  readonly environment?: EnvironmentAccess
}

export interface EnvironmentAccess {
  /** Undefined when there is no such variable. */
  readonly read: (name: string) => string | undefined
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
