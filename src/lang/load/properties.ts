// Where the options of a constructor stand in a module's text: `cpus` in `app('web', { cpus: 1 })`, and the parts of
// its lists and objects. The engine tells only where the call is; this reads on from there, so that a diagnostic can
// mark the very property. It knows brackets, texts and comments, no more of the grammar; where it is at a loss it finds
// nothing.
import type { Span } from '../hcl/source.ts'

export interface WrittenValue {
  readonly span: Span
  /** The properties of an object, the items of a list under their numbers. */
  readonly parts: ReadonlyMap<string, WrittenPart>
}

export interface WrittenPart extends WrittenValue {
  /** Of a property. */
  readonly name?: Span
}

/** Their options are the first object among their arguments, and become the value's own properties. */
const constructors = /^(?:app|volume|http|https|tcp|command)\s*\(/
/** Nobody nests options deeper; it bounds the recursion. */
const maxDepth = 20

/** The options of the call at `offset`: the first object that stands directly among its arguments. */
export function optionsOfCall(text: string, offset: number): WrittenValue | undefined {
  const open = text.indexOf('(', offset)
  if (open < 0 || !/^[\w$.\s]*$/.test(text.slice(offset, open))) return undefined
  const at = objectAmongArguments(text, open)
  return at === undefined ? undefined : written(text, at, endOfItem(text, at), 0)
}

function objectAmongArguments(text: string, open: number): number | undefined {
  for (let at = open + 1; at < text.length && text[at] !== ')'; at = next(text, at)) {
    if (text[at] === '{') return at
  }
  return undefined
}

function written(text: string, start: number, end: number, depth: number): WrittenValue {
  const span = { start, end: trimmed(text, start, end) }
  return { span, parts: depth > maxDepth ? new Map() : partsAt(text, start, depth) }
}

function partsAt(text: string, at: number, depth: number): ReadonlyMap<string, WrittenPart> {
  if (text[at] === '{') return properties(text, at, depth)
  if (text[at] === '[') return items(text, at, depth)
  const call = constructors.exec(text.slice(at, at + 50))
  const options = call ? objectAmongArguments(text, at + call[0].length - 1) : undefined
  return options === undefined ? new Map() : properties(text, options, depth)
}

function properties(text: string, open: number, depth: number): ReadonlyMap<string, WrittenPart> {
  const found = new Map<string, WrittenPart>()
  let at = open + 1
  while (at < text.length) {
    at = blank(text, at)
    const name = /^(?:([A-Za-z_$][\w$]*)|"([^"\\\n]*)"|'([^'\\\n]*)')/.exec(text.slice(at, at + 200))
    const end = endOfItem(text, at)
    if (name) {
      const nameEnd = at + name[0].length
      const colon = blank(text, nameEnd)
      const value = text[colon] === ':' ? blank(text, colon + 1) : at
      const key = name[1] ?? name[2] ?? name[3]!
      found.set(key, { name: { start: at, end: nameEnd }, ...written(text, value, end, depth + 1) })
    }
    if (text[end] !== ',') return found
    at = end + 1
  }
  return found
}

/** Up to a spread: behind it the numbers are not known. */
function items(text: string, open: number, depth: number): ReadonlyMap<string, WrittenPart> {
  const found = new Map<string, WrittenPart>()
  let at = open + 1
  while (at < text.length) {
    at = blank(text, at)
    if (text[at] === ']' || text.startsWith('...', at)) return found
    const end = endOfItem(text, at)
    found.set(String(found.size), written(text, at, end, depth + 1))
    if (text[end] !== ',') return found
    at = end + 1
  }
  return found
}

/** The offset of the comma or bracket that ends what begins at `at`. */
function endOfItem(text: string, at: number): number {
  while (at < text.length && !/[,)\]}]/.test(text[at]!)) at = next(text, at)
  return at
}

/** Behind the character at `at`, or behind the whole text, comment or pair of brackets that begins there. */
function next(text: string, at: number): number {
  let open = 0
  do {
    const c = text[at]!
    if (/[([{]/.test(c)) open++
    else if (open > 0 && /[)\]}]/.test(c)) open--
    at = behind(text, at)
  } while (open > 0 && at < text.length)
  return at
}

/** Behind one character, or behind the whole text or comment. */
function behind(text: string, at: number): number {
  const c = text[at]!
  if (c === '"' || c === "'" || c === '`') return endOfText(text, at)
  if (text.startsWith('//', at) || text.startsWith('/*', at)) return blank(text, at)
  if (c === '/' && startsPattern(text, at)) return endOfPattern(text, at)
  return at + 1
}

function endOfText(text: string, at: number): number {
  const quote = text[at]!
  let i = at + 1
  while (i < text.length && text[i] !== quote) {
    if (text[i] === '\\') i += 2
    else if (quote === '`' && text.startsWith('${', i)) i = next(text, i + 1)
    else i++
  }
  return i + 1
}

/** A regular expression stands where a value begins; behind a value a slash divides. */
function startsPattern(text: string, at: number): boolean {
  return /[([{,:=?&|!;>]\s*$/.test(text.slice(Math.max(0, at - 50), at))
}

function endOfPattern(text: string, at: number): number {
  const found = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//y
  found.lastIndex = at
  return at + (found.exec(text)?.[0].length ?? 1)
}

function blank(text: string, at: number): number {
  const found = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
  found.lastIndex = at
  return at + (found.exec(text)?.[0].length ?? 0)
}

function trimmed(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length
}
