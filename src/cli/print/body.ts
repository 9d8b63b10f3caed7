// An app as it is written in HCL: attributes, maps and blocks, each with the JSON path it comes from, in the order of
// the schema table. Names and units come from that table; the few places where HCL's shape differs from the field's
// (image and container, ports, volumes, network, secrets, commands of checks) are put in place here, as the reader of
// configurations does the other way round.
import type { Json } from '../../base/index.ts'
import { sameJson } from '../../base/index.ts'
import { appFields, fieldsUnder } from '../../model/index.ts'
import type { App, Field, Unit } from '../../model/index.ts'

export type Entry = Attribute | MapAttribute | Block

export interface Attribute {
  readonly kind: 'attribute'
  readonly name: string
  readonly path: string
  readonly value: Json
  readonly unit?: Unit
  /** Equals the default: not worth showing on something new. */
  readonly isDefault: boolean
}

export interface MapAttribute {
  readonly kind: 'map'
  readonly name: string
  readonly path: string
  readonly entries: readonly Attribute[]
}

export interface Block {
  readonly kind: 'block'
  readonly name: string
  readonly label?: string
  /** Names the block among its siblings; the attributes inside carry paths of their own. */
  readonly path: string
  readonly body: readonly Entry[]
  /** All in it is default, and it would be there without having been written: not worth showing on something new. */
  readonly isDefault: boolean
}

export function appBody(app: App): Entry[] {
  const values: Readonly<Record<string, unknown>> = { ...app }
  return appFields.flatMap(field => {
    const value = values[field.name] as Json | undefined
    if (value === undefined) return []
    const place = placed[field.name]
    return place ? place(value, field) : entriesOf(field, value, `/${field.name}`)
  })
}

/** A block of one attribute per entry, for groups and volumes. */
export function plainBody(
  values: Readonly<Record<string, Json | undefined>>,
  units: Readonly<Record<string, Unit>> = {},
): Attribute[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          {
            ...attribute(name, pathOfPlain[name] ?? `/${name}`, value, units[name]),
            isDefault: isEmpty(value),
          },
        ],
  )
}

const pathOfPlain: Readonly<Record<string, string>> = { depends_on: '/dependencies' }

type JsonRecord = { readonly [key: string]: Json | undefined }
type Place = (value: Json, field: Field) => Entry[]

// Defaults that the schema table leaves to the completion of an app, because they hang on other fields.
const usualValues: Readonly<Record<string, Json>> = {
  '/upgradeStrategy/minimumHealthCapacity': 1,
  '/upgradeStrategy/maximumOverCapacity': 1,
}

// What a person always wants to see of a new app, default or not.
const alwaysShown = new Set(['/instances', '/cpus', '/mem'])

const placed: Readonly<Record<string, Place>> = {
  id: value => [attribute('id', '/id', value)],
  container: value => containerEntries(value as JsonRecord),
  networks: (value, field) => networkEntries(value as readonly JsonRecord[], field),
  portDefinitions: value =>
    portBlocks(value as readonly JsonRecord[], '/portDefinitions', portDefinitionWords),
  constraints: value => [{ ...attribute('constraints', '/constraints', value), isDefault: isEmpty(value) }],
  secrets: value =>
    Object.entries(value as JsonRecord).map(([name, secret]) => ({
      kind: 'block',
      name: 'secret',
      label: name,
      path: `/secrets/${name}`,
      body: [attribute('source', `/secrets/${name}/source`, (secret as JsonRecord)['source'] ?? null)],
      isDefault: false,
    })),
}

// Names that the schema table gives to a field, where HCL reads another one.
const portDefinitionWords: Readonly<Record<string, string>> = { port: 'service', hostPort: 'host' }

const dockerFields = fieldsNamed(fieldsNamed(appFields, 'container'), 'docker')
const containerFields = fieldsNamed(appFields, 'container')

// `image` and ports and volumes stand in the app itself, all other options in one container block.
function containerEntries(container: JsonRecord): Entry[] {
  const docker = (container['docker'] ?? {}) as JsonRecord
  const image = docker['image']
  const options = [
    ...entriesIn(containerFields, container, '/container', ['docker', 'volumes', 'portMappings']),
    ...entriesIn(dockerFields, docker, '/container/docker', ['image']),
  ].map(entry => (entry.name === 'type' ? usualType(entry, image !== undefined) : entry))
  // With an image the block is only written for the sake of an option.
  const isNeeded = image === undefined || !options.every(isDefaultEntry)
  return [
    ...(image === undefined ? [] : [attribute('image', '/container/docker/image', image)]),
    ...(isNeeded ? [containerBlock(options)] : []),
    ...portBlocks((container['portMappings'] ?? []) as readonly JsonRecord[], '/container/portMappings', {}),
    ...((container['volumes'] ?? []) as readonly JsonRecord[]).map((v, i) =>
      volumeBlock(v, `/container/volumes(${i})`),
    ),
  ]
}

function containerBlock(body: readonly Entry[]): Block {
  return { kind: 'block', name: 'container', path: '/container/options', body, isDefault: false }
}

function usualType(entry: Entry, hasImage: boolean): Entry {
  if (entry.kind !== 'attribute') return entry
  return { ...entry, isDefault: entry.value === (hasImage ? 'DOCKER' : 'MESOS') }
}

