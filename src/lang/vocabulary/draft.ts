// An object of the Marathon form while it is being put together from words: the JSON so far, where each part of it
// stands in the text, which parts must not be shown, and what was wrong.
import { errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Json, Range } from '../../base/index.ts'
import type { SurfaceParts, SurfaceResource, SurfaceValue } from '../surface.ts'

export type Dialect = 'hcl' | 'typescript'

export interface Draft {
  readonly dialect: Dialect
  readonly resource: SurfaceResource
  /** `app "web"`. */
  readonly context: string
  readonly json: Record<string, Json>
  /** What was put in, in order. Most apps have no mistake, so that nobody asks where it came from. */
  readonly written: Written[]
  located?: Located
  readonly sensitivePaths: string[]
  /** Addresses that any expression refers to. */
  readonly references: Set<string>
  readonly diagnostics: Diagnostic[]
  /** Something is missing here because of a mistake that is told already, elsewhere or here. */
  incomplete: boolean
}

interface Written {
  readonly at: Segments
  readonly source: SurfaceValue | undefined
  /** Opened, to be filled part by part. */
  readonly isOpened: boolean
}

interface Located {
  /** How many were written when this was made. */
  readonly count: number
  /** By JSON path. */
  readonly places: Map<string, Place>
  /** Paths of values that were written whole: what is wrong within one of them does not hang on the rest. */
  readonly whole: Set<string>
}

interface Place {
  readonly name?: Range | undefined
  readonly value?: Range | undefined
}

export type Segments = readonly (string | number)[]

export function newDraft(resource: SurfaceResource, dialect: Dialect): Draft {
  return {
    dialect,
    resource,
    context: contextOf(resource),
    json: {},
    written: [],
    sensitivePaths: [],
    references: new Set(),
    diagnostics: [],
    incomplete: false,
  }
}

/** As diagnostics name it: `app "web"`. The group that stands for a module is the module. */
export function contextOf({ kind, name, address }: SurfaceResource): string {
  const isModule = kind === 'group' && /(^|\.)module\.[^."[\]]+(\[(\d+|"([^"\\]|\\.)*")\])?$/s.test(address)
  return `${isModule ? 'module' : kind} ${JSON.stringify(name)}`
}

/** Writes a value and remembers where it came from. */
export function put(draft: Draft, at: Segments, value: Json, source?: SurfaceValue): void {
  let target: Record<string, Json> = draft.json
  const last = at.length - 1
  for (let i = 0; i < last; i++) {
    target = (target[at[i]!] ??= typeof at[i + 1] === 'number' ? [] : {}) as Record<string, Json>
  }
  target[at[last]!] = value
  draft.written.push({ at, source, isOpened: isEmptyObject(value) })
  for (const part of source?.sensitive ?? []) draft.sensitivePaths.push(jsonPath(at) + marathonPath(part))
}

function locatedIn(draft: Draft): Located {
  const count = draft.written.length
  if (draft.located?.count === count) return draft.located
  const located: Located = { count, places: new Map(), whole: new Set() }
  for (const { at, source, isOpened } of draft.written) {
    const path = jsonPath(at)
    if (!isOpened) located.whole.add(path)
    located.places.set(path, { name: source?.nameRange, value: source?.range })
    placeParts(located, path, source?.parts)
  }
  draft.located = located
  return located
}

function placeParts(located: Located, path: string, parts: SurfaceParts | undefined): void {
  for (const [step, { nameRange, range, parts: inner }] of parts ?? []) {
    const at = /^\d+$/.test(step) ? `${path}(${step})` : `${path}/${step}`
    located.places.set(at, { name: nameRange, value: range })
    placeParts(located, at, inner)
  }
}

function isEmptyObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** Marathon's way to write a path: `/container/volumes(0)/hostPath`. */
export function jsonPath(segments: Segments): string {
  return segments.map(s => (typeof s === 'number' ? `(${s})` : `/${s}`)).join('')
}

/** `/0/name` → `(0)/name`; the escapes of JSON pointers are undone. */
function marathonPath(pointer: string): string {
  return pointer
    .replace(/\/(\d+)(?=\/|$)/g, '($1)')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
}

/** Whether a mistake at this path is one of the value that stands there, whatever else is missing. */
export function isCertain(draft: Draft, path: string): boolean {
  const { whole } = locatedIn(draft)
  for (let at = path; at !== ''; at = at.replace(lastStep, '')) {
    if (whole.has(at)) return true
    if (!lastStep.test(at)) return false
  }
  return false
}

const lastStep = /(\(\d+\)|\/[^/(]*)$/

/** The place of a path, or of the nearest part of the text around it. */
export function placeOf(draft: Draft, path: string): Range | undefined {
  const { places } = locatedIn(draft)
  for (let at = path; at !== ''; at = at.replace(lastStep, '')) {
    const place = places.get(at)
    if (place?.value ?? place?.name) return place.value ?? place.name
    if (!lastStep.test(at)) break
  }
  return draft.resource.range
}

export function complain(
  draft: Draft,
  summary: string,
  detail: string,
  subject: Range | undefined,
  path?: string,
): void {
  draft.diagnostics.push(
    errorDiagnostic(summary, detail, {
      subject: subject ?? draft.resource.range,
      context: draft.context,
      address: draft.resource.address,
      path,
    }),
  )
}

/** A word as the author writes it: `health_check`, in TypeScript `healthCheck`. */
export function spell(dialect: Dialect, word: string): string {
  return dialect === 'hcl' ? word : camelCase(word)
}

export function camelCase(word: string): string {
  return word.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
