// The JSON Schema of HCL's JSON form (`*.hcl.json`), made from the tables of the language. A block is an object, or an array
// of them for several; labels are objects around the body; `"//"` is a comment everywhere.
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

export function configurationSchema(): Schema {
  const blocks = Object.entries(constructs).map(([name, construct]) => [name, constructSchema(construct)])
  const file: Schema = bodySchema({
    ...(Object.fromEntries(blocks) as Readonly<Record<string, Schema>>),
    app: labelled('#/$defs/app', 'What runs.'),
    group: labelled('#/$defs/group', 'Apps and groups under one path.'),
    volume: labelled('#/$defs/volume', 'A volume with a life of its own.'),
  })
  const found = new Map<string, Schema>()
  const app = wordsSchema(appWords, 'app', found)
  const { for_each, count } = metaSchemas
  return {
    $schema: draft,
    title: 'Configuration of sddc: HCL as JSON',
    anyOf: [{ $ref: '#/$defs/file' }, { type: 'array', items: { $ref: '#/$defs/file' } }],
    $defs: {
      file,
      app: bodySchema({ ...app, ...metaSchemas, ...lifecycle, ...dynamicOf(appWords) }),
      group: bodySchema({
        ...wordsSchema(groupWords, 'group', found),
        ...metaSchemas,
        ...lifecycle,
        app: labelled('#/$defs/app', 'Apps in the group.'),
        group: labelled('#/$defs/group', 'Groups in the group.'),
      }),
      volume: {
        ...bodySchema({
          ...wordsSchema(volumeWords, 'volume', found),
          for_each: present(for_each, 'for_each'),
          count: present(count, 'count'),
          ...lifecycle,
        }),
        ...requiredOf(volumeWords),
      },
      ...Object.fromEntries(found),
    },
  }
}

const comment = { description: 'A comment.' }

function bodySchema(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties: { '//': comment, ...properties }, additionalProperties: false }
}

/** One body, or several in an array; null is none. */
function bodies(body: Schema, description: string): Schema {
  return { description, anyOf: [body, { type: 'array', items: body }, { type: 'null' }] }
}

function labelled(body: string, description: string): Schema {
  return bodies(labels(bodies({ $ref: body }, description)), description)
}

function labels(inner: Schema): Schema {
  return { type: 'object', properties: { '//': comment }, additionalProperties: inner }
}

/** The types of values as the tables name them for people. */
const argumentTypes: Readonly<Record<string, Schema>> = {
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
  'list of argument names, or all': {
    anyOf: [{ enum: ['all'] }, { type: 'array', items: { type: 'string' } }],
  },
  'map, object, or set of strings': { type: ['object', 'array', 'string'] },
  'list, set, map or object': { type: ['object', 'array', 'string'] },
}

function argumentSchema({ type, documentation }: Argument): Schema {
  return { description: documentation, ...present(argumentTypes[type], `a schema for ${type}`) }
}

function constructBody(construct: Construct): Schema {
  const values = Object.entries(construct.arguments).map(([name, a]) => [name, argumentSchema(a)] as const)
  const blocks = Object.entries(construct.blocks ?? {}).map(
    ([name, c]) => [name, constructSchema(c)] as const,
  )
  const required = Object.entries(construct.arguments).flatMap(([name, a]) => (a.required ? [name] : []))
  return {
    ...bodySchema(Object.fromEntries([...values, ...blocks])),
    ...(required.length === 0 ? {} : { required }),
    ...(construct.others === undefined ? {} : { additionalProperties: true }),
  }
}

function constructSchema(construct: Construct): Schema {
  const { documentation } = construct
  const body = constructBody(construct)
  return bodies(construct.labels === 0 ? body : labels(bodies(body, documentation)), documentation)
}

const metaSchemas: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries(metaArguments).map(([name, argument]) => [name, argumentSchema(argument)]),
)

const lifecycle = { lifecycle: constructSchema(lifecycleConstruct) }

function wordsSchema(
  words: Words,
  path: string,
  found: Map<string, Schema>,
): Readonly<Record<string, Schema>> {
  const attributes = Object.entries(words.attributes).map(
    ([name, word]) => [name, attributeSchema(word)] as const,
  )
  const blocks = Object.entries(words.blocks).map(([name, word]) => {
    const block = blockSchema(word, `${path}.${name}`, found)
    const argument = words.attributes[name]
    if (argument === undefined) return [name, block] as const
    return [name, { description: word.documentation, anyOf: [block, attributeSchema(argument)] }] as const
  })
  return Object.fromEntries([...attributes, ...blocks])
}

/** A block with a label may go without: then its body stands where the object of labels would. */
function blockSchema(word: BlockWord, path: string, found: Map<string, Schema>): Schema {
  const properties = wordsSchema(word, path, found)
  const inner = Object.keys(word.blocks).length === 0 ? {} : dynamicOf(word, path)
  found.set(path, { ...bodySchema({ ...properties, ...inner }), ...requiredOf(word) })
  const body: Schema = { $ref: `#/$defs/${path}` }
  if (word.label === undefined) return bodies(body, word.documentation)
  return {
    description: word.documentation,
    // An object of objects has labels, unless one of its names is a word of the block.
    anyOf: [
      { ...labels(bodies(body, word.documentation)), propertyNames: notAnyOf(Object.keys(properties)) },
      body,
      { type: 'array', items: { anyOf: [body, labels(bodies(body, word.documentation))] } },
      { type: 'null' },
    ],
  }
}

function notAnyOf(names: readonly string[]): Schema {
  return { pattern: `^(?!(?:${names.join('|')})$)` }
}

/** Of what a body must have; blocks whose label is one of it may leave it out. */
function requiredOf(words: Words): Pick<Schema, 'required'> {
  const required = Object.entries(words.attributes).flatMap(([name, word]) => (word.required ? [name] : []))
  return required.length === 0 ? {} : { required }
}

/** `dynamic` for each type of block: its content is the body of one. */
function dynamicOf(words: Words, path = 'app'): Readonly<Record<'dynamic', Schema>> {
  const { documentation, arguments: given } = dynamicConstruct
  const settings = Object.entries(given).map(([name, argument]) => [name, argumentSchema(argument)] as const)
  const types = Object.entries(words.blocks).map(([name, word]) => {
    const content = bodies({ $ref: `#/$defs/${path}.${name}` }, 'The body of each block.')
    const body = {
      ...bodySchema({ ...Object.fromEntries(settings), content }),
      required: ['for_each', 'content'],
    }
    return [name, bodies(body, word.documentation)] as const
  })
  return { dynamic: bodies(bodySchema(Object.fromEntries(types)), documentation) }
}
