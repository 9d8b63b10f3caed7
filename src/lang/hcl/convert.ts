// Conversion of a value to a type, by the rules of cty: number and bool become strings, strings that read as
// a number or bool become one, tuples become lists and sets, objects become maps. Marks stay where they are, but those
// inside a set move to the set. What is unknown or null is converted by its type alone.
import { NumberRangeError, formatNum, parseNum } from './number.ts'
import { isOpen, isPrimitive, nameOfKind, nameOfType, sameType, typeOf, unify } from './type.ts'
import {
  type MappingValue,
  type SequenceValue,
  type AttributeType,
  type ListValue,
  type NullValue,
  type Refinement,
  type Type,
  type UnknownValue,
  type Value,
  bool,
  compareValues,
  isMapping,
  isSequence,
  hasUnknown,
  notNull,
  nullOf,
  number,
  sameValue,
  string,
  unionMarks,
  unknownOf,
  withMarks,
  deepMarks,
} from './value.ts'

/** Why a value is not of a type: `path` leads into the value (`.ports[0]`), empty for all of it. */
export class ConversionError extends Error {
  readonly path: string
  constructor(message: string, path: string) {
    super(message)
    this.path = path
  }
}

/** The value as the type wants it. Throws ConversionError. */
export function convert(value: Value, type: Type, path = ''): Value {
  if (value.kind === 'unknown' || value.kind === 'null') return convertByType(value, type, path)
  switch (type.kind) {
    case 'any':
      return value
    case 'string':
    case 'number':
    case 'bool':
      return convertPrimitive(value, type.kind, path)
    case 'list':
    case 'set':
      if (!isSequence(value)) throw mismatch(value, `a ${type.kind}`, path)
      return toCollection(value, type.kind, type.element, path)
    case 'map':
      if (!isMapping(value)) throw mismatch(value, 'a map', path)
      return toMap(value, type.element, path)
    case 'tuple': {
      if (!isSequence(value) || value.kind === 'set') throw mismatch(value, 'a tuple', path)
      if (value.elements.length !== type.elements.length) {
        const message = `${type.elements.length} elements wanted, ${value.elements.length} given`
        throw new ConversionError(message, path)
      }
      const elements = value.elements.map((e, i) => convert(e, type.elements[i]!, `${path}[${i}]`))
      return { kind: 'tuple', elements, marks: value.marks }
    }
    case 'object': {
      if (!isMapping(value)) throw mismatch(value, 'an object', path)
      const entries = new Map<string, Value>()
      for (const [name, wanted] of type.attributes) {
        const given = value.entries.get(name)
        if (given === undefined && !wanted.optional) {
          throw new ConversionError(`attribute "${name}" is required`, path)
        }
        const missing = given === undefined || (given.kind === 'null' && wanted.fallback !== undefined)
        const chosen = missing ? (wanted.fallback ?? nullOf(wanted.type)) : given
        entries.set(name, convert(chosen, wanted.type, `${path}.${name}`))
      }
      return { kind: 'object', entries, marks: value.marks }
    }
  }
}

/**
 * What values of a type are of once they are converted to another: that other one, with what it leaves open filled in.
 * Undefined when no value of the type can be converted; whether a certain one can may depend on its content.
 */
export function convertedType(from: Type, to: Type): Type | undefined {
  if (to.kind === 'any') return from
  if (from.kind === 'any') return to
  if (isPrimitive(to)) {
    const fits =
      isPrimitive(from) && (from.kind === to.kind || to.kind === 'string' || from.kind === 'string')
    return fits ? to : undefined
  }
  switch (to.kind) {
    case 'list':
    case 'set':
    case 'map': {
      const elements = elementsOf(from, to.kind === 'map')
      const wanted = to.element.kind === 'any' ? elements && unify(elements) : to.element
      if (elements === undefined || wanted === undefined) return undefined
      const converted = elements.map(e => convertedType(e, wanted))
      if (converted.includes(undefined)) return undefined
      const element = isOpen(wanted) ? (converted.find(e => e !== undefined && !isOpen(e)) ?? wanted) : wanted
      return { kind: to.kind, element }
    }
    case 'tuple': {
      if (from.kind === 'list') return to
      if (from.kind !== 'tuple' || from.elements.length !== to.elements.length) return undefined
      const elements = from.elements.map((e, i) => convertedType(e, to.elements[i]!))
      return elements.every(e => e !== undefined) ? { kind: 'tuple', elements } : undefined
    }
    case 'object': {
      if (from.kind !== 'object') return from.kind === 'map' ? to : undefined
      const attributes = new Map<string, AttributeType>()
      for (const [name, wanted] of to.attributes) {
        const given = from.attributes.get(name)
        if (given === undefined && !wanted.optional) return undefined
        const type = given === undefined ? wanted.type : convertedType(given.type, wanted.type)
        if (type === undefined) return undefined
        attributes.set(name, { type, optional: false })
      }
      return { kind: 'object', attributes }
    }
    default:
      return undefined
  }
}

// The types of the elements; undefined when there can't be any.
function elementsOf(type: Type, asMap: boolean): readonly Type[] | undefined {
  if (asMap) {
    if (type.kind === 'map') return [type.element]
    return type.kind === 'object' ? [...type.attributes.values()].map(a => a.type) : undefined
  }
  if (type.kind === 'list' || type.kind === 'set') return [type.element]
  return type.kind === 'tuple' ? type.elements : undefined
}

