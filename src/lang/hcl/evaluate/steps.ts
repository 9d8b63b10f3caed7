// One step into a value: `.name`, `[key]`. Of an unknown value the step's type may still be known; a step that its type
// rules out is refused even so.
import { didYouMean } from '../../../base/index.ts'
import type { Step } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import { type Num, asDouble, compareNum, formatNum, isWhole } from '../number.ts'
import { nameOfKind, numberType, stringType } from '../type.ts'
import {
  type Type,
  type UnknownValue,
  type Value,
  isMapping,
  isSensitive,
  isSequence,
  number,
  sensitiveMark,
  sortedKeys,
  string,
  unionMarks,
  unknownOf,
  unknownValue,
  withMarks,
} from '../value.ts'

/** Why there is no such value. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly summary: string
  readonly detail: string
}

/** More names than that are no help. */
const maxListed = 12

export function stepInto(of: Value, step: Step): Value | Refusal {
  if (step.kind === 'attribute') return getAttribute(of, step.name)
  return getElement(of, typeof step.key === 'string' ? string(step.key) : number(step.key))
}

function getAttribute(of: Value, name: string): Value | Refusal {
  if (of.kind === 'unknown') return attributeOfUnknown(of, name)
  if (of.kind === 'null') {
    return refusal(
      'Attempt to get attribute from null value',
      `This value is null, so it has no attribute "${name}".`,
    )
  }
  if (!isMapping(of)) return noAttributes(of, name)
  const found = of.entries.get(name)
  if (found !== undefined) return withMarks(found, of.marks)
  const isHidden = of.marks?.has(sensitiveMark) === true
  if (of.kind === 'object') return noSuchAttribute(name, isHidden ? undefined : sortedKeys(of))
  const near = isHidden ? '' : didYouMean(name, of.entries.keys())
  const detail = `The map has no element with the key "${name}".${near}`
  return refusal('Missing map element', detail)
}

function attributeOfUnknown(of: UnknownValue, name: string): Value | Refusal {
  const { type } = of
  if (type.kind === 'any') return of
  if (type.kind === 'map') return withMarks(unknownOf(type.element), of.marks)
  if (type.kind !== 'object') return noAttributes(of, name)
  const found = type.attributes.get(name)
  if (found === undefined) return noSuchAttribute(name, [...type.attributes.keys()])
  return withMarks(unknownOf(found.type), of.marks)
}

/** `known`: not given where the names must not be shown. */
function noSuchAttribute(name: string, known: readonly string[] | undefined): Refusal {
  if (known === undefined) return refusal('Unsupported attribute', `This object has no attribute "${name}".`)
  const listed = known.length <= maxListed ? ` It has: ${known.join(', ')}.` : ''
  const detail = `This object has no attribute "${name}".${didYouMean(name, known)}${known.length === 0 ? ' It has none.' : listed}`
  return refusal('Unsupported attribute', detail)
}

function noAttributes(of: Value, name: string): Refusal {
  const { kind } = of.kind === 'unknown' ? of.type : of
  const isList = kind === 'list' || kind === 'set' || kind === 'tuple'
  const detail = isList
    ? `This is a ${kind}, which has no attributes. To use "${name}" of one element give its index first: [0].${name}; for that of all write [*].${name}.`
    : `This is ${nameOfKind(of)}, which has no attributes.`
  return refusal('Unsupported attribute', detail)
}

