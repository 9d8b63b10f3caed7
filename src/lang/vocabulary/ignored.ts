// The paths of `ignore_changes`, from the author's words (`env["TAG"]`, `health_check[0].path`) to those of the model
// (`/env/TAG`, `/healthChecks(0)/path`). A word may stand for several places: a port is a definition on the host network
// and a mapping elsewhere, and what is not there is not ignored.
import { didYouMean } from '../../base/index.ts'
import type { SurfaceResource } from '../surface.ts'
import { camelCase, jsonPath } from './draft.ts'
import type { Dialect, Segments } from './draft.ts'
import type { AttributeWord, BlockWord, Words } from './words.ts'
import { appWords, groupWords, volumeWords } from './words.ts'

export type Ignored = { readonly paths: readonly string[] } | { readonly mistake: string }

/** Where a path leads in the Marathon form, or one sentence or two about what is wrong with it. */
export function ignoredPaths(kind: SurfaceResource['kind'], text: string, dialect: Dialect): Ignored {
  const steps = stepsOf(text)
  if (steps === undefined) {
    const example =
      dialect === 'hcl' ? 'instances, env["TAG"], health_check' : '"instances", "env.TAG", "health"'
    return { mistake: `"${text}" is no path. Write for example ${example}.` }
  }
  const words = { app: appWords, group: groupWords, volume: volumeWords }[kind]
  const reader: Reader = { dialect, what: kind === 'app' ? 'An app' : `A ${kind}`, text }
  const found = kind === 'app' ? inApp(reader, steps) : inWords(reader, words, [], steps)
  return Array.isArray(found) ? { paths: found.map(jsonPath) } : (found as { mistake: string })
}

interface Reader {
  readonly dialect: Dialect
  /** The body that names are looked for in: `An app`. */
  readonly what: string
  readonly text: string
}

type Step = string | number
type Found = readonly Segments[] | { readonly mistake: string }

