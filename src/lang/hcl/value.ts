// What expressions evaluate to. Literals are structural (`[…]` a tuple, `{…}` an object); lists, sets and maps come
// from conversions, functions and loops. Marks travel with a value into everything derived from it: that it must not
// be shown, and which resources it came from. `unknown` stands for a value that can't be told: of a variable that is
// not given yet, or in place of one whose mistake is already reported. Whatever it touches is unknown too, silently,
// but for what its type and refinement say. Types are declared here, too: each holds the other, a list the type of its
// elements, the type of an object its defaults.
import { compareStrings } from '../../base/index.ts'
import { type Num, compareNum, formatNum } from './number.ts'

export type Marks = ReadonlySet<string>

/** The mark of values that must not be shown. Every other mark is the address of a resource. */
export const sensitiveMark = '(sensitive)'

interface Marked {
  readonly marks?: Marks | undefined
}

/** A null of no stated type is of any. */
export interface NullValue extends Marked {
  readonly kind: 'null'
  readonly type?: Type | undefined
}
export interface UnknownValue extends Marked {
  readonly kind: 'unknown'
  /** `any`: the type is not known either. */
  readonly type: Type
  readonly refinement?: Refinement | undefined
}
/** What is known of an unknown value beyond its type. Only a value that is not null has bounds or a prefix. */
export interface Refinement {
  readonly notNull: true
  /** Of a string. */
  readonly prefix?: string | undefined
  /** Of a number. */
  readonly lower?: NumberBound | undefined
  readonly upper?: NumberBound | undefined
  /** Of a list, set or map. */
  readonly minLength?: number | undefined
  readonly maxLength?: number | undefined
}
export interface NumberBound {
  readonly value: Num
  readonly inclusive: boolean
}
export interface BoolValue extends Marked {
  readonly kind: 'bool'
  readonly value: boolean
}
export interface NumberValue extends Marked {
  readonly kind: 'number'
  readonly value: Num
}
export interface StringValue extends Marked {
  readonly kind: 'string'
  readonly value: string
}
export interface TupleValue extends Marked {
  readonly kind: 'tuple'
  readonly elements: readonly Value[]
}
/** A set is sorted and holds each value once. */
export interface ListValue extends Marked {
  readonly kind: 'list' | 'set'
  readonly element: Type
  readonly elements: readonly Value[]
}
export interface ObjectValue extends Marked {
  readonly kind: 'object'
  readonly entries: ReadonlyMap<string, Value>
}
export interface MapValue extends Marked {
  readonly kind: 'map'
  readonly element: Type
  readonly entries: ReadonlyMap<string, Value>
}

/** `any` is what is not known, or does not matter. */
export type Type =
  | { readonly kind: 'any' | 'string' | 'number' | 'bool' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly element: Type }
  | { readonly kind: 'tuple'; readonly elements: readonly Type[] }
  | { readonly kind: 'object'; readonly attributes: ReadonlyMap<string, AttributeType> }

export interface AttributeType {
  readonly type: Type
  readonly optional: boolean
  readonly fallback?: Value | undefined
}

export type SequenceValue = TupleValue | ListValue
export type MappingValue = ObjectValue | MapValue
export type Value =
  NullValue | UnknownValue | BoolValue | NumberValue | StringValue | SequenceValue | MappingValue

export const nullValue: NullValue = { kind: 'null' }
/** Of no known type: what stands for a mistake that is reported. */
export const unknownValue: UnknownValue = { kind: 'unknown', type: { kind: 'any' } }
export const notNull: Refinement = { notNull: true }
const trueValue: BoolValue = { kind: 'bool', value: true }
const falseValue: BoolValue = { kind: 'bool', value: false }

export function bool(value: boolean): BoolValue {
  return value ? trueValue : falseValue
}
export function number(value: Num): NumberValue {
  return { kind: 'number', value }
}
export function string(value: string): StringValue {
  return { kind: 'string', value }
}
export function nullOf(type: Type): NullValue {
  return type.kind === 'any' ? nullValue : { kind: 'null', type }
}
/** A value of the type that can't be told yet. */
export function unknownOf(type: Type, refinement?: Refinement): UnknownValue {
  return refinement === undefined ? { kind: 'unknown', type } : { kind: 'unknown', type, refinement }
}
export function tuple(elements: readonly Value[]): TupleValue {
  return { kind: 'tuple', elements }
}
export function object(entries: Iterable<readonly [string, Value]>): ObjectValue {
  return { kind: 'object', entries: new Map(entries) }
}

