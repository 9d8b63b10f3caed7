// Blocks with a condition and what to say when it does not hold: preconditions, postconditions, the asserts of checks.
// Everything is known while a configuration is evaluated, so all of them are asked then.
import { type Diagnostic, errorDiagnostic } from '../../../base/index.ts'
import type { Attribute, Block, Expression, Traversal } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { visitTraversals } from '../references.ts'
import { boolType, nameOfKind } from '../type.ts'
import { describe, hasUnknown, isSensitive } from '../value.ts'
import { namedAttributes, refuseBlocks } from './attributes.ts'

export interface Condition {
  readonly condition: Attribute
  readonly message: Attribute
}

/** Undefined when something is missing or too much, which is reported. */
export function readCondition(block: Block, scope: Scope): Condition | undefined {
  const [extra] = block.labels
  if (extra !== undefined) {
    const detail = `"${block.type}" blocks have no labels.`
    reportError(scope, extra, `Extraneous label for ${block.type}`, detail)
    return undefined
  }
  refuseBlocks(block.body, scope.source, `a ${block.type} block`, scope.report)
  const known = ['condition', 'error_message']
  const named = namedAttributes(block.body, known, scope.source, block.type, scope.report)
  const condition = named.get('condition')
  const message = named.get('error_message')
  if (condition !== undefined && message !== undefined) return { condition, message }
  const missing = condition === undefined ? 'condition' : 'error_message'
  const isMisspelt = block.body.attributes.length > named.size
  if (!isMisspelt) {
    const detail = `A ${block.type} block needs the argument "${missing}".`
    reportError(scope, block.header, 'Missing required argument', detail)
  }
  return undefined
}

export interface Failing {
  readonly severity: Diagnostic['severity']
  /** What to call it when the condition is false. */
  readonly summary: string
}

export function checkCondition(
  { condition, message }: Condition,
  scope: Scope,
  { severity, summary }: Failing,
): void {
  const { expression } = condition
  const value = evaluate(expression, scope)
  if (value.kind === 'unknown') return
  const holds = tryConvert(value, boolType)
  if (holds?.kind !== 'bool') {
    const detail = `The condition must be true or false; this is ${nameOfKind(value)}.`
    reportError(scope, expression, 'Invalid condition result', detail)
    return
  }
  if (holds.value) return
  const detail = [messageOf(message, scope), ...involvedValues(expression, scope)].join(' ')
  scope.report({ ...errorDiagnostic(summary, detail, { subject: scope.source.range(expression) }), severity })
}

function messageOf({ expression }: Attribute, scope: Scope): string {
  const unnamed = 'The condition does not hold.'
  const text = evaluate(expression, scope)
  if (text.kind === 'unknown') return unnamed
  if (text.kind !== 'string') {
    const detail = `The message must be a string; this is ${nameOfKind(text)}.`
    reportError(scope, expression, 'Invalid error message', detail)
    return unnamed
  }
  if (isSensitive(text)) return `${unnamed} (Its message holds a sensitive value and is not shown.)`
  const sentence = text.value.trim()
  return /[.!?…)]$/.test(sentence) ? sentence : `${sentence}.`
}

/** More would hide the message. */
const maxInvolved = 6

/** `Here var.replicas is 0 and self.mem is "16MiB".`, for the names in the condition; empty when there are none. */
function involvedValues(expression: Expression, scope: Scope): string[] {
  const silent: Scope = { ...scope, report: () => {} }
  const traversals: Traversal[] = []
  visitTraversals(expression, traversal => void traversals.push(traversal))
  const found = new Map<string, string>()
  for (const traversal of traversals.sort((a, b) => a.start - b.start)) {
    const name = scope.source.text.slice(traversal.start, traversal.end).replace(/\s+/g, ' ')
    const value = evaluate(traversal, silent)
    if (!hasUnknown(value)) found.set(name, describe(value))
  }
  const parts = [...found].slice(0, maxInvolved).map(([name, value]) => `${name} is ${value}`)
  if (parts.length === 0) return []
  const last = parts.pop()!
  return [`Here ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}.`]
}
