// One change of every field that the schema's table has, nested ones too: two definitions that differ in that field alone.
// Values are made from the table; only what must stand around a field so that Marathon's rules allow it is written here.
import type { Json } from '../../src/base/index.ts'
import { allFields, normalizeApp, validateApp } from '../../src/model/index.ts'
import type { App, FieldEffect, FieldType } from '../../src/model/index.ts'

interface FieldCase {
  /** As the table writes it: `/healthChecks(*)/path`. */
  readonly path: string
  readonly effect: FieldEffect
  readonly before: App
  readonly after: App
  /** What rules say against them; nothing: both may run. */
  readonly refusals: readonly string[]
}

type Definition = { readonly [key: string]: Json }

/** Every field but the id, which names the app. */
export function eachField(): FieldCase[] {
  return allFields()
    .filter(({ path }) => path !== '/id')
    .map(({ path, field, effect }) => {
      const around = merged({ id: '/app', cpus: 0.1, mem: 32 }, surroundingsOf(path))
      const [before, after] = valuesOf(path, field.type).map(value => appOf(withValue(around, path, value)))
      return {
        path,
        effect,
        before: before!,
        after: after!,
        refusals: [before!, after!]
          .flatMap(app => validateApp(app))
          .filter(d => d.severity === 'error')
          .map(d => d.summary),
      }
    })
}

function appOf(definition: Definition): App {
  const { app, diagnostics } = normalizeApp(definition)
  if (app === undefined) throw new Error(`${JSON.stringify(definition)}: ${JSON.stringify(diagnostics)}`)
  return app
}

const image = { container: { type: 'DOCKER', docker: { image: 'image' } } }
const bridge = { ...image, networks: [{ mode: 'container/bridge' }] }
const volume = (more: Definition): Definition => ({
  cmd: 'sleep',
  container: { type: 'MESOS', volumes: [{ containerPath: 'data', ...more }] },
})
const mount = (more: Definition): Definition => ({
  container: { ...image.container, volumes: [{ containerPath: '/data', ...more }] },
})

/** The longest beginning counts. What is an element of a list here is completed by the field. */
const surroundings: Readonly<Record<string, Definition>> = {
  '/': { cmd: 'sleep' },
  '/cmd': {},
  '/args': {},
  '/container': { cmd: 'sleep', ...image },
  '/container/type': { cmd: 'sleep', container: { docker: { image: 'image' } } },
  '/container/docker/pullConfig': { cmd: 'sleep', container: { type: 'MESOS', docker: { image: 'image' } } },
  '/container/volumes': { cmd: 'sleep' },
  '/container/volumes(*)/containerPath': mount({ hostPath: '/srv', mode: 'RW' }),
  '/container/volumes(*)/hostPath': mount({ mode: 'RW' }),
  '/container/volumes(*)/mode': mount({ hostPath: '/srv' }),
  '/container/volumes(*)/persistent': volume({ mode: 'RW' }),
  '/container/volumes(*)/external': volume({ mode: 'RW' }),
  '/container/volumes(*)/secret': volume({}),
  '/container/portMappings': { cmd: 'sleep', ...bridge },
  '/container/portMappings(*)/networkNames': {
    cmd: 'sleep',
    container: { ...image.container, type: 'MESOS', portMappings: [{ containerPort: 1 }] },
    networks: [
      { mode: 'container', name: 'a' },
      { mode: 'container', name: 'b' },
    ],
  },
  '/container/linuxInfo': { cmd: 'sleep', container: { type: 'MESOS' } },
  '/networks': { cmd: 'sleep' },
  '/networks(*)/labels': { cmd: 'sleep', networks: [{ mode: 'container/bridge' }] },
  '/networks(*)/name': { cmd: 'sleep', networks: [{ mode: 'container' }] },
  '/requirePorts': { cmd: 'sleep', portDefinitions: [{ port: 31_005 }] },
  '/healthChecks(*)/port': { cmd: 'sleep', healthChecks: [{ protocol: 'TCP' }] },
  '/healthChecks(*)/portIndex': {
    cmd: 'sleep',
    portDefinitions: [{}, {}, {}],
    healthChecks: [{ protocol: 'TCP' }],
  },
  '/healthChecks(*)/ipProtocol': { cmd: 'sleep', ...bridge, healthChecks: [{ protocol: 'MESOS_TCP' }] },
  '/healthChecks(*)/command': { cmd: 'sleep', healthChecks: [{ protocol: 'COMMAND' }] },
  '/acceptedResourceRoles': { cmd: 'sleep', role: 'prod' },
  '/update/autoRollback': { cmd: 'sleep', update: { healthyDeadlineSeconds: 60 } },
  '/readinessChecks(*)/portName': {
    cmd: 'sleep',
    portDefinitions: [{ name: 'http-api' }, { name: 'other' }],
  },
  '/readinessChecks': { cmd: 'sleep', portDefinitions: [{ name: 'http-api' }] },
  '/check': { cmd: 'sleep', check: { tcp: {} } },
  '/check/http': { cmd: 'sleep' },
  '/check/exec': { cmd: 'sleep' },
  '/env/*/secret': { cmd: 'sleep', secrets: { a: { source: 's' }, b: { source: 's' } } },
  '/unreachableStrategy/inactiveAfterSeconds': {
    cmd: 'sleep',
    unreachableStrategy: { expungeAfterSeconds: 100 },
  },
  '/mode': { cmd: 'sleep', upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } },
  '/retries': { cmd: 'sleep', mode: 'batch' },
  '/maxRunDurationSeconds': { cmd: 'sleep', mode: 'batch' },
  '/preStop': { cmd: 'sleep', preStop: { command: { value: 'true' } } },
  '/preStop/command/argv': { cmd: 'sleep', preStop: {} },
}

