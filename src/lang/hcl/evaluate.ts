// The value of an expression. Mistakes are reported to the scope with their exact place and become `unknown`, so that
// evaluation goes on and finds the others, and nothing follows from one already told. The larger constructs have files
// of their own in the folder beside this one.
import { assert } from '../../base/index.ts'
import type { Binary, Expression, Index, ObjectConstructor, Step, Traversal, Unary } from './ast.ts'
import { evaluateCall } from './evaluate/call.ts'
import { evaluateConditional } from './evaluate/conditional.ts'
import { keyText } from './evaluate/key.ts'
import { evaluateFor, evaluateSplat } from './evaluate/loop.ts'
import { reportError } from './evaluate/report.ts'
import type { Scope } from './evaluate/scope.ts'
import { type Refusal, getElement, stepInto } from './evaluate/steps.ts'
import { evaluateTemplate } from './evaluate/template.ts'
import { OperandError, applyBinary, applyUnary } from './operators.ts'
import type { Span } from './source.ts'
import {
  type Marks,
  type Value,
  bool,
  nullValue,
  number,
  tuple,
  unionMarks,
  unknownValue,
  withMarks,
} from './value.ts'

export { reportError, reportStatic } from './evaluate/report.ts'
export { type Report, type Resolved, type Scope, maxLoopRounds } from './evaluate/scope.ts'

export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'number':
      return number(expression.value)
    case 'bool':
      return bool(expression.value)
    case 'null':
      return nullValue
    case 'template':
      return evaluateTemplate(expression, scope, evaluate)
    case 'traversal':
      return evaluateTraversal(expression, scope)
    case 'relative':
      return applySteps(evaluate(expression.of, scope), expression.steps, expression, scope)
    case 'index':
      return evaluateIndex(expression, scope)
    case 'splat':
      return evaluateSplat(expression, scope, evaluate)
    case 'splatItem':
      assert(scope.item !== undefined, 'a splat item outside of its splat')
      return scope.item
    case 'call':
      return evaluateCall(expression, scope, evaluate)
    case 'unary':
      return evaluateUnary(expression, scope)
    case 'binary':
      return evaluateBinary(expression, scope)
    case 'conditional':
      return evaluateConditional(expression, scope, evaluate)
    case 'tuple':
      return tuple(expression.elements.map(e => evaluate(e, scope)))
    case 'object':
      return evaluateObject(expression, scope)
    case 'for':
      return evaluateFor(expression, scope, evaluate)
    case 'parentheses':
      return evaluate(expression.inner, scope)
    case 'invalid':
      return unknownValue
  }
}

function evaluateUnary(expression: Unary, scope: Scope): Value {
  const value = evaluate(expression.operand, scope)
  try {
    return applyUnary(expression.operator, value)
  } catch (thrown) {
    if (!(thrown instanceof OperandError)) throw thrown
    return reportError(scope, expression.operand, thrown.summary, thrown.message)
  }
}

// A long chain leans left: its left side is walked in a loop, not by recursion.
function evaluateBinary(expression: Binary, scope: Scope): Value {
  const chain: Binary[] = []
  let first: Expression = expression
  while (first.kind === 'binary') {
    chain.push(first)
    first = first.left
  }
  let value = evaluate(first, scope)
  for (let i = chain.length - 1; i >= 0; i--) {
    const node = chain[i]!
    const right = evaluate(node.right, scope)
    try {
      value = applyBinary(node.operator, value, right)
    } catch (thrown) {
      if (!(thrown instanceof OperandError)) throw thrown
      const span = thrown.side === 'left' ? node.left : thrown.side === 'right' ? node.right : node
      value = reportError(scope, span, thrown.summary, thrown.message, node)
    }
  }
  return value
}

function evaluateObject(expression: ObjectConstructor, scope: Scope): Value {
  const entries = new Map<string, Value>()
  let marks: Marks | undefined
  let isComplete = true
  for (const item of expression.items) {
    const value = evaluate(item.value, scope)
    if (item.key.kind === 'name') {
      entries.set(item.key.text, value)
      continue
    }
    const key = evaluate(item.key, scope)
    const text = keyText(key, item.key, scope, 'Null value as key', 'Incorrect key type')
    if (text === undefined) isComplete = false
    else entries.set(text, value)
    marks = unionMarks(marks, key.marks)
  }
  return withMarks(isComplete ? { kind: 'object', entries } : unknownValue, marks)
}

function evaluateIndex(expression: Index, scope: Scope): Value {
  const of = evaluate(expression.of, scope)
  const key = evaluate(expression.key, scope)
  const found = getElement(of, key)
  if (found.kind !== 'refusal') return found
  const span = { start: expression.of.end, end: expression.end }
  return reportRefusal(found, span, expression, scope)
}

function evaluateTraversal(expression: Traversal, scope: Scope): Value {
  for (let name = scope.names; name !== undefined; name = name.outer) {
    if (name.name === expression.root) return applySteps(name.value, expression.steps, expression, scope)
  }
  const { value, used } = scope.resolve(expression, scope)
  const steps = used === 0 ? expression.steps : expression.steps.slice(used)
  return applySteps(value, steps, expression, scope)
}

function applySteps(start: Value, steps: readonly Step[], within: Expression, scope: Scope): Value {
  let value = start
  for (const step of steps) {
    const found = stepInto(value, step)
    if (found.kind === 'refusal') return reportRefusal(found, step, within, scope)
    value = found
  }
  return value
}

function reportRefusal({ summary, detail }: Refusal, span: Span, within: Expression, scope: Scope): Value {
  return reportError(scope, span, summary, detail, within)
}
