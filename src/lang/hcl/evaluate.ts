// The value of an expression. Mistakes are reported to the scope with their exact place and become `unknown`, so that
// evaluation goes on and finds the others, and nothing follows from one already told.
import { type Diagnostic, assert, didYouMean, errorDiagnostic } from '../../base/index.ts'
import type {
  Binary,
  Call,
  Conditional,
  Expression,
  For,
  ObjectConstructor,
  Splat,
  Step,
  Template,
  TemplateFor,
  TemplatePart,
  Traversal,
} from './ast.ts'
import { ConversionError, convert, toCollection } from './convert.ts'
import { type FunctionContext, FunctionError, type HclFunction } from './functions/function.ts'
import { refusedFunctions } from './functions/refused.ts'
import { type Num, asDouble, compareNum, formatNum, isWhole } from './number.ts'
import { OperandError, applyBinary, applyUnary } from './operators.ts'
import type { Source, Span } from './source.ts'
import { anyType, boolType, describeType, nameOfKind, numberType, stringType, typeOf, unify } from './type.ts'
import {
  type BoolValue,
  type Marks,
  type NumberValue,
  type StringValue,
  type Value,
  bool,
  deepMarks,
  describe,
  hasUnknown,
  isMapping,
  isSequence,
  nullValue,
  number,
  object,
  sortedKeys,
  string,
  tuple,
  unionMarks,
  unknownValue,
  withMarks,
} from './value.ts'

export interface Scope {
  /** The text that the expression stands in. */
  readonly source: Source
  readonly report: (diagnostic: Diagnostic) => void
  readonly functions: ReadonlyMap<string, HclFunction>
  /** What the functions may know besides their arguments. */
  readonly context: FunctionContext
  /** The value of the first steps of a traversal whose root is not a loop's name. Reports what it can't find. */
  readonly resolve: (traversal: Traversal, scope: Scope) => Resolved
  /** Counts down with every round of a loop, over the whole run: nested loops must end in our lifetime. */
  readonly budget: { rounds: number }
  /** Names that loops brought in, innermost first. */
  readonly names?: Name | undefined
  /** The element at hand inside a splat. */
  readonly item?: Value | undefined
}

export interface Resolved {
  readonly value: Value
  /** How many steps the value already includes. */
  readonly used: number
}

interface Name {
  readonly name: string
  readonly value: Value
  readonly outer: Name | undefined
}

/** What loops and templates may produce together: more is a mistake, or an attack on memory. */
export const maxTextLength = 64 * 1024 * 1024

/** Rounds of all loops of one run. A cluster of a million instances needs a few million. */
export const maxLoopRounds = 20_000_000

export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'number':
      return number(expression.value)
    case 'bool':
      return bool(expression.value)
    case 'null':
      return nullValue
    case 'template':
      return evaluateTemplate(expression, scope)
    case 'traversal':
      return evaluateTraversal(expression, scope)
    case 'relative':
      return applySteps(evaluate(expression.of, scope), expression.steps, scope)
    case 'index': {
      const of = evaluate(expression.of, scope)
      const key = evaluate(expression.key, scope)
      return applyIndex(of, key, { start: expression.of.end, end: expression.end }, scope)
    }
    case 'splat':
      return evaluateSplat(expression, scope)
    case 'splatItem':
      assert(scope.item !== undefined, 'a splat item outside of its splat')
      return scope.item
    case 'call':
      return evaluateCall(expression, scope)
    case 'unary':
      return guard(expression.operand, scope, () =>
        applyUnary(expression.operator, evaluate(expression.operand, scope)),
      )
    case 'binary':
      return evaluateBinary(expression, scope)
    case 'conditional':
      return evaluateConditional(expression, scope)
    case 'tuple':
      return tuple(expression.elements.map(e => evaluate(e, scope)))
    case 'object':
      return evaluateObject(expression, scope)
    case 'for':
      return evaluateFor(expression, scope)
    case 'parentheses':
      return evaluate(expression.inner, scope)
    case 'invalid':
      return unknownValue
  }
}

