// Reads a body against its words: every attribute becomes a typed field, every block a body of its own; what is not
// known, missing or of the wrong type is told with the range of the name or value and the nearest known word.
import { didYouMean } from '../../base/index.ts'
import type { Json, Range } from '../../base/index.ts'
import type { SurfaceBlock, SurfaceBody, SurfaceValue } from '../surface.ts'
import { camelCase, complain, spell } from './draft.ts'
import type { Draft } from './draft.ts'
import { showMistake, valueTypes } from './values.ts'
import type { AttributeWord, BlockWord, Words } from './words.ts'

/** One body, read. Fields are in the model's units, under the names of the Marathon form. */
export interface Part {
  readonly fields: ReadonlyMap<string, PartField>
  readonly blocks: readonly PartBlock[]
  /** Fields that are written, but have no value because of a mistake that is told. */
  readonly unusable: ReadonlySet<string>
  /** Whether blocks are missing because of a mistake that is told. */
  readonly incomplete: boolean
  readonly range?: Range | undefined
}

export interface PartField {
  readonly value: Json
  readonly source: SurfaceValue
}

export interface PartBlock {
  readonly type: string
  readonly word: BlockWord
  readonly part: Part
}

/** `what` names the body in messages: `app "web"`, `a port block`. */
export function readBody(draft: Draft, body: SurfaceBody, words: Words, what: string, range?: Range): Part {
  const fields = new Map<string, PartField>()
  const unusable = new Set<string>()
  for (const [name, source] of Object.entries(body.attributes)) {
    for (const reference of source.references ?? []) draft.references.add(reference)
    const known = own(words.attributes, name)
    if (!known) complainUnknownAttribute(draft, words, name, source, what)
    else if (source.failed === true) unusable.add(known.field)
    else if (source.value !== null) {
      const value = readAttribute(draft, name, known, source)
      if (value === undefined) unusable.add(known.field)
      else fields.set(known.field, { value, source })
    }
  }
  const { blocks, complete } = readBlocks(draft, body.blocks, words, what)
  const incomplete = body.incomplete === true || !complete
  if (incomplete || unusable.size > 0) draft.incomplete = true
  for (const { name, field } of requiredIn(words)) {
    if (fields.has(field) || name in body.attributes) continue
    draft.incomplete = true
    if (isMisspelt(name, body, words)) continue
    const detail = `${capital(what)} must have ${quoted(draft, name)}.`
    complain(draft, 'Missing required argument', detail, range ?? body.end)
  }
  return { fields, blocks, unusable, incomplete, range }
}

const requiredWords = new WeakMap<Words, readonly { readonly name: string; readonly field: string }[]>()

// Once for each kind of body: there are thousands of bodies, and few required words.
function requiredIn(words: Words): readonly { readonly name: string; readonly field: string }[] {
  const known = requiredWords.get(words)
  if (known !== undefined) return known
  const required = Object.entries(words.attributes).flatMap(([name, { field, required }]) =>
    required ? [{ name, field }] : [],
  )
  requiredWords.set(words, required)
  return required
}

/** Whether a word that is not known is close to this one; to miss the right word then says nothing new. */
function isMisspelt(name: string, body: SurfaceBody, words: Words): boolean {
  return Object.keys(body.attributes).some(
    written => !own(words.attributes, written) && didYouMean(camelCase(written), [camelCase(name)]) !== '',
  )
}

function readAttribute(
  draft: Draft,
  name: string,
  word: AttributeWord,
  source: SurfaceValue,
): Json | undefined {
  const type = valueTypes[word.type]
  const value = type.read(source.value)
  if (value !== undefined) return value
  const mistake = source.sensitive?.length ? 'it is a sensitive value' : showMistake(source.value, word.type)
  complain(
    draft,
    summaryFor(word.type),
    `${quoted(draft, name)} must be ${type.expected}; ${mistake}.`,
    source.range,
  )
  return undefined
}

function summaryFor(type: AttributeWord['type']): string {
  if (type === 'duration') return 'Invalid duration'
  return type === 'size' || type === 'sizeOrUnlimited' ? 'Invalid size' : 'Incorrect attribute value type'
}

function complainUnknownAttribute(
  draft: Draft,
  words: Words,
  name: string,
  source: SurfaceValue,
  what: string,
): void {
  const advice =
    own(words.blocks, name) && draft.dialect === 'hcl'
      ? ` It is a block here: write ${name} { … } without an equals sign.`
      : (otherWord(draft, words, name) ?? nearOrAll(name, knownWords(draft, words), metaWords(draft, what)))
  const summary = draft.dialect === 'hcl' ? 'Unsupported argument' : 'Unknown property'
  const noun = draft.dialect === 'hcl' ? 'argument' : 'property'
  const detail = `${capital(what)} has no ${noun} named "${name}".${advice}`
  complain(draft, summary, detail, source.nameRange ?? source.range)
}

