// HCL files to the surface form, with the modules that they call. First the variables' values and the settings, then
// names in the order of their needs, last the resources and outputs; every expression is evaluated once per instance. What can't be evaluated is reported and marked as failed, so that one run tells all mistakes.
import { type Diagnostic, warningDiagnostic } from '../../../base/index.ts'
import type { SurfaceConfig, SurfaceValue } from '../../surface.ts'
import type { FunctionContext } from '../functions/function.ts'
import { evaluateChecks } from './checks.ts'
import { isFailedCondition } from './conditions.ts'
import { evaluateNames } from './evaluatenames.ts'
import { type Expressions, expressionsOf } from './expressions.ts'
import { type HclFile, type HclModule, type ModuleTree, readModule } from './hclmodule.ts'
import { moduleSites } from './modulesite.ts'
import { evaluateOutputs } from './outputs.ts'
import { resolveName } from './resolvename.ts'
import { type Refactorings, evaluateRefactorings } from './refactorings.ts'
import { evaluateResources } from './resources.ts'
import { allRuns, newRun, newShared } from './run.ts'
import { evaluateSettings } from './settings.ts'
import { toSurfaceValue } from './surfacevalue.ts'
import { validateVariables } from './validations.ts'
import { type HclInput, assignVariables } from './variables.ts'

export interface HclOptions {
  /** In the order of precedence, low to high; the last value of a variable wins. */
  readonly inputs?: readonly HclInput[]
  /** `sddc.stack` in expressions: what the caller was told (wins over the settings block) or else falls back to. */
  readonly stack?: { readonly given?: string; readonly fallback?: string }
  /** `path.module` and `path.root`. */
  readonly directory?: string
  /** Files and environment for functions; without it they have none. */
  readonly context?: FunctionContext
  /** Variables without any value are unknown, which is no mistake. */
  readonly unknownVariables?: 'allowed'
}

export interface HclResult {
  /** Also with mistakes, as far as it goes; absent when the text could not be read. */
  readonly config?: SurfaceConfig
  /** `sddc { server = "…" }`: where the cluster's API is. */
  readonly server?: SurfaceValue
  readonly diagnostics: readonly Diagnostic[]
  /** By name, with the values they have. */
  readonly variables: ReadonlyMap<string, SurfaceValue>
  /** Names of variables without a value, where that is allowed. */
  readonly missing: readonly string[]
  /** The texts that ranges refer to, by name. */
  readonly sources: ReadonlyMap<string, string>
  /** For more expressions that see this configuration; absent when the text could not be read. */
  readonly expressions?: Expressions
}

/** Evaluates the files of one directory together; their order means nothing. Never throws on any text. */
export function evaluateHclFiles(files: readonly HclFile[], options: HclOptions = {}): HclResult {
  const directory = options.directory ?? '.'
  return evaluateModules({ module: readModule(files), directory, calls: new Map() }, options)
}

/** Evaluates a configuration with the modules that it calls. Never throws on any text. */
export function evaluateModules(root: ModuleTree, options: HclOptions = {}): HclResult {
  const diagnostics: Diagnostic[] = []
  const sources = new Map<string, string>()
  for (const { module } of distinctModules(root)) {
    diagnostics.push(...module.diagnostics)
    for (const [name, text] of module.sources) sources.set(name, text)
    if (module !== root.module) diagnostics.push(...ignoredSettings(module))
  }
  // What is missing in a broken file would look like mistakes in the others.
  if (!root.module.complete) {
    return {
      diagnostics: inOrderOfText(diagnostics, [...sources.keys()]),
      variables: new Map(),
      missing: [],
      sources,
    }
  }
  const report = reportOnce(diagnostics)
  const { context = {}, inputs = [] } = options
  const shared = newShared({ context, report, resolve: resolveName }, root.directory)
  const run = newRun(shared, moduleSites(root, report))
  const missing: string[] = []
  const values = assignVariables(
    run.variables,
    inputs,
    options.unknownVariables === 'allowed' ? missing : undefined,
    source => void sources.set(source.name, source.text),
    report,
  )
  for (const [name, value] of values) run.values.set(name, value)
  const { stack, server } = evaluateSettings(run, options.stack?.given, options.stack?.fallback)
  evaluateNames(run)
  for (const one of allRuns(run)) validateVariables(one)
  const { resources, incomplete } = evaluateResources(run)
  const outputs = evaluateOutputs(run)
  for (const one of allRuns(run)) evaluateChecks(one)
  const refactorings = [...allRuns(run)].map(evaluateRefactorings)
  return {
    config: {
      ...(stack === undefined ? {} : { stack }),
      resources,
      outputs,
      ...allSaid('moves', refactorings),
      ...allSaid('imports', refactorings),
      ...allSaid('removals', refactorings),
      ...(incomplete ? { incomplete } : {}),
    },
    ...(server === undefined ? {} : { server }),
    diagnostics: inOrderOfText(diagnostics, [...sources.keys()]),
    variables: new Map(
      [...values].map(([name, v]) => [
        name,
        {
          ...toSurfaceValue(
            v.value,
            () => v.range,
            () => {},
          ),
          range: v.range,
        },
      ]),
    ),
    missing,
    sources,
    expressions: expressionsOf(run),
  }
}

/** Absent where nothing is said. */
function allSaid<K extends keyof Refactorings>(
  list: K,
  refactorings: readonly Refactorings[],
): Pick<SurfaceConfig, K> | Record<never, never> {
  const said = refactorings.flatMap((r): readonly unknown[] => r[list])
  return said.length === 0 ? {} : { [list]: said }
}

/** Each directory once, the root first, those called after those that call. */
function distinctModules(root: ModuleTree): ReadonlySet<ModuleTree> {
  const found = new Set([root])
  for (const { calls } of found) for (const tree of calls.values()) found.add(tree)
  return found
}

/** A directory may be a configuration by itself and a module of another one: there its settings mean nothing. */
function ignoredSettings({ declarations }: HclModule): readonly Diagnostic[] {
  const detail =
    'Stack and server are settings of the configuration that is applied; a module has none. They are ignored.'
  return declarations.settings.map(({ block, source }) =>
    warningDiagnostic('Settings of a module', detail, { subject: source.range(block.header) }),
  )
}

/** A module with several instances makes each mistake several times. */
function reportOnce(into: Diagnostic[]): (diagnostic: Diagnostic) => void {
  const seen = new Set<string>()
  return diagnostic => {
    const { severity, summary, detail, subject, address } = diagnostic
    const key = JSON.stringify([
      severity,
      summary,
      detail,
      subject?.file,
      subject?.start.byte,
      subject?.end.byte,
      ...(isFailedCondition(diagnostic) ? [address] : []),
    ])
    if (subject !== undefined && seen.has(key)) return
    seen.add(key)
    into.push(diagnostic)
  }
}

// As a reader meets them: by file, then by place; what has no place comes first.
function inOrderOfText(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const rank = new Map(files.map((file, i) => [file, i]))
  const place = ({ subject }: Diagnostic): [number, number] =>
    subject === undefined ? [-1, 0] : [rank.get(subject.file) ?? files.length, subject.start.byte]
  return [...diagnostics].sort((a, b) => {
    const [fileA, byteA] = place(a)
    const [fileB, byteB] = place(b)
    return fileA - fileB || byteA - byteB
  })
}
