// Values as YAML in block style. Byte for byte what Terraform writes, whose texts stand in many files: quoted keys and
// strings, texts of several lines as literals, lists not indented under their key, long strings folded at 80 columns.
// The state follows the emitter of libyaml (`emitter.c`), which all of that comes from.
import { formatNum } from '../number.ts'
import { type MappingValue, type SequenceValue, type Value, sortedKeys } from '../value.ts'
import { utf8 } from './bytes.ts'
import { refuseLongText } from './results.ts'

const foldColumn = 80
const indentStep = 2
/** Bytes; longer keys need a question mark in front of them. */
const maxSimpleKeyBytes = 128

export function encodeYaml(value: Value): string {
  const out = new Output()
  writeNode(value, 'root', out)
  out.toIndent()
  if (out.openEnded) {
    out.indicator('...', true, false, false)
    out.toIndent()
  }
  return out.text()
}

type Place = 'root' | 'item' | 'value' | 'simple key' | 'key'

/** The text so far, and what the next token needs to know about its end. */
class Output {
  readonly #pieces: string[] = []
  #length = 0
  column = 0
  indent = -1
  /** The last character is a blank, or nothing is there yet. */
  whitespace = true
  /** On this line are only indentation and indicators that others may follow. */
  indention = true
  /** The document needs an end of its own. */
  openEnded = false

  put(piece: string): void {
    this.#length += piece.length
    refuseLongText(this.#length)
    this.#pieces.push(piece)
    this.column += piece.length
  }

  newline(): void {
    this.put('\n')
    this.column = 0
  }

  toIndent(): void {
    const indent = Math.max(0, this.indent)
    const isBehind = this.column > indent || (this.column === indent && !this.whitespace)
    if (!this.indention || isBehind) this.newline()
    if (this.column < indent) this.put(' '.repeat(indent - this.column))
    this.whitespace = true
    this.indention = true
  }

  indicator(written: string, needsBlank: boolean, isBlank: boolean, isIndention: boolean): void {
    if (needsBlank && !this.whitespace) this.put(' ')
    this.put(written)
    this.whitespace = isBlank
    this.indention &&= isIndention
    this.openEnded = false
  }

  /** Runs with more indentation; at the top that is none for blocks, one step for texts. */
  indented(write: () => void, isText: boolean): void {
    const before = this.indent
    this.indent = before < 0 ? (isText ? indentStep : 0) : before + indentStep
    write()
    this.indent = before
  }

  text(): string {
    return this.#pieces.join('')
  }
}

function writeNode(value: Value, place: Place, out: Output): void {
  switch (value.kind) {
    case 'string':
      writeString(value.value, place, out)
      break
    case 'tuple':
    case 'list':
    case 'set':
      writeSequence(value, place, out)
      break
    case 'object':
    case 'map':
      writeMapping(value, out)
      break
    case 'bool':
      writePlain(String(value.value), place, out)
      break
    case 'number':
      writePlain(numberText(formatNum(value.value)), place, out)
      break
    case 'null':
    case 'unknown':
      writePlain('null', place, out)
      break
  }
}

// YAML's own names, so that what is read again is the same.
function numberText(written: string): string {
  return written === '+Inf' ? '.inf' : written === '-Inf' ? '-.inf' : written
}

function writePlain(written: string, place: Place, out: Output): void {
  if (!out.whitespace) out.put(' ')
  out.put(written)
  out.whitespace = false
  out.indention = false
  if (place === 'root') out.openEnded = true
}

function writeSequence({ elements }: SequenceValue, place: Place, out: Output): void {
  if (elements.length === 0) {
    writeEmpty('[', ']', out)
    return
  }
  const write = (): void => {
    for (const element of elements) {
      out.toIndent()
      out.indicator('-', true, false, true)
      writeNode(element, 'item', out)
    }
  }
  // Under a key on the same line the dashes stand where the key does.
  if (place === 'value' && !out.indention) write()
  else out.indented(write, false)
}

function writeMapping(mapping: MappingValue, out: Output): void {
  if (mapping.entries.size === 0) {
    writeEmpty('{', '}', out)
    return
  }
  out.indented(() => {
    for (const key of sortedKeys(mapping)) {
      out.toIndent()
      const isSimple = !key.includes('\n') && utf8(key).length <= maxSimpleKeyBytes
      if (isSimple) {
        writeString(key, 'simple key', out)
        out.indicator(':', false, false, false)
      } else {
        out.indicator('?', true, false, true)
        writeString(key, 'key', out)
        out.toIndent()
        out.indicator(':', true, false, true)
      }
      writeNode(mapping.entries.get(key)!, 'value', out)
    }
  }, false)
}

function writeEmpty(open: string, close: string, out: Output): void {
  out.indicator(open, true, true, false)
  out.indicator(close, false, false, false)
}

function writeString(text: string, place: Place, out: Output): void {
  const isLiteral = place !== 'simple key' && text.includes('\n') && canBeLiteral(text)
  out.indented(() => {
    if (isLiteral) writeLiteral(text, out)
    else writeQuoted(text, place !== 'simple key', out)
  }, true)
}

// A literal has no escapes, and blanks at the end of a line would be lost to many an editor. Unicode's other separators of
// lines are ends of lines in YAML 1.1 and are none in 1.2.
function canBeLiteral(text: string): boolean {
  if (text.endsWith(' ') || text.includes(' \n') || /[\u2028\u2029]/.test(text)) return false
  for (const character of text) if (!isPrintable(character.codePointAt(0)!)) return false
  return true
}

// Beyond the first plane is printable, too, but libyaml escapes it.
function isPrintable(code: number): boolean {
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true
  return code >= 0xa0 && code <= 0xfffd && code !== 0xfeff
}

function writeLiteral(text: string, out: Output): void {
  const startsBlank = text.startsWith(' ') || text.startsWith('\n')
  const keep = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  out.indicator('|', true, false, false)
  if (startsBlank) out.indicator(String(indentStep), false, false, false)
  if (keep !== '') out.indicator(keep, false, false, false)
  out.openEnded = keep === '+'
  out.newline()
  out.indention = true
  out.whitespace = true
  for (const [piece] of text.matchAll(/\n|[^\n]+/g)) {
    if (piece === '\n') {
      out.newline()
      out.indention = true
    } else {
      out.toIndent()
      out.put(piece)
      out.indention = false
    }
  }
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
}

function writeQuoted(text: string, mayFold: boolean, out: Output): void {
  out.indicator('"', true, false, false)
  const characters = [...text]
  let afterBlank = false
  for (const [i, character] of characters.entries()) {
    const isInside = i > 0 && i < characters.length - 1
    if (character === ' ' && mayFold && !afterBlank && out.column > foldColumn && isInside) {
      out.toIndent()
      if (characters[i + 1] === ' ') out.put('\\')
    } else {
      out.put(escaped(character))
    }
    afterBlank = character === ' '
  }
  out.indicator('"', false, false, false)
}

function escaped(character: string): string {
  const short = shortEscapes[character]
  if (short !== undefined) return `\\${short}`
  const code = character.codePointAt(0)!
  if (isPrintable(code)) return character
  const digits = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}
