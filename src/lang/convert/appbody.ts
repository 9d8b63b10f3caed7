// An app in the words of a configuration: `decodeApp` backwards. The words come from the vocabulary, which reads them
// from the schema table; only what decodeApp puts in place by hand (image, network, ports, volumes, checks,
// constraints) is taken from its place by hand here.
import { assert } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import type { App } from '../../model/index.ts'
import { appWords, isRecord } from '../vocabulary/index.ts'
import type { AttributeWord, BlockWord, Words } from '../vocabulary/index.ts'
import type { JsonObject } from './minimal.ts'
import { durationText, sizeText } from './units.ts'
import { sensitiveWithin } from './written.ts'
import type { Placed, PlacedFields, WrittenAttribute, WrittenBlock, WrittenBody } from './written.ts'

/**
 * All that a definition of the app says but its id and its dependencies, some of it still needlessly (see shortbody.ts).
 * `definition` is the app itself or a shorter form of it.
 */
export function appBody(app: App, definition: JsonObject, sensitivePaths: readonly string[]): WrittenBody {
  const { id: _id, dependencies: _dependencies, ...json } = definition
  const fields = fieldsOf(json, '')
  const body = wordsFor(without(fields, placedByHand), appWords, sensitivePaths)
  const ports = portsOf(app, fields)
  const part = (type: string, inner: PlacedFields): WrittenBlock =>
    blockFor(type, appWords.blocks[type]!, inner, sensitivePaths)
  const { image, blocks } = containerOf(fields, sensitivePaths)
  const networks = elementsOf(fields.get('networks'))
  return {
    attributes: [
      ...image,
      ...body.attributes,
      ...(ports.length === 0 && hasNoPorts(app) ? [{ name: 'ports', value: [], sensitive: [] }] : []),
      ...networkAttribute(networks, sensitivePaths),
    ],
    blocks: [
      ...blocks,
      ...(networkWord(networks) === undefined ? networks.map(n => part('network', networkFields(n))) : []),
      ...ports.map(p => part('port', p)),
      ...volumesOf(fields).map(v => part('volume', v)),
      ...elementsOf(fields.get('healthChecks')).map(c => part('health_check', checkFields(c, app))),
      ...elementsOf(fields.get('readinessChecks')).map(c => part('readiness_check', fieldsAt(c))),
      ...[fields.get('check')].flatMap(c => (c ? [checkBlock(c, app, sensitivePaths)] : [])),
      ...[fields.get('preStop')].flatMap(p => (p ? [part('pre_stop', withCommand(fieldsAt(p)))] : [])),
      ...elementsOf(fields.get('constraints')).map(c => part('constraint', constraintFields(c))),
      ...secretsOf(fields).map(s => part('secret', s)),
      ...body.blocks,
    ],
  }
}

const placedByHand = new Set([
  'container',
  'networks',
  'portDefinitions',
  'healthChecks',
  'readinessChecks',
  'check',
  'preStop',
  'constraints',
  'secrets',
])

// The words of a body

/** Every field under the word for it; a field without a word is a mistake of this module. */
function wordsFor(fields: PlacedFields, words: Words, sensitivePaths: readonly string[]): WrittenBody {
  const attributes: WrittenAttribute[] = []
  const blocks: WrittenBlock[] = []
  const left = new Set(fields.keys())
  for (const [name, word] of Object.entries(words.attributes)) {
    const placed = fields.get(word.field)
    if (!placed || !left.has(word.field) || isBlock(placed, word.field, words)) continue
    left.delete(word.field)
    const sensitive = sensitiveWithin(placed, sensitivePaths)
    attributes.push({ name, value: inUnits(placed.value, word), sensitive })
  }
  for (const [type, word] of Object.entries(words.blocks)) {
    const placed = fields.get(word.field)
    if (!placed || !left.delete(word.field)) continue
    for (const element of word.many ? elementsOf(placed) : [placed]) {
      blocks.push(blockFor(type, word, fieldsAt(element), sensitivePaths))
    }
  }
  assert(left.size === 0, `every field has a word: ${[...left].join(', ')}`)
  return { attributes, blocks }
}

/** Whether the value is an object that a block stands for: what may also be one word has both. */
function isBlock({ value }: Placed, field: string, words: Words): boolean {
  return isRecord(value) && Object.values(words.blocks).some(b => b.field === field)
}

function blockFor(
  type: string,
  word: BlockWord,
  fields: PlacedFields,
  sensitivePaths: readonly string[],
): WrittenBlock {
  const body = wordsFor(fields, word, sensitivePaths)
  const label = body.attributes.find(a => a.name === word.label && a.sensitive.length === 0)?.value
  return { type, word, body, ...(typeof label === 'string' ? { label } : {}) }
}

export function inUnits(value: Json, { type }: AttributeWord): Json {
  if (typeof value !== 'number') return value
  if (type === 'duration') return durationText(value)
  return type === 'size' || type === 'sizeOrUnlimited' ? sizeText(value) : value
}

// What stands elsewhere in the Marathon form

