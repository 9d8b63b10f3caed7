// Calls of functions: arguments are expanded, counted, converted to what the parameters say; marks pass to the result.
import { didYouMean } from '../../../base/index.ts'
import type { Call } from '../ast.ts'
import { ConversionError, convert } from '../convert.ts'
import { FunctionError, type HclFunction } from '../functions/function.ts'
import { refusedFunctions } from '../functions/refused.ts'
import type { Span } from '../source.ts'
import { anyType, nameOfKind } from '../type.ts'
import {
  type Marks,
  type Value,
  deepMarks,
  hasUnknown,
  isSensitive,
  isSequence,
  notNull,
  sensitiveMark,
  unionMarks,
  unknownOf,
  withMarks,
} from '../value.ts'
import { reportError } from './report.ts'
import type { Evaluate, Scope } from './scope.ts'
import { specialForms } from './special.ts'

interface Argument {
  readonly value: Value
  readonly span: Span
}

export function evaluateCall(expression: Call, scope: Scope, evaluate: Evaluate): Value {
  const name = expression.name.startsWith('core::') ? expression.name.slice(6) : expression.name
  if (scope.functions.size > 0) {
    const special = specialForms.get(name)
    if (special !== undefined) return special(expression, scope, evaluate)
  }
  const called = scope.functions.get(name)
  const given: Argument[] = []
  const last = expression.arguments.length - 1
  let isCounted = true
  for (let i = 0; i <= last; i++) {
    const argument = expression.arguments[i]!
    const value = evaluate(argument, scope)
    if (expression.expand && i === last) isCounted = expand(value, argument, given, scope)
    else given.push({ value, span: argument })
  }
  if (called === undefined && scope.functions.size === 0) {
    const detail = 'Only a literal value can stand here.'
    return reportError(scope, expression, 'Function calls not allowed', detail)
  }
  const refused = called === undefined ? refusedFunctions.get(name) : undefined
  if (refused !== undefined) {
    const detail = `${name}() is not offered. ${refused.reason} ${refused.advice}`
    return reportError(scope, expression.nameSpan, 'Function not offered', detail)
  }
  if (called === undefined) {
    const known = [...scope.functions.keys(), ...specialForms.keys()]
    const detail = `There is no function "${expression.name}".${didYouMean(name, known)}`
    return reportError(scope, expression.nameSpan, 'Call to unknown function', detail)
  }
  return callFunction(called, given, isCounted, expression, scope)
}

// Adds the elements of the last argument, written `list...`. False when they can't be told.
function expand(value: Value, span: Span, given: Argument[], scope: Scope): boolean {
  if (isSequence(value)) {
    for (const e of value.elements) given.push({ value: withMarks(e, value.marks), span })
    return true
  }
  given.push({ value: unknownOf(anyType), span })
  const { kind } = value.kind === 'unknown' ? value.type : value
  if (value.kind !== 'unknown' || !['any', 'list', 'set', 'tuple'].includes(kind)) {
    const detail = `"..." takes a list, a set or a tuple, this is ${nameOfKind(value)}.`
    reportError(scope, span, 'Invalid expanding argument value', detail)
  }
  return false
}