/** `of[key]`. */
export function getElement(of: Value, key: Value): Value | Refusal {
  if (of.kind === 'null') {
    return refusal('Attempt to index null value', "This value is null, so it can't be indexed.")
  }
  if (key.kind === 'null') return refusal('Invalid index', "A null value can't be an index.")
  const marks = unionMarks(of.marks, key.marks)
  if (of.kind === 'unknown') return withMarksOr(elementOfUnknown(of, key), marks)
  if (isMapping(of)) {
    const text = tryConvert(key, stringType)
    if (text?.kind === 'unknown')
      return withMarks(of.kind === 'map' ? unknownOf(of.element) : unknownValue, marks)
    if (text?.kind !== 'string') return wrongKey(key)
    const found = of.entries.get(text.value)
    if (found !== undefined) return withMarks(found, marks)
    return noSuchKey(of.kind, text.value, key, of.marks?.has(sensitiveMark) === true ? [] : of.entries.keys())
  }
  if (isSequence(of) && of.kind !== 'set') {
    const at = tryConvert(key, numberType)
    if (at?.kind === 'unknown')
      return withMarks(of.kind === 'list' ? unknownOf(of.element) : unknownValue, marks)
    if (at?.kind !== 'number') return noNumber(of.kind, key)
    const found = isWhole(at.value) ? of.elements[asDouble(at.value)] : undefined
    return found === undefined
      ? refusal('Invalid index', whyNoElement(at.value, of.elements.length, isSensitive(key)))
      : withMarks(found, marks)
  }
  return notIndexable(of)
}

function noSuchKey(kind: string, text: string, key: Value, known: Iterable<string>): Refusal {
  const detail = isSensitive(key)
    ? `The ${kind} has no element with this key, which is sensitive.`
    : `The ${kind} has no element with the key "${text}".${didYouMean(text, known)}`
  return refusal('Invalid index', detail)
}

function elementOfUnknown(of: UnknownValue, key: Value): Value | Refusal {
  const { type } = of
  switch (type.kind) {
    case 'any':
      return of
    case 'map':
    case 'object': {
      const text = tryConvert(key, stringType)
      if (text === undefined) return wrongKey(key)
      if (type.kind !== 'object') return unknownOf(type.element)
      if (text.kind !== 'string') return unknownValue
      const found = type.attributes.get(text.value)
      if (found !== undefined) return unknownOf(found.type)
      return noSuchKey('object', text.value, key, type.attributes.keys())
    }
    case 'list':
    case 'tuple': {
      const at = tryConvert(key, numberType)
      if (at === undefined) return noNumber(type.kind, key)
      return at.kind === 'number'
        ? elementAt(type, at.value)
        : unknownOf(type.kind === 'list' ? type.element : { kind: 'any' })
    }
    default:
      return notIndexable(of)
  }
}

function elementAt(
  type: Extract<Type, { kind: 'list' | 'tuple' | 'set' | 'map' }>,
  at: Num,
): Value | Refusal {
  const isIndex = isWhole(at) && compareNum(at, 0) >= 0
  if (type.kind !== 'tuple')
    return isIndex ? unknownOf(type.element) : refusal('Invalid index', whyNoElement(at, 1))
  const found = isIndex ? type.elements[asDouble(at)] : undefined
  return found === undefined
    ? refusal('Invalid index', whyNoElement(at, type.elements.length))
    : unknownOf(found)
}

function whyNoElement(at: Num, length: number, isHidden = false): string {
  const shown = isHidden ? '(sensitive value)' : formatNum(at)
  if (!isWhole(at)) return `An index must be a whole number, not ${shown}.`
  if (compareNum(at, 0) < 0) return `An index can't be negative. The last element is at [length(…) - 1].`
  return length === 0
    ? 'It has no elements.'
    : `The index ${shown} is beyond the last element: there are ${length}, counted from 0.`
}

function wrongKey(key: Value): Refusal {
  return refusal('Invalid index', `A key must be a string, this is ${nameOfKind(key)}.`)
}

function noNumber(kind: 'list' | 'tuple', key: Value): Refusal {
  const given = key.kind === 'string' && !isSensitive(key) ? JSON.stringify(key.value) : nameOfKind(key)
  return refusal('Invalid index', `A ${kind} is indexed by a number, this is ${given}.`)
}

function notIndexable(of: Value): Refusal {
  const { kind } = of.kind === 'unknown' ? of.type : of
  const detail =
    kind === 'set'
      ? 'The elements of a set have no order and no index. Convert it with tolist() or use a for expression.'
      : `This is ${nameOfKind(of)}, which has no elements.`
  return refusal('Invalid index', detail)
}

function withMarksOr(found: Value | Refusal, marks: Value['marks']): Value | Refusal {
  return found.kind === 'refusal' ? found : withMarks(found, marks)
}

function refusal(summary: string, detail: string): Refusal {
  return { kind: 'refusal', summary, detail }
}
