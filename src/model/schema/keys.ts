// Two content hashes of an app: one that names its whole specification, one that tells whether running instances of
// one definition may serve another.
import { contentHash } from '../../base/index.ts'
import type { App } from '../app.ts'
import type { SpecHash } from '../ids.ts'
import type { FieldEffect } from '../plan.ts'
import { appFields } from './app.ts'
import type { Field, FieldType } from './field.ts'
import { effectIn } from './lookup.ts'

/** Names a specification: everything but the number of instances, so that scaling stores nothing new. */
export function appSpecHash(app: App): SpecHash {
  return contentHash({ ...app, instances: 0 }) as SpecHash
}

/** Equal for two apps whose running instances can be shared: a hash of the fields whose change restarts, and no others. */
export function runKey(app: App): string {
  return contentHash(restarting(appFields, app, 'restart', app))
}

// No field that changes in place holds one that restarts; the table's test keeps it so.
function restarting(fields: readonly Field[], value: unknown, inherited: FieldEffect, app: App): unknown {
  const record = value as Readonly<Record<string, unknown>>
  const kept: [string, unknown][] = []
  for (const field of fields) {
    const effect = effectIn(field, inherited, app)
    const held = record[field.name]
    if (held !== undefined && effect === 'restart') {
      kept.push([field.name, restartingPart(field.type, held, effect, app)])
    }
  }
  return Object.fromEntries(kept)
}

function restartingPart(type: FieldType, value: unknown, effect: FieldEffect, app: App): unknown {
  if (type.kind === 'object') return restarting(type.fields, value, effect, app)
  if (type.kind === 'list' && Array.isArray(value))
    return value.map(element => restartingPart(type.of, element, effect, app))
  return value
}