function convertByType(value: NullValue | UnknownValue, type: Type, path: string): Value {
  const from = typeOf(value)
  if (type.kind === 'any' || sameType(from, type)) return value
  const to = convertedType(from, type)
  if (to === undefined) throw mismatch(value, nameOfType(type), path)
  if (value.kind === 'null') return withMarks(nullOf(to), value.marks)
  return withMarks(unknownOf(to, value.refinement && refinementAs(value.refinement, from, to)), value.marks)
}

// What is known of a value, as far as it still holds for the converted one.
function refinementAs(known: Refinement, from: Type, to: Type): Refinement {
  if (from.kind === to.kind && isPrimitive(from)) return known
  const isCollection = to.kind === 'list' || to.kind === 'set' || to.kind === 'map'
  if (!isCollection) return notNull
  const length =
    from.kind === 'tuple' ? from.elements.length : from.kind === 'object' ? from.attributes.size : undefined
  const least = length ?? known.minLength
  const most = length ?? known.maxLength
  // A set may hold fewer than what it is made of.
  const minLength =
    to.kind === 'set' && from.kind !== 'set' && least !== undefined ? Math.min(least, 1) : least
  return { notNull: true, minLength, maxLength: most }
}

/** The value converted, or undefined when it can't be. */
export function tryConvert(value: Value, type: Type): Value | undefined {
  try {
    return convert(value, type)
  } catch (thrown) {
    if (thrown instanceof ConversionError) return undefined
    throw thrown
  }
}

/** A list, set or map from values of any types that unify. */
export function toCollection(value: SequenceValue, kind: 'list' | 'set', wanted: Type, path = ''): Value {
  if (value.kind === kind && (wanted.kind === 'any' || sameType(value.element, wanted))) return value
  const element = elementType(value.elements, value.kind === 'tuple' ? wanted : openTo(wanted, value), path)
  const elements = value.elements.map((e, i) => convert(e, element, `${path}[${i}]`))
  if (kind === 'list') return { kind, element, elements, marks: value.marks }
  let marks = value.marks
  for (const e of elements) marks = unionMarks(marks, deepMarks(e))
  if (elements.some(hasUnknown)) {
    const refinement: Refinement = { notNull: true, minLength: 1, maxLength: elements.length }
    return withMarks(unknownOf({ kind, element }, refinement), marks)
  }
  const sorted = [...elements].sort(compareValues)
  const unique = sorted.filter((e, i) => i === 0 || !sameValue(e, sorted[i - 1]!))
  return { kind, element, elements: unique, marks }
}

export function toMap(value: MappingValue, wanted: Type, path = ''): Value {
  if (value.kind === 'map' && (wanted.kind === 'any' || sameType(value.element, wanted))) return value
  const element = elementType([...value.entries.values()], wanted, path)
  const entries = new Map<string, Value>()
  for (const [key, e] of value.entries)
    entries.set(key, convert(e, element, `${path}[${JSON.stringify(key)}]`))
  return { kind: 'map', element, entries, marks: value.marks }
}

// What a collection says of its elements holds also when there are none.
function openTo(wanted: Type, { element }: ListValue): Type {
  return wanted.kind === 'any' ? element : wanted
}

// A bare null takes any type.
function elementType(elements: readonly Value[], wanted: Type, path: string): Type {
  if (wanted.kind !== 'any') return wanted
  const element = unify(elements.filter(e => e.kind !== 'null' || e.type !== undefined).map(typeOf))
  if (element === undefined) throw new ConversionError('all elements must have the same type', path)
  return element
}

function convertPrimitive(value: Value, wanted: 'string' | 'number' | 'bool', path: string): Value {
  if (value.kind === wanted) return value
  if (wanted === 'string') {
    if (value.kind === 'number') return withMarks(string(formatNum(value.value)), value.marks)
    if (value.kind === 'bool') return withMarks(string(String(value.value)), value.marks)
  }
  if (value.kind === 'string' && wanted === 'number') {
    const parsed = parseNumText(value.value)
    if (parsed !== undefined) return withMarks(number(parsed), value.marks)
    throw mismatch(value, 'a number', path)
  }
  if (value.kind === 'string' && wanted === 'bool') {
    if (value.value === 'true' || value.value === '1') return withMarks(bool(true), value.marks)
    if (value.value === 'false' || value.value === '0') return withMarks(bool(false), value.marks)
    const lower = value.value.toLowerCase()
    const hint = lower === 'true' || lower === 'false' ? `: write ${lower} in lower case` : ''
    throw new ConversionError(`a bool is required${hint}`, path)
  }
  throw mismatch(value, `a ${wanted}`, path)
}

// More than a literal may be: a sign, no digit on one side of the point, infinities.
function parseNumText(text: string): ReturnType<typeof parseNum> {
  const infinity = /^([-+]?)[iI]nf$/.exec(text)
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity
  const found = /^\+?(-?\d*)(?:\.(\d*))?([eE][-+]?\d+)?$/.exec(text)
  if (found === null || !/\d/.test(text)) return undefined
  const [, whole = '', fraction = '', exponent = ''] = found
  const digits = whole === '' || whole === '-' ? `${whole}0` : whole
  try {
    return parseNum(`${digits}${fraction === '' ? '' : `.${fraction}`}${exponent}`)
  } catch (thrown) {
    if (thrown instanceof NumberRangeError) return undefined
    throw thrown
  }
}

function mismatch(value: Value, wanted: string, path: string): ConversionError {
  return new ConversionError(`${wanted} is required, this is ${nameOfKind(value)}`, path)
}
