// Types of values, and how several become one: the arms of a conditional, the elements of a list. The rules are those of
// cty ("Type Conversion and Unification").
import { compareStrings } from '../../base/index.ts'
import { type AttributeType, type Type, type Value, sortedKeys } from './value.ts'

export const anyType: Type = { kind: 'any' }
export const stringType: Type = { kind: 'string' }
export const numberType: Type = { kind: 'number' }
export const boolType: Type = { kind: 'bool' }

/** A bare null and what is not known at all are of any type. */
export function typeOf(value: Value): Type {
  switch (value.kind) {
    case 'null':
      return value.type ?? anyType
    case 'unknown':
      return value.type
    case 'bool':
      return boolType
    case 'number':
      return numberType
    case 'string':
      return stringType
    case 'list':
    case 'set':
    case 'map':
      return { kind: value.kind, element: value.element }
    case 'tuple':
      return { kind: 'tuple', elements: value.elements.map(typeOf) }
    case 'object':
      return {
        kind: 'object',
        attributes: new Map(
          sortedKeys(value).map(k => [k, { type: typeOf(value.entries.get(k)!), optional: false }]),
        ),
      }
  }
}

/** The one type that all convert to, or undefined. A primitive type wins over `any`; any other mixture with it is `any`. */
export function unify(types: readonly Type[]): Type | undefined {
  const [first, ...rest] = types
  if (first === undefined) return anyType
  if (rest.every(t => sameType(first, t))) return first
  if (types.some(t => t.kind === 'any')) {
    const known = types.filter(t => t.kind !== 'any')
    return known.every(isPrimitive) ? unify(known) : anyType
  }
  const kinds = new Set(types.map(t => t.kind))
  const only = (...allowed: Type['kind'][]): boolean => [...kinds].every(k => allowed.includes(k))
  if (only('string', 'number', 'bool')) return kinds.has('string') ? stringType : undefined
  if (only('map', 'object')) {
    if (kinds.has('map') || !sameNames(types)) return collection('map', types)
    return unifyObjects(types)
  }
  if (only('list', 'tuple', 'set')) {
    if (kinds.has('set') && !kinds.has('list')) return collection('set', types)
    if (kinds.has('list') || kinds.has('set') || !sameLengths(types)) return collection('list', types)
    return unifyTuples(types)
  }
  return undefined
}

export function isPrimitive({ kind }: Type): boolean {
  return kind === 'string' || kind === 'number' || kind === 'bool'
}

/** Whether `any` stands somewhere in the type: then what is of it may be of many types. */
export function isOpen(type: Type): boolean {
  return type.kind === 'any' || elementTypes(type).some(isOpen)
}

export function sameType(a: Type, b: Type): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind === 'list' || a.kind === 'set' || a.kind === 'map') {
    return sameType(a.element, (b as typeof a).element)
  }
  if (a.kind === 'tuple') {
    const other = (b as typeof a).elements
    return a.elements.length === other.length && a.elements.every((e, i) => sameType(e, other[i]!))
  }
  if (a.kind === 'object') {
    const other = (b as typeof a).attributes
    if (a.attributes.size !== other.size) return false
    for (const [name, own] of a.attributes) {
      const found = other.get(name)
      if (found === undefined || !sameType(own.type, found.type)) return false
    }
  }
  return true
}

/** `list(string)`, `object({ a = number })`. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${describeType(type.element)})`
    case 'tuple':
      return `tuple([${type.elements.map(describeType).join(', ')}])`
    case 'object': {
      const names = [...type.attributes.keys()].sort(compareStrings)
      const items = names.map(n => `${n} = ${describeType(type.attributes.get(n)!.type)}`)
      return `object({${items.join(', ')}})`
    }
    default:
      return type.kind
  }
}

/** `a string`, `an object`: the kind of a value in a sentence. */
export function nameOfKind(value: Value): string {
  if (value.kind === 'null') return 'null'
  if (value.kind !== 'unknown') return nameOfType(value)
  return value.type.kind === 'any' ? 'an unknown value' : nameOfType(value.type)
}

/** `a string`, `an object`, from a type or a value. */
export function nameOfType({ kind }: { readonly kind: string }): string {
  return kind === 'object' ? 'an object' : `a ${kind}`
}

function elementTypes(type: Type): readonly Type[] {
  if (type.kind === 'list' || type.kind === 'set' || type.kind === 'map') return [type.element]
  if (type.kind === 'tuple') return type.elements
  if (type.kind === 'object') return [...type.attributes.values()].map(a => a.type)
  return []
}

function collection(kind: 'list' | 'set' | 'map', types: readonly Type[]): Type | undefined {
  const element = unify(types.flatMap(elementTypes))
  return element === undefined ? undefined : { kind, element }
}

function sameNames(types: readonly Type[]): boolean {
  const names = types.map(t =>
    t.kind === 'object' ? [...t.attributes.keys()].sort(compareStrings).join('\0') : '',
  )
  return names.every(n => n === names[0])
}

function sameLengths(types: readonly Type[]): boolean {
  return types.every(t => elementTypes(t).length === elementTypes(types[0]!).length)
}

function unifyObjects(types: readonly Type[]): Type | undefined {
  const attributes = new Map<string, AttributeType>()
  const objects = types.filter(t => t.kind === 'object')
  for (const name of objects[0]!.attributes.keys()) {
    const type = unify(objects.map(t => t.attributes.get(name)!.type))
    if (type === undefined) return undefined
    attributes.set(name, { type, optional: false })
  }
  return { kind: 'object', attributes }
}

function unifyTuples(types: readonly Type[]): Type | undefined {
  const tuples = types.filter(t => t.kind === 'tuple')
  const elements: Type[] = []
  for (let i = 0; i < tuples[0]!.elements.length; i++) {
    const type = unify(tuples.map(t => t.elements[i]!))
    if (type === undefined) return undefined
    elements.push(type)
  }
  return { kind: 'tuple', elements }
}
