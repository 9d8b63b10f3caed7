// One evaluation of one instance of a module: what is given, and what the files of this folder remember while they work
// on it. The root of a configuration is a module, too, with one instance.
import type { Diagnostic } from '../../../base/index.ts'
import type { Traversal } from '../ast.ts'
import { type Resolved, type Scope, maxLoopRounds } from '../evaluate.ts'
import type { FunctionContext } from '../functions/function.ts'
import { functions } from '../functions/index.ts'
import type { Source } from '../source.ts'
import { type Value, string } from '../value.ts'
import type { Declarations, RepeatableDeclaration } from './declarations.ts'
import type { Instance, Repetition } from './instance.ts'
import type { MeasureMemo } from './measure.ts'
import type { ModuleSite } from './modulesite.ts'
import type { HclVariable, VariableValue } from './variables.ts'

/** What a traversal means where it stands: inside of an instance, or at the top level. */
export type ResolveName = (
  run: Run,
  traversal: Traversal,
  scope: Scope,
  instance: Instance | undefined,
) => Resolved

interface Given {
  /** What functions may know besides their arguments. */
  readonly context: FunctionContext
  readonly report: (diagnostic: Diagnostic) => void
  /** A field, for names lead to expressions (of `for_each`) and expressions to names. */
  readonly resolve: ResolveName
}

/** What all instances of all modules of one evaluation have in common. */
export interface Shared extends Given {
  readonly budget: { rounds: number }
  /** Names of nodes that are part of a cycle: unknown, and already reported. */
  readonly cyclic: Set<string>
  readonly measured: MeasureMemo
  /** Of resources, by address and name, as far as others referred to them. */
  readonly argumentValues: Map<string, Value>
  /** The arguments that are being evaluated for one another. */
  readonly chain: string[]
  /** The instances of each call, as they become known. */
  readonly runs: Map<ModuleSite, Run[]>
  /** `path.root`. */
  readonly directory: string
  /** `sddc.stack`. */
  stack: Value
  /** Whether a value was reported as too large. */
  tooLarge: boolean
}

export interface Run extends Given {
  readonly shared: Shared
  readonly site: ModuleSite
  readonly declarations: Declarations
  readonly variables: ReadonlyMap<string, HclVariable>
  readonly values: Map<string, VariableValue>
  /** The instance of the module's block, which belongs to `outer`; undefined at the root. */
  readonly instance: Instance | undefined
  readonly outer: Run | undefined
  /** What addresses begin with: '' at the root, else `module.blog["eu"].`. */
  readonly prefix: string
  /** What ids begin with: a segment for each module around. */
  readonly path: readonly string[]
  /** Of the modules that are called here, by name and instance. */
  readonly inner: Map<string, ReadonlyMap<Instance, Run>>
  readonly locals: Map<string, Value>
  /** Those of a called module; the root's go into the result. */
  readonly outputs: Map<string, Value>
  readonly repetitions: Map<RepeatableDeclaration, Map<Instance | undefined, Repetition>>
  readonly instanceValues: Map<Instance, Value>
  readonly moduleValues: Map<string, Value>
  readonly budget: { rounds: number }
  readonly cyclic: Set<string>
  readonly measured: MeasureMemo
}

export function newShared(given: Given, directory: string): Shared {
  return {
    ...given,
    budget: { rounds: maxLoopRounds },
    cyclic: new Set(),
    measured: new WeakMap(),
    argumentValues: new Map(),
    chain: [],
    runs: new Map(),
    directory,
    stack: string(''),
    tooLarge: false,
  }
}

/** `outer` and `instance` are given together: where the module is called. */
export function newRun(shared: Shared, site: ModuleSite, outer?: Run, instance?: Instance): Run {
  const { context, report, resolve, budget, cyclic, measured, runs } = shared
  const { declarations, variables } = site.module
  const run: Run = {
    ...{ context, report, resolve, budget, cyclic, measured, declarations, variables },
    shared,
    site,
    outer,
    instance,
    prefix: instance === undefined ? '' : `${instance.address}.`,
    path: instance === undefined ? [] : [...instance.path, instance.segment],
    values: new Map(),
    inner: new Map(),
    locals: new Map(),
    outputs: new Map(),
    repetitions: new Map(),
    instanceValues: new Map(),
    moduleValues: new Map(),
  }
  const known = runs.get(site)
  if (known === undefined) runs.set(site, [run])
  else known.push(run)
  return run
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

/** The root's, then those of the modules it calls, each before those inside of it. */
export function allRuns(run: Run): readonly Run[] {
  return [run, ...[...run.inner.values()].flatMap(inner => [...inner.values()].flatMap(allRuns))]
}