/** Reports and gives the value that stands for it. */
export function reportError(scope: Scope, span: Span, summary: string, detail: string): Value {
  scope.report(errorDiagnostic(summary, detail, { subject: scope.source.range(span) }))
  return unknownValue
}

function withName(scope: Scope, name: string, value: Value): Scope {
  return { ...scope, names: { name, value, outer: scope.names } }
}

function guard(span: Span, scope: Scope, compute: () => Value): Value {
  try {
    return compute()
  } catch (thrown) {
    if (!(thrown instanceof OperandError)) throw thrown
    return reportError(scope, span, thrown.summary, thrown.message)
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
      value = reportError(scope, span, thrown.summary, thrown.message)
    }
  }
  return value
}

function evaluateConditional(expression: Conditional, scope: Scope): Value {
  const yesFindings: Diagnostic[] = []
  const noFindings: Diagnostic[] = []
  const condition = evaluate(expression.condition, scope)
  let yes = evaluate(expression.yes, { ...scope, report: d => void yesFindings.push(d) })
  let no = evaluate(expression.no, { ...scope, report: d => void noFindings.push(d) })
  const marks = unionMarks(unionMarks(condition.marks, yes.marks), no.marks)
  if (condition.kind === 'unknown') return unknownValue
  if (condition.kind === 'null') {
    return reportError(
      scope,
      expression.condition,
      'Null condition',
      'The condition is null. It must be true or false.',
    )
  }
  let chosen: boolean
  try {
    chosen = (convert(condition, boolType) as BoolValue).value
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    return reportError(
      scope,
      expression.condition,
      'Incorrect condition type',
      `The condition must be true or false: ${thrown.message}.`,
    )
  }
  for (const finding of chosen ? yesFindings : noFindings) scope.report(finding)
  if (yes.kind === 'unknown' || no.kind === 'unknown' || yes.kind === 'null' || no.kind === 'null') {
    return withMarks(chosen ? yes : no, marks)
  }
  const type = unify([typeOf(yes), typeOf(no)])
  if (type === undefined) {
    return reportError(
      scope,
      { start: expression.yes.start, end: expression.no.end },
      'Inconsistent conditional result types',
      `Both results must be of types that can become one. The first is ${describeType(typeOf(yes))}, the second ${describeType(typeOf(no))}.`,
    )
  }
  yes = chosen ? convert(yes, type) : yes
  no = chosen ? no : convert(no, type)
  return withMarks(chosen ? yes : no, marks)
}

function evaluateObject(expression: ObjectConstructor, scope: Scope): Value {
  const entries = new Map<string, Value>()
  let marks: Marks | undefined
  let complete = true
  for (const item of expression.items) {
    const value = evaluate(item.value, scope)
    if (item.key.kind === 'name') {
      entries.set(item.key.text, value)
      continue
    }
    const key = evaluate(item.key, scope)
    const text = keyText(key, item.key, scope, 'Null value as key', 'Incorrect key type')
    if (text === undefined) complete = false
    else entries.set(text, value)
    marks = unionMarks(marks, key.marks)
  }
  return complete ? withMarks({ kind: 'object', entries }, marks) : unknownValue
}

function keyText(key: Value, span: Span, scope: Scope, ifNull: string, ifWrong: string): string | undefined {
  if (key.kind === 'unknown') return undefined
  if (key.kind === 'null') {
    reportError(scope, span, ifNull, "A key can't be null.")
    return undefined
  }
  try {
    return (convert(key, stringType) as StringValue).value
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    reportError(scope, span, ifWrong, `A key must be a string, this is ${nameOfKind(key)}.`)
    return undefined
  }
}

// Names and steps

function evaluateTraversal(expression: Traversal, scope: Scope): Value {
  for (let name = scope.names; name !== undefined; name = name.outer) {
    if (name.name === expression.root) return applySteps(name.value, expression.steps, scope)
  }
  const { value, used } = scope.resolve(expression, scope)
  return applySteps(value, used === 0 ? expression.steps : expression.steps.slice(used), scope)
}

