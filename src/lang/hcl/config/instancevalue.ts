// What a reference to a resource evaluates to: its id, name and address, in a group also its members. Bodies take no
// part, so that they may refer to each other freely.
import { type Value, object, string, tuple, unknownValue, withMarks } from '../value.ts'
import type { Instance, Repetition } from './instance.ts'
import { repetitionOf } from './repetition.ts'
import type { Run } from './run.ts'

export function instanceValue(run: Run, instance: Instance): Value {
  const known = run.instanceValues.get(instance)
  if (known !== undefined) return known
  const { declaration, path, segment, address } = instance
  const entries: [string, Value][] = [
    ['id', string(`/${[...path, segment].join('/')}`)],
    // Names of volumes are flat: what is around becomes part of them.
    ['name', string(declaration.kind === 'volume' ? [...path, segment].join('-') : segment)],
    ['address', string(address)],
  ]
  if (declaration.kind === 'group') {
    for (const kind of ['app', 'group'] as const) {
      const members = [...declaration.members[kind].values()]
      const values = members.map(m => [m.name, repetitionValue(run, repetitionOf(run, m, instance))] as const)
      entries.push([kind, object(values)])
    }
  }
  const value = withMarks(object(entries), new Set([address]))
  run.instanceValues.set(instance, value)
  return value
}

/** With `for_each` an object by key, with `count` a tuple. */
export function repetitionValue(run: Run, repetition: Repetition): Value {
  if (repetition.kind === 'unknown') return unknownValue
  if (repetition.kind === 'single') return instanceValue(run, repetition.instance)
  const values = [...repetition.instances].map(([key, i]) => [String(key), instanceValue(run, i)] as const)
  return repetition.form === 'count' ? tuple(values.map(([, v]) => v)) : object(values)
}
