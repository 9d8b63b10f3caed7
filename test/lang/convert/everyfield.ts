// An app for each field of the schema table, with that field set to something that is not its default, and beside it
// only what must be there. Made from the table, so that a new field is covered when it is written there.
import { canonicalJson } from '../../../src/base/index.ts'
import type { Json } from '../../../src/base/index.ts'
import { appFields, normalizeApp } from '../../../src/model/index.ts'
import type { App, Field, FieldType } from '../../../src/model/index.ts'

type JsonObject = Readonly<Record<string, Json>>

export interface FieldApp {
  /** `/healthChecks(*)/path`. */
  readonly path: string
  readonly app: App
}

export function appsOfFields(): readonly FieldApp[] {
  return appFields
    .filter(f => f.name !== 'id')
    .flatMap(field =>
      variants(field.type, field.default, `/${field.name}`).map(({ path, value }) => ({
        path,
        app: appWith(path, field.name, value),
      })),
    )
}

interface Variant {
  readonly path: string
  readonly value: Json
}

/** One value for each field inside of the type, or one for the type itself. */
function variants(type: FieldType, preset: Json | undefined, path: string): readonly Variant[] {
  switch (type.kind) {
    case 'object': {
      const required = Object.fromEntries(
        type.fields.filter(f => f.required).map(f => [f.name, plainOf(f.type, f.default)]),
      )
      if (type.fields.length === 0) return [{ path, value: {} }]
      return type.fields.flatMap(field =>
        variants(field.type, field.default, `${path}/${field.name}`).map(v => ({
          path: v.path,
          value: { ...required, [field.name]: v.value },
        })),
      )
    }
    case 'list':
      return variants(type.of, undefined, `${path}(*)`).map(v => ({ path: v.path, value: [v.value] }))
    case 'map':
      return variants(type.of, undefined, `${path}/*`).map(v => ({
        path: v.path,
        value: { 'odd key ${x}': v.value },
      }))
    case 'union':
      return type.options.flatMap(option => variants(option, preset, path))
    default:
      return [{ path, value: plainOf(type, preset) }]
  }
}

/** With what has a meaning in one of the forms. */
const hardText = `a "b" \${c} %{d} \\ 'x' \`y\`\n  line two\té\n`

/** A value that differs from the default. */
function plainOf(type: FieldType, preset: Json | undefined): Json {
  switch (type.kind) {
    case 'string':
      if (type.oneOf) return type.oneOf.find(v => v !== preset) ?? type.oneOf[0]!
      return type.pattern ? 'a/b' : hardText.slice(0, type.maxLength)
    case 'number': {
      const other = [type.integer ? 7 : 0.25, type.min, 1].find(
        v => v !== preset && v >= type.min && v <= type.max,
      )
      return other ?? type.max
    }
    case 'boolean':
      return preset !== true
    case 'constraint':
      return ['rack', 'GROUP_BY', '3']
    case 'list':
      return [plainOf(type.of, undefined)]
    case 'map':
      return { a: plainOf(type.of, undefined) }
    case 'union':
      return plainOf(type.options[0]!, preset)
    case 'object':
      return Object.fromEntries(type.fields.filter(f => f.required).map(required))
  }
}

function required(field: Field): [string, Json] {
  return [field.name, plainOf(field.type, field.default)]
}

/** What goes with some fields, by the path they begin with. */
const surroundings: readonly (readonly [string, (value: Json) => JsonObject])[] = [
  ['/cmd', value => ({ cmd: value })],
  ['/args', value => ({ args: value })],
  ['/container/portMappings', value => ({ container: value, networks: [{ mode: 'container/bridge' }] })],
  ['/container/volumes(*)/hostPath', value => ({ container: value })],
  ['/container/volumes(*)/persistent', value => ({ container: value })],
  ['/container/volumes(*)/external', value => ({ container: value })],
  ['/container/volumes(*)/secret', value => ({ container: value })],
  ['/container/volumes', value => ({ container: withHostPath(value) })],
]

function withHostPath(container: Json): Json {
  const { volumes } = container as { readonly volumes: readonly JsonObject[] }
  return { volumes: volumes.map(v => ({ hostPath: '/srv', ...v })) }
}

let count = 0

function appWith(path: string, name: string, value: Json): App {
  const around = surroundings.find(([start]) => path.startsWith(start))
  const fields = around ? around[1](value) : { [name]: value }
  const process = 'args' in fields ? {} : { cmd: 'true' }
  const { app, diagnostics } = normalizeApp({ id: `/field-${count++}`, ...process, ...fields })
  if (!app) throw new Error(`${path}: ${canonicalJson(value)}: ${JSON.stringify(diagnostics)}`)
  return app
}