function callFunction(
  called: HclFunction,
  given: readonly Argument[],
  isCounted: boolean,
  expression: Call,
  scope: Scope,
): Value {
  const { parameters, optional = [], rest, keepsMarks, seesMarks } = called
  if (isCounted) {
    const refused = refuseCount(called, given, expression, scope)
    if (refused !== undefined) return refused
  }
  const values: Value[] = []
  let marks: Marks | undefined
  let isUsable = true
  let isKnown = isCounted
  for (let i = 0; i < given.length; i++) {
    const { value, span } = given[i]!
    const parameter = parameters[i] ?? optional[i - parameters.length] ?? rest
    if (parameter === undefined) break
    marks = unionMarks(marks, keepsMarks === true ? value.marks : deepMarks(value))
    if (value.kind === 'null' && parameter.allowsNull !== true) {
      const detail = `"${parameter.name}" of ${called.name}() can't be null.`
      reportError(scope, span, 'Invalid function argument', detail)
      isUsable = false
      continue
    }
    try {
      const converted = convert(value, parameter.type)
      values.push(converted)
      // What only moves elements about may be given unknown ones.
      if (keepsMarks === true ? converted.kind === 'unknown' : hasUnknown(converted)) isKnown = false
    } catch (thrown) {
      if (!(thrown instanceof ConversionError)) throw thrown
      const at = thrown.path === '' ? '' : ` at ${thrown.path}`
      const detail = `Unsuitable value for "${parameter.name}" of ${called.name}()${at}: ${thrown.message}.`
      reportError(scope, span, 'Invalid function argument', detail)
      isUsable = false
    }
  }
  if (seesMarks === true) marks = undefined
  else if (called.dropsMarks === true) marks = withoutSensitive(marks)
  if (!isUsable || !isCounted) return withMarks(unforeseen(called), marks)
  try {
    if (isKnown || seesMarks === true) return withMarks(called.call(values, scope.context), marks)
    return withMarks(called.foresees?.(values) ?? unforeseen(called), marks)
  } catch (thrown) {
    return reportThrown(thrown, called.name, given, expression, scope)
  }
}

function unforeseen({ result, givesNull }: HclFunction): Value {
  return result === undefined
    ? unknownOf(anyType)
    : unknownOf(result, givesNull === true ? undefined : notNull)
}

function refuseCount(
  { name, parameters, optional = [], rest }: HclFunction,
  given: readonly Argument[],
  expression: Call,
  scope: Scope,
): Value | undefined {
  const most = parameters.length + optional.length
  if (given.length < parameters.length) {
    const missing = parameters[given.length]!.name
    const least = optional.length > 0 || rest !== undefined ? 'at least ' : ''
    const detail = `${name}() needs ${least}${countOf(parameters.length)}, ${given.length} given: "${missing}" is missing.`
    return reportError(scope, expression.close, 'Not enough function arguments', detail)
  }
  if (given.length <= most || rest !== undefined) return undefined
  const upTo = optional.length > 0 ? 'at most ' : ''
  const detail = `${name}() takes ${upTo}${countOf(most)}, ${given.length} given.`
  return reportError(scope, given[most]!.span, 'Too many function arguments', detail)
}

function countOf(count: number): string {
  return `${count} argument${count === 1 ? '' : 's'}`
}

function reportThrown(
  thrown: unknown,
  name: string,
  given: readonly Argument[],
  expression: Call,
  scope: Scope,
): Value {
  if (thrown instanceof ConversionError) {
    const at = thrown.path === '' ? '' : ` at ${thrown.path}`
    const detail = `${name}()${at}: ${thrown.message}.`
    const [only, ...others] = given
    return only === undefined || others.length > 0
      ? reportError(scope, expression, 'Error in function call', detail)
      : reportError(scope, only.span, 'Invalid function argument', detail)
  }
  if (!(thrown instanceof FunctionError)) throw thrown
  // The words of a function quote what it was given.
  const isShown = !given.some(({ value }) => isSensitive(value))
  const message = isShown
    ? thrown.message
    : 'the arguments do not fit; to say more would show a sensitive value'
  const at = thrown.argument === undefined ? undefined : given[thrown.argument]
  const summary = at === undefined ? 'Error in function call' : 'Invalid function argument'
  return reportError(scope, at?.span ?? expression, summary, `${name}(): ${message}.`, expression)
}

function withoutSensitive(marks: Marks | undefined): Marks | undefined {
  if (marks === undefined || !marks.has(sensitiveMark)) return marks
  const others = [...marks].filter(mark => mark !== sensitiveMark)
  return others.length === 0 ? undefined : new Set(others)
}
