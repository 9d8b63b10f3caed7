// The shortest definition that is still the same app: what the schema table fills in, and what completion works out from
// the rest, is left out. What completion would do is not repeated here: a part goes when the app stays what it was.
import { assert, canonicalJson } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import { appFields, normalizeApp } from '../../model/index.ts'
import type { App, Field, FieldType } from '../../model/index.ts'
import { isRecord } from '../vocabulary/index.ts'

export type JsonObject = Readonly<Record<string, Json | undefined>>

/** Without what the table fills in. A first step, and a cheap one. */
export function withoutTableDefaults(app: App): JsonObject {
  return withoutDefaults(appFields, wholeApp(app))
}

/** With its id; dependencies are absolute. */
export function minimalApp(app: App): JsonObject {
  const wanted = canonicalJson(app)
  const isSame = (candidate: JsonObject): boolean => {
    const { app: made } = normalizeApp(candidate)
    return made !== undefined && canonicalJson(made) === wanted
  }
  const whole = wholeApp(app)
  assert(isSame(whole), 'a normalised app stays what it is')
  const short = withoutTableDefaults(app)
  const start = isSame(short) ? short : whole
  return withoutWorkedOut(appFields, start, isSame)
}

/** The app as a definition that says everything. */
export function wholeApp(app: App): JsonObject {
  return Object.fromEntries(Object.entries(app))
}

function withoutDefaults(fields: readonly Field[], record: JsonObject): JsonObject {
  const kept: [string, Json][] = []
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined) continue
    const field = fields.find(f => f.name === name)
    if (field?.default !== undefined && canonicalJson(field.default) === canonicalJson(value)) continue
    kept.push([name, field ? inside(field.type, value, withoutDefaults) : value])
  }
  return Object.fromEntries(kept)
}

function inside(
  type: FieldType,
  value: Json,
  shorten: (fields: readonly Field[], record: JsonObject) => JsonObject,
): Json {
  if (type.kind === 'object' && isRecord(value)) return shorten(type.fields, value)
  if (type.kind === 'list' && Array.isArray(value))
    return (value as readonly Json[]).map(v => inside(type.of, v, shorten))
  if (type.kind === 'union' && isRecord(value)) {
    const option = type.options.find(o => o.kind === 'object')
    return option ? inside(option, value, shorten) : value
  }
  return value
}

/** Tries each field in turn, the outer ones first; `isSame` judges the object as a whole. */
function withoutWorkedOut(
  fields: readonly Field[],
  record: JsonObject,
  isSame: (candidate: JsonObject) => boolean,
): JsonObject {
  let kept = record
  for (const { name, type, default: preset, required } of fields) {
    if (name === 'id' || !Object.hasOwn(kept, name)) continue
    const { [name]: value, ...rest } = kept
    // A default of the table was left out before: another value must be said.
    const mayGo = preset === undefined && !required
    if (mayGo && isSame(rest)) {
      kept = rest
      continue
    }
    const shorter = shortened(type, value!, candidate => isSame({ ...kept, [name]: candidate }))
    kept = { ...kept, [name]: shorter }
  }
  return kept
}

function shortened(type: FieldType, value: Json, isSame: (candidate: Json) => boolean): Json {
  if (type.kind === 'object' && isRecord(value)) return withoutWorkedOut(type.fields, value, isSame)
  if (type.kind === 'union' && isRecord(value)) {
    const option = type.options.find(o => o.kind === 'object')
    return option ? shortened(option, value, isSame) : value
  }
  if (type.kind !== 'list' || !Array.isArray(value)) return value
  let items = value as readonly Json[]
  for (const [i, item] of items.entries()) {
    const shorter = shortened(type.of, item, candidate => isSame(items.with(i, candidate)))
    items = items.with(i, shorter)
  }
  return items
}
