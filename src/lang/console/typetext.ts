// A type in HCL's own syntax, without blanks: `list(string)`, `tuple([number,string])`, `object({a=number})`.
import { compareStrings } from '../../base/index.ts'
import { quotedText } from '../hcl/print/index.ts'
import { typeOf } from '../hcl/type.ts'
import { type Type, type Value, sensitiveMark } from '../hcl/value.ts'

/** The type of a value, without names that must not be shown: those of an object that is sensitive as a whole. */
export function shownType(value: Value): string {
  if (value.kind === 'object') {
    if (value.marks?.has(sensitiveMark) === true) return 'object'
    const items = [...value.entries].sort(([a], [b]) => compareStrings(a, b))
    return `object({${items.map(([n, v]) => `${nameText(n)}=${shownType(v)}`).join(',')}})`
  }
  if (value.kind === 'tuple') return `tuple([${value.elements.map(shownType).join(',')}])`
  return typeText(typeOf(value))
}

export function typeText(type: Type): string {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${typeText(type.element)})`
    case 'tuple':
      return `tuple([${type.elements.map(typeText).join(',')}])`
    case 'object': {
      const names = [...type.attributes.keys()].sort(compareStrings)
      const items = names.map(n => `${nameText(n)}=${typeText(type.attributes.get(n)!.type)}`)
      return `object({${items.join(',')}})`
    }
    default:
      return type.kind
  }
}

/** As a key of an object: bare where that is the same. */
export function nameText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : quotedText(name)
}
