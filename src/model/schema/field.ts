// The words in which the schema table is written. A field is described once; decoding, defaults, differences, the
// decision whether a change restarts, the HCL vocabulary and documentation are all read from that one description.
import type { Json } from '../../base/index.ts'
import type { FieldEffect } from '../plan.ts'

export interface Field {
  /** Name in JSON, as Marathon writes it. */
  readonly name: string
  /** Name in HCL; a block's type where the field holds objects. */
  readonly hcl: string
  /** Name in TypeScript: the HCL name in camelCase. */
  readonly typescript: string
  readonly type: FieldType
  /** What an absent field becomes; absent: the field is optional, or its default depends on others (see complete). */
  readonly default?: Json
  /** Absent is a mistake. */
  readonly required: boolean
  /** `seconds`: a duration text or a bare number of seconds; `MiB`: a size text or a bare number of MiB. */
  readonly unit?: Unit
  /** What a change does to running tasks; absent: what the enclosing field says. */
  readonly effect?: FieldEffect
  /** A change restarts all the same while this top-level switch of the app is on. */
  readonly restartWhen?: 'requirePorts'
  /** One line. */
  readonly documentation: string
}

export type Unit = 'seconds' | 'MiB'

export type FieldType =
  | StringType
  | NumberType
  | { readonly kind: 'boolean' }
  | { readonly kind: 'list'; readonly of: FieldType; readonly max: number }
  | { readonly kind: 'map'; readonly of: FieldType; readonly max: number }
  | { readonly kind: 'object'; readonly fields: readonly Field[] }
  /** Options of different JSON types. */
  | { readonly kind: 'union'; readonly options: readonly FieldType[] }
  /** `[field, operator, value?]`. */
  | { readonly kind: 'constraint' }

export interface StringType {
  readonly kind: 'string'
  readonly minLength?: number
  readonly maxLength: number
  readonly pattern?: RegExp
  readonly oneOf?: readonly string[]
  /** Marathon's words for an empty text, where they are not the plain code. */
  readonly emptyMessage?: string
}

export interface NumberType {
  readonly kind: 'number'
  readonly integer: boolean
  readonly min: number
  readonly max: number
}

interface FieldOptions {
  readonly default?: Json
  readonly required?: boolean
  readonly unit?: Unit
  readonly effect?: FieldEffect
  readonly restartWhen?: 'requirePorts'
}

export function field(
  name: string,
  hcl: string,
  type: FieldType,
  documentation: string,
  options: FieldOptions = {},
): Field {
  return { name, hcl, typescript: camelCase(hcl), type, required: false, documentation, ...options }
}

export function text(maxLength: number, more: Omit<StringType, 'kind' | 'maxLength'> = {}): StringType {
  return { kind: 'string', maxLength, ...more }
}

export function oneOf(...values: readonly string[]): StringType {
  return { kind: 'string', maxLength: Infinity, oneOf: values }
}

export function number(min: number, max: number): NumberType {
  return { kind: 'number', integer: false, min, max }
}

export function integer(min: number, max: number): NumberType {
  return { kind: 'number', integer: true, min, max }
}

export const boolean: FieldType = { kind: 'boolean' }

export function list(of: FieldType, max: number): FieldType {
  return { kind: 'list', of, max }
}

export function map(of: FieldType, max: number): FieldType {
  return { kind: 'map', of, max }
}

export function object(...fields: readonly Field[]): FieldType {
  return { kind: 'object', fields }
}

export function union(...options: readonly FieldType[]): FieldType {
  return { kind: 'union', options }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
