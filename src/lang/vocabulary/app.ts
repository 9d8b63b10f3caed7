// An app as it is written, put into the Marathon form: the parts that stand where the field stands are copied, those
// whose shape differs (image, network, port, volume, checks, constraint, secret) are put in place here.
import { didYouMean } from '../../base/index.ts'
import type { Json, Range } from '../../base/index.ts'
import type { SurfaceResource } from '../surface.ts'
import { readBody } from './body.ts'
import type { Part, PartBlock } from './body.ts'
import { complain, newDraft, put, spell } from './draft.ts'
import type { Dialect, Draft, Segments } from './draft.ts'
import { isRecord, showValue, textOf } from './values.ts'
import { appWords, networkModes } from './words.ts'

/** Attributes that app.ts puts in place itself, or that are the assembly's business. */
const placedFields = new Set(['image', 'network', 'ports', 'dependencies', 'constraints'])

/** Top-level volumes, for the apps that mount them. */
export interface KnownVolumes {
  /** By name; without a size where it has a mistake. */
  readonly byName: ReadonlyMap<string, { readonly size?: number | undefined }>
  /** False when there may be more. */
  readonly complete: boolean
}

/** The draft's `json` is a Marathon app without id and dependencies, ready to be normalised. */
export function decodeApp(resource: SurfaceResource, dialect: Dialect, volumes: KnownVolumes): Draft {
  const draft = newDraft(resource, dialect)
  const app = readBody(draft, resource.body, appWords, draft.context, resource.range)
  copyFields(draft, [], app, placedFields)
  checkProcess(draft, app)
  const ports = blocksOf(app, 'port')
  const image = placeContainer(draft, app, volumes)
  placePorts(draft, app, ports, placeNetwork(draft, app, ports, image))
  placeConstraints(draft, app)
  placeChecks(draft, app)
  placeSecrets(draft, app)
  for (const block of app.blocks) if (!placedBlocks.has(block.type)) copyBlock(draft, [], block)
  return draft
}

function checkProcess(draft: Draft, app: Part): void {
  const args = app.fields.get('args')
  if (!app.fields.has('cmd') || !args) return
  const detail =
    'Keep "cmd" for a line that a shell runs, or "args" for a program and its arguments, not both.'
  complain(draft, 'Command given twice', detail, args.source.nameRange ?? args.source.range)
}

const placedBlocks = new Set([
  'container',
  'network',
  'port',
  'volume',
  'health_check',
  'readiness_check',
  'check',
  'pre_stop',
  'constraint',
  'secret',
])

function blocksOf(part: Part, type: string): readonly PartBlock[] {
  return part.blocks.filter(b => b.type === type)
}

/** Whether the field is written, with a mistake or without. */
function has(part: Part, field: string): boolean {
  return part.fields.has(field) || part.unusable.has(field)
}

function copyFields(
  draft: Draft,
  at: Segments,
  part: Part,
  except: ReadonlySet<string> = new Set<string>(),
): void {
  for (const [name, { value, source }] of part.fields) {
    if (!except.has(name)) put(draft, [...at, name], value, source)
  }
}

/** An object block as it is; blocks inside it likewise. */
function copyBlock(draft: Draft, at: Segments, block: PartBlock): void {
  const here = block.word.many
    ? [...at, block.word.field, countOf(draft, [...at, block.word.field])]
    : [...at, block.word.field]
  open(draft, here, block.part.range)
  copyFields(draft, here, block.part)
  for (const inner of block.part.blocks) copyBlock(draft, here, inner)
}

/** An empty object with a place in the text. */
function open(draft: Draft, at: Segments, range: Range | undefined): void {
  put(draft, at, {}, range === undefined ? undefined : { value: null, range })
}

function countOf(draft: Draft, at: Segments): number {
  let found: Json | undefined = draft.json
  for (const segment of at) found = (found as Record<string, Json> | undefined)?.[segment]
  return Array.isArray(found) ? found.length : 0
}

/** Returns whether the app has a Docker image. */
function placeContainer(draft: Draft, app: Part, volumes: KnownVolumes): boolean {
  const image = app.fields.get('image')
  const [container] = blocksOf(app, 'container')
  const inner = container?.part.fields
  if (image && inner?.has('image')) {
    const detail = 'The image is given beside the container and in it; keep one of the two.'
    complain(draft, 'Image given twice', detail, image.source.nameRange ?? image.source.range)
  }
  if (container) open(draft, ['container'], container.part.range)
  const hasImage = has(app, 'image') || (container !== undefined && has(container.part, 'image'))
  const mounts = [...blocksOf(app, 'volume'), ...(container ? blocksOf(container.part, 'volume') : [])]
  if (!container && !hasImage && mounts.length === 0) return false
  const type = inner?.get('type')
  put(draft, ['container', 'type'], type?.value ?? (hasImage ? 'DOCKER' : 'MESOS'), type?.source)
  if (image) put(draft, ['container', 'docker', 'image'], image.value, image.source)
  for (const [name, { value, source }] of inner ?? []) {
    if (name !== 'type') put(draft, ['container', 'docker', name], value, source)
  }
  for (const block of container?.part.blocks ?? []) {
    if (block.type === 'linux_info') copyBlock(draft, ['container'], block)
    else if (block.type !== 'volume') copyBlock(draft, ['container', 'docker'], block)
  }
  for (const [i, mount] of mounts.entries())
    placeVolume(draft, ['container', 'volumes', i], mount.part, volumes)
  return hasImage
}

