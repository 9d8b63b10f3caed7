// Strings with interpolations and directives. Where a part is unknown the string is, but what stands in front of it is
// known.
import type { Expression, Template, TemplateFor, TemplatePart } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import type { Span } from '../source.ts'
import { nameOfKind, stringType } from '../type.ts'
import {
  type Marks,
  type UnknownValue,
  type Value,
  describe,
  isSequence,
  string,
  unionMarks,
  unknownOf,
  withMarks,
} from '../value.ts'
import { decide } from './condition.ts'
import { iterate } from './iterate.ts'
import { reportError } from './report.ts'
import { type Evaluate, type Name, type Scope, maxTextLength, onceEach, withNames } from './scope.ts'

/** As much of an unknown string as anybody compares. */
const maxPrefixLength = 128

export function evaluateTemplate(expression: Template, scope: Scope, evaluate: Evaluate): Value {
  const [only] = expression.parts
  if (only === undefined) return string('')
  if (expression.parts.length === 1) {
    if (only.kind === 'literal') return string(only.text)
    // A lone interpolation keeps its type.
    if (only.kind === 'interpolation' && expression.form === 'quoted') return evaluate(only.expression, scope)
  }
  const output: Output = { pieces: [], length: 0, marks: undefined, state: 'known' }
  writeParts(expression.parts, scope, evaluate, output)
  const text = output.pieces.join('').normalize('NFC')
  return withMarks(output.state === 'known' ? string(text) : startingWith(text), output.marks)
}

/** An unknown string that starts so. The last character is left out if what follows could combine with it. */
function startingWith(text: string): UnknownValue {
  const known = text.slice(0, maxPrefixLength)
  const prefix = /[-_.:,;#?&@/ \n]$/.test(known) ? known : [...known].slice(0, -1).join('')
  return unknownOf(stringType, prefix === '' ? { notNull: true } : { notNull: true, prefix })
}

interface Output {
  readonly pieces: string[]
  length: number
  marks: Marks | undefined
  /** From the first unknown part on nothing is written, but what follows is evaluated for its mistakes and marks. */
  state: 'known' | 'unknown' | 'too long'
}

function writeParts(parts: readonly TemplatePart[], scope: Scope, evaluate: Evaluate, output: Output): void {
  for (const part of parts) {
    if (part.kind === 'literal') write(part.text, part, scope, output)
    else if (part.kind === 'interpolation') writeInterpolation(part.expression, scope, evaluate, output)
    else if (part.kind === 'for') writeFor(part, scope, evaluate, output)
    else {
      const condition = evaluate(part.condition, scope)
      output.marks = unionMarks(output.marks, condition.marks)
      const chosen = decide(condition, part.condition, scope)
      if (chosen === undefined || chosen === 'unknown') stop(output)
      else writeParts(chosen ? part.yes : part.no, scope, evaluate, output)
    }
  }
}

function write(text: string, span: Span, scope: Scope, output: Output): void {
  if (output.state !== 'known') return
  output.length += text.length
  if (output.length <= maxTextLength) {
    output.pieces.push(text)
    return
  }
  output.state = 'too long'
  reportError(scope, span, 'Template result too long', `The text grows beyond ${maxTextLength} characters.`)
}

function stop(output: Output): void {
  if (output.state === 'known') output.state = 'unknown'
}

function writeInterpolation(expression: Expression, scope: Scope, evaluate: Evaluate, output: Output): void {
  const value = evaluate(expression, scope)
  output.marks = unionMarks(output.marks, value.marks)
  const summary = 'Invalid template interpolation value'
  if (value.kind === 'null') {
    reportError(scope, expression, summary, "The value is null and can't be put into a string.")
    stop(output)
    return
  }
  const converted = tryConvert(value, stringType)
  if (converted?.kind === 'string') {
    write(converted.value, expression, scope, output)
    return
  }
  if (converted?.kind === 'unknown') {
    write(converted.refinement?.prefix ?? '', expression, scope, output)
    stop(output)
    return
  }
  const advice = isSequence(value)
    ? ' Use join() or jsonencode().'
    : ' Use jsonencode() or one of its attributes.'
  const detail = `This is ${nameOfKind(value)}: ${describe(value)}. Only strings, numbers and bools can be put into a string.${advice}`
  reportError(scope, expression, summary, detail)
  stop(output)
}

function writeFor(part: TemplateFor, scope: Scope, evaluate: Evaluate, output: Output): void {
  const collection = evaluate(part.collection, scope)
  output.marks = unionMarks(output.marks, collection.marks)
  const valueName: Name = { name: part.value, value: collection, outer: scope.names }
  const keyName: Name | undefined =
    part.key === undefined ? undefined : { name: part.key, value: collection, outer: valueName }
  const inner = withNames(scope, keyName ?? valueName, onceEach(scope.report))
  const ran = iterate(collection, part.collection, scope, (key, value) => {
    valueName.value = value
    if (keyName !== undefined) keyName.value = key
    writeParts(part.body, inner, evaluate, output)
    return output.state === 'known'
  })
  if (!ran) stop(output)
}
