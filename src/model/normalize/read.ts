// Reads a JSON value by the schema table: checks types and limits, fills the table's defaults, drops what the table
// does not know. null is the same as absent. The result holds its keys in the table's order, so that one value has one
// form. Depth is bounded by the table's own depth.
import { didYouMean } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'
import type { Field, FieldType, NumberType, StringType } from '../schema/field.ts'
import { maxIdLength } from '../schema/limits.ts'
import { readConstraint } from './constraint.ts'
import { isObject, problem, remark, shortened, wrongType } from './problem.ts'
import type { JsonObject } from './problem.ts'

export interface ReadOptions {
  /** False: absent fields of the outermost object stay absent. */
  readonly defaults: boolean
  /** Names that are known and mean nothing here: dropped without a remark. */
  readonly ignored: ReadonlySet<string>
}

/** The value of a type, or undefined when it (or a part of it) is wrong; problems are added to `diagnostics`. */
function readValue(type: FieldType, json: Json, path: string, diagnostics: Diagnostic[]): Json | undefined {
  switch (type.kind) {
    case 'string':
      return readString(type, json, path, diagnostics)
    case 'number':
      return readNumber(type, json, path, diagnostics)
    case 'boolean':
      if (typeof json === 'boolean') return json
      return wrongType('jsboolean', 'true or false', json, path, diagnostics)
    case 'list':
      return readList(type, json, path, diagnostics)
    case 'map':
      return readMap(type, json, path, diagnostics)
    case 'object':
      return readObject(type.fields, json, path, diagnostics)
    case 'union':
      return readUnion(type.options, json, path, diagnostics)
    case 'constraint':
      return readConstraint(json, path, diagnostics)
  }
}

const everything: ReadOptions = { defaults: true, ignored: new Set() }

export function readObject(
  fields: readonly Field[],
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
  options: ReadOptions = everything,
): JsonObject | undefined {
  if (!isObject(json)) return wrongType('jsobject', 'an object', json, path, diagnostics)
  remarkUnknown(fields, json, path, diagnostics, options.ignored)
  // The names are the table's, so none of them is one that objects have by themselves.
  const read: Record<string, Json> = {}
  let whole = true
  for (const field of fields) {
    const { name } = field
    const given = Object.hasOwn(json, name) ? json[name] : undefined
    if (given !== undefined && given !== null) {
      const value = readValue(field.type, given, `${path}/${name}`, diagnostics)
      if (value === undefined) whole = false
      else read[name] = value
    } else if (field.required) {
      const detail = `"${name}" is required: ${field.documentation}`
      diagnostics.push(problem(`${path}/${name}`, 'error.path.missing', detail))
      whole = false
    } else if (field.default !== undefined && options.defaults) {
      read[name] = field.default
    }
  }
  return whole ? read : undefined
}

function readString(
  type: StringType,
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
): string | undefined {
  if (typeof json !== 'string') return wrongType('jsstring', 'a string', json, path, diagnostics)
  const refuse = (summary: string, detail: string): undefined => {
    diagnostics.push(problem(path, summary, detail))
    return undefined
  }
  if (type.oneOf && !type.oneOf.includes(json)) {
    const known = type.oneOf.map(v => `"${v}"`).join(', ')
    const near = didYouMean(json.slice(0, maxIdLength), type.oneOf)
    return refuse(
      'error.unknown.enum.literal',
      `${shortened(json)} is not known here. Write one of ${known}.${near}`,
    )
  }
  if (json.length < (type.minLength ?? 0))
    return refuse(type.emptyMessage ?? 'error.minLength', 'Must not be empty; leave the field out instead.')
  if (json.length > type.maxLength)
    return refuse('error.maxLength', `Has ${json.length} characters; at most ${type.maxLength} are taken.`)
  if (json.includes('\u0000')) return refuse('error.pattern', 'Must not hold a zero character.')
  if (type.pattern && !type.pattern.test(json))
    return refuse('error.pattern', `${shortened(json)} does not match ${type.pattern.source}.`)
  return json
}

