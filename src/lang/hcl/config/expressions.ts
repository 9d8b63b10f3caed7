// Single expressions against a configuration that is evaluated already: what the console and the assertions of tests
// ask. They see what stands at the top level of the root module, and names that the caller brings along.
import { type Diagnostic, hasErrors } from '../../../base/index.ts'
import type { Block } from '../ast.ts'
import { type Scope, evaluate, maxLoopRounds } from '../evaluate.ts'
import { functions } from '../functions/index.ts'
import { parseExpression } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source } from '../source.ts'
import { type Value, unknownValue } from '../value.ts'
import { eachDeclaration, staticAddress } from './finddeclaration.ts'
import { type Run, allRuns, scopeIn } from './run.ts'

export interface Evaluated {
  /** Unknown where the expression has a mistake. */
  readonly value: Value
  readonly diagnostics: readonly Diagnostic[]
}

export interface Expressions {
  /** `file` is what ranges name. Never throws on any text. */
  readonly evaluate: (file: string, text: string) => Evaluated
  /** Where expressions of another file see the configuration; `names` hide names of it. */
  readonly scope: (source: Source, names: ReadonlyMap<string, Value>, report: Report) => Scope
  /** What expressions can begin with: `var.tag`, `local.url`, `app.web`, `join(`. */
  readonly names: () => readonly string[]
  /** What has conditions of its own: `check.ok`, `app.web`, `output.url`. They are asked here and nowhere else. */
  readonly conditions: () => readonly string[]
}

type Report = (diagnostic: Diagnostic) => void

export function expressionsOf(run: Run): Expressions {
  return {
    evaluate: (file, text) => evaluateText(run, new Source(file, text)),
    scope: (source, names, report) => scopeOf(run, source, names, report),
    names: () => namesIn(run),
    conditions: () => allRuns(run).flatMap(conditionsIn),
  }
}

function evaluateText(run: Run, source: Source): Evaluated {
  const { node, problems } = parseExpression(source)
  const diagnostics = [...problemsToDiagnostics(source, problems)]
  if (hasErrors(diagnostics)) return { value: unknownValue, diagnostics }
  const value = evaluate(
    node,
    scopeOf(run, source, new Map(), found => void diagnostics.push(found)),
  )
  return { value, diagnostics }
}

function scopeOf(run: Run, source: Source, names: ReadonlyMap<string, Value>, report: Report): Scope {
  const named = [...names].reduce<Scope['names']>(
    (outer, [name, value]) => ({ name, value, outer }),
    undefined,
  )
  const budget = { rounds: maxLoopRounds }
  return { ...scopeIn(run, source, undefined, ''), report, names: named, budget }
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

function conditionsIn({ declarations, prefix }: Run): string[] {
  const { checks, outputs, resources } = declarations
  const found = [...checks.keys()].map(name => `${prefix}check.${name}`)
  for (const [name, { block }] of outputs) if (hasConditions(block)) found.push(`${prefix}output.${name}`)
  eachDeclaration(resources, declaration => {
    const isAsked = declaration.block.body.blocks.some(b => b.type === 'lifecycle' && hasConditions(b))
    if (isAsked) found.push(`${prefix}${staticAddress(declaration)}`)
  })
  return found
}

function hasConditions({ body }: Block): boolean {
  return body.blocks.some(b => b.type === 'precondition' || b.type === 'postcondition')
}
