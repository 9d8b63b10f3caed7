// What the table tests compare: an expression's value as text, or its findings as `! summary: marked text`.
import type { Diagnostic, Json } from '../../../src/base/index.ts'
import { fromJson } from '../../../src/lang/hcl/config/fromjson.ts'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'
import { type Scope, evaluate, reportStatic } from '../../../src/lang/hcl/evaluate.ts'
import type { FunctionContext } from '../../../src/lang/hcl/functions/function.ts'
import { functions } from '../../../src/lang/hcl/functions/index.ts'
import { parseExpression } from '../../../src/lang/hcl/parser.ts'
import { problemsToDiagnostics } from '../../../src/lang/hcl/problem.ts'
import { Source } from '../../../src/lang/hcl/source.ts'
import { describeType, typeOf } from '../../../src/lang/hcl/type.ts'
import { describe as spell } from '../../../src/lang/hcl/value.ts'

/** What expressions in tests can name. */
export const names: Readonly<Record<string, Json>> = {
  s: 'text',
  n: 5,
  t: true,
  nothing: null,
  list: ['a', 'b', 'c'],
  map: { x: 1, y: 2 },
  apps: [
    { name: 'web', ports: [80, 443] },
    { name: 'db', ports: [5432] },
  ],
  deep: { a: { b: [{ c: 'found' }] } },
}

/** The value of an expression as text, or its findings. */
export function answer(text: string, withType = false, context: FunctionContext = {}): string {
  const source = new Source('test.hcl', text)
  const { node, problems } = parseExpression(source)
  const diagnostics = problemsToDiagnostics(source, problems)
  if (diagnostics.length > 0) return findings(diagnostics, text)
  const scope: Scope = {
    source,
    report: d => void diagnostics.push(d),
    functions,
    context,
    budget: { rounds: 100_000 },
    resolve: (traversal, inner) => {
      const json = names[traversal.root]
      if (json !== undefined) return { value: fromJson(json), used: 0 }
      return { value: reportStatic(inner, traversal, 'Unknown variable', ''), used: traversal.steps.length }
    },
  }
  const value = evaluate(node, scope)
  if (diagnostics.length > 0) return findings(diagnostics, text)
  return withType ? `${describeType(typeOf(value))} ${spell(value, 10_000)}` : spell(value, 10_000)
}

/** The findings of a whole file. */
export function fileFindings(text: string): string[] {
  return evaluateHclFiles([{ name: 'test.hcl', text }]).diagnostics.map(d => finding(d, text))
}

export function finding(diagnostic: Diagnostic, text: string): string {
  return `! ${diagnostic.summary}: ${marked(diagnostic, text)}`
}

function findings(diagnostics: readonly Diagnostic[], text: string): string {
  return diagnostics.map(d => finding(d, text)).join('\n')
}

// Through the byte offsets, so that these are tested with everything else.
export function marked({ subject }: Diagnostic, text: string): string {
  if (subject === undefined) return '(nowhere)'
  return Buffer.from(text, 'utf8').subarray(subject.start.byte, subject.end.byte).toString('utf8')
}