export function applySteps(start: Value, steps: readonly Step[], scope: Scope): Value {
  let value = start
  for (const step of steps) {
    if (step.kind === 'attribute') value = getAttribute(value, step.name, step, scope)
    else
      value = applyIndex(
        value,
        typeof step.key === 'string' ? string(step.key) : number(step.key),
        step,
        scope,
      )
    if (value.kind === 'unknown') return value
  }
  return value
}

function getAttribute(of: Value, name: string, span: Span, scope: Scope): Value {
  if (of.kind === 'unknown') return unknownValue
  if (of.kind === 'null') {
    return reportError(
      scope,
      span,
      'Attempt to get attribute from null value',
      `This value is null, so it has no attribute "${name}".`,
    )
  }
  if (isMapping(of)) {
    const found = of.entries.get(name)
    if (found !== undefined) return withMarks(found, of.marks)
    if (of.kind === 'map') {
      const detail = `The map has no element with the key "${name}".${didYouMean(name, of.entries.keys())}`
      return reportError(scope, span, 'Missing map element', detail)
    }
    const known = sortedKeys(of)
    const listed =
      known.length === 0 ? ' It has none.' : known.length <= 12 ? ` It has: ${known.join(', ')}.` : ''
    const detail = `This object has no attribute "${name}".${didYouMean(name, known)}${listed}`
    return reportError(scope, span, 'Unsupported attribute', detail)
  }
  if (isSequence(of)) {
    const detail = `This is a ${of.kind}, which has no attributes. To use "${name}" of one element give its index first: [0].${name}; for that of all write [*].${name}.`
    return reportError(scope, span, 'Unsupported attribute', detail)
  }
  return reportError(
    scope,
    span,
    'Unsupported attribute',
    `This is ${nameOfKind(of)}, which has no attributes.`,
  )
}

function applyIndex(of: Value, key: Value, span: Span, scope: Scope): Value {
  if (of.kind === 'unknown' || key.kind === 'unknown') return unknownValue
  if (of.kind === 'null') {
    return reportError(
      scope,
      span,
      'Attempt to index null value',
      "This value is null, so it can't be indexed.",
    )
  }
  if (key.kind === 'null') {
    return reportError(scope, span, 'Invalid index', "A null value can't be an index.")
  }
  const marks = unionMarks(of.marks, key.marks)
  if (isMapping(of)) {
    const text = keyText(key, span, scope, 'Invalid index', 'Invalid index')
    if (text === undefined) return unknownValue
    const found = of.entries.get(text)
    if (found !== undefined) return withMarks(found, marks)
    const what = of.kind === 'map' ? 'map' : 'object'
    const detail = `The ${what} has no element with the key "${text}".${didYouMean(text, of.entries.keys())}`
    return reportError(scope, span, 'Invalid index', detail)
  }
  if (of.kind === 'tuple' || of.kind === 'list') {
    let at: Num
    try {
      at = (convert(key, numberType) as NumberValue).value
    } catch (thrown) {
      if (!(thrown instanceof ConversionError)) throw thrown
      return reportError(
        scope,
        span,
        'Invalid index',
        `A ${of.kind} is indexed by a number: ${thrown.message}.`,
      )
    }
    const found = isWhole(at) ? of.elements[asDouble(at)] : undefined
    if (found !== undefined) return withMarks(found, marks)
    return reportError(scope, span, 'Invalid index', whyNoElement(at, of.elements.length))
  }
  if (of.kind === 'set') {
    const detail =
      'The elements of a set have no order and no index. Convert it with tolist() or use a for expression.'
    return reportError(scope, span, 'Invalid index', detail)
  }
  return reportError(scope, span, 'Invalid index', `This is ${nameOfKind(of)}, which has no elements.`)
}

function whyNoElement(at: Num, length: number): string {
  if (!isWhole(at)) return `An index must be a whole number, not ${formatNum(at)}.`
  if (compareNum(at, 0) < 0) return `An index can't be negative. The last element is at [length(…) - 1].`
  return length === 0
    ? 'It has no elements.'
    : `The index ${formatNum(at)} is beyond the last element: there are ${length}, counted from 0.`
}

