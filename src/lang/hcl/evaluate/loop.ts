// `[for v in c : e if p]`, `{for k, v in c : key => value...}`, and `of[*].name`.
import type { For, Splat } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import { anyType, typeOf } from '../type.ts'
import {
  type Type,
  type UnknownValue,
  type Value,
  isSensitive,
  isSequence,
  object,
  tuple,
  unionMarks,
  unknownOf,
  unknownValue,
  withMarks,
} from '../value.ts'
import { type ConditionWords, decide } from './condition.ts'
import { iterate } from './iterate.ts'
import { keyText } from './key.ts'
import { reportError } from './report.ts'
import { type Evaluate, type Name, type Scope, onceEach, withNames } from './scope.ts'

const words: ConditionWords = {
  ifNull: ['Condition is null', "The condition behind 'if' is null. It must be true or false."],
  ifWrong: ["Invalid 'for' condition", "The condition behind 'if'"],
}

const none: Value = { kind: 'null' }

/** Unknown as a whole when the collection, a condition or a key is. */
export function evaluateFor(expression: For, scope: Scope, evaluate: Evaluate): Value {
  const collection = evaluate(expression.collection, scope)
  const valueName: Name = { name: expression.valueName, value: none, outer: scope.names }
  const keyName: Name | undefined =
    expression.keyName === undefined ? undefined : { name: expression.keyName, value: none, outer: valueName }
  const inner = withNames(scope, keyName ?? valueName, onceEach(scope.report))
  const elements: Value[] = []
  const entries = new Map<string, Value>()
  const groups = new Map<string, Value[]>()
  let marks = collection.marks
  let isKnown = true
  const ran = iterate(collection, expression.collection, scope, (key, value) => {
    valueName.value = value
    if (keyName !== undefined) keyName.value = key
    if (expression.condition !== undefined) {
      const condition = evaluate(expression.condition, inner)
      marks = unionMarks(marks, condition.marks)
      const included = decide(condition, expression.condition, inner, words)
      if (included === undefined || included === 'unknown') isKnown = false
      if (included === undefined) return false
      if (included === false) return true
    }
    if (expression.key === undefined) {
      elements.push(evaluate(expression.value, inner))
      return true
    }
    const made = evaluate(expression.key, inner)
    marks = unionMarks(marks, made.marks)
    const text = keyText(made, expression.key, inner, 'Invalid object key', 'Invalid object key')
    const result = evaluate(expression.value, inner)
    if (text === undefined) {
      isKnown = false
    } else if (expression.group) {
      const group = groups.get(text)
      if (group === undefined) groups.set(text, [result])
      else group.push(result)
    } else if (entries.has(text)) {
      const key =
        isSensitive(made) || isSensitive(collection) ? 'the same sensitive key' : `the key "${text}"`
      const detail = `Two elements have ${key}. To collect the values of one key into a tuple write "..." behind the value.`
      reportError(inner, expression.key, 'Duplicate object key', detail)
      isKnown = false
      return false
    } else {
      entries.set(text, result)
    }
    return true
  })
  if (!ran || !isKnown) return withMarks(unknownValue, marks)
  if (expression.key === undefined) return withMarks(tuple(elements), marks)
  if (!expression.group) return withMarks({ kind: 'object', entries }, marks)
  return withMarks(object([...groups].map(([k, values]) => [k, tuple(values)] as const)), marks)
}

/** A list or set gives a list, a tuple a tuple; any other value is taken for its only element, a null for none. */
export function evaluateSplat(expression: Splat, scope: Scope, evaluate: Evaluate): Value {
  const of = evaluate(expression.of, scope)
  const report = onceEach(scope.report)
  const each = (item: Value): Value => evaluate(expression.each, { ...scope, report, item })
  if (of.kind === 'unknown') return splatOfUnknown(of, each)
  if (of.kind === 'null') {
    if (of.type === undefined || !isList(of.type)) return withMarks(tuple([]), of.marks)
    const detail = 'A null value has no elements to go through.'
    return reportError(scope, expression.marker, 'Splat of null value', detail, expression.of)
  }
  if (!isSequence(of)) return tuple([each(of)])
  const result = tuple(of.elements.map(each))
  if (of.kind === 'tuple') return withMarks(result, of.marks)
  // The elements are of one type, so what is made of them is, too, unless it failed.
  const type: Type = {
    kind: 'list',
    element: of.elements.length === 0 ? typeOf(each(unknownOf(of.element))) : anyType,
  }
  return withMarks(tryConvert(result, type) ?? result, of.marks)
}

function splatOfUnknown(of: UnknownValue, each: (item: Value) => Value): Value {
  const { type, refinement, marks } = of
  if (type.kind === 'any') return of
  if (type.kind === 'tuple') return withMarks(tuple(type.elements.map(e => each(unknownOf(e)))), marks)
  if (type.kind === 'list' || type.kind === 'set') {
    const element = typeOf(each(unknownOf(type.element)))
    return withMarks(unknownOf({ kind: 'list', element }, refinement), marks)
  }
  // Whether it has one element or none depends on whether it is null.
  return refinement === undefined ? withMarks(unknownValue, marks) : tuple([each(of)])
}

function isList({ kind }: Type): boolean {
  return kind === 'list' || kind === 'set' || kind === 'tuple'
}
