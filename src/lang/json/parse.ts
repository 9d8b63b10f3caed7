// JSON with places: the value, the range of every part of it by Marathon's JSON path, and what is wrong with the text,
// by line and column. Grammar: RFC 8259. A name given twice is a warning: the last one counts, as everywhere.
import { errorDiagnostic, warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Json, Range } from '../../base/index.ts'
import { Source } from '../hcl/source.ts'

export interface ParsedJson {
  /** Absent when the text is not JSON. */
  readonly json?: Json
  readonly diagnostics: readonly Diagnostic[]
  readonly places: JsonPlaces
}

/** The range of the part of a text that a JSON path names; '' is the whole. Computed when asked: few are. */
export type JsonPlaces = (path: string) => Range | undefined

/** Deeper text is no definition of anything; the limit keeps the recursion inside the stack. */
const maxDepth = 100

export function parseJson(text: string, file: string): ParsedJson {
  const reader = new Reader(text, file)
  const places: JsonPlaces = path => {
    const offsets = reader.offsets.get(path)
    return offsets && reader.range(...offsets)
  }
  try {
    const json = reader.document()
    return { json, diagnostics: reader.warnings, places }
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    const subject = reader.range(error.start, error.end)
    return {
      diagnostics: [...reader.warnings, errorDiagnostic('Invalid JSON', error.message, { subject })],
      places,
    }
  }
}

// Thrown and caught in this file only: the reader stops at the first mistake, since JSON gives no hold to go on from.
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
  readonly offsets = new Map<string, readonly [start: number, end: number]>()
  readonly warnings: Diagnostic[] = []
  readonly range: (start: number, end: number) => Range
  readonly #text: string
  #at = 0

  constructor(text: string, file: string) {
    this.#text = text
    const source = new Source(file, text)
    this.range = (start, end) => source.range({ start, end })
  }

  document(): Json {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1
    this.#blank()
    if (this.#at === this.#text.length) this.#fail('The file is empty; it must hold one JSON value.')
    const value = this.#value('', 0)
    this.#blank()
    if (this.#at < this.#text.length) {
      this.#fail(`Nothing may follow the value, but here is ${this.#seen()}.`)
    }
    return value
  }

  #value(path: string, depth: number): Json {
    if (depth > maxDepth) this.#fail(`Values may be nested ${maxDepth} deep.`)
    const start = this.#at
    const value = this.#bareValue(path, depth)
    this.offsets.set(path, [start, this.#at])
    return value
  }

  // value = object / array / string / number / "true" / "false" / "null"
  #bareValue(path: string, depth: number): Json {
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(path, depth)
    if (first === '[') return this.#array(path, depth)
    if (first === '"') return this.#string()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    return this.#number()
  }

  // object = "{" [ string ":" value *( "," string ":" value ) ] "}"
  #object(path: string, depth: number): Json {
    const open = this.#at++
    const result: Record<string, Json> = {}
    for (let first = true; ; first = false) {
      this.#blank()
      if (this.#take('}')) {
        if (!first)
          this.#fail('A comma stands before "}": remove it, or add what it announces.', this.#at - 1)
        return result
      }
      if (this.#text[this.#at] !== '"') this.#failIn(open, 'a name in double quotes')
      const start = this.#at
      const name = this.#string()
      if (Object.hasOwn(result, name)) {
        const detail = `${JSON.stringify(name)} stands twice in this object; the last one counts. Remove the other.`
        this.warnings.push(
          warningDiagnostic('Duplicate name', detail, { subject: this.range(start, this.#at) }),
        )
      }
      this.#blank()
      if (!this.#take(':')) this.#failIn(open, `":" after ${JSON.stringify(name)}`)
      this.#blank()
      // A plain assignment to this name would set the prototype.
      const value = this.#value(`${path}/${name}`, depth + 1)
      Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true })
      this.#blank()
      if (this.#take('}')) return result
      if (!this.#take(',')) this.#failIn(open, '"," or "}"')
    }
  }

  // array = "[" [ value *( "," value ) ] "]"
  #array(path: string, depth: number): Json {
    const open = this.#at++
    const result: Json[] = []
    this.#blank()
    if (this.#take(']')) return result
    for (;;) {
      this.#blank()
      if (this.#text[this.#at] === ']') {
        this.#fail('A comma stands before "]": remove it, or add what it announces.')
      }
      result.push(this.#value(`${path}(${result.length})`, depth + 1))
      this.#blank()
      if (this.#take(']')) return result
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

  #number(): number {
    const found = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    found.lastIndex = this.#at
    const match = found.exec(this.#text)
    if (!match) this.#fail(`Here must be a value, but here is ${this.#seen()}.`)
    const number = Number(match[0])
    const end = this.#at + match[0].length
    if (/[\w.]/.test(this.#text[end] ?? '')) this.#fail('This is not a number of JSON.', this.#at, end + 1)
    if (!Number.isFinite(number)) this.#fail('This number is too large.', this.#at, end)
    this.#at = end
    return number
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
    const line = this.range(open, open).start.line
    const where = this.#at >= this.#text.length ? `, to close what line ${line} opens` : ''
    return this.#fail(`Here must be ${wanted}${where}, but here is ${this.#seen()}.`)
  }

  #fail(message: string, start = this.#at, end = start + 1): never {
    throw new Mistake(message, start, Math.min(end, Math.max(start, this.#text.length)))
  }
}
