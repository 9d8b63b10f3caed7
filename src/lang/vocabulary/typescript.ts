// A TypeScript body, renamed into the words that HCL uses: camelCase becomes snake_case, and a list of objects under
// the name of a block becomes blocks. What is no known word stays as it is, so that reading it names it as written.
import type { Json } from '../../base/index.ts'
import type { SurfaceBlock, SurfaceBody, SurfaceParts, SurfaceValue } from '../surface.ts'
import { camelCase } from './draft.ts'
import { isRecord } from './values.ts'
import type { BlockWord, Words } from './words.ts'

export function fromTypeScript(body: SurfaceBody, words: Words): SurfaceBody {
  const attributes: Record<string, SurfaceValue> = {}
  const blocks: SurfaceBlock[] = [...body.blocks]
  let incomplete = body.incomplete === true
  const attributeNames = new Map(Object.keys(words.attributes).map(name => [camelCase(name), name]))
  const blockNames = new Map(
    Object.entries(words.blocks).map(([name, word]) => [word.typescript ?? camelCase(name), name]),
  )
  for (const [name, value] of Object.entries(body.attributes)) {
    const type = blockNames.get(name)
    if (type !== undefined && value.failed === true) {
      incomplete = true
      continue
    }
    const parts = type === undefined ? undefined : blockParts(value, words.blocks[type]!)
    const isNone = parts?.length === 0 && Object.hasOwn(words.attributes, name)
    if (type === undefined || parts === undefined || isNone)
      attributes[attributeNames.get(name) ?? name] = value
    else {
      const word = words.blocks[type]!
      for (const [i, part] of parts.entries()) {
        const inner = fromTypeScript({ attributes: part, blocks: [] }, word)
        const range = value.parts?.get(String(i))?.range ?? value.range
        blocks.push({ type, labels: [], body: inner, ...(range ? { range } : {}) })
      }
    }
  }
  return { ...body, attributes, blocks, ...(incomplete ? { incomplete } : {}) }
}

/** The attributes of each block that a value stands for; undefined when it has another shape. */
function blockParts(
  source: SurfaceValue,
  word: BlockWord,
): readonly Readonly<Record<string, SurfaceValue>>[] | undefined {
  const { value } = source
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    // A list of texts under the name of a block is its short form; it stays an attribute.
    if (!items.every(isRecord)) return undefined
    return items.map((item, i) => attributesOf(item, source, `/${i}`, source.parts?.get(String(i))?.parts))
  }
  if (!isRecord(value)) return undefined
  if (word.many && word.label !== undefined) {
    return Object.entries(value).map(([label, item]) => ({
      [word.label!]: { ...plain(source), value: label },
      ...(isRecord(item)
        ? attributesOf(item, source, `/${label}`, source.parts?.get(label)?.parts)
        : { source: { ...plain(source), value: item ?? null } }),
    }))
  }
  return [attributesOf(value, source, '', source.parts)]
}

function attributesOf(
  record: Readonly<Record<string, Json | undefined>>,
  source: SurfaceValue,
  pointer: string,
  parts: SurfaceParts | undefined,
): Readonly<Record<string, SurfaceValue>> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      const here = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const sensitive = (source.sensitive ?? []).flatMap(path => {
        if (here.startsWith(path)) return ['']
        return path.startsWith(`${here}/`) ? [path.slice(here.length)] : []
      })
      return [
        name,
        {
          ...plain(source),
          ...parts?.get(name),
          value: value ?? null,
          ...(sensitive.length > 0 ? { sensitive } : {}),
        },
      ]
    }),
  )
}

// References are counted once, at the whole value; sensitivity is handed to the part it belongs to.
function plain(source: SurfaceValue): Omit<SurfaceValue, 'value'> {
  const { sensitive: _, ...rest } = source
  return { ...(rest.range ? { range: rest.range } : {}), references: rest.references ?? [] }
}