function evaluateSplat(expression: Splat, scope: Scope): Value {
  const of = evaluate(expression.of, scope)
  if (of.kind === 'unknown') return unknownValue
  if (of.kind === 'null') return withMarks(tuple([]), of.marks)
  const elements = isSequence(of) ? of.elements : [of]
  const results = elements.map(item => evaluate(expression.each, { ...scope, item }))
  const result = tuple(results)
  if (of.kind === 'list' || of.kind === 'set') {
    if (results.some(hasUnknown)) return unknownValue
    try {
      return withMarks(toCollection(result, 'list', anyType), of.marks)
    } catch (thrown) {
      if (!(thrown instanceof ConversionError)) throw thrown
    }
  }
  return isSequence(of) ? withMarks(result, of.marks) : result
}

// Calls

function evaluateCall(expression: Call, scope: Scope): Value {
  const name = expression.name.startsWith('core::') ? expression.name.slice(6) : expression.name
  const called = scope.functions.get(name)
  const given: { value: Value; span: Span }[] = []
  expression.arguments.forEach((argument, i) => {
    const value = evaluate(argument, scope)
    if (expression.expand && i === expression.arguments.length - 1) {
      if (value.kind === 'unknown') given.push({ value, span: argument })
      else if (isSequence(value)) {
        for (const e of value.elements) given.push({ value: withMarks(e, value.marks), span: argument })
      } else {
        const detail = `"..." takes a list, a set or a tuple, this is ${nameOfKind(value)}.`
        given.push({
          value: reportError(scope, argument, 'Invalid expanding argument value', detail),
          span: argument,
        })
      }
    } else {
      given.push({ value, span: argument })
    }
  })
  if (called === undefined && scope.functions.size === 0) {
    return reportError(
      scope,
      expression,
      'Function calls not allowed',
      'Only a literal value can stand here.',
    )
  }
  const refused = called === undefined ? refusedFunctions.get(name) : undefined
  if (refused !== undefined) {
    const detail = `${name}() is not offered. ${refused.reason} ${refused.advice}`
    return reportError(scope, expression.nameSpan, 'Function not offered', detail)
  }
  if (called === undefined) {
    const detail = `There is no function "${expression.name}".${didYouMean(name, scope.functions.keys())}`
    return reportError(scope, expression.nameSpan, 'Call to unknown function', detail)
  }
  return callFunction(called, given, expression, scope)
}

function countOf(count: number): string {
  return `${count} argument${count === 1 ? '' : 's'}`
}

function callFunction(
  called: HclFunction,
  given: readonly { value: Value; span: Span }[],
  expression: Call,
  scope: Scope,
): Value {
  const { name, parameters, optional = [], rest } = called
  const most = parameters.length + optional.length
  const expandedUnknown = expression.expand && given.at(-1)?.value.kind === 'unknown'
  if (given.length < parameters.length && !expandedUnknown) {
    const missing = parameters[given.length]!.name
    const least = optional.length > 0 || rest !== undefined ? 'at least ' : ''
    const detail = `${name}() needs ${least}${countOf(parameters.length)}, ${given.length} given: "${missing}" is missing.`
    return reportError(scope, expression.close, 'Not enough function arguments', detail)
  }
  if (given.length > most && rest === undefined) {
    const upTo = optional.length > 0 ? 'at most ' : ''
    const detail = `${name}() takes ${upTo}${countOf(most)}, ${given.length} given.`
    return reportError(scope, given[most]!.span, 'Too many function arguments', detail)
  }
  const values: Value[] = []
  let marks: Marks | undefined
  let usable = !expandedUnknown
  given.forEach(({ value, span }, i) => {
    const parameter = parameters[i] ?? optional[i - parameters.length] ?? rest
    if (parameter === undefined) return
    marks = unionMarks(marks, called.keepsMarks === true ? value.marks : deepMarks(value))
    if (value.kind === 'unknown') {
      usable = false
      return
    }
    if (value.kind === 'null' && parameter.allowsNull !== true) {
      const detail = `"${parameter.name}" of ${name}() can't be null.`
      reportError(scope, span, 'Invalid function argument', detail)
      usable = false
      return
    }
    try {
      values.push(convert(value, parameter.type))
    } catch (thrown) {
      if (!(thrown instanceof ConversionError)) throw thrown
      const at = thrown.path === '' ? '' : ` at ${thrown.path}`
      reportError(
        scope,
        span,
        'Invalid function argument',
        `Unsuitable value for "${parameter.name}" of ${name}()${at}: ${thrown.message}.`,
      )
      usable = false
    }
  })
  if (!usable || values.some(hasUnknown)) return unknownValue
  try {
    return withMarks(called.call(values, scope.context), marks)
  } catch (thrown) {
    if (thrown instanceof ConversionError) {
      return reportError(scope, expression, 'Error in function call', `${name}(): ${thrown.message}.`)
    }
    if (!(thrown instanceof FunctionError)) throw thrown
    const at = thrown.argument === undefined ? undefined : given[thrown.argument]
    const summary = at === undefined ? 'Error in function call' : 'Invalid function argument'
    return reportError(scope, at?.span ?? expression, summary, `${name}(): ${thrown.message}.`)
  }
}

