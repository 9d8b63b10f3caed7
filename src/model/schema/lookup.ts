// Finding fields by their JSON path (`/healthChecks(0)/path`, `/env/PORT`), and going through all of them.
import type { App } from '../app.ts'
import type { FieldEffect } from '../plan.ts'
import { appFields } from './app.ts'
import type { Field, FieldType } from './field.ts'

export interface FieldPlace {
  /** `/healthChecks(*)/path`, `/env/*`: list elements and map entries are starred. */
  readonly path: string
  readonly field: Field
  readonly effect: FieldEffect
}

/** The field that a JSON path belongs to; for an element of a list or map of plain values, the list or map itself. */
export function fieldAt(path: string): Field | undefined {
  return walk(path)?.field
}

/**
 * What a change at this path does to running tasks. Paths that the table does not know restart: the safe side.
 * `app` decides fields whose effect hangs on a switch of the app.
 */
export function effectOf(path: string, app?: Pick<App, 'requirePorts'>): FieldEffect {
  const found = walk(path)
  if (!found) return 'restart'
  return effectIn(found.field, found.effect, app)
}

/** The effect of a field given what the enclosing field says. */
export function effectIn(field: Field, inherited: FieldEffect, app?: Pick<App, 'requirePorts'>): FieldEffect {
  if (field.restartWhen !== undefined && app?.[field.restartWhen]) return 'restart'
  return field.effect ?? inherited
}

/** All fields, nested ones after the field that holds them. */
export function allFields(): readonly FieldPlace[] {
  return placesIn(appFields, '', 'restart')
}

function placesIn(fields: readonly Field[], prefix: string, inherited: FieldEffect): FieldPlace[] {
  return fields.flatMap(field => {
    const effect = field.effect ?? inherited
    const path = `${prefix}/${field.name}`
    return [{ path, field, effect }, ...placesUnder(field.type, path, effect)]
  })
}

function placesUnder(type: FieldType, path: string, effect: FieldEffect): FieldPlace[] {
  if (type.kind === 'list') return placesUnder(type.of, `${path}(*)`, effect)
  if (type.kind === 'map') return placesUnder(type.of, `${path}/*`, effect)
  if (type.kind === 'union') return type.options.flatMap(option => placesUnder(option, path, effect))
  return type.kind === 'object' ? placesIn(type.fields, path, effect) : []
}

function walk(path: string): { field: Field; effect: FieldEffect } | undefined {
  let fields: readonly Field[] = appFields
  let found: { field: Field; effect: FieldEffect } | undefined
  let inMap = false
  for (const segment of path.split('/').slice(1)) {
    // The key of a map entry; keys may hold slashes, so what follows may belong to the key, too.
    if (inMap) {
      inMap = false
      continue
    }
    const name = segment.replace(/(\((\d+|\*)\))+$/, '')
    const field = fields.find(f => f.name === name)
    if (!field) return found?.field.type.kind === 'map' ? found : undefined
    found = { field, effect: effectIn(field, found?.effect ?? 'restart') }
    inMap = field.type.kind === 'map'
    fields = fieldsUnder(field.type)
  }
  return found
}

/** The fields of the objects that a value of this type is or holds. */
export function fieldsUnder(type: FieldType): readonly Field[] {
  if (type.kind === 'list' || type.kind === 'map') return fieldsUnder(type.of)
  if (type.kind === 'union') return type.options.flatMap(fieldsUnder)
  return type.kind === 'object' ? type.fields : []
}
