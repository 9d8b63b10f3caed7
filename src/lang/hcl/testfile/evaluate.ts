// Evaluates what a test file says, against the configuration it tests.
import type { Diagnostic, Json } from '../../../base/index.ts'
import type { Attribute } from '../ast.ts'
import { checkCondition } from '../config/conditions.ts'
import type { Expressions } from '../config/expressions.ts'
import { toSurfaceValue } from '../config/surfacevalue.ts'
import { evaluate } from '../evaluate.ts'
import type { Source } from '../source.ts'
import { type Value, object } from '../value.ts'
import type { TestFile, TestRun } from './readtestfile.ts'

type Report = (diagnostic: Diagnostic) => void

/** Values of variables for one run; those of the run win over those of the file and may use them as `var.NAME`. */
export function variablesJson(
  expressions: Expressions,
  { source, variables }: TestFile,
  run: TestRun,
  names: ReadonlyMap<string, Value>,
  report: Report,
): { readonly [name: string]: Json } {
  const ofFile = valuesOf(expressions, source, variables, names, report)
  const inner = new Map([...names, ['var', object(ofFile)] as const])
  const ofRun = valuesOf(expressions, source, run.variables, inner, report)
  return Object.fromEntries(
    [...ofFile, ...ofRun].map(([name, value]) => {
      const range = source.range(run.header)
      return [name, toSurfaceValue(value, () => range, report, 'as text').value]
    }),
  )
}

/** What does not hold is reported as an error. */
export function checkAsserts(
  expressions: Expressions,
  source: Source,
  { asserts }: TestRun,
  names: ReadonlyMap<string, Value>,
  report: Report,
): void {
  const scope = expressions.scope(source, names, report)
  for (const assert of asserts) {
    checkCondition(assert, scope, { severity: 'error', summary: 'Test assertion failed' })
  }
}

function valuesOf(
  expressions: Expressions,
  source: Source,
  attributes: readonly Attribute[],
  names: ReadonlyMap<string, Value>,
  report: Report,
): Map<string, Value> {
  const scope = expressions.scope(source, names, report)
  return new Map(attributes.map(({ name, expression }) => [name, evaluate(expression, scope)]))
}