// Loops

interface Iteration {
  readonly key: Value
  readonly value: Value
}

function iterations(collection: Value, span: Span, scope: Scope): Iteration[] | undefined {
  if (collection.kind === 'unknown') return undefined
  const count = isSequence(collection)
    ? collection.elements.length
    : isMapping(collection)
      ? collection.entries.size
      : 0
  scope.budget.rounds -= count
  if (scope.budget.rounds < 0) {
    reportError(
      scope,
      span,
      'Too many iterations',
      `The loops of a configuration may run ${maxLoopRounds} rounds together.`,
    )
    return undefined
  }
  if (isSequence(collection)) {
    const isSet = collection.kind === 'set'
    return collection.elements.map((value, i) => ({ key: isSet ? value : number(i), value }))
  }
  if (isMapping(collection)) {
    return sortedKeys(collection).map(k => ({ key: string(k), value: collection.entries.get(k)! }))
  }
  if (collection.kind === 'null') {
    reportError(scope, span, 'Iteration over null value', "A null value can't be iterated over.")
  } else {
    const detail = `Only lists, sets, tuples, maps and objects can be iterated over; this is ${nameOfKind(collection)}.`
    reportError(scope, span, 'Iteration over non-iterable value', detail)
  }
  return undefined
}

function evaluateFor(expression: For, scope: Scope): Value {
  const collection = evaluate(expression.collection, scope)
  const rounds = iterations(collection, expression.collection, scope)
  if (rounds === undefined) return unknownValue
  const elements: Value[] = []
  const entries = new Map<string, Value>()
  const groups = new Map<string, Value[]>()
  let marks = collection.marks
  let known = true
  for (const round of rounds) {
    let inner = withName(scope, expression.valueName, round.value)
    if (expression.keyName !== undefined) inner = withName(inner, expression.keyName, round.key)
    if (expression.condition !== undefined) {
      const condition = evaluate(expression.condition, inner)
      marks = unionMarks(marks, condition.marks)
      const included = forCondition(condition, expression.condition, scope)
      if (included === undefined) return unknownValue
      if (!included) continue
    }
    if (expression.key === undefined) {
      elements.push(evaluate(expression.value, inner))
      continue
    }
    const key = evaluate(expression.key, inner)
    marks = unionMarks(marks, key.marks)
    const text = keyText(key, expression.key, scope, 'Invalid object key', 'Invalid object key')
    const value = evaluate(expression.value, inner)
    if (text === undefined) {
      known = false
    } else if (expression.group) {
      const group = groups.get(text)
      if (group === undefined) groups.set(text, [value])
      else group.push(value)
    } else if (entries.has(text)) {
      const detail = `Two elements have the key "${text}". To collect the values of one key into a tuple write "..." behind the value.`
      reportError(scope, expression.key, 'Duplicate object key', detail)
      known = false
      break
    } else {
      entries.set(text, value)
    }
  }
  if (!known) return unknownValue
  if (expression.key === undefined) return withMarks(tuple(elements), marks)
  if (!expression.group) return withMarks(object(entries), marks)
  return withMarks(object([...groups].map(([k, values]) => [k, tuple(values)] as const)), marks)
}

