// Mistakes of evaluation, each told with the values of the names in the expression that failed, as far as they may be
// shown.
import { type Diagnostic, errorDiagnostic } from '../../../base/index.ts'
import type { Expression, Step, Traversal } from '../ast.ts'
import { formatNum } from '../number.ts'
import { visitTraversals } from '../references.ts'
import type { Span } from '../source.ts'
import { describeType, nameOfType } from '../type.ts'
import { type Value, isMapping, isSensitive, isSequence, unknownValue } from '../value.ts'
import type { Scope } from './scope.ts'
import { stepInto } from './steps.ts'

type InvolvedValue = NonNullable<Diagnostic['values']>[number]

/** More values than that explain nothing. */
const maxValues = 5
const maxValueLength = 80

/** Reports and gives the value that stands for it. `within` is the expression whose names are shown with their values. */
export function reportError(
  scope: Scope,
  span: Span,
  summary: string,
  detail: string,
  within: Span = span,
): Value {
  return report(scope, span, summary, detail, within)
}

/** A mistake that is seen in the text alone, such as a name that was never declared: try() and can() let it through. */
export function reportStatic(scope: Scope, span: Span, summary: string, detail: string): Value {
  return report(scope, span, summary, detail, undefined)
}

function report(scope: Scope, span: Span, summary: string, detail: string, within: Span | undefined): Value {
  const subject = scope.source.range(span)
  const values = within === undefined || scope.quiet ? [] : involvedValues(within, scope)
  const diagnostic = errorDiagnostic(summary, detail, { subject })
  const nature = within === undefined ? 'static' : undefined
  scope.report(values.length === 0 ? diagnostic : { ...diagnostic, values }, nature)
  return unknownValue
}

/** What the names in an expression stand for, as far as it may be shown; none for what is no expression. */
export function involvedValues(within: Span, scope: Scope): InvolvedValue[] {
  const values: InvolvedValue[] = []
  if (!isExpression(within)) return values
  const seen = new Set<string>()
  visitTraversals(within, traversal => {
    if (values.length === maxValues) return
    const found = valueOf(traversal, scope)
    if (found === undefined || seen.has(found.name)) return
    seen.add(found.name)
    values.push(found)
  })
  return values
}

const expressionKinds: ReadonlySet<string> = new Set([
  'template',
  'traversal',
  'relative',
  'splat',
  'call',
  'unary',
  'binary',
  'conditional',
  'tuple',
  'object',
  'parentheses',
] satisfies Expression['kind'][])

// Steps and the parts of templates are spans with a kind, too.
function isExpression(span: Span): span is Expression {
  if (!('kind' in span) || typeof span.kind !== 'string') return false
  if (span.kind === 'index') return 'of' in span
  return span.kind === 'for' ? 'valueName' in span : expressionKinds.has(span.kind)
}

// The value of as many steps as there are values for.
function valueOf(traversal: Traversal, scope: Scope): InvolvedValue | undefined {
  let value: Value | undefined
  let used = 0
  for (let name = scope.names; name !== undefined && value === undefined; name = name.outer) {
    if (name.name === traversal.root) value = name.value
  }
  if (value === undefined) {
    let failed = false
    const resolved = scope.resolve(traversal, { ...scope, quiet: true, report: () => void (failed = true) })
    if (failed || resolved.used > traversal.steps.length) return undefined
    value = resolved.value
    used = resolved.used
    // "var" by itself says nothing.
    if (used === 0 && traversal.steps.length === 0) return undefined
  }
  for (; used < traversal.steps.length; used++) {
    const inner = stepInto(value, traversal.steps[used]!)
    if (inner.kind === 'refusal') break
    value = inner
  }
  const text = predicate(value)
  return text === undefined
    ? undefined
    : { name: spellSteps(traversal.root, traversal.steps.slice(0, used)), text }
}

function spellSteps(root: string, steps: readonly Step[]): string {
  const spelled = steps.map(step => {
    if (step.kind === 'attribute') return `.${step.name}`
    return typeof step.key === 'string' ? `[${JSON.stringify(step.key)}]` : `[${formatNum(step.key)}]`
  })
  return root + spelled.join('')
}

// Undefined where nothing is known.
function predicate(value: Value): string | undefined {
  if (isSensitive(value)) return 'has a sensitive value'
  if (value.kind === 'unknown') {
    return value.type.kind === 'any' ? undefined : `is ${nameOfType(value.type)} that is not known yet`
  }
  return `is ${cut(compact(value))}`
}

function compact(value: Exclude<Value, { kind: 'unknown' }>): string {
  switch (value.kind) {
    case 'null':
      return 'null'
    case 'bool':
      return String(value.value)
    case 'number':
      return formatNum(value.value)
    case 'string':
      return JSON.stringify(value.value)
    default: {
      const count = isSequence(value) ? value.elements.length : isMapping(value) ? value.entries.size : 0
      const noun = value.kind === 'object' ? 'attribute' : 'element'
      const of = 'element' in value ? ` of ${describeType(value.element)}` : ''
      return `${value.kind}${of} with ${count} ${noun}${count === 1 ? '' : 's'}`
    }
  }
}

function cut(text: string): string {
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength)}…`
}
