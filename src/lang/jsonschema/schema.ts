// JSON Schema as plain data, draft 2020-12: the few of its words that are used here.
import type { Json } from '../../base/index.ts'

export interface Schema {
  readonly $schema?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly title?: string
  readonly description?: string
  readonly default?: Json
  readonly type?: TypeName | readonly TypeName[]
  readonly enum?: readonly Json[]
  readonly anyOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly propertyNames?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly required?: readonly string[]
  readonly maxProperties?: number
}

export type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'

export const draft = 'https://json-schema.org/draft/2020-12/schema'

/** Any of the words, in any letter case. */
export function anyCase(words: readonly string[]): Schema {
  const letters = (word: string): string =>
    word.replace(/[A-Za-z]/g, c => `[${c.toUpperCase()}${c.toLowerCase()}]`)
  return { type: 'string', pattern: `^(?:${words.map(letters).join('|')})$` }
}