function portBlocks(
  ports: readonly JsonRecord[],
  path: string,
  words: Readonly<Record<string, string>>,
): Block[] {
  const listed = path === '/portDefinitions' ? appFields : containerFields
  const fields = fieldsNamed(listed, path.slice(path.lastIndexOf('/') + 1))
  return ports.map((port, i) => ({
    kind: 'block',
    name: 'port',
    ...(typeof port['name'] === 'string' ? { label: port['name'] } : {}),
    path: `${path}(${i})`,
    body: entriesIn(fields, port, `${path}(${i})`, []).map(e => portEntry(e, words)),
    isDefault: false,
  }))
}

// The name is the label; it is only shown again where it changes.
function portEntry(entry: Entry, words: Readonly<Record<string, string>>): Entry {
  const field = entry.path.slice(entry.path.lastIndexOf('/') + 1)
  if (field === 'name' && entry.kind === 'attribute') return { ...entry, isDefault: true }
  return { ...entry, name: words[field] ?? entry.name }
}

function volumeBlock(volume: JsonRecord, path: string): Block {
  const fields = fieldsNamed(containerFields, 'volumes')
  const persistent = (volume['persistent'] ?? {}) as JsonRecord
  const external = (volume['external'] ?? {}) as JsonRecord
  // A volume of the cluster itself is named, not described.
  const own = external['provider'] === 'sddc' ? external : undefined
  const short: Readonly<Record<string, string>> = { container_path: 'container', host_path: 'host' }
  return {
    kind: 'block',
    name: 'volume',
    path,
    body: [
      ...entriesIn(fields, volume, path, ['persistent', ...(own === undefined ? [] : ['external'])]),
      ...(own === undefined
        ? []
        : [
            attribute('volume', `${path}/external/name`, own['name'] ?? null),
            {
              ...attribute('shared', `${path}/external/shared`, own['shared'] ?? false),
              isDefault: !own['shared'],
            },
          ]),
      ...entriesIn(fieldsNamed(fields, 'persistent'), persistent, `${path}/persistent`, []),
    ].map(e => ({ ...e, name: short[e.name] ?? e.name })),
    isDefault: false,
  }
}

const networkWords: Readonly<Record<string, string>> = { 'container/bridge': 'bridge' }

function networkEntries(networks: readonly JsonRecord[], field: Field): Entry[] {
  const [only] = networks
  if (networks.length !== 1 || only === undefined || !isEmpty(only['labels'] ?? {})) {
    return entriesOf(field, networks, '/networks')
  }
  const { mode, name } = only
  if (typeof mode !== 'string') return entriesOf(field, networks, '/networks')
  const word = networkWords[mode] ?? mode
  const text = typeof name === 'string' ? `${word}:${name}` : word
  return [{ ...attribute('network', '/networks', text), isDefault: text === 'host' }]
}

function entriesIn(
  fields: readonly Field[],
  values: JsonRecord,
  path: string,
  except: readonly string[],
): Entry[] {
  return fields.flatMap(field => {
    const value = values[field.name]
    if (value === undefined || except.includes(field.name)) return []
    return entriesOf(field, value, `${path}/${field.name}`)
  })
}

function entriesOf(field: Field, value: Json, path: string): Entry[] {
  const command = commandText(field, value)
  if (command !== undefined) return [attribute(field.hcl, path, command)]
  if (Array.isArray(value) && fieldsUnder(field.type).length > 0) {
    return value.map((element: Json, i) => blockOf(field, element, `${path}(${i})`))
  }
  if (field.type.kind === 'map') return isEmpty(value) ? [] : [mapOf(field, value as JsonRecord, path)]
  if (isRecord(value)) return [blockOf(field, value, path)]
  const usual = field.default ?? usualValues[path]
  const isDefault =
    !alwaysShown.has(path) && (isEmpty(value) || (usual !== undefined && sameJson(value, usual)))
  return [{ ...attribute(nameOf(field, path), path, value, field.unit), isDefault }]
}

function isDefaultEntry(entry: Entry): boolean {
  return entry.kind === 'map' ? entry.entries.length === 0 : entry.isDefault
}

// Words of HCL that are not the names in the schema table.
const renamed: Readonly<Record<string, string>> = {
  '/healthChecks(*)/port': 'port_number',
  '/container/docker/parameters(*)': 'parameter',
}

function nameOf(field: Field, path: string): string {
  return renamed[path.replace(/\(\d+\)/g, '(*)')] ?? field.hcl
}

function mapOf(field: Field, value: JsonRecord, path: string): MapAttribute {
  const entries = Object.entries(value).map(([key, each]) => attribute(key, `${path}/${key}`, each ?? null))
  return { kind: 'map', name: field.hcl, path, entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

function blockOf(field: Field, value: Json, path: string): Block {
  const record = value as JsonRecord
  const body = entriesIn(fieldsUnder(field.type), record, path, [])
  const isDefault = !path.endsWith(')') && body.every(isDefaultEntry)
  return { kind: 'block', name: nameOf(field, path), path, body, isDefault }
}

// `{ value: "…" }`, `{ shell: "…" }` and `{ argv: […] }` are written as the text or the list itself.
function commandText(field: Field, value: Json): Json | undefined {
  if (field.name !== 'command' || !isRecord(value)) return undefined
  return value['value'] ?? value['shell'] ?? value['argv']
}

function attribute(name: string, path: string, value: Json, unit?: Unit): Attribute {
  return { kind: 'attribute', name, path, value, isDefault: false, ...(unit === undefined ? {} : { unit }) }
}

function fieldsNamed(fields: readonly Field[], name: string): readonly Field[] {
  const found = fields.find(f => f.name === name)
  return found ? fieldsUnder(found.type) : []
}

function isRecord(value: Json): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0
}
