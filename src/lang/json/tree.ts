// JSON as a tree with places: every part with its span, names given twice kept, numbers as they are written. Grammar:
// RFC 8259.
import type { Span } from '../hcl/source.ts'

export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonWord

export interface JsonObject extends Span {
  readonly kind: 'object'
  readonly members: readonly JsonMember[]
}

export interface JsonMember {
  readonly name: string
  /** With its quotes. */
  readonly nameSpan: Span
  readonly value: JsonNode
}

export interface JsonArray extends Span {
  readonly kind: 'array'
  readonly elements: readonly JsonNode[]
}

export interface JsonString extends Span {
  readonly kind: 'string'
  readonly text: string
}

export interface JsonNumber extends Span {
  readonly kind: 'number'
  /** As written. */
  readonly text: string
}

export interface JsonWord extends Span {
  readonly kind: 'word'
  readonly value: true | false | null
}

/** What is wrong with a text. The reader stops at the first mistake, since JSON gives no hold to go on from. */
export interface JsonMistake extends Span {
  readonly kind: 'mistake'
  readonly detail: string
}

/** Deeper text is no definition of anything; the limit keeps the recursion inside the stack. */
const maxDepth = 100

/** `lineAt` gives the line of an offset, for sentences. */
export function readJsonTree(text: string, lineAt: (offset: number) => number): JsonNode | JsonMistake {
  try {
    return new Reader(text, lineAt).document()
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    return { kind: 'mistake', detail: error.message, start: error.start, end: error.end }
  }
}

// Thrown and caught in this file only.
class Mistake extends Error {
  readonly start: number
  readonly end: number
  constructor(message: string, start: number, end: number) {
    super(message)
    this.start = start
    this.end = end
  }
}

class Reader {
  readonly #text: string
  readonly #lineAt: (offset: number) => number
  #at = 0

  constructor(text: string, lineAt: (offset: number) => number) {
    this.#text = text
    this.#lineAt = lineAt
  }

  document(): JsonNode {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1
    this.#blank()
    if (this.#at === this.#text.length) this.#fail('The file is empty; it must hold one JSON value.')
    const value = this.#value(0)
    this.#blank()
    if (this.#at < this.#text.length) {
      this.#fail(`Nothing may follow the value, but here is ${this.#seen()}.`)
    }
    return value
  }

  // value = object / array / string / number / "true" / "false" / "null"
  #value(depth: number): JsonNode {
    if (depth > maxDepth) this.#fail(`Values may be nested ${maxDepth} deep.`)
    const start = this.#at
    const first = this.#text[start]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return { kind: 'string', text: this.#string(), start, end: this.#at }
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#text.startsWith(word, start)) {
        this.#at += word.length
        return { kind: 'word', value, start, end: this.#at }
      }
    }
    return this.#number()
  }

  // object = "{" [ string ":" value *( "," string ":" value ) ] "}"
  #object(depth: number): JsonObject {
    const open = this.#at++
    const members: JsonMember[] = []
    for (;;) {
      this.#blank()
      if (this.#take('}')) {
        if (members.length > 0) {
          this.#fail('A comma stands before "}": remove it, or add what it announces.', this.#at - 1)
        }
        return { kind: 'object', members, start: open, end: this.#at }
      }
      if (this.#text[this.#at] !== '"') this.#failIn(open, 'a name in double quotes')
      const start = this.#at
      const name = this.#string()
      const nameSpan = { start, end: this.#at }
      this.#blank()
      if (!this.#take(':')) this.#failIn(open, `":" after ${JSON.stringify(name)}`)
      this.#blank()
      members.push({ name, nameSpan, value: this.#value(depth + 1) })
      this.#blank()
      if (this.#take('}')) return { kind: 'object', members, start: open, end: this.#at }
      if (!this.#take(',')) this.#failIn(open, '"," or "}"')
    }
  }

  // array = "[" [ value *( "," value ) ] "]"
  #array(depth: number): JsonArray {
    const open = this.#at++
    const elements: JsonNode[] = []
    this.#blank()
    if (this.#take(']')) return { kind: 'array', elements, start: open, end: this.#at }
    for (;;) {
      this.#blank()
      if (this.#text[this.#at] === ']') {
        this.#fail('A comma stands before "]": remove it, or add what it announces.')
      }
      elements.push(this.#value(depth + 1))
      this.#blank()
      if (this.#take(']')) return { kind: 'array', elements, start: open, end: this.#at }
      if (!this.#take(',')) this.#failIn(open, '"," or "]"')
    }
  }

  #string(): string {
    const start = this.#at
    const found = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
    found.lastIndex = start
    const match = found.exec(this.#text)
    if (match) {
      this.#at = start + match[0].length
      return JSON.parse(match[0]) as string
    }
    for (let i = start + 1; i < this.#text.length; i++) {
      const c = this.#text[i]!
      if (c === '\n' || c === '\r') this.#fail('The text is not closed before the end of the line.', start, i)
      if (c < ' ') this.#fail('A control character in a text is written as \\u00XX.', i)
      if (c === '\\') {
        if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.#text.slice(i, i + 6))) {
          this.#fail('After a backslash only " \\ / b f n r t and uXXXX are known.', i, i + 2)
        }
        i++
      }
    }
    return this.#fail('The text is not closed.', start, this.#text.length)
  }

  #number(): JsonNumber {
    const found = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    const start = this.#at
    found.lastIndex = start
    const match = found.exec(this.#text)
    if (!match) this.#fail(`Here must be a value, but here is ${this.#seen()}.`)
    const end = start + match[0].length
    if (/[\w.]/.test(this.#text[end] ?? '')) this.#fail('This is not a number of JSON.', start, end + 1)
    this.#at = end
    return { kind: 'number', text: match[0], start, end }
  }

  #blank(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] !== c) return false
    this.#at++
    return true
  }

  #seen(): string {
    const c = this.#text.codePointAt(this.#at)
    if (c === undefined) return 'the end of the file'
    if (this.#text.startsWith('//', this.#at) || this.#text.startsWith('/*', this.#at)) {
      return 'a comment, which JSON does not have'
    }
    const word = /^[\w$]+/.exec(this.#text.slice(this.#at, this.#at + 40))
    return c === 0x27
      ? 'a single quote (texts stand in double quotes)'
      : `"${word?.[0] ?? String.fromCodePoint(c)}"`
  }

  #failIn(open: number, wanted: string): never {
    const where = this.#at >= this.#text.length ? `, to close what line ${this.#lineAt(open)} opens` : ''
    return this.#fail(`Here must be ${wanted}${where}, but here is ${this.#seen()}.`)
  }

  #fail(message: string, start = this.#at, end = start + 1): never {
    throw new Mistake(message, start, Math.min(end, Math.max(start, this.#text.length)))
  }
}
