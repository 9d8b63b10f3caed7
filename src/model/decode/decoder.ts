// Small decoders that are put together to check what comes from the network or from files. A decoder gives the value
// in its type or throws Wrong; only `decodeWith` is called from outside, and it throws nothing. Unknown fields are
// dropped, so that an older program reads what a newer one writes. Paths are built only when something is wrong.
import { fail, ok } from '../../base/index.ts'
import type { Json, Result } from '../../base/index.ts'

export type Decoder<T> = (value: unknown) => T

/** The value, or one sentence that names the place: `/rows(3)/agoMs: must be a number, not a string`. */
export function decodeWith<T>(decoder: Decoder<T>, value: unknown): Result<T, string> {
  try {
    return ok(decoder(value))
  } catch (wrong) {
    if (wrong instanceof Wrong) return fail(`${wrong.path === '' ? '/' : wrong.path}: ${wrong.message}`)
    throw wrong
  }
}

/** Never leaves this file: `decodeWith` turns it into a result. */
class Wrong extends Error {
  path = ''
}

/** Refuses the value at hand. */
export function refuse(message: string, path = ''): never {
  const wrong = new Wrong(message)
  wrong.path = path
  throw wrong
}

function wanted(what: string, value: unknown): never {
  return refuse(`must be ${what}, not ${kindOf(value)}`)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Runs a decoder on the value of a field and puts its name before the path of what is wrong there. */
export function inField<T>(name: string, decoder: Decoder<T>, value: unknown): T {
  try {
    return decoder(value)
  } catch (wrong) {
    if (wrong instanceof Wrong) wrong.path = `/${name}${wrong.path}`
    throw wrong
  }
}

/** The same for an entry of a list. */
export function inEntry<T>(index: number, decoder: Decoder<T>, value: unknown): T {
  try {
    return decoder(value)
  } catch (wrong) {
    if (wrong instanceof Wrong) wrong.path = `(${index})${wrong.path}`
    throw wrong
  }
}

export function text(maxLength: number, minLength = 0): Decoder<string> {
  return value => {
    if (typeof value !== 'string') return wanted('a string', value)
    if (value.length > maxLength) return refuse(`must have at most ${maxLength} characters`)
    if (value.length < minLength) return refuse('must not be empty')
    return value
  }
}

export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): Decoder<number> {
  return value => {
    if (typeof value !== 'number') return wanted('a number', value)
    if (!Number.isSafeInteger(value)) return refuse('must be a whole number')
    if (value < min || value > max) return refuse(`must be from ${min} to ${max}`)
    return value
  }
}

export function amount(min = 0, max = Number.MAX_SAFE_INTEGER): Decoder<number> {
  return value => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return wanted('a number', value)
    if (value < min || value > max) return refuse(`must be from ${min} to ${max}`)
    return value
  }
}

export const flag: Decoder<boolean> = value =>
  typeof value === 'boolean' ? value : wanted('true or false', value)

export function oneOf<const T extends string | number>(...known: readonly T[]): Decoder<T> {
  const values: ReadonlySet<unknown> = new Set(known)
  return value =>
    values.has(value)
      ? (value as T)
      : refuse(`must be ${known.map(k => JSON.stringify(k)).join(' or ')}, not ${shown(value)}`)
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? JSON.stringify(value).slice(0, 60)
    : kindOf(value)
}

export function list<T>(of: Decoder<T>, max: number): Decoder<readonly T[]> {
  return value => {
    if (!Array.isArray(value)) return wanted('a list', value)
    if (value.length > max) return refuse(`must have at most ${max} entries`)
    const decoded: T[] = []
    for (let i = 0; i < value.length; i++) decoded.push(inEntry(i, of, value[i]))
    return decoded
  }
}

export function map<T>(
  of: Decoder<T>,
  max: number,
  maxKeyLength = 500,
): Decoder<Readonly<Record<string, T>>> {
  return value => {
    const entries = Object.entries(asObject(value))
    if (entries.length > max) return refuse(`must have at most ${max} entries`)
    return Object.fromEntries(
      entries.map(([key, part]) => {
        if (key.length > maxKeyLength) return refuse(`a name must have at most ${maxKeyLength} characters`)
        return [key, inField(key, of, part)] as const
      }),
    )
  }
}

export function nullable<T>(of: Decoder<T>): Decoder<T | null> {
  return value => (value === null ? null : of(value))
}

type Decoders = Readonly<Record<string, Decoder<unknown>>>
type Decoded<D extends Decoders> = { readonly [Name in keyof D]: ReturnType<D[Name]> }

/** Absent optional fields stay absent. */
export function record<R extends Decoders, O extends Decoders = Record<never, never>>(
  required: R,
  optional?: O,
): Decoder<Decoded<R> & Partial<Decoded<O>>> {
  const needed = Object.entries(required)
  const possible = Object.entries(optional ?? {})
  return value => {
    const given = asObject(value)
    const decoded: Record<string, unknown> = {}
    for (const [name, decoder] of needed) decoded[name] = inField(name, decoder, own(given, name))
    for (const [name, decoder] of possible) {
      const part = own(given, name)
      if (part !== undefined) decoded[name] = inField(name, decoder, part)
    }
    return decoded as Decoded<R> & Partial<Decoded<O>>
  }
}

/** A union told apart by the text in one field. */
export function tagged<D extends Decoders>(field: string, options: D): Decoder<ReturnType<D[keyof D]>> {
  const kinds = oneOf(...Object.keys(options))
  return value => {
    const kind = inField(field, kinds, own(asObject(value), field))
    return options[kind]!(value) as ReturnType<D[keyof D]>
  }
}

/** Deeper values come from nobody who means well, and end the stack. */
const maxJsonDepth = 64

/** Any JSON, up to a depth. */
export const json: Decoder<Json> = value => checkedJson(value, 0)

function checkedJson(value: unknown, depth: number): Json {
  if (depth > maxJsonDepth) return refuse(`must not be nested deeper than ${maxJsonDepth}`)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : wanted('a number', value)
  if (Array.isArray(value)) {
    for (const part of value) checkedJson(part, depth + 1)
    return value as Json
  }
  for (const part of Object.values(asObject(value))) if (part !== undefined) checkedJson(part, depth + 1)
  return value as Json
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wanted('an object', value)
  return value as Readonly<Record<string, unknown>>
}

function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}
