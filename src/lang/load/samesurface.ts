// Where two descriptions of the same module first differ, in the words of its author: `env.BUILT of app.web`.
import { canonicalJson } from '../../base/index.ts'
import type { Json, Range } from '../../base/index.ts'
import type { SurfaceConfig, SurfaceResource, SurfaceValue } from '../surface.ts'
import { isRecord } from '../vocabulary/index.ts'

export interface Difference {
  readonly path: string
  /** Both values, as people read them; long ones are cut. */
  readonly before: string
  readonly after: string
  /** The call that made the resource, and a JSON pointer into its options. */
  readonly subject?: Range
  readonly pointer?: string
}

const maxShownLength = 60

/** Undefined when they are the same. The order of the properties does not count, that of resources does. */
export function firstDifference(before: SurfaceConfig, after: SurfaceConfig): Difference | undefined {
  const count = Math.max(before.resources.length, after.resources.length)
  for (let i = 0; i < count; i++) {
    const [one, other] = [before.resources[i], after.resources[i]]
    if (one?.address !== other?.address) {
      const subject = (one ?? other)?.range
      const names = { before: one?.address ?? 'nothing', after: other?.address ?? 'nothing' }
      return { path: `resource ${i + 1}`, ...names, ...(subject ? { subject } : {}) }
    }
    const found = one && other && inResource(one, other)
    if (found) return found
  }
  const found = inValue(besides(before), besides(after), [])
  if (!found) return undefined
  const output = found.path[0] === 'outputs' ? before.outputs.find(o => o.name === found.path[1]) : undefined
  return { path: written(found.path), ...shown(found, (output?.value.sensitive ?? []).length > 0) }
}

/** Everything but the resources, in the author's words. */
function besides({ stack, server, outputs, moves, imports, removals }: SurfaceConfig): Json {
  const values = {
    name: stack?.value,
    server: server?.value,
    outputs: Object.fromEntries(outputs.map(o => [o.name, o.value.value])),
    history: { moved: moves, imported: imports, removed: removals },
  }
  // Absent ones go.
  return JSON.parse(JSON.stringify(values)) as Json
}

function inResource(before: SurfaceResource, after: SurfaceResource): Difference | undefined {
  const attributes = Object.entries({ ...after.body.attributes, ...before.body.attributes })
  for (const [name, { range = before.range }] of attributes) {
    const one: SurfaceValue | undefined = before.body.attributes[name]
    const found = inValue(one?.value, after.body.attributes[name]?.value, [name])
    if (!found) continue
    const path = `${written(found.path)} of ${before.address}`
    const isSensitive = (one?.sensitive ?? []).length > 0
    const pointer = found.path.map(step => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    return { path, pointer, ...shown(found, isSensitive), ...(range ? { subject: range } : {}) }
  }
  if (canonicalJson(before.lifecycle ?? null) === canonicalJson(after.lifecycle ?? null)) return undefined
  return {
    path: `lifecycle of ${before.address}`,
    before: 'one',
    after: 'another',
    ...(before.range ? { subject: before.range } : {}),
  }
}

interface Found {
  readonly path: readonly string[]
  readonly before: Json | undefined
  readonly after: Json | undefined
}

function inValue(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
): Found | undefined {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return undefined
  const [one, other] = [entriesOf(before), entriesOf(after)]
  if (one && other) {
    for (const name of new Set([...one.keys(), ...other.keys()])) {
      const found = inValue(one.get(name), other.get(name), [...path, name])
      if (found) return found
    }
  }
  return { path, before, after }
}

function entriesOf(value: Json | undefined): ReadonlyMap<string, Json | undefined> | undefined {
  if (Array.isArray(value)) return new Map((value as readonly Json[]).map((v, i) => [String(i), v]))
  return isRecord(value) ? new Map(Object.entries(value)) : undefined
}

function written(path: readonly string[]): string {
  return path.map((step, i) => (/^\d+$/.test(step) ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}

function shown({ before, after }: Found, isSensitive: boolean): { before: string; after: string } {
  if (isSensitive) return { before: 'one value', after: 'another (sensitive)' }
  return { before: text(before), after: text(after) }
}

function text(value: Json | undefined): string {
  const json = value === undefined ? 'nothing' : JSON.stringify(value)
  return json.length > maxShownLength ? `${json.slice(0, maxShownLength)}…` : json
}
