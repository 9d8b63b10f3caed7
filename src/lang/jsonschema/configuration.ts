// The JSON Schema of HCL's JSON form (`*.hcl.json`), made from the tables of the language. A block is an object, or an array
// of them for several; labels are objects around the body; `"//"` is a comment everywhere. Every body is a definition of
// its own, under its path (`app.port`), since it stands in several places.
import { present } from '../../base/index.ts'
import {
  appWords,
  constructs,
  dynamicConstruct,
  groupWords,
  lifecycleConstruct,
  metaArguments,
  volumeWords,
} from '../vocabulary/index.ts'
import type { Argument, BlockWord, Construct, Words } from '../vocabulary/index.ts'
import { draft } from './schema.ts'
import type { Schema } from './schema.ts'
import { attributeSchema } from './values.ts'

type Properties = Readonly<Record<string, Schema>>

export function configurationSchema(): Schema {
  const bodies: Bodies = new Map()
  const lifecycle = { lifecycle: constructSchema('lifecycle', lifecycleConstruct, bodies) }
  const app = labelled(reference('app'), 'What runs.')
  const group = labelled(reference('group'), 'Apps and groups under one path.')
  const volume = labelled(reference('volume'), 'A volume with a life of its own.')
  const { for_each, count, depends_on } = argumentsSchemas(metaArguments)
  const repeated = { for_each: present(for_each, 'for_each'), count: present(count, 'count') }
  const waits = { depends_on: present(depends_on, 'depends_on') }
  define('app', { ...wordsSchemas('app', appWords, bodies), ...repeated, ...waits, ...lifecycle }, [], bodies)
  define(
    'group',
    { ...wordsSchemas('group', groupWords, bodies), ...repeated, ...waits, ...lifecycle, app, group },
    [],
    bodies,
  )
  const ofVolume = { ...wordsSchemas('volume', volumeWords, bodies), ...repeated, ...lifecycle }
  define('volume', ofVolume, requiredWords(volumeWords), bodies)
  const own = Object.entries(constructs).map(([name, c]) => [name, constructSchema(name, c, bodies)] as const)
  define('file', { ...Object.fromEntries(own), app, group, volume }, [], bodies)
  return {
    $schema: draft,
    title: 'Configuration of sddc: HCL as JSON',
    anyOf: [reference('file'), { type: 'array', items: reference('file') }],
    $defs: Object.fromEntries(bodies),
  }
}

/** By path. */
type Bodies = Map<string, Schema>

const comment = { '//': { description: 'A comment.' } }

function define(path: string, properties: Properties, required: readonly string[], bodies: Bodies): Schema {
  bodies.set(path, {
    type: 'object',
    properties: { ...comment, ...properties },
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  })
  return reference(path)
}

function reference(path: string): Schema {
  return { $ref: `#/$defs/${path}` }
}

/** One body, or several in an array; null is none. */
function oneOrMore(body: Schema): readonly Schema[] {
  return [body, { type: 'array', items: body }, { type: 'null' }]
}

function block(body: Schema, description: string): Schema {
  return { description, anyOf: oneOrMore(body) }
}

function labelled(body: Schema, description: string): Schema {
  return block(labels(body), description)
}

function labels(body: Schema): Schema {
  return { type: 'object', properties: comment, additionalProperties: { anyOf: oneOrMore(body) } }
}

/** The types of values as the tables name them for people. */
const argumentTypes: Properties = {
  string: { type: ['string', 'number', 'boolean', 'null'] },
  bool: { type: ['boolean', 'string', 'null'] },
  number: { type: ['number', 'string', 'null'] },
  any: {},
  'a literal': {},
  type: { type: 'string' },
  name: { type: 'string' },
  address: { type: 'string' },
  'list of references': { type: 'array', items: { type: 'string' } },
  'list of strings': { type: ['array', 'string'], items: { type: ['string', 'number', 'boolean'] } },
  'list of argument names, or all': { type: ['array', 'string'], items: { type: 'string' } },
  'map, object, or set of strings': { type: ['object', 'array', 'string'] },
  'list, set, map or object': { type: ['object', 'array', 'string'] },
}

function argumentsSchemas(given: Readonly<Record<string, Argument>>): Properties {
  return Object.fromEntries(
    Object.entries(given).map(([name, { type, documentation }]) => [
      name,
      { description: documentation, ...present(argumentTypes[type], `a schema for ${type}`) },
    ]),
  )
}

function constructSchema(path: string, construct: Construct, bodies: Bodies): Schema {
  const { documentation, arguments: given, blocks = {}, others } = construct
  const inner = Object.entries(blocks).map(
    ([name, c]) => [name, constructSchema(`${path}.${name}`, c, bodies)] as const,
  )
  const required = Object.entries(given).flatMap(([name, a]) => (a.required ? [name] : []))
  const body = define(path, { ...argumentsSchemas(given), ...Object.fromEntries(inner) }, required, bodies)
  if (others !== undefined) bodies.set(path, { ...bodies.get(path), additionalProperties: true })
  return construct.labels === 0 ? block(body, documentation) : labelled(body, documentation)
}

/** What a body of these words may have; the bodies of its blocks are defined on the way. */
function wordsSchemas(path: string, words: Words, bodies: Bodies): Properties {
  const attributes = Object.entries(words.attributes).map(([name, w]) => [name, attributeSchema(w)] as const)
  const blocks = Object.entries(words.blocks).map(([name, word]) => {
    const made = blockSchema(`${path}.${name}`, word, bodies)
    const short = words.attributes[name]
    if (short === undefined) return [name, made] as const
    return [name, { description: word.documentation, anyOf: [made, attributeSchema(short)] }] as const
  })
  const dynamic: Properties = blocks.length === 0 ? {} : { dynamic: dynamicSchema(path, words, bodies) }
  return { ...Object.fromEntries([...attributes, ...blocks]), ...dynamic }
}

/** A block whose label may be left out has its body where the object of labels would be. */
function blockSchema(path: string, word: BlockWord, bodies: Bodies): Schema {
  const properties = wordsSchemas(path, word, bodies)
  const body = define(path, properties, requiredWords(word), bodies)
  if (word.label === undefined) return block(body, word.documentation)
  // An object of objects has labels, unless one of its names is a word of the block.
  const named = {
    ...labels(body),
    propertyNames: { pattern: `^(?!(?:${Object.keys(properties).join('|')})$)` },
  }
  return block({ anyOf: [named, body] }, word.documentation)
}

function requiredWords({ attributes }: Words): readonly string[] {
  return Object.entries(attributes).flatMap(([name, word]) => (word.required ? [name] : []))
}

/** For each type of block: its content is the body of one. */
function dynamicSchema(path: string, words: Words, bodies: Bodies): Schema {
  const { documentation, arguments: given, blocks } = dynamicConstruct
  const types = Object.entries(words.blocks).map(([name, word]) => {
    const content = block(reference(`${path}.${name}`), present(blocks?.['content'], 'content').documentation)
    const properties = { ...argumentsSchemas(given), content }
    const body = define(`${path}.dynamic.${name}`, properties, ['for_each', 'content'], bodies)
    return [name, block(body, word.documentation)] as const
  })
  return block(define(`${path}.dynamic`, Object.fromEntries(types), [], bodies), documentation)
}
