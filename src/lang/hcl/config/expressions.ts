// Single expressions against a configuration that is evaluated already: what the console and the assertions of tests
// ask. They see what stands at the top level of the root module, and names that the caller brings along.
import { type Diagnostic, hasErrors } from '../../../base/index.ts'
import { evaluate, maxLoopRounds } from '../evaluate.ts'
import { functions } from '../functions/index.ts'
import { parseExpression } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source } from '../source.ts'
import { type Value, unknownValue } from '../value.ts'
import { type Run, scopeIn } from './run.ts'

export interface Evaluated {
  /** Unknown where the expression has a mistake. */
  readonly value: Value
  readonly diagnostics: readonly Diagnostic[]
}

export interface Expressions {
  /** `file` is what ranges name; `names` hides names of the configuration. Never throws on any text. */
  readonly evaluate: (file: string, text: string, names?: ReadonlyMap<string, Value>) => Evaluated
  /** What expressions can begin with: `var.tag`, `local.url`, `app.web`, `join(`. */
  readonly names: readonly string[]
}

export function expressionsOf(run: Run): Expressions {
  return {
    evaluate: (file, text, names) => evaluateText(run, new Source(file, text), names ?? new Map()),
    names: namesIn(run),
  }
}

function evaluateText(run: Run, source: Source, names: ReadonlyMap<string, Value>): Evaluated {
  const { node, problems } = parseExpression(source)
  const diagnostics = [...problemsToDiagnostics(source, problems)]
  if (hasErrors(diagnostics)) return { value: unknownValue, diagnostics }
  const scope = scopeIn(run, source, undefined, '')
  const named = [...names].reduce<typeof scope.names>(
    (outer, [name, value]) => ({ name, value, outer }),
    undefined,
  )
  const report = (found: Diagnostic): void => void diagnostics.push(found)
  const budget = { rounds: maxLoopRounds }
  const value = evaluate(node, { ...scope, report, names: named, budget })
  return { value, diagnostics }
}

function namesIn({ variables, declarations }: Run): string[] {
  const { locals, resources, modules } = declarations
  return [
    ...[...variables.keys()].map(name => `var.${name}`),
    ...[...locals.keys()].map(name => `local.${name}`),
    ...[...modules.keys()].map(name => `module.${name}`),
    ...(['app', 'group', 'volume'] as const).flatMap(kind =>
      [...resources[kind].keys()].map(name => `${kind}.${name}`),
    ),
    ...['path.module', 'path.root', 'path.cwd', 'sddc.stack'],
    ...[...functions.keys()].map(name => `${name}(`),
  ]
}