function readNumber(
  type: NumberType,
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
): number | undefined {
  if (typeof json !== 'number' || !Number.isFinite(json))
    return wrongType('jsnumber', 'a number', json, path, diagnostics)
  if (type.integer && !Number.isInteger(json))
    return wrongType('jsnumber', 'a whole number', json, path, diagnostics)
  const refuse = (summary: string, detail: string): undefined => {
    diagnostics.push(problem(path, summary, detail))
    return undefined
  }
  if (json < type.min) return refuse('error.min', `${json} is too small; the least is ${type.min}.`)
  if (json > type.max) return refuse('error.max', `${json} is too big; the most is ${type.max}.`)
  // One zero only: -0 prints as 0 and would be a second form of it.
  return json === 0 ? 0 : json
}

function readList(
  type: FieldType & { kind: 'list' },
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
): Json | undefined {
  if (!Array.isArray(json)) return wrongType('jsarray', 'a list', json, path, diagnostics)
  if (tooMany(json.length, type.max, path, diagnostics)) return undefined
  const values = json.map((element: Json, i) => readValue(type.of, element, `${path}(${i})`, diagnostics))
  return values.every(v => v !== undefined) ? values : undefined
}

function readMap(
  type: FieldType & { kind: 'map' },
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
): Json | undefined {
  if (!isObject(json)) return wrongType('jsobject', 'an object', json, path, diagnostics)
  const given = Object.entries(json)
  if (tooMany(given.length, type.max, path, diagnostics)) return undefined
  const entries: [string, Json][] = []
  let whole = true
  for (const [key, value] of given) {
    if (value === undefined || value === null) continue
    if (key === '') diagnostics.push(problem(path, 'must not be empty', 'A name in this map is empty.'))
    if (key.length > maxIdLength)
      diagnostics.push(
        problem(path, 'error.maxLength', `A name in this map has more than ${maxIdLength} characters.`),
      )
    const read = readValue(type.of, value, `${path}/${key}`, diagnostics)
    if (read === undefined || key === '' || key.length > maxIdLength) whole = false
    else entries.push([key, read])
  }
  return whole ? Object.fromEntries(entries) : undefined
}

function tooMany(count: number, max: number, path: string, diagnostics: Diagnostic[]): boolean {
  if (count <= max) return false
  diagnostics.push(problem(path, 'error.maxLength', `Has ${count} entries; at most ${max} are taken.`))
  return true
}

function readUnion(
  options: readonly FieldType[],
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
): Json | undefined {
  const option = options.find(o => o.kind === jsonKind(json))
  if (option) return readValue(option, json, path, diagnostics)
  const wanted = options.map(o => kindNames[o.kind]).join(' or ')
  const code = options[0]!.kind === 'number' ? 'jsnumber' : 'jsstring'
  return wrongType(code, wanted, json, path, diagnostics)
}

const kindNames: Readonly<Record<FieldType['kind'], string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'an object',
  object: 'an object',
  union: 'a value',
  constraint: 'a constraint',
}

function jsonKind(json: Json): string {
  if (isObject(json)) return 'object'
  return Array.isArray(json) ? 'list' : typeof json
}

function remarkUnknown(
  fields: readonly Field[],
  json: JsonObject,
  path: string,
  diagnostics: Diagnostic[],
  ignored: ReadonlySet<string>,
): void {
  const known = namesOf(fields)
  for (const key of Object.keys(json)) {
    if (known.has(key) || ignored.has(key)) continue
    const shown = key.slice(0, maxUnknownShown)
    diagnostics.push(
      remark(
        `${path}/${shown}`,
        `unknown field "${shown}"`,
        `Nothing here reads it; it is ignored.${didYouMean(shown, known)}`,
      ),
    )
  }
}

const namesOfFields = new WeakMap<readonly Field[], ReadonlySet<string>>()

// Of each of the table's lists once: an app asks for two dozen of them.
function namesOf(fields: readonly Field[]): ReadonlySet<string> {
  const known = namesOfFields.get(fields)
  if (known) return known
  const names = new Set(fields.map(f => f.name))
  namesOfFields.set(fields, names)
  return names
}

/** Enough of a mistyped name to recognise it. */
const maxUnknownShown = 100
