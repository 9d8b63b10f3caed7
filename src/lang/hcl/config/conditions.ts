// Blocks with a condition and what to say when it does not hold: preconditions, postconditions, the asserts of checks.
// Everything is known while a configuration is evaluated, so all of them are asked then.
import { type Diagnostic, errorDiagnostic } from '../../../base/index.ts'
import { argumentNames, constructs } from '../../vocabulary/index.ts'
import type { Attribute, Block } from '../ast.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { decide } from '../evaluate/condition.ts'
import { involvedValues } from '../evaluate/report.ts'
import { nameOfKind } from '../type.ts'
import { isSensitive } from '../value.ts'
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
  const named = namedAttributes(
    block.body,
    argumentNames(constructs.check.blocks.assert),
    scope.source,
    block.type,
    scope.report,
  )
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

export const failedPrecondition: Failing = { severity: 'error', summary: 'Precondition failed' }
export const failedPostcondition: Failing = { severity: 'error', summary: 'Postcondition failed' }
export const failedCheck: Failing = { severity: 'warning', summary: 'Check failed' }

/** Whether it tells of a condition that does not hold: each instance has an answer of its own. */
export function isFailedCondition({ summary }: Diagnostic): boolean {
  return [failedPrecondition, failedPostcondition, failedCheck].some(f => f.summary === summary)
}

export function checkCondition(
  { condition, message }: Condition,
  scope: Scope,
  { severity, summary }: Failing,
): void {
  const { expression } = condition
  if (decide(evaluate(expression, scope), expression, scope) !== false) return
  const detail = messageOf(message, scope)
  const values = involvedValues(expression, scope)
  scope.report({
    ...errorDiagnostic(summary, detail, { subject: scope.source.range(expression) }),
    severity,
    ...(values.length === 0 ? {} : { values }),
  })
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
