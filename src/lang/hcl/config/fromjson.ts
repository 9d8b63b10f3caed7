// A plain JSON value as a value of the language: what callers give for a variable.
import type { Json } from '../../../base/index.ts'
import { fromDouble } from '../number.ts'
import { type Value, bool, nullValue, number, object, string, tuple } from '../value.ts'

export function fromJson(json: Json): Value {
  if (json === null) return nullValue
  if (typeof json === 'boolean') return bool(json)
  if (typeof json === 'number') return number(fromDouble(json))
  if (typeof json === 'string') return string(json.normalize('NFC'))
  if (Array.isArray(json)) return tuple((json as readonly Json[]).map(fromJson))
  const entries: [string, Value][] = []
  for (const [key, value] of Object.entries(json))
    if (value !== undefined) entries.push([key, fromJson(value)])
  return object(entries)
}
