// `condition ? yes : no`. Both arms are evaluated, for the result is of the type that both can become; only the findings
// of the chosen one are told.
import type { Diagnostic } from '../../../base/index.ts'
import type { Conditional, Expression } from '../ast.ts'
import { ConversionError, convert, convertedType } from '../convert.ts'
import { lengthBounds, numberBounds } from '../operators.ts'
import { anyType, describeType, typeOf, unify } from '../type.ts'
import {
  type Refinement,
  type Type,
  type Value,
  isNeverNull,
  nullOf,
  sensitiveMark,
  unionMarks,
  unknownOf,
  unknownValue,
  withMarks,
} from '../value.ts'
import { decide } from './condition.ts'
import { reportError } from './report.ts'
import { type Evaluate, type Report, type Scope, withNames } from './scope.ts'

type Findings = (readonly [Diagnostic, 'static' | undefined])[]

export function evaluateConditional(expression: Conditional, scope: Scope, evaluate: Evaluate): Value {
  const condition = evaluate(expression.condition, scope)
  const yesFindings: Findings = []
  const noFindings: Findings = []
  const yes = evaluateArm(expression.yes, scope, evaluate, yesFindings)
  const no = evaluateArm(expression.no, scope, evaluate, noFindings)
  const marks = unionMarks(unionMarks(condition.marks, yes.marks), no.marks)
  const chosen = decide(condition, expression.condition, scope)
  if (chosen === undefined) return unknownValue
  if (chosen !== 'unknown') for (const finding of chosen ? yesFindings : noFindings) scope.report(...finding)
  const type = resultType(yes, no)
  if (type === undefined) {
    return reportError(
      scope,
      { start: expression.yes.start, end: expression.no.end },
      'Inconsistent conditional result types',
      `Both results must be of types that can become one. The first is ${typeText(yes)}, the second ${typeText(no)}.`,
      expression,
    )
  }
  if (chosen === 'unknown') return withMarks(eitherOf(yes, no, type), marks)
  try {
    return withMarks(convert(chosen ? yes : no, type), marks)
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const detail = `The ${chosen ? 'first' : 'second'} result can't become ${describeType(type)}: ${thrown.message}.`
    const arm = chosen ? expression.yes : expression.no
    return reportError(scope, arm, 'Inconsistent conditional result types', detail)
  }
}

// The names in a sensitive object are part of its value.
function typeText(value: Value): string {
  return value.marks?.has(sensitiveMark) === true ? value.kind : describeType(typeOf(value))
}

// A literal reports nothing, so it needs no scope of its own.
function evaluateArm(arm: Expression, scope: Scope, evaluate: Evaluate, findings: Findings): Value {
  if (arm.kind === 'number' || arm.kind === 'bool' || arm.kind === 'null') return evaluate(arm, scope)
  const report: Report = (diagnostic, nature) => void findings.push([diagnostic, nature])
  return evaluate(arm, withNames(scope, scope.names, report))
}

// A bare null takes the other's type; what may be of any type makes the result so.
function resultType(yes: Value, no: Value): Type | undefined {
  const [a, b] = [typeOf(yes), typeOf(no)]
  if (yes.kind === 'null' && a.kind === 'any') return b
  if (no.kind === 'null' && b.kind === 'any') return a
  return a.kind === 'any' || b.kind === 'any' ? anyType : unify([a, b])
}

// What holds for both results holds for the one that it will be.
function eitherOf(yes: Value, no: Value, type: Type): Value {
  const exact = type.kind === 'any' ? type : (convertedType(typeOf(yes), type) ?? type)
  if (yes.kind === 'null' && no.kind === 'null') return nullOf(exact)
  if (!isNeverNull(yes) || !isNeverNull(no)) return unknownOf(exact)
  return unknownOf(exact, commonRefinement(yes, no, exact))
}

function commonRefinement(yes: Value, no: Value, type: Type): Refinement {
  if (type.kind === 'number') {
    const { lower, upper } = numberBounds(yes, no)
    return { notNull: true, lower, upper }
  }
  if (type.kind === 'string') {
    const prefix = commonPrefix(prefixOf(yes), prefixOf(no))
    return prefix === '' ? { notNull: true } : { notNull: true, prefix }
  }
  if (type.kind !== 'list' && type.kind !== 'map' && type.kind !== 'set') return { notNull: true }
  const [a, b] = [lengthBounds(yes), lengthBounds(no)]
  const maxLength = Math.max(a.most, b.most)
  const least = Math.min(a.least, b.least)
  // Elements of a set may fall together.
  const minLength = type.kind === 'set' ? Math.min(1, least) : least
  return { notNull: true, minLength, ...(Number.isFinite(maxLength) ? { maxLength } : {}) }
}

function prefixOf(value: Value): string {
  if (value.kind === 'string') return value.value
  return (value.kind === 'unknown' && value.refinement?.prefix) || ''
}

function commonPrefix(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}