function placeVolume(draft: Draft, at: Segments, part: Part, volumes: KnownVolumes): void {
  open(draft, at, part.range)
  const { fields } = part
  const plain = ['containerPath', 'hostPath', 'mode', 'secret']
  for (const [name, { value, source }] of fields) {
    if (plain.includes(name)) put(draft, [...at, name], value, source)
    else if (name !== 'volume') put(draft, [...at, 'persistent', name], value, source)
  }
  for (const block of part.blocks) copyBlock(draft, at, block)
  const named = fields.get('volume')
  if (named) {
    const name = volumeName(named.value)
    const volume = name === undefined ? undefined : volumeAround(draft, name, volumes)
    if (!volume && !volumes.complete) {
      draft.incomplete = true
      return
    }
    if (name === undefined || !volume) {
      const known = [...volumes.byName.keys()]
      const list = known.length === 0 ? 'There are no top-level volumes.' : `Known: ${known.join(', ')}.`
      const detail = `${showValue(named.value)} names no volume of this configuration. ${list}`
      complain(draft, 'Unknown volume', detail + didYouMean(name ?? '', known), named.source.range)
      return
    }
    if (volume.size === undefined) draft.incomplete = true
    else put(draft, [...at, 'persistent', 'size'], volume.size, named.source)
  }
  if (!fields.has('mode') && !fields.has('secret')) put(draft, [...at, 'mode'], 'RW')
}

/** In the groups and modules around first, from the innermost: there a label alone says which. */
function volumeAround({ resource }: Draft, name: string, { byName }: KnownVolumes) {
  for (let depth = resource.path.length; depth >= 0; depth--) {
    const found = byName.get([...resource.path.slice(0, depth), name].join('-'))
    if (found) return found
  }
  return undefined
}

/** A reference to a volume evaluates to its name, or to an object that has it. */
function volumeName(value: Json): string | undefined {
  if (typeof value === 'string') return value
  if (isRecord(value)) return typeof value['name'] === 'string' ? value['name'] : undefined
  return undefined
}

/** Returns whether it is the host network. */
function placeNetwork(draft: Draft, app: Part, ports: readonly PartBlock[], hasImage: boolean): boolean {
  const inContainer = ports.some(p => has(p.part, 'containerPort'))
  const bridgeByDefault = hasImage && inContainer
  const attribute = app.fields.get('network')
  const blocks = blocksOf(app, 'network')
  if (attribute) {
    if (blocks.length > 0) {
      const detail = 'Write the network as one word or as network blocks, not both.'
      complain(draft, 'Network given twice', detail, attribute.source.nameRange ?? attribute.source.range)
    }
    const [word = '', ...rest] = textOf(attribute.value).split(':')
    const name = rest.join(':')
    const mode = Object.hasOwn(networkModes, word) ? networkModes[word]! : undefined
    if (mode === undefined || (name !== '') !== (mode === 'container')) {
      const detail = `"network" must be "host", "bridge" or "container:NAME"; it is ${showValue(attribute.value)}.`
      complain(draft, 'Invalid network', detail, attribute.source.range)
      return !inContainer
    }
    put(draft, ['networks', 0], name === '' ? { mode } : { mode, name }, attribute.source)
    return mode === 'host'
  }
  if (app.unusable.has('network')) return !inContainer
  for (const [i, block] of blocks.entries()) {
    copyBlock(draft, [], block)
    const mode = block.part.fields.get('mode')
    if (!mode) continue
    const known = networkModes[textOf(mode.value)]
    if (known) put(draft, ['networks', i, 'mode'], known, mode.source)
    else {
      const detail = `"mode" must be "host", "bridge" or "container"; it is ${showValue(mode.value)}.`
      complain(draft, 'Invalid network', detail, mode.source.range)
    }
  }
  const [first] = blocks
  if (first?.part.unusable.has('mode') === true) return !inContainer
  if (first) return first.part.fields.get('mode')?.value === 'host'
  if (bridgeByDefault) put(draft, ['networks', 0], { mode: 'container/bridge' })
  return !bridgeByDefault
}

