// Calls that look at their arguments before they are values: try() and can() catch the mistakes in them, convert() has
// a type for its second one. A mistake that is seen in the text alone, such as a name that nobody declared, is told all
// the same: no value of any variable would mend it.
import type { Diagnostic } from '../../../base/index.ts'
import type { Call, Expression } from '../ast.ts'
import { ConversionError, convert } from '../convert.ts'
import { boolType } from '../type.ts'
import { readType } from '../typeexpression.ts'
import {
  type Value,
  bool,
  deepMarks,
  hasUnknown,
  notNull,
  unknownOf,
  unknownValue,
  withMarks,
} from '../value.ts'
import { reportError } from './report.ts'
import { type Evaluate, type Scope, withNames } from './scope.ts'

type SpecialForm = (call: Call, scope: Scope, evaluate: Evaluate) => Value

/** By the names that they are called by. */
export const specialForms: ReadonlyMap<string, SpecialForm> = new Map<string, SpecialForm>([
  ['can', evaluateCan],
  ['convert', evaluateConvert],
  ['try', evaluateTry],
])

function evaluateCan(call: Call, scope: Scope, evaluate: Evaluate): Value {
  const refused = refuseCount(call, 1, 1, scope)
  if (refused !== undefined) return refused
  const { value, findings, isBroken } = attempt(call.arguments[0]!, scope, evaluate)
  if (isBroken) return unknownOf(boolType, notNull)
  if (findings.length > 0) return bool(false)
  return withMarks(hasUnknown(value) ? unknownOf(boolType, notNull) : bool(true), deepMarks(value))
}

// The first argument that evaluates without findings. Of an unknown one that can not be told.
function evaluateTry(call: Call, scope: Scope, evaluate: Evaluate): Value {
  const refused = refuseCount(call, 1, undefined, scope)
  if (refused !== undefined) return refused
  const all: Diagnostic[] = []
  for (const argument of call.arguments) {
    const { value, findings, isBroken } = attempt(argument, scope, evaluate)
    if (isBroken) return unknownValue
    if (findings.length === 0) return hasUnknown(value) ? withMarks(unknownValue, deepMarks(value)) : value
    all.push(...findings)
  }
  const reasons = all.map(d => `\n- ${d.summary}: ${d.detail}`).join('')
  return reportError(
    scope,
    call,
    'Error in function call',
    `try(): no argument could be evaluated.${reasons}`,
  )
}

interface Attempt {
  readonly value: Value
  readonly findings: readonly Diagnostic[]
  /** Whether something was told that is not to be excused. */
  readonly isBroken: boolean
}

function attempt(argument: Expression, scope: Scope, evaluate: Evaluate): Attempt {
  const findings: Diagnostic[] = []
  let isBroken = false
  const inner = withNames(scope, scope.names, (diagnostic, nature) => {
    if (nature === undefined) {
      findings.push(diagnostic)
      return
    }
    isBroken = true
    scope.report(diagnostic, nature)
  })
  const value = evaluate(argument, inner)
  return { value, findings, isBroken }
}

function evaluateConvert(call: Call, scope: Scope, evaluate: Evaluate): Value {
  const refused = refuseCount(call, 2, 2, scope)
  if (refused !== undefined) return refused
  const [argument, written] = call.arguments as [Expression, Expression]
  const value = evaluate(argument, scope)
  let isBroken = false
  const type = readType(written, {
    source: scope.source,
    report: diagnostic => {
      isBroken = true
      scope.report(diagnostic, 'static')
    },
    literal: expression => evaluate(expression, scope),
  })
  if (isBroken) return withMarks(unknownValue, deepMarks(value))
  try {
    return convert(value, type)
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const at = thrown.path === '' ? '' : ` at ${thrown.path}`
    const detail = `The value can't be converted${at}: ${thrown.message}.`
    return withMarks(reportError(scope, argument, 'Invalid function argument', detail), value.marks)
  }
}

function refuseCount(call: Call, least: number, most: number | undefined, scope: Scope): Value | undefined {
  const count = call.arguments.length
  if (call.expand) {
    const detail = `The arguments of ${call.name}() are written one by one; "..." can't stand here.`
    return reportError(scope, call.arguments[count - 1]!, 'Invalid expanding argument value', detail)
  }
  const words = `${least} argument${least === 1 ? '' : 's'}`
  if (count < least) {
    const detail = `${call.name}() needs ${most === undefined ? 'at least ' : ''}${words}, ${count} given.`
    return reportError(scope, call.close, 'Not enough function arguments', detail)
  }
  if (most === undefined || count <= most) return undefined
  const detail = `${call.name}() takes ${words}, ${count} given.`
  return reportError(scope, call.arguments[most]!, 'Too many function arguments', detail)
}