export function isSequence(value: Value): value is SequenceValue {
  return value.kind === 'tuple' || value.kind === 'list' || value.kind === 'set'
}
export function isMapping(value: Value): value is MappingValue {
  return value.kind === 'object' || value.kind === 'map'
}

/** The value with more marks; the same value when there are none to add. */
export function withMarks<V extends Value>(value: V, ...more: readonly (Marks | undefined)[]): V {
  let marks = value.marks
  for (const set of more) marks = unionMarks(marks, set)
  return marks === value.marks ? value : { ...value, marks }
}

export function unionMarks(a: Marks | undefined, b: Marks | undefined): Marks | undefined {
  if (a === undefined || a === b) return b
  if (b === undefined) return a
  for (const mark of b) if (!a.has(mark)) return new Set([...a, ...b])
  return a
}

/** The marks of a value and of everything inside it. */
export function deepMarks(value: Value): Marks | undefined {
  let marks = value.marks
  if (isSequence(value)) for (const e of value.elements) marks = unionMarks(marks, deepMarks(e))
  else if (isMapping(value)) for (const e of value.entries.values()) marks = unionMarks(marks, deepMarks(e))
  return marks
}

export function isSensitive(value: Value): boolean {
  return deepMarks(value)?.has(sensitiveMark) ?? false
}

/** Whether the value or something inside it is unknown. */
export function hasUnknown(value: Value): boolean {
  if (value.kind === 'unknown') return true
  if (isSequence(value)) return value.elements.some(hasUnknown)
  if (isMapping(value)) for (const e of value.entries.values()) if (hasUnknown(e)) return true
  return false
}

/** The keys of a map or object, by code point. */
export function sortedKeys(value: MappingValue): string[] {
  return [...value.entries.keys()].sort(compareStrings)
}

/** Whether it is certain that the value is not null. */
export function isNeverNull(value: Value): boolean {
  return value.kind === 'unknown' ? value.refinement !== undefined : value.kind !== 'null'
}

/** Equal in kind and content; nothing is converted. Unknown values are taken for equal: see `equality`. */
export function sameValue(a: Value, b: Value): boolean {
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'null':
    case 'unknown':
      return true
    case 'bool':
    case 'string':
      return a.value === (b as typeof a).value
    case 'number':
      return compareNum(a.value, (b as typeof a).value) === 0
    case 'tuple':
    case 'list':
    case 'set': {
      const other = (b as SequenceValue).elements
      return a.elements.length === other.length && a.elements.every((e, i) => sameValue(e, other[i]!))
    }
    case 'object':
    case 'map': {
      const other = (b as MappingValue).entries
      if (a.entries.size !== other.size) return false
      for (const [key, e] of a.entries) {
        const found = other.get(key)
        if (found === undefined || !sameValue(e, found)) return false
      }
      return true
    }
  }
}

/** The order of a set: false before true, numbers ascending, strings by code point, the rest by their spelling. */
export function compareValues(a: Value, b: Value): number {
  if (a.kind === 'string' && b.kind === 'string') return compareStrings(a.value, b.value)
  if (a.kind === 'number' && b.kind === 'number') return compareNum(a.value, b.value)
  if (a.kind === 'bool' && b.kind === 'bool') return Number(a.value) - Number(b.value)
  return compareStrings(spell(a), spell(b))
}

/** As in the language, for messages and for comparing; cut off at `limit` characters; nothing sensitive is shown. */
export function describe(value: Value, limit = 80): string {
  const text = spell(value, true)
  return text.length <= limit ? text : `${text.slice(0, limit)}…`
}

function spell(value: Value, hide = false): string {
  if (hide && (value.marks?.has(sensitiveMark) ?? false)) return '(sensitive value)'
  switch (value.kind) {
    case 'null':
      return 'null'
    case 'unknown':
      return '(unknown)'
    case 'bool':
      return String(value.value)
    case 'number':
      return formatNum(value.value)
    case 'string':
      return JSON.stringify(value.value)
    case 'tuple':
    case 'list':
    case 'set':
      return `[${value.elements.map(e => spell(e, hide)).join(', ')}]`
    case 'object':
    case 'map': {
      const items = sortedKeys(value).map(k => `${JSON.stringify(k)} = ${spell(value.entries.get(k)!, hide)}`)
      return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`
    }
  }
}