function surroundingsOf(path: string): Definition {
  const fitting = Object.keys(surroundings).filter(key => key === '/' || isWithin(path, key))
  return surroundings[fitting.sort((a, b) => b.length - a.length)[0]!]!
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`) || path.startsWith(`${outer}(`)
}

/** Where any two values of the type would not do. */
const chosen: Readonly<Record<string, readonly [Json, Json]>> = {
  '/executor': ['', '//cmd'],
  '/networks(*)/mode': ['host', 'container/bridge'],
  '/networks': [[{ mode: 'host' }], [{ mode: 'container/bridge' }]],
  '/portDefinitions': [[{ port: 0 }], [{ port: 0 }, { port: 0 }]],
  '/container/portMappings': [[{ containerPort: 1 }], [{ containerPort: 1 }, { containerPort: 2 }]],
  '/container/portMappings(*)/networkNames': [['a'], ['b']],
  '/container/volumes': [
    [{ containerPath: 'data', hostPath: '/srv', mode: 'RW' }],
    [{ containerPath: 'data', hostPath: '/other', mode: 'RW' }],
  ],
  '/container/volumes(*)/containerPath': ['/data', '/other'],
  '/container/volumes(*)/hostPath': ['/a', '/b'],
  '/resourceLimits/mem': [40, 50],
  '/readinessChecks(*)/name': ['a', 'b'],
  '/container': [image.container, { type: 'DOCKER', docker: { image: 'other' } }],
  '/constraints': [[['hostname', 'LIKE', 'a.*']], [['hostname', 'UNLIKE', 'b.*']]],
  '/container/volumes(*)/persistent/constraints': [[['path', 'LIKE', 'a']], [['path', 'LIKE', 'b']]],
  '/container/volumes(*)/persistent/maxSize': [100, 200],
  '/acceptedResourceRoles': [['*'], ['*', 'prod']],
  '/dependencies': [['/a'], ['/b']],
  '/healthChecks': [[{ protocol: 'TCP' }], [{ protocol: 'HTTP' }]],
  '/healthChecks(*)/protocol': ['TCP', 'HTTPS'],
  '/healthChecks(*)/path': ['/a', '/b'],
  '/healthChecks(*)/command': [{ value: 'a' }, { value: 'b' }],
  '/readinessChecks(*)/portName': ['http-api', 'other'],
  '/readinessChecks': [[{ path: '/a' }], [{ path: '/b' }]],
  '/readinessChecks(*)/timeoutSeconds': [1, 2],
  '/readinessChecks(*)/intervalSeconds': [40, 50],
  '/check': [{ tcp: {} }, { http: { path: '/' } }],
  '/check/tcp': [{}, {}],
  '/check/http': [{ path: '/a' }, { path: '/b' }],
  '/check/exec/command': [{ shell: 'a' }, { shell: 'b' }],
  '/unreachableStrategy': ['disabled', { inactiveAfterSeconds: 1, expungeAfterSeconds: 2 }],
  '/preStop': [{ command: { value: 'true' } }, { command: { value: 'false' } }],
  '/preStop/command': [{ value: 'a' }, { value: 'b' }],
  '/mode': ['service', 'daemon'],
  '/update': [{ maxParallel: 1 }, { maxParallel: 2 }],
}

function valuesOf(path: string, type: FieldType): readonly [Json, Json] {
  return chosen[path] ?? [valueOf(type, 0), valueOf(type, 1)]
}

function valueOf(type: FieldType, which: 0 | 1): Json {
  switch (type.kind) {
    case 'string':
      return type.oneOf?.[which] ?? 'ab'[which]!
    case 'number':
      return [1, 2, 0.5, 40, 50, 200, 201].filter(
        n => n >= type.min && n <= type.max && (!type.integer || n % 1 === 0),
      )[which]!
    case 'boolean':
      return which === 1
    case 'list':
      return [valueOf(type.of, which)]
    case 'map':
      return { key: valueOf(type.of, which) }
    case 'union':
      return valueOf(type.options[0]!, which)
    case 'object':
      return Object.fromEntries(
        type.fields.filter((f, i) => f.required || i === 0).map(f => [f.name, valueOf(f.type, which)]),
      )
    case 'constraint':
      return ['hostname', 'LIKE', 'ab'[which]!]
  }
}

// Puts the value at the path, with what the objects on the way must have.
function withValue(around: Definition, path: string, value: Json): Definition {
  const keys = path.slice(1).split('/')
  const put = (target: Json | undefined, rest: readonly string[], at: string): Json => {
    const [key, ...deeper] = rest
    if (key === undefined) return value
    const name = key.replace('(*)', '')
    const isList = key.endsWith('(*)')
    const record = (target ?? {}) as { readonly [key: string]: Json }
    const here = `${at}/${name}`
    if (name === '*') return { ...record, key: put(record['key'], deeper, `${at}/*`) }
    const inner = isList ? (record[name] as readonly Json[] | undefined)?.[0] : record[name]
    const made = put(inner, deeper, isList ? `${here}(*)` : here)
    const done =
      deeper.length > 0 ? { ...requiredIn(isList ? `${here}(*)` : here), ...(made as object) } : made
    return { ...record, [name]: isList ? [done] : done }
  }
  return put(around, keys, '') as Definition
}

function requiredIn(path: string): Definition {
  const inside = allFields().filter(f => f.field.required && f.path.startsWith(`${path}/`))
  const direct = inside.filter(f => !f.path.slice(path.length + 1).includes('/'))
  return Object.fromEntries(direct.map(({ field }) => [field.name, valueOf(field.type, 0)]))
}

function merged(a: Definition, b: Definition): Definition {
  return { ...a, ...b }
}
