// A type in HCL's own syntax, without blanks: `list(string)`, `tuple([number,string])`, `object({a=number})`.
import { compareStrings } from '../../base/index.ts'
import { quotedText } from '../hcl/print/index.ts'
import type { Type } from '../hcl/value.ts'

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