function forCondition(condition: Value, span: Span, scope: Scope): boolean | undefined {
  if (condition.kind === 'unknown') return undefined
  if (condition.kind === 'null') {
    reportError(
      scope,
      span,
      'Condition is null',
      "The condition behind 'if' is null. It must be true or false.",
    )
    return undefined
  }
  try {
    return (convert(condition, boolType) as BoolValue).value
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    reportError(scope, span, "Invalid 'for' condition", `The condition behind 'if': ${thrown.message}.`)
    return undefined
  }
}

// Templates

function evaluateTemplate(expression: Template, scope: Scope): Value {
  const [only] = expression.parts
  if (only === undefined) return string('')
  if (expression.parts.length === 1) {
    if (only.kind === 'literal') return string(only.text)
    // A lone interpolation keeps its type.
    if (only.kind === 'interpolation' && expression.form === 'quoted') return evaluate(only.expression, scope)
  }
  const output: Output = { pieces: [], length: 0, marks: undefined, known: true }
  writeParts(expression.parts, scope, output)
  if (!output.known) return unknownValue
  return withMarks(string(output.pieces.join('').normalize('NFC')), output.marks)
}

interface Output {
  readonly pieces: string[]
  length: number
  marks: Marks | undefined
  known: boolean
}

function writeParts(parts: readonly TemplatePart[], scope: Scope, output: Output): void {
  for (const part of parts) {
    if (part.kind === 'literal') write(part.text, part, scope, output)
    else if (part.kind === 'interpolation') writeInterpolation(part.expression, scope, output)
    else if (part.kind === 'for') writeFor(part, scope, output)
    else {
      const condition = evaluate(part.condition, scope)
      output.marks = unionMarks(output.marks, condition.marks)
      const chosen = templateCondition(condition, part.condition, scope)
      if (chosen === undefined) output.known = false
      else writeParts(chosen ? part.yes : part.no, scope, output)
    }
  }
}

function write(text: string, span: Span, scope: Scope, output: Output): void {
  output.length += text.length
  if (output.length <= maxTextLength) {
    output.pieces.push(text)
  } else if (output.known) {
    reportError(scope, span, 'Template result too long', `The text grows beyond ${maxTextLength} characters.`)
    output.known = false
  }
}

function writeInterpolation(expression: Expression, scope: Scope, output: Output): void {
  const value = evaluate(expression, scope)
  output.marks = unionMarks(output.marks, value.marks)
  if (value.kind === 'unknown') {
    output.known = false
    return
  }
  const summary = 'Invalid template interpolation value'
  if (value.kind === 'null') {
    reportError(scope, expression, summary, "The value is null and can't be put into a string.")
    output.known = false
    return
  }
  try {
    write((convert(value, stringType) as StringValue).value, expression, scope, output)
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const advice = isSequence(value)
      ? ' Use join() or jsonencode().'
      : ' Use jsonencode() or one of its attributes.'
    reportError(
      scope,
      expression,
      summary,
      `This is ${nameOfKind(value)}: ${describe(value)}. Only strings, numbers and bools can be put into a string.${advice}`,
    )
    output.known = false
  }
}

function writeFor(part: TemplateFor, scope: Scope, output: Output): void {
  const collection = evaluate(part.collection, scope)
  output.marks = unionMarks(output.marks, collection.marks)
  const rounds = iterations(collection, part.collection, scope)
  if (rounds === undefined) {
    output.known = false
    return
  }
  for (const round of rounds) {
    let inner = withName(scope, part.value, round.value)
    if (part.key !== undefined) inner = withName(inner, part.key, round.key)
    writeParts(part.body, inner, output)
    if (!output.known) return
  }
}

function templateCondition(condition: Value, span: Span, scope: Scope): boolean | undefined {
  if (condition.kind === 'unknown') return undefined
  if (condition.kind === 'null') {
    reportError(scope, span, 'Null condition', 'The condition is null. It must be true or false.')
    return undefined
  }
  try {
    return (convert(condition, boolType) as BoolValue).value
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    reportError(
      scope,
      span,
      'Incorrect condition type',
      `The condition must be true or false: ${thrown.message}.`,
    )
    return undefined
  }
}
