// The runs of one test file, one after the other: values of variables, the configuration with them, the plan, the
// rollout, the assertions.
import { type Diagnostic, type Json, errorDiagnostic, hasErrors } from '../../base/index.ts'
import { type Expressions, evaluateHclFiles } from '../../lang/hcl/index.ts'
import {
  agentsOf,
  checkAsserts,
  desiredNames,
  outputValue,
  planValue,
  type TestFile,
  type TestRun,
  variablesJson,
} from '../../lang/hcl/testfile/index.ts'
import { object, type Value } from '../../lang/hcl/value.ts'
import { type GivenValue, type Loaded, loadConfiguration, type LoadOptions } from '../../lang/load/index.ts'
import type { Desired } from '../../model/index.ts'
import { isEmpty } from '../../planner/index.ts'
import { TestCluster } from './cluster.ts'
import { unexpected } from './expected.ts'

export interface RunResult {
  readonly name: string
  readonly status: 'pass' | 'fail' | 'skip'
  /** Errors say why it failed; warnings may be there anyway. */
  readonly diagnostics: readonly Diagnostic[]
  /** Texts by the names that the diagnostics carry. */
  readonly sources: ReadonlyMap<string, string>
}

export interface TestTarget {
  readonly directory: string
  readonly options: LoadOptions
}

/** Calls `ended` after each run. After a failed run that applies, the rest is skipped: it would build on nothing. */
export async function runTestFile(
  file: TestFile,
  target: TestTarget,
  ended: (result: RunResult) => void,
): Promise<void> {
  const { source } = file
  const base = emptyExpressions()
  const found: Diagnostic[] = []
  const agents = agentsOf(file, base, d => void found.push(d))
  const earlier: [string, Value][] = []
  const cluster = hasErrors(found) ? undefined : new TestCluster(agents)
  let broken = false
  for (const run of file.runs) {
    const texts = new Map([[source.name, source.text]])
    if (cluster === undefined || broken) {
      const diagnostics = run === file.runs[0] ? found : []
      ended({
        name: run.name,
        status: diagnostics.length > 0 ? 'fail' : 'skip',
        diagnostics,
        sources: texts,
      })
      continue
    }
    const names = new Map([['run', object(earlier)]])
    const { result, values } = await runOne(cluster, file, run, target, base, names)
    for (const [name, text] of result.sources) texts.set(name, text)
    ended({ ...result, sources: texts })
    if (values !== undefined) earlier.push([run.name, values])
    broken = result.status === 'fail' && run.command === 'apply'
  }
}

async function runOne(
  cluster: TestCluster,
  file: TestFile,
  run: TestRun,
  { directory, options }: TestTarget,
  base: Expressions,
  names: ReadonlyMap<string, Value>,
): Promise<{ readonly result: RunResult; readonly values?: Value }> {
  const diagnostics: Diagnostic[] = []
  const report = (found: Diagnostic): void => void diagnostics.push(found)
  const variables = variablesJson(base, file, run, names, report)
  const end = (loaded?: Loaded): RunResult => ({
    name: run.name,
    status: hasErrors(diagnostics) ? 'fail' : 'pass',
    diagnostics,
    sources: loaded?.sources ?? new Map(),
  })
  if (hasErrors(diagnostics)) return { result: end() }
  const { given, placed } = givenVariables(file, run, variables)
  const read = await loadConfiguration(directory, { ...options, given: [...options.given, given] })
  const loaded = { ...read, diagnostics: read.diagnostics.map(placed) }
  diagnostics.push(...unexpected(loaded.diagnostics, run.expectedFailures, file.source))
  const { desired } = loaded
  if (desired === undefined || hasErrors(diagnostics)) return { result: end(loaded) }
  const planned = cluster.plan(desired, loaded.deleteUnnamed)
  diagnostics.push(...planned.diagnostics)
  if (planned.plan === null || hasErrors(diagnostics)) return { result: end(loaded) }
  const about: [string, Value][] = [
    ['plan', planValue(planned.plan, isEmpty(planned.plan))],
    ['output', outputValue(desired)],
  ]
  if (run.command === 'apply') {
    const stuck = cluster.apply(planned.plan)
    if (stuck !== undefined) report(whyStuck(stuck, run, file))
  }
  checkAsserts(
    loaded.expressions ?? base,
    file.source,
    run,
    new Map([...names, ...desiredNames(desired), ...about]),
    report,
  )
  return { result: end(loaded), values: object([...about, ...appsOf(desired)]) }
}

/**
 * Values as a file of values, one in a line; a mistake in one belongs to the line of the test that gives it. The text
 * of values is never shown: it has all of them, also those that are sensitive.
 */
function givenVariables(
  file: TestFile,
  run: TestRun,
  variables: Readonly<Record<string, Json>>,
): { readonly given: GivenValue; readonly placed: (found: Diagnostic) => Diagnostic } {
  const names = Object.keys(variables)
  const lines = names.map(name => `${JSON.stringify(name)}:${JSON.stringify(variables[name])}`)
  const name = `${file.source.name} (variables).json`
  const placed = (found: Diagnostic): Diagnostic => {
    if (found.subject?.file !== name) return found
    const variable = names[found.subject.start.line - 2]
    const attribute = [...file.variables, ...run.variables].findLast(a => a.name === variable)
    return { ...found, subject: file.source.range(attribute?.expression ?? run.header) }
  }
  return { given: { kind: 'text', name, text: `{\n${lines.join(',\n')}\n}` }, placed }
}

function appsOf(desired: Desired): [string, Value][] {
  return [...desiredNames(desired)].filter(([name]) => name === 'apps')
}

function whyStuck(why: string, { header, name }: TestRun, { source }: TestFile): Diagnostic {
  const detail = `${why} A run that only looks at the plan has command = plan.`
  return errorDiagnostic('The plan can not be carried out', detail, {
    subject: source.range(header),
    context: `run "${name}"`,
  })
}

function emptyExpressions(): Expressions {
  return evaluateHclFiles([]).expressions!
}
