// `self` in a postcondition: the resource as it was evaluated. Every argument and block of its kind is there, so that a
// condition may ask for what is not written: an argument is null then, blocks that may be several are an empty tuple.
import type { Json } from '../../../base/index.ts'
import type { SurfaceBody, SurfaceValue } from '../../surface.ts'
import { appWords, groupWords, volumeWords } from '../../vocabulary/index.ts'
import type { Words } from '../../vocabulary/index.ts'
import {
  type Marks,
  type Value,
  nullValue,
  object,
  sensitiveMark,
  string,
  tuple,
  unknownValue,
  withMarks,
} from '../value.ts'
import type { ResourceKind } from './declarations.ts'
import { fromJson } from './fromjson.ts'
import type { Instance } from './instance.ts'

const wordsOf: Readonly<Record<ResourceKind, Words>> = {
  app: appWords,
  group: groupWords,
  volume: volumeWords,
}

export function selfValue(
  kind: ResourceKind,
  { path, segment, address }: Instance,
  body: SurfaceBody,
): Value {
  const own: [string, Value][] = [
    ['id', string(`/${[...path, segment].join('/')}`)],
    ['name', string(segment)],
    ['address', string(address)],
  ]
  return object([...entriesOf(body, wordsOf[kind]), ...own])
}

function entriesOf(body: SurfaceBody, words: Words): [string, Value][] {
  const entries = new Map<string, Value>()
  for (const [type, word] of Object.entries(words.blocks)) {
    const found = body.blocks
      .filter(b => b.type === type)
      .map(({ labels, body: inner }) => {
        const [label] = labels
        const named: [string, Value][] =
          word.label === undefined || label === undefined ? [] : [[word.label, string(label.text)]]
        return object([...entriesOf(inner, word), ...named])
      })
    const value = word.many ? tuple(found) : (found[0] ?? nullValue)
    entries.set(type, body.incomplete === true ? unknownValue : value)
  }
  for (const name of Object.keys(words.attributes)) {
    const written = body.attributes[name]
    if (written !== undefined) entries.set(name, valueOf(written))
    else if (!entries.has(name)) entries.set(name, nullValue)
  }
  return [...entries]
}

const hidden: Marks = new Set([sensitiveMark])

function valueOf({ value, failed, sensitive }: SurfaceValue): Value {
  if (failed === true) return unknownValue
  if (sensitive === undefined) return fromJson(value)
  return hiding(value, '', new Set(sensitive))
}

function hiding(json: Json, path: string, paths: ReadonlySet<string>): Value {
  if (paths.has(path)) return withMarks(fromJson(json), hidden)
  if (Array.isArray(json)) {
    return tuple((json as readonly Json[]).map((e, i) => hiding(e, `${path}/${i}`, paths)))
  }
  if (typeof json !== 'object' || json === null) return fromJson(json)
  return object(
    Object.entries(json).map(([key, e]) => {
      const segment = key.replaceAll('~', '~0').replaceAll('/', '~1')
      return [key, hiding(e ?? null, `${path}/${segment}`, paths)] as const
    }),
  )
}
