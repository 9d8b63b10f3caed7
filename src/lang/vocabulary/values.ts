// The types of values that a configuration may give, each with what it is called in a message and how it is read into
// the model's own units. HCL converts between text, numbers and truth values where nothing is lost; so does this.
import { parseDurationMs, parseSizeMiB } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'

interface ValueReader {
  /** Completes "expected …". */
  readonly expected: string
  /** The value in the model's form; undefined when it is not of this type. */
  readonly read: (value: Json) => Json | undefined
  /** Reads one element of a list or map. */
  readonly readPart?: (value: Json) => Json | undefined
}

export const valueTypes = {
  string: { expected: 'a string', read: readString },
  number: { expected: 'a number', read: readNumber },
  integer: { expected: 'a whole number', read: readInteger },
  boolean: { expected: 'true or false', read: readBoolean },
  /** A word of the model's, in capitals: letter case is forgiven. */
  upperCase: { expected: 'a string', read: v => (typeof v === 'string' ? v.toUpperCase() : undefined) },
  /** Seconds. */
  duration: {
    expected: 'a duration such as "30s", "1m30s" or "250ms", or a number of seconds',
    read: readDuration,
  },
  /** MiB. */
  size: { expected: 'a size such as "512MiB" or "2GiB", or a number of MiB', read: readSize },
  numberOrUnlimited: { expected: 'a number or "unlimited"', read: orUnlimited(readNumber) },
  sizeOrUnlimited: { expected: 'a size such as "512MiB" or "unlimited"', read: orUnlimited(readSize) },
  strings: { expected: 'a list of strings', read: v => readList(v, readString), readPart: readString },
  integers: {
    expected: 'a list of whole numbers',
    read: v => readList(v, readInteger),
    readPart: readInteger,
  },
  stringMap: { expected: 'a map of strings', read: v => readMap(v, readString), readPart: readString },
  env: {
    expected: 'a map of strings, or of { secret = "name" }',
    read: v => readMap(v, readEnvValue),
    readPart: readEnvValue,
  },
  constraints: {
    expected: 'a list of constraints such as ["hostname", "UNIQUE"]',
    read: v => readList(v, readStrings),
    readPart: readStrings,
  },
  stringOrInteger: { expected: 'a name or a whole number', read: v => readInteger(v) ?? readString(v) },
  command: {
    expected: 'a command as one string, or as a list of strings',
    // Marathon's own form, which holds what the two short ones can't: a text and a list.
    read: v => (typeof v === 'string' || isRecord(v) ? (v as Json) : readList(v, readString)),
  },
  none: {
    expected: 'an empty list, for no ports at all; each port is a block: port "http" { … }',
    read: v => (Array.isArray(v) && v.length === 0 ? v : undefined),
  },
  any: { expected: 'a value', read: v => v },
} as const satisfies Record<string, ValueReader>

export type ValueType = keyof typeof valueTypes

/** How a value looks in a message: short, never more than a line. */
export function showValue(value: Json): string {
  if (Array.isArray(value) && value.length > 3) return `a list of ${value.length}`
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}

/** What is wrong with a value that could not be read: the first part that is not as it should be, or all of it. */
export function showMistake(value: Json, type: ValueType): string {
  const { read, readPart }: ValueReader = valueTypes[type]
  const isBad = (part: Json | undefined): part is Json => part !== undefined && readPart?.(part) === undefined
  if (readPart && Array.isArray(value) && read([]) !== undefined) {
    const items = value as readonly Json[]
    const at = items.findIndex(isBad)
    return `[${at}] of it is ${showValue(items[at]!)}`
  }
  if (readPart && isRecord(value) && read({}) !== undefined) {
    const [name, part] = Object.entries(value).find(([, p]) => p !== null && isBad(p))!
    return `${JSON.stringify(name)} in it is ${showValue(part!)}`
  }
  return `it is ${showValue(value)}`
}

/** For values that were read as text, whose type says only that they are JSON. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function readString(value: Json): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function readNumber(value: Json): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

function readInteger(value: Json): number | undefined {
  const number = readNumber(value)
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined
}

function readBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : undefined
}

function readDuration(value: Json): number | undefined {
  const bare = readNumber(value)
  if (bare !== undefined) return bare
  const ms = typeof value === 'string' ? parseDurationMs(value) : undefined
  return ms === undefined ? undefined : ms / 1000
}

function readSize(value: Json): number | undefined {
  return readNumber(value) ?? (typeof value === 'string' ? parseSizeMiB(value) : undefined)
}

function orUnlimited(read: (value: Json) => Json | undefined): (value: Json) => Json | undefined {
  return value => (value === 'unlimited' ? value : read(value))
}

function readList(value: Json, read: (value: Json) => Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return undefined
  const items = value.map(read)
  return items.every(i => i !== undefined) ? (items as Json[]) : undefined
}

// An entry that is null is left out: it is how an optional entry is written with a conditional.
function readMap(value: Json, read: (value: Json) => Json | undefined): Json | undefined {
  if (!isRecord(value)) return undefined
  const result: Record<string, Json> = {}
  for (const [key, entry] of Object.entries(value)) {
    if (entry === null || entry === undefined) continue
    const item = read(entry)
    if (item === undefined) return undefined
    result[key] = item
  }
  return result
}

function readStrings(value: Json): Json | undefined {
  return readList(value, readString)
}

function readEnvValue(value: Json): Json | undefined {
  return readString(value) ?? readSecretReference(value)
}

function readSecretReference(value: Json): Json | undefined {
  if (!isRecord(value)) return undefined
  return Object.keys(value).length === 1 && typeof value['secret'] === 'string'
    ? { secret: value['secret'] }
    : undefined
}

export function isRecord(value: unknown): value is Readonly<Record<string, Json | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
