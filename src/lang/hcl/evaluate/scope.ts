// What an expression is evaluated in: its text, the names around it, and where mistakes go.
import type { Diagnostic } from '../../../base/index.ts'
import type { Expression, Traversal } from '../ast.ts'
import type { FunctionContext, HclFunction } from '../functions/function.ts'
import type { Source } from '../source.ts'
import type { Value } from '../value.ts'

export interface Scope {
  /** The text that the expression stands in. */
  readonly source: Source
  readonly report: Report
  readonly functions: ReadonlyMap<string, HclFunction>
  /** What the functions may know besides their arguments. */
  readonly context: FunctionContext
  /** The value of the first steps of a traversal whose root is not a loop's name. Reports what it can't find. */
  readonly resolve: (traversal: Traversal, scope: Scope) => Resolved
  /** Counts down with every round of a loop, over the whole run: nested loops must end in our lifetime. */
  readonly budget: { rounds: number }
  /** Names that loops brought in, innermost first. */
  readonly names?: Name | undefined
  /** The element at hand inside a splat. */
  readonly item?: Value | undefined
  /** Only looking: what is reported goes nowhere, so nothing is spent on it. */
  readonly quiet?: true
}

/** A mistake by its nature: `static` ones are seen in the text alone, so that try() and can() don't excuse them. */
export type Report = (diagnostic: Diagnostic, nature?: 'static') => void

export interface Resolved {
  readonly value: Value
  /** How many steps the value already includes. */
  readonly used: number
}

/** A loop has one for all its rounds: nothing keeps a scope beyond the evaluation in it. */
export interface Name {
  readonly name: string
  value: Value
  readonly outer: Name | undefined
}

/** The evaluator, handed to the files for single constructs. */
export type Evaluate = (expression: Expression, scope: Scope) => Value

/** What loops and templates may produce together: more is a mistake, or an attack on memory. */
export const maxTextLength = 64 * 1024 * 1024

/** Rounds of all loops of one run. A cluster of a million instances needs a few million. */
export const maxLoopRounds = 20_000_000

/** The scope with other names, for loops. Written out: spreading costs more, and loops are many. */
export function withNames(scope: Scope, names: Name | undefined, report: Report): Scope {
  const { source, functions, context, resolve, budget, item } = scope
  const inner = { source, report, functions, context, resolve, budget, names, item }
  return scope.quiet === undefined ? inner : { ...inner, quiet: true }
}

/** One mistake in the body of a loop is told once, not in every round. */
export function onceEach(report: Report): Report {
  const told = new Set<string>()
  return (diagnostic, nature) => {
    const { summary, subject } = diagnostic
    const key = `${subject?.file}:${subject?.start.byte}-${subject?.end.byte} ${summary}`
    if (told.has(key)) return
    told.add(key)
    report(diagnostic, nature)
  }
}
