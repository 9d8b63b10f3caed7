// One evaluation of a configuration: what is given, and what the files of this folder remember while they work on it.
import type { Diagnostic } from '../../../base/index.ts'
import type { Traversal } from '../ast.ts'
import { type Resolved, type Scope, maxLoopRounds } from '../evaluate.ts'
import type { FunctionContext } from '../functions/function.ts'
import { functions } from '../functions/index.ts'
import type { Source } from '../source.ts'
import { type Value, string } from '../value.ts'
import type { Declarations, ResourceDeclaration } from './declarations.ts'
import type { Instance, Repetition } from './instance.ts'
import type { MeasureMemo } from './measure.ts'
import type { HclVariable, VariableValue } from './variables.ts'

/** What a traversal means where it stands: inside of an instance, or at the top level. */
export type ResolveName = (
  run: Run,
  traversal: Traversal,
  scope: Scope,
  instance: Instance | undefined,
) => Resolved

interface Given {
  readonly declarations: Declarations
  readonly variables: ReadonlyMap<string, HclVariable>
  readonly values: ReadonlyMap<string, VariableValue>
  readonly directory: string
  /** What functions may know besides their arguments. */
  readonly context: FunctionContext
  readonly report: (diagnostic: Diagnostic) => void
  /** A field, for names lead to expressions (of `for_each`) and expressions to names. */
  readonly resolve: ResolveName
}

export interface Run extends Given {
  readonly budget: { rounds: number }
  readonly locals: Map<string, Value>
  readonly repetitions: Map<ResourceDeclaration, Map<Instance | undefined, Repetition>>
  readonly instanceValues: Map<Instance, Value>
  /** Names of nodes that are part of a cycle: unknown, and already reported. */
  readonly cyclic: Set<string>
  readonly measured: MeasureMemo
  /** `sddc.stack`. */
  stack: Value
  /** Whether a value was reported as too large. */
  tooLarge: boolean
}

export function newRun(given: Given): Run {
  return {
    ...given,
    budget: { rounds: maxLoopRounds },
    locals: new Map(),
    repetitions: new Map(),
    instanceValues: new Map(),
    cyclic: new Set(),
    measured: new WeakMap(),
    stack: string(''),
    tooLarge: false,
  }
}

export function scopeIn(
  run: Run,
  source: Source,
  instance: Instance | undefined,
  context: string,
  address?: string,
): Scope {
  return {
    source,
    report: d => run.report({ context, ...(address === undefined ? {} : { address }), ...d }),
    functions,
    context: run.context,
    budget: run.budget,
    resolve: (traversal, scope) => run.resolve(run, traversal, scope, instance),
  }
}