/** The image beside the other attributes; a block for what else is said of the container. */
function containerOf(
  fields: PlacedFields,
  sensitivePaths: readonly string[],
): { readonly image: readonly WrittenAttribute[]; readonly blocks: readonly WrittenBlock[] } {
  const container = fields.get('container')
  if (!container) return { image: [], blocks: [] }
  const outer = without(fieldsAt(container), new Set(['docker', 'volumes', 'portMappings']))
  const docker = outer && fieldsAt(container).get('docker')
  const inner = docker ? fieldsAt(docker) : new Map<string, Placed>()
  const placed = inner.get('image')
  const image = placed
    ? [{ name: 'image', value: placed.value, sensitive: sensitiveWithin(placed, sensitivePaths) }]
    : []
  const rest = new Map([...outer, ...without(inner, new Set(['image']))])
  return { image, blocks: [blockFor('container', appWords.blocks['container']!, rest, sensitivePaths)] }
}

function volumesOf(fields: PlacedFields): readonly PlacedFields[] {
  const container = fields.get('container')
  const volumes = container && fieldsAt(container).get('volumes')
  return elementsOf(volumes).map(volume => {
    const outer = fieldsAt(volume)
    const persistent = outer.get('persistent')
    return new Map([...without(outer, new Set(['persistent'])), ...(persistent ? fieldsAt(persistent) : [])])
  })
}

function portsOf(app: App, fields: PlacedFields): readonly PlacedFields[] {
  const container = fields.get('container')
  if (app.networks[0]?.mode !== 'host')
    return elementsOf(container && fieldsAt(container).get('portMappings')).map(fieldsAt)
  return elementsOf(fields.get('portDefinitions')).map(
    definition =>
      new Map([...fieldsAt(definition)].map(([name, p]) => [name === 'port' ? 'servicePort' : name, p])),
  )
}

function hasNoPorts(app: App): boolean {
  const ports = app.networks[0]?.mode === 'host' ? app.portDefinitions : app.container?.portMappings
  return ports?.length === 0
}

/** The network as one word, where there is one that says it all. */
function networkWord(networks: readonly Placed[]): string | undefined {
  const [first] = networks
  if (networks.length !== 1 || !first) return undefined
  const { mode, name, ...more } = first.value as JsonObject
  if (Object.keys(more).length > 0) return undefined
  if (mode === 'host' || mode === 'container/bridge')
    return name === undefined ? (mode === 'host' ? 'host' : 'bridge') : undefined
  return typeof name === 'string' && name !== '' ? `container:${name}` : undefined
}

function networkAttribute(
  networks: readonly Placed[],
  sensitivePaths: readonly string[],
): readonly WrittenAttribute[] {
  const value = networkWord(networks)
  if (value === undefined) return []
  return [{ name: 'network', value, sensitive: sensitiveWithin(networks[0]!, sensitivePaths).slice(0, 1) }]
}

function networkFields(network: Placed): PlacedFields {
  const fields = new Map(fieldsAt(network))
  const mode = fields.get('mode') ?? { value: 'container', path: `${network.path}/mode` }
  return fields.set('mode', mode.value === 'container/bridge' ? { ...mode, value: 'bridge' } : mode)
}

function checkFields(check: Placed, app: App): PlacedFields {
  const fields = new Map(fieldsAt(check))
  const index = fields.get('portIndex')
  const ports = (app.networks[0]?.mode === 'host' ? app.portDefinitions : app.container?.portMappings) ?? []
  const name = index && ports[index.value as number]?.name
  if (index && name !== undefined && ports.filter(p => p.name === name).length === 1) {
    fields.delete('portIndex')
    fields.set('portName', { ...index, value: name })
  }
  return withCommand(fields)
}

function withCommand(fields: PlacedFields): PlacedFields {
  const command = fields.get('command')
  return command
    ? new Map([...fields, ['command', { ...command, value: commandValue(command.value) }]])
    : fields
}

function checkBlock(check: Placed, app: App, sensitivePaths: readonly string[]): WrittenBlock {
  const fields = new Map(checkFields(check, app))
  const exec = fields.get('exec')
  if (exec && isRecord(exec.value))
    fields.set('exec', {
      ...exec,
      value: { ...exec.value, command: commandValue(exec.value['command'] ?? null) },
    })
  return blockFor('check', appWords.blocks['check']!, fields, sensitivePaths)
}

/** One text for a shell, a list for none; an object where both are given. */
function commandValue(command: Json): Json {
  if (!isRecord(command) || Object.keys(command).length !== 1) return command
  return Object.values(command)[0]!
}

function constraintFields({ value, path }: Placed): PlacedFields {
  const texts = value as readonly string[]
  const names = ['field', 'operator', 'value']
  return new Map(texts.map((text, i) => [names[i]!, { value: text, path }]))
}

function secretsOf(fields: PlacedFields): readonly PlacedFields[] {
  const secrets = fields.get('secrets')
  if (!secrets) return []
  return [...fieldsAt(secrets)].map(
    ([name, secret]) => new Map([['name', { value: name, path: `${secret.path}/` }], ...fieldsAt(secret)]),
  )
}

// Fields with their places

function fieldsAt({ value, path }: Placed): PlacedFields {
  return isRecord(value) ? fieldsOf(value, path) : new Map()
}

function fieldsOf(record: JsonObject, path: string): PlacedFields {
  return new Map(
    Object.entries(record).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { value, path: `${path}/${name}` }]],
    ),
  )
}

function elementsOf(list: Placed | undefined): readonly Placed[] {
  if (!list || !Array.isArray(list.value)) return []
  return (list.value as readonly Json[]).map((value, i) => ({ value, path: `${list.path}(${i})` }))
}

function without(fields: PlacedFields, names: ReadonlySet<string>): PlacedFields {
  return new Map([...fields].filter(([name]) => !names.has(name)))
}