function readBlocks(
  draft: Draft,
  blocks: readonly SurfaceBlock[],
  words: Words,
  what: string,
): { readonly blocks: readonly PartBlock[]; readonly complete: boolean } {
  const result: PartBlock[] = []
  let complete = true
  const seen = new Set<string>()
  for (const block of blocks) {
    const word = own(words.blocks, block.type)
    if (!word) {
      complainUnknownBlock(draft, words, block, what)
      complete = false
      continue
    }
    if (!word.many && seen.has(block.type)) {
      const detail = `${capital(what)} may have only one ${spell(draft.dialect, block.type)} block.`
      complain(draft, 'Duplicate block', detail, block.range)
      continue
    }
    seen.add(block.type)
    const labelled = withLabel(draft, block, word)
    const inner = blockName(draft, block.type)
    result.push({ type: block.type, word, part: readBody(draft, labelled, word, inner, block.range) })
  }
  return { blocks: result, complete }
}

function complainUnknownBlock(draft: Draft, words: Words, block: SurfaceBlock, what: string): void {
  const advice = own(words.attributes, block.type)
    ? ` It is an argument here: write ${block.type} = …`
    : (otherWord(draft, words, block.type) ??
      placeOfResource(block.type) ??
      didYouMean(block.type, [...Object.keys(words.blocks), ...metaWords(draft, what)]))
  complain(
    draft,
    'Unsupported block type',
    `${capital(what)} has no block of type "${block.type}".${advice}`,
    block.range,
  )
}

function placeOfResource(type: string): string | undefined {
  if (type === 'module') return ' Modules are called at the top level.'
  if (type === 'volume') return ' A volume with a name of its own stands at the top level.'
  if (type !== 'app' && type !== 'group') return undefined
  return ` ${capital(withArticle(type))} stands at the top level or in a group.`
}

// The label is another way to write one attribute.
function withLabel(draft: Draft, block: SurfaceBlock, word: BlockWord): SurfaceBody {
  const [label, ...more] = block.labels
  const extra = word.label === undefined ? label : more[0]
  if (extra) {
    const detail = `A ${block.type} block takes ${word.label === undefined ? 'no label' : 'one label'}.`
    complain(draft, `Extraneous label for ${block.type}`, detail, extra.range)
  }
  if (word.label === undefined || label === undefined) return block.body
  const value = { value: label.text, range: label.range, nameRange: label.range } as SurfaceValue
  if (own(block.body.attributes, word.label)) {
    const detail = `The label of a ${block.type} block is its ${word.label}; give one of the two.`
    complain(draft, 'Name given twice', detail, block.body.attributes[word.label]!.nameRange)
  }
  return { ...block.body, attributes: { ...block.body.attributes, [word.label]: value } }
}

function blockName(draft: Draft, type: string): string {
  return withArticle(draft.dialect === 'hcl' ? `${type} block` : type.replaceAll('_', ' '))
}

function withArticle(text: string): string {
  return `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`
}

function knownWords(draft: Draft, words: Words): readonly string[] {
  const attributes = Object.keys(words.attributes)
  if (draft.dialect === 'hcl') return [...attributes, ...Object.keys(words.blocks)]
  const blocks = Object.entries(words.blocks).map(([name, word]) => word.typescript ?? camelCase(name))
  return [...attributes.map(camelCase), ...blocks]
}

/** Words that other tools, or Marathon's JSON, use for the same thing. */
const otherWords: Readonly<Record<string, string>> = {
  command: 'cmd',
  memory: 'mem',
  cpu: 'cpus',
  dependencies: 'depends_on',
  healthChecks: 'health_check',
  healthCheck: 'health_check',
  portMappings: 'port',
  portDefinitions: 'port',
  replicas: 'instances',
  environment: 'env',
  volumes: 'volume',
  hostport: 'host',
  hostPort: 'host',
  host_port: 'host',
  containerPort: 'container',
  container_port: 'container',
  servicePort: 'service',
  service_port: 'service',
  containerPath: 'container',
  container_path: 'container',
  hostPath: 'host',
  host_path: 'host',
}

function otherWord(draft: Draft, words: Words, name: string): string | undefined {
  const meant = own(otherWords, name)
  if (meant === undefined || !(own(words.attributes, meant) ?? own(words.blocks, meant))) return undefined
  const block = own(words.blocks, meant)
  return ` Did you mean "${draft.dialect === 'hcl' ? meant : (block?.typescript ?? camelCase(meant))}"?`
}

/** What a resource takes besides its own words; read before, so that only misspelt ones come here. */
function metaWords(draft: Draft, what: string): readonly string[] {
  return draft.dialect === 'hcl' && what === draft.context
    ? ['for_each', 'count', 'lifecycle', 'dynamic']
    : []
}

/** The nearest known word, or all of them when they are few. */
function nearOrAll(name: string, known: readonly string[], meta: readonly string[]): string {
  const near = didYouMean(name, [...known, ...meta])
  return near !== '' || known.length > maxListed ? near : ` It has: ${known.join(', ')}.`
}

const maxListed = 12

function quoted(draft: Draft, name: string): string {
  return `"${spell(draft.dialect, name)}"`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