const firstStep = /^[A-Za-z_][\w-]*/
const laterStep = /^(?:\.([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\[("(?:[^"\\]|\\.)*")\])/

function stepsOf(text: string): readonly Step[] | undefined {
  const first = firstStep.exec(text)?.[0]
  if (first === undefined) return undefined
  const steps: Step[] = [first]
  for (let at = first.length; at < text.length;) {
    const [all, name, index, key] = laterStep.exec(text.slice(at)) ?? []
    if (all === undefined) return undefined
    if (name !== undefined) steps.push(name)
    else steps.push(index === undefined ? keyOf(key!) : Number(index))
    at += all.length
  }
  return steps
}

function keyOf(quoted: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return quoted.slice(1, -1)
  }
}

/** What stands elsewhere in the Marathon form than its field says; see app.ts. */
function inApp(reader: Reader, steps: readonly Step[]): Found {
  const [name, ...rest] = steps
  const named = lookUp(appWords, String(name), reader.dialect)
  // In TypeScript the short form has a name of its own.
  const block = named?.block ?? appWords.blocks[named?.name ?? '']
  switch (named?.name) {
    case 'image':
      return whole(reader, [['container', 'docker', 'image']], rest)
    case 'uris':
      return whole(reader, [['fetch']], rest)
    case 'constraint':
    case 'constraints':
      return whole(reader, [['constraints']], rest)
    case 'network':
      return inBlocks(reader, block!, [['networks']], rest)
    case 'volume':
      return inBlocks(reader, block!, [['container', 'volumes']], rest, volumeField)
    case 'ports':
      return whole(reader, portLists, rest)
    case 'port':
      return inBlocks(reader, block!, portLists, rest, portField)
    case 'container':
      return inContainer(reader, block!, rest)
    case 'secret':
      return whole(reader, [['secrets']], rest)
    default:
      return inWords(reader, appWords, [], steps)
  }
}

const portLists = [['portDefinitions'], ['container', 'portMappings']]

function inContainer(reader: Reader, word: BlockWord, rest: readonly Step[]): Found {
  const [name, ...deeper] = rest
  if (name === undefined) return [['container']]
  const inner = { ...reader, what: 'A container block' }
  const named = lookUp(word, String(name), reader.dialect)
  if (named?.name === 'type') return whole(inner, [['container', 'type']], deeper)
  if (named?.name === 'volume') {
    return inBlocks(inner, named.block!, [['container', 'volumes']], deeper, volumeField)
  }
  return inWords(inner, word, named?.name === 'linux_info' ? ['container'] : ['container', 'docker'], rest)
}

type FieldPlace = (field: string, list: Segments) => Segments | undefined

/** See placeVolume. */
const volumeField: FieldPlace = field => {
  if (['containerPath', 'hostPath', 'mode', 'secret', 'external'].includes(field)) return [field]
  return field === 'volume' ? ['persistent'] : ['persistent', field]
}

/** See placePorts. */
const portField: FieldPlace = (field, [list]) => {
  if (list === 'container') return [field]
  if (field === 'containerPort' || field === 'networkNames') return undefined
  return [field === 'servicePort' ? 'port' : field]
}

const ownField: FieldPlace = field => [field]

/** Blocks of one type: all of them, one by its number, or a part of that one. */
function inBlocks(
  reader: Reader,
  word: BlockWord,
  lists: readonly Segments[],
  rest: readonly Step[],
  place: FieldPlace = ownField,
): Found {
  const [index, name, ...deeper] = rest
  if (index === undefined) return lists
  if (typeof index !== 'number') {
    const [first = ''] = stepsOf(reader.text) ?? []
    const detail = `There may be several of ${String(first)}, told apart by their number: ${String(first)}[0].${String(index)}.`
    return { mistake: `"${reader.text}" does not say which one is meant. ${detail}` }
  }
  const here = lists.map(list => [...list, index])
  if (name === undefined) return here
  const named = lookUp(word, String(name), reader.dialect)
  if (named === undefined) return unknown({ ...reader, what: 'Such a block' }, word, String(name))
  const field = (named.block ?? named.attribute)!.field
  const places = here.flatMap((at, i) => {
    const found = place(field, lists[i]!)
    return found === undefined ? [] : [[...at, ...found]]
  })
  if (named.block !== undefined && deeper.length > 0) {
    return inWords({ ...reader, what: 'Such a block' }, named.block, places[0]!, deeper)
  }
  return parts(reader, named.attribute, places, deeper)
}

function inWords(reader: Reader, words: Words, at: Segments, steps: readonly Step[]): Found {
  const [name, ...rest] = steps
  const named = lookUp(words, String(name), reader.dialect)
  if (named === undefined) return unknown(reader, words, String(name))
  const { attribute, block } = named
  if (block === undefined) return parts(reader, attribute, [[...at, attribute!.field]], rest)
  const here = [...at, block.field]
  if (block.many) return inBlocks(reader, block, [here], rest, fieldOfCheck)
  if (rest.length === 0) return [here]
  return inWords({ ...reader, what: 'Such a block' }, block, here, rest)
}

/** A check that names its port has the port's number; see placeCheck. */
const fieldOfCheck: FieldPlace = field => [field === 'portName' ? 'portIndex' : field]

/** Maps are taken apart by their keys, everything else is one value. */
function parts(
  reader: Reader,
  word: AttributeWord | undefined,
  at: readonly Segments[],
  rest: readonly Step[],
): Found {
  const [key, ...more] = rest
  const isMap = word?.type === 'env' || word?.type === 'stringMap'
  if (!isMap || typeof key !== 'string' || more.length > 0) return whole(reader, at, rest)
  return at.map(place => [...place, key])
}

function whole({ text }: Reader, at: readonly Segments[], rest: readonly Step[]): Found {
  if (rest.length === 0) return at
  return {
    mistake: `"${text}" names a part of something that is ignored as a whole, or not at all.`,
  }
}

function unknown({ dialect, what }: Reader, words: Words, name: string): Found {
  const known = [
    ...Object.keys(words.attributes).map(n => spelled(n, undefined, dialect)),
    ...Object.entries(words.blocks).map(([n, word]) => spelled(n, word, dialect)),
  ]
  const noun = dialect === 'hcl' ? 'argument or block' : 'property'
  const near = didYouMean(name, known) || (known.length <= maxListed ? ` It has: ${known.join(', ')}.` : '')
  return { mistake: `${what} has no ${noun} named ${JSON.stringify(name)}.${near}` }
}

const maxListed = 12

interface Named {
  /** As HCL spells it. */
  readonly name: string
  readonly attribute?: AttributeWord
  readonly block?: BlockWord
}

function lookUp(words: Words, written: string, dialect: Dialect): Named | undefined {
  const attribute = Object.entries(words.attributes).find(([n]) => spelled(n, undefined, dialect) === written)
  const block = Object.entries(words.blocks).find(([n, word]) => spelled(n, word, dialect) === written)
  const name = (block ?? attribute)?.[0]
  if (name === undefined) return undefined
  return {
    name,
    ...(attribute === undefined ? {} : { attribute: attribute[1] }),
    ...(block === undefined ? {} : { block: block[1] }),
  }
}

function spelled(name: string, word: BlockWord | undefined, dialect: Dialect): string {
  return dialect === 'hcl' ? name : (word?.typescript ?? camelCase(name))
}
