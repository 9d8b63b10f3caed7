// What a name in a body of JSON is: an argument or a block, and with how many labels. In the native syntax the text says
// so itself; an object in JSON could be either. Blocks of apps, groups and volumes come from the vocabulary.
import { type BlockWord, type Words, appWords, groupWords, volumeWords } from '../../vocabulary/index.ts'

/**
 * How the text of an argument is meant: as a template, as it stands, or as an expression that is looked at without being
 * evaluated (a type, an address).
 */
export type Meaning = 'template' | 'literal' | 'static'

export interface BodySchema {
  /** Undefined: an argument. */
  readonly block: (name: string) => BlockSchema | undefined
  /** Whether a name that is a block may also stand as an argument: `network = "host"`. */
  readonly isArgument: (name: string) => boolean
  readonly meaning: (name: string) => Meaning
}

export interface BlockSchema {
  /** `optional`: an object of objects has labels, unless it has words of the block. */
  readonly labels: 0 | 1 | 'optional'
  readonly body: (label: string | undefined) => BodySchema
}

const members = (): Readonly<Record<string, BlockSchema>> => ({ app: one(app), group: one(group) })

const condition = plain({})
const lifecycle = plain(
  { precondition: none(condition), postcondition: none(condition) },
  { ignore_changes: 'static' },
)
const app: BodySchema = resource(appWords, () => ({}))
const group: BodySchema = resource(groupWords, members)
const volume: BodySchema = resource(volumeWords, () => ({}))
const address = { from: 'static', to: 'static' } as const

const top = plain({
  sddc: none(plain({})),
  variable: one(
    plain({ validation: none(condition) }, { type: 'static', default: 'literal', description: 'literal' }),
  ),
  locals: none(plain({})),
  output: one(plain({ precondition: none(condition) }, { depends_on: 'static' })),
  check: one(plain({ assert: none(condition) })),
  ...members(),
  volume: one(volume),
  module: one(plain({}, { depends_on: 'static' })),
  moved: none(plain({}, address)),
  import: none(plain({}, address)),
  removed: none(plain({ lifecycle: none(lifecycle) }, address)),
})

/** The top level of a file. A block that nobody knows stays one, to be told as such. */
export const fileSchema: BodySchema = {
  block: name => top.block(name) ?? none(plain({})),
  isArgument: name => top.block(name) === undefined,
  meaning: () => 'template',
}

function resource(words: Words, more: () => Readonly<Record<string, BlockSchema>>): BodySchema {
  const inner = fromWords(words)
  return {
    ...inner,
    block: name => own(more(), name) ?? (name === 'lifecycle' ? none(lifecycle) : inner.block(name)),
    meaning: name => (name === 'depends_on' ? 'static' : 'template'),
  }
}

function fromWords(words: Words): BodySchema {
  const block = (name: string): BlockSchema | undefined => {
    if (name === 'dynamic') return dynamic(block)
    const word = own<BlockWord>(words.blocks, name)
    if (word === undefined) return undefined
    const body = fromWords(word)
    return { labels: word.label === undefined ? 0 : 'optional', body: () => body }
  }
  return { block, isArgument: name => Object.hasOwn(words.attributes, name), meaning: () => 'template' }
}

/** `dynamic "port" { content { … } }`: the content is the body of a port. */
function dynamic(block: BodySchema['block']): BlockSchema {
  return {
    labels: 1,
    body: label => {
      const made = label === undefined ? undefined : block(label)
      const content = made?.body(undefined) ?? plain({})
      return plain({ content: none(content) }, { iterator: 'static' })
    },
  }
}

function plain(
  blocks: Readonly<Record<string, BlockSchema>>,
  meanings: Readonly<Record<string, Meaning>> = {},
): BodySchema {
  return {
    block: name => own(blocks, name),
    isArgument: () => false,
    meaning: name => own(meanings, name) ?? 'template',
  }
}

function none(body: BodySchema): BlockSchema {
  return { labels: 0, body: () => body }
}

function one(body: BodySchema): BlockSchema {
  return { labels: 1, body: () => body }
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
