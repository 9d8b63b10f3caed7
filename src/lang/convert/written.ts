// A body in the words of a configuration, before it is written down in one of the languages: the inverse of what the
// vocabulary reads. Names are those of HCL; values are plain, in the units that people write.
import type { Json } from '../../base/index.ts'
import type { BlockWord } from '../vocabulary/index.ts'

export interface WrittenBody {
  readonly attributes: readonly WrittenAttribute[]
  readonly blocks: readonly WrittenBlock[]
}

export interface WrittenAttribute {
  readonly name: string
  readonly value: Json
  /** JSON pointers of the parts that must not be shown; '' is all of it. */
  readonly sensitive: readonly string[]
}

export interface WrittenBlock {
  readonly type: string
  readonly word: BlockWord
  /** Also an attribute of the word's: HCL writes it as the label. */
  readonly label?: string
  readonly body: WrittenBody
}

/** A value where it stands in the Marathon form: the path tells whether it may be shown. */
export interface Placed {
  readonly value: Json
  /** `/container/docker/image`. */
  readonly path: string
}

export type PlacedFields = ReadonlyMap<string, Placed>

/** The JSON pointers, within the value at `path`, of what must not be shown. */
export function sensitiveWithin({ value, path }: Placed, sensitivePaths: readonly string[]): string[] {
  return sensitivePaths.flatMap(hidden => {
    if (path === hidden || isInside(path, hidden)) return ['']
    if (!isInside(hidden, path)) return []
    return [pointerTo(value, hidden.slice(path.length)) ?? '']
  })
}

function isInside(inner: string, outer: string): boolean {
  return inner.startsWith(outer) && /^[/(]/.test(inner.slice(outer.length))
}

/** Keys may hold any character, so the path is read along the value. */
function pointerTo(value: Json, rest: string): string | undefined {
  if (rest === '') return ''
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value as Readonly<Record<string, Json>>)) {
    const step = Array.isArray(value) ? `(${key})` : `/${key}`
    if (!rest.startsWith(step)) continue
    const within = pointerTo(inner, rest.slice(step.length))
    if (within !== undefined) return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${within}`
  }
  return undefined
}