/** One block in every network mode: a definition on the host network, else a mapping. */
function placePorts(draft: Draft, app: Part, ports: readonly PartBlock[], isHost: boolean): void {
  const list = isHost ? ['portDefinitions'] : ['container', 'portMappings']
  // An app that says nothing of ports has one.
  const none = app.fields.get('ports')
  if (none && ports.length === 0) put(draft, list, [], none.source)
  else if (none) {
    const detail = `The app has port blocks; "ports = []" says that it has no ports at all.`
    complain(draft, 'Contradictory ports', detail, none.source.nameRange ?? none.source.range)
  }
  for (const [i, { part }] of ports.entries()) {
    open(draft, [...list, i], part.range)
    for (const [name, { value, source }] of part.fields) {
      if (isHost && (name === 'containerPort' || name === 'networkNames')) {
        const detail =
          'On the host network a task has no port of its own inside a container. Write host = … for a fixed port, ' +
          'or give the app an image and network = "bridge".'
        complain(draft, 'Impossible port', detail, source.nameRange ?? source.range)
      } else put(draft, [...list, i, isHost && name === 'servicePort' ? 'port' : name], value, source)
    }
  }
}

function placeConstraints(draft: Draft, app: Part): void {
  const short = app.fields.get('constraints')
  if (short) put(draft, ['constraints'], [...(short.value as Json[])], short.source)
  for (const { part } of blocksOf(app, 'constraint')) {
    if (!part.fields.has('field') || !part.fields.has('operator') || part.unusable.has('value')) continue
    const texts = ['field', 'operator', 'value'].flatMap(n => part.fields.get(n)?.value ?? [])
    const place = part.fields.get('value')?.source ?? part.fields.get('operator')?.source
    const at = ['constraints', countOf(draft, ['constraints'])]
    put(draft, at, texts, place ?? (part.range && { value: null, range: part.range }))
  }
}

function placeChecks(draft: Draft, app: Part): void {
  for (const [i, block] of blocksOf(app, 'health_check').entries()) {
    placeCheck(draft, ['healthChecks', i], block, app, 'value')
    const { fields } = block.part
    if (fields.has('command') && !fields.has('protocol'))
      put(draft, ['healthChecks', i, 'protocol'], 'COMMAND')
  }
  for (const block of blocksOf(app, 'readiness_check')) copyBlock(draft, [], block)
  for (const block of blocksOf(app, 'check')) placeCheck(draft, ['check'], block, app, 'shell')
  for (const block of blocksOf(app, 'pre_stop')) placeCheck(draft, ['preStop'], block, app, 'value')
}

function placeCheck(draft: Draft, at: Segments, block: PartBlock, app: Part, shell: 'value' | 'shell'): void {
  open(draft, at, block.part.range)
  for (const [name, { value, source }] of block.part.fields) {
    if (name === 'command') put(draft, [...at, name], command(value, shell), source)
    else if (name !== 'portName') put(draft, [...at, name], value, source)
    else {
      const index = portIndex(draft, value, app, source.range)
      if (index !== undefined) put(draft, [...at, 'portIndex'], index, source)
    }
  }
  for (const inner of block.part.blocks) {
    const nested = [...at, inner.word.field]
    open(draft, nested, inner.part.range)
    for (const [name, { value, source }] of inner.part.fields) {
      put(draft, [...nested, name], name === 'command' ? command(value, shell) : value, source)
    }
  }
}

function command(value: Json, shell: 'value' | 'shell'): Json {
  if (isRecord(value)) return value
  return Array.isArray(value) ? { argv: value } : { [shell]: value }
}

function portIndex(draft: Draft, port: Json, app: Part, range: Range | undefined): number | undefined {
  const ports = blocksOf(app, 'port')
  // An app that names no port has one by default.
  const count = Math.max(1, ports.length)
  if (typeof port === 'number') {
    if (port >= 0 && port < count) return port
    if (app.incomplete) return undefined
    const fixed = spell(draft.dialect, 'port_number')
    const detail =
      `"port" is the name of a port or its position from 0; the app has ${count}. ` +
      `For a fixed port of the machine write ${fixed}${draft.dialect === 'hcl' ? ' =' : ':'} ${port}.`
    complain(draft, 'Unknown port', detail, range)
    return undefined
  }
  const names = ports.map(p => p.part.fields.get('name')?.value)
  const index = names.indexOf(port)
  if (index >= 0) return index
  if (app.incomplete || ports.some(p => p.part.unusable.has('name'))) return undefined
  const known = names.filter(n => typeof n === 'string')
  const list = known.length === 0 ? 'The app names no ports.' : `Its ports: ${known.join(', ')}.`
  const detail = `No port of the app is named ${showValue(port)}. ${list}${didYouMean(textOf(port), known)}`
  complain(draft, 'Unknown port', detail, range)
  return undefined
}

function placeSecrets(draft: Draft, app: Part): void {
  for (const { part } of blocksOf(app, 'secret')) {
    const name = part.fields.get('name')
    const source = part.fields.get('source')
    if (part.unusable.has('name')) continue
    if (!name) complain(draft, 'Missing name for secret', 'Write secret "name" { source = … }.', part.range)
    else if (source) put(draft, ['secrets', textOf(name.value), 'source'], source.value, source.source)
  }
}
