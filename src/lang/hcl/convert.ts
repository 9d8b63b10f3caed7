// Conversion of a value to a type, by the rules of cty: number and bool become strings, strings that read as
// a number or bool become one, tuples become lists and sets, objects become maps. Marks stay where they are, but those
// inside a set move to the set.
import { NumberRangeError, formatNum, parseNum } from './number.ts'
import { nameOfKind, typeOf, unify } from './type.ts'
import {
  type MappingValue,
  type SequenceValue,
  type Type,
  type Value,
  bool,
  compareValues,
  isMapping,
  isSequence,
  nullValue,
  number,
  sameValue,
  string,
  unionMarks,
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
  if (value.kind === 'unknown' || value.kind === 'null') return value
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
        const chosen = missing ? (wanted.fallback ?? nullValue) : given
        entries.set(name, convert(chosen, wanted.type, `${path}.${name}`))
      }
      return { kind: 'object', entries, marks: value.marks }
    }
  }
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
  const element = elementType(value.elements, wanted, path)
  const elements = value.elements.map((e, i) => convert(e, element, `${path}[${i}]`))
  if (kind === 'list') return { kind, element, elements, marks: value.marks }
  const sorted = [...elements].sort(compareValues)
  const unique = sorted.filter((e, i) => i === 0 || !sameValue(e, sorted[i - 1]!))
  let marks = value.marks
  for (const e of elements) marks = unionMarks(marks, deepMarks(e))
  return { kind, element, elements: unique, marks }
}

export function toMap(value: MappingValue, wanted: Type, path = ''): Value {
  const element = elementType([...value.entries.values()], wanted, path)
  const entries = new Map<string, Value>()
  for (const [key, e] of value.entries)
    entries.set(key, convert(e, element, `${path}[${JSON.stringify(key)}]`))
  return { kind: 'map', element, entries, marks: value.marks }
}

function elementType(elements: readonly Value[], wanted: Type, path: string): Type {
  if (wanted.kind !== 'any') return wanted
  const element = unify(elements.map(typeOf))
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

function parseNumText(text: string): ReturnType<typeof parseNum> {
  try {
    return parseNum(text)
  } catch (thrown) {
    if (thrown instanceof NumberRangeError) return undefined
    throw thrown
  }
}

function mismatch(value: Value, wanted: string, path: string): ConversionError {
  return new ConversionError(`${wanted} is required, this is ${nameOfKind(value)}`, path)
}
