// Where the properties of a constructor's options stand in a module's text: `cpus` in `app('web', { cpus: 1 })`. The
// engine tells only where the call is; this reads on from there, so that a diagnostic can mark the very property. It
// knows brackets, texts and comments, no more of the grammar; where it is at a loss it finds nothing.
import type { Span } from '../hcl/source.ts'

export interface PropertySpans {
  readonly name: Span
  readonly value: Span
}

/** The properties of the first object that stands directly among the arguments of the call at `offset`. */
export function propertiesOfCall(text: string, offset: number): ReadonlyMap<string, PropertySpans> {
  const open = text.indexOf('(', offset)
  if (open < 0 || !/^[\w$.\s]*$/.test(text.slice(offset, open))) return new Map()
  for (let at = open + 1; at < text.length;) {
    const c = text[at]!
    if (c === '{') return propertiesOfObject(text, at)
    if (c === ')') break
    at = next(text, at)
  }
  return new Map()
}

function propertiesOfObject(text: string, open: number): ReadonlyMap<string, PropertySpans> {
  const found = new Map<string, PropertySpans>()
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
      found.set(key, {
        name: { start: at, end: nameEnd },
        value: { start: value, end: trimmed(text, value, end) },
      })
    }
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
  const c = text[at]!
  if (c === '"' || c === "'" || c === '`') return endOfText(text, at)
  if (text.startsWith('//', at) || text.startsWith('/*', at)) return blank(text, at)
  if (!/[([{]/.test(c)) return at + 1
  let inner = at + 1
  while (inner < text.length && !/[)\]}]/.test(text[inner]!)) inner = next(text, inner)
  return inner + 1
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

function blank(text: string, at: number): number {
  const found = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
  found.lastIndex = at
  return at + (found.exec(text)?.[0].length ?? 0)
}

function trimmed(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length
}
