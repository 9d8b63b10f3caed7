// Text of TypeScript from nested parts, laid out as prettier does it by default: on one line where that fits into 80
// columns, else one part a line with a comma behind each.

export type Part = string | Brackets | readonly Part[]

export interface Brackets {
  readonly open: string
  readonly items: readonly Part[]
  readonly close: string
  /** A blank inside of the brackets when all stands on one line. */
  readonly isSpaced: boolean
  /** Arguments: only the last one takes several lines, where the others leave room. */
  readonly hugsLast?: boolean
}

const maxWidth = 80

/** `column` is where the text begins, `after` how many characters follow it on its last line. */
export function partText(part: Part, indent: string, column: number, after = 0): string {
  if (typeof part === 'string') return part
  if (!isBrackets(part)) {
    let text = ''
    for (const [i, inner] of part.entries()) {
      const isLast = i === part.length - 1
      const behind = isLast ? after : flatLength(part.slice(i + 1), after)
      text += partText(inner, indent, columnBehind(text, column), behind)
    }
    return text
  }
  const flat = flatText(part)
  if (flat !== undefined && column + flat.length + after <= maxWidth && !isTable(part)) return flat
  const hugging = part.hugsLast === true ? huggingText(part, indent, column, after) : undefined
  if (hugging !== undefined) return hugging
  const inner = `${indent}  `
  const lines = part.items.map(item => `${inner}${partText(item, inner, inner.length, 1)},\n`)
  return `${part.open}\n${lines.join('')}${indent}${part.close}`
}

/** Several objects, or several lists, of more than one item each stand below each other. */
function isTable({ open, items }: Brackets): boolean {
  if (open !== '[' || items.length < 2) return false
  return items.every(
    item => typeof item === 'object' && isBrackets(item) && item.open === '{' && item.items.length > 1,
  )
}

/** `app('web', {` … `})`. */
function huggingText({ items }: Brackets, indent: string, column: number, after: number): string | undefined {
  const last = items[items.length - 1]
  const others = items.slice(0, -1).map(flatText)
  if (last === undefined || !others.every(t => t !== undefined)) return undefined
  if (typeof last === 'string') return others.length === 0 ? `(${last})` : undefined
  const beforeLast = items[items.length - 2]
  // Next to its like none is the one that may be long.
  if (!isBrackets(last) || isObject(beforeLast)) return undefined
  const start = `(${others.map(t => `${t}, `).join('')}`
  if (column + start.length + 1 > maxWidth) return undefined
  return `${start}${partText(last, indent, column + start.length, after + 1)})`
}

/** What a function is called with. */
export function argumentList(items: readonly Part[]): Part {
  return { open: '(', items, close: ')', isSpaced: false, hugsLast: true }
}

export function list(items: readonly Part[]): Part {
  return { open: '[', items, close: ']', isSpaced: false }
}

export function record(entries: readonly (readonly [string, Part])[]): Part {
  if (entries.length === 0) return '{}'
  const items = entries.map(([key, value]): Part => (key === value ? key : [`${keyText(key)}: `, value]))
  return { open: '{', items, close: '}', isSpaced: true }
}

export function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

/** In single quotes, unless double ones need fewer escapes; several lines in backquotes. */
export function literal(text: string): string {
  return /\n[^]/.test(text) && !/[\r\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)
    ? `\`${text.replace(/[`\\]|\$(?=\{)/g, '\\$&')}\``
    : quoted(text)
}

function quoted(text: string): string {
  const singles = text.split("'").length
  const doubles = text.split('"').length
  const quote = singles > doubles ? '"' : "'"
  return (
    quote + text.replace(special, c => (c === "'" || c === '"' ? escapedQuote(c, quote) : escape(c))) + quote
  )
}

const special = /['"\\\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

function escapedQuote(c: string, quote: string): string {
  return c === quote ? `\\${c}` : c
}

function escape(c: string): string {
  const letter = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }[c]
  return letter ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Undefined when something in it has several lines. */
function flatText(part: Part): string | undefined {
  if (typeof part === 'string') return part.includes('\n') ? undefined : part
  if (isBrackets(part) && isTable(part)) return undefined
  const items = isBrackets(part) ? part.items : part
  const texts = items.map(flatText)
  if (!texts.every(t => t !== undefined)) return undefined
  if (!isBrackets(part)) return texts.join('')
  const blank = part.isSpaced ? ' ' : ''
  return part.open + blank + texts.join(', ') + blank + part.close
}

function flatLength(parts: readonly Part[], after: number): number {
  return parts.reduce((sum: number, p) => sum + (flatText(p)?.length ?? 0), after)
}

function columnBehind(text: string, column: number): number {
  const newline = text.lastIndexOf('\n')
  return newline < 0 ? column + text.length : text.length - newline - 1
}

function isObject(part: Part | undefined): boolean {
  return typeof part === 'object' && isBrackets(part) && part.open === '{'
}

function isBrackets(part: Part): part is Brackets {
  return typeof part === 'object' && 'items' in part
}
