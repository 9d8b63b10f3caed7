// The type of a variable, as written: any, string, number, bool, list(T), set(T), map(T), tuple([T…]),
// object({ a = T, b = optional(T, default) }). Read from the tree, never evaluated.
import { type Diagnostic, didYouMean, errorDiagnostic } from '../../base/index.ts'
import type { Call, Expression } from './ast.ts'
import { ConversionError, convert } from './convert.ts'
import type { Source, Span } from './source.ts'
import { anyType } from './type.ts'
import type { AttributeType, Type, Value } from './value.ts'

interface Context {
  readonly source: Source
  readonly report: (diagnostic: Diagnostic) => void
  /** The value of a default inside `optional()`. */
  readonly literal: (expression: Expression) => Value
}

const primitives = ['any', 'string', 'number', 'bool']
const constructors = ['list', 'set', 'map', 'object', 'tuple']
const summary = 'Invalid type specification'

/** `any` after a mistake, which is reported. */
export function readType(expression: Expression, context: Context): Type {
  if (expression.kind === 'parentheses') return readType(expression.inner, context)
  if (expression.kind === 'traversal' && expression.steps.length === 0) {
    const { root } = expression
    if (root === 'any' || root === 'string' || root === 'number' || root === 'bool') return { kind: root }
    if (constructors.includes(root)) {
      return fail(context, expression, `The type "${root}" needs an argument, for example ${example(root)}.`)
    }
    const near = didYouMean(root, [...primitives, ...constructors])
    return fail(context, expression, `There is no type "${root}".${near}`)
  }
  if (expression.kind === 'call') return readCall(expression, context)
  if (expression.kind === 'template') {
    return fail(context, expression, 'Types are written without quotes: type = string.')
  }
  return fail(
    context,
    expression,
    'Expected a type such as string, number, bool, list(string) or object({ … }).',
  )
}

function readCall(call: Call, context: Context): Type {
  const [argument] = call.arguments
  if (call.name === 'optional') {
    return fail(context, call, 'optional() has its place only at the attributes of object({ … }).')
  }
  if (!constructors.includes(call.name)) {
    const near = didYouMean(call.name, constructors)
    return fail(context, call.nameSpan, `There is no type "${call.name}(…)".${near}`)
  }
  if (argument === undefined || call.arguments.length > 1) {
    return fail(context, call, `"${call.name}" takes one argument, for example ${example(call.name)}.`)
  }
  if (call.name === 'list' || call.name === 'set' || call.name === 'map') {
    return { kind: call.name, element: readType(argument, context) }
  }
  if (call.name === 'tuple') {
    if (argument.kind !== 'tuple')
      return fail(context, argument, 'Expected a list of types: tuple([string, number]).')
    return { kind: 'tuple', elements: argument.elements.map(e => readType(e, context)) }
  }
  if (argument.kind !== 'object')
    return fail(context, argument, 'Expected attributes: object({ name = string }).')
  const attributes = new Map<string, AttributeType>()
  for (const { key, value } of argument.items) {
    const name = key.kind === 'name' ? key.text : literalKey(key)
    if (name === undefined) {
      if (key.kind !== 'name') fail(context, key, 'The names of attributes must be plain words.')
    } else {
      attributes.set(name, readAttribute(value, context))
    }
  }
  return { kind: 'object', attributes }
}

function readAttribute(expression: Expression, context: Context): AttributeType {
  if (expression.kind !== 'call' || expression.name !== 'optional') {
    return { type: readType(expression, context), optional: false }
  }
  const [inner, fallback] = expression.arguments
  if (inner === undefined || expression.arguments.length > 2) {
    fail(context, expression, 'Write optional(type) or optional(type, default).')
    return { type: anyType, optional: true }
  }
  const type = readType(inner, context)
  if (fallback === undefined) return { type, optional: true }
  try {
    return { type, optional: true, fallback: convert(context.literal(fallback), type) }
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    fail(context, fallback, `The default is not of the attribute's type: ${thrown.message}.`)
    return { type, optional: true }
  }
}

function literalKey(key: Expression): string | undefined {
  if (key.kind !== 'template' || key.parts.length !== 1) return undefined
  const [part] = key.parts
  return part?.kind === 'literal' ? part.text : undefined
}

function example(name: string): string {
  if (name === 'object') return 'object({ name = string })'
  return name === 'tuple' ? 'tuple([string, number])' : `${name}(string)`
}

function fail(context: Context, span: Span, detail: string): Type {
  context.report(errorDiagnostic(summary, detail, { subject: context.source.range(span) }))
  return anyType
}
