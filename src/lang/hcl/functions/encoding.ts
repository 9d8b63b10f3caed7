// Encodings of text: base64, URLs, other character sets.
import { stringType } from '../type.ts'
import { stringOf, text } from './arguments.ts'
import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { textValue } from './results.ts'

export const encodingFunctions: readonly HclFunction[] = [
  {
    name: 'base64decode',
    summary: 'The text whose UTF-8 bytes a base64 string holds',
    group: 'encoding',
    examples: [['base64decode("SGVsbG8=")', '"Hello"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(fromUtf8(fromBase64(stringOf(s)))),
  },
  {
    name: 'base64encode',
    summary: 'The UTF-8 bytes of a text in base64',
    group: 'encoding',
    examples: [['base64encode("Hello")', '"SGVsbG8="']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(toBase64(utf8(stringOf(s)))),
  },
  {
    name: 'textdecodebase64',
    summary: 'The text whose bytes in a character encoding a base64 string holds',
    group: 'encoding',
    examples: [['textdecodebase64("SABpAA==", "UTF-16LE")', '"Hi"']],
    result: stringType,
    parameters: [text('string'), text('encoding')],
    call: ([s, encoding]) => textValue(encodingNamed(stringOf(encoding)).decode(fromBase64(stringOf(s)))),
  },
  {
    name: 'textencodebase64',
    summary:
      'The bytes of a text in a character encoding (UTF-8, UTF-16LE, UTF-16BE, ISO-8859-1, US-ASCII) in base64',
    group: 'encoding',
    examples: [['textencodebase64("Hi", "UTF-16LE")', '"SABpAA=="']],
    result: stringType,
    parameters: [text('string'), text('encoding')],
    call: ([s, encoding]) => textValue(toBase64(encodingNamed(stringOf(encoding)).encode(stringOf(s)))),
  },
  {
    name: 'urldecode',
    summary: 'The text that urlencode() was given',
    group: 'encoding',
    examples: [['urldecode("a%20b+c%26d")', '"a b c&d"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(urlDecoded(stringOf(s))),
  },
  {
    name: 'urlencode',
    summary: 'The text as it may stand in the query of a URL',
    group: 'encoding',
    examples: [['urlencode("a b&c")', '"a+b%26c"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(urlEncoded(stringOf(s))),
  },
]

interface Encoding {
  readonly encode: (text: string) => Uint8Array
  readonly decode: (bytes: Uint8Array) => string
}

const encodings: Readonly<Record<string, Encoding>> = {
  'UTF-8': { encode: utf8, decode: fromUtf8 },
  'UTF-16LE': { encode: s => utf16(s, 0), decode: bytes => fromUtf16(bytes, 0) },
  'UTF-16BE': { encode: s => utf16(s, 1), decode: bytes => fromUtf16(bytes, 1) },
  'ISO-8859-1': { encode: s => oneByteEach(s, 0xff), decode: bytes => fromOneByteEach(bytes, 0xff) },
  'US-ASCII': { encode: s => oneByteEach(s, 0x7f), decode: bytes => fromOneByteEach(bytes, 0x7f) },
}

function encodingNamed(name: string): Encoding {
  const found = Object.entries(encodings).find(([known]) => known === name.toUpperCase())
  if (found !== undefined) return found[1]
  throw new FunctionError(
    `"${name}" is not a known encoding; there are ${Object.keys(encodings).join(', ')}`,
    1,
  )
}

// `high` is where the high byte of a pair stands.
function utf16(s: string, high: 0 | 1): Uint8Array {
  const bytes = new Uint8Array(s.length * 2)
  for (let i = 0; i < s.length; i++) {
    const unit = s.charCodeAt(i)
    bytes[i * 2 + (high === 1 ? 0 : 1)] = unit >> 8
    bytes[i * 2 + high] = unit & 0xff
  }
  return bytes
}

function fromUtf16(bytes: Uint8Array, high: 0 | 1): string {
  if (bytes.length % 2 !== 0) throw new FunctionError('UTF-16 has an even number of bytes', 0)
  const units: string[] = []
  for (let i = 0; i < bytes.length; i += 2) {
    const [low, top] = high === 1 ? [bytes[i + 1]!, bytes[i]!] : [bytes[i]!, bytes[i + 1]!]
    units.push(String.fromCharCode((top << 8) | low))
  }
  return wellFormed(units.join(''))
}

function wellFormed(s: string): string {
  if (/[\ud800-\udfff]/u.test(s)) throw new FunctionError('the bytes are not UTF-16 text', 0)
  return s
}

function oneByteEach(s: string, largest: number): Uint8Array {
  return Uint8Array.from([...s], character => {
    const code = character.codePointAt(0)!
    if (code > largest) throw new FunctionError(`"${character}" is not in this encoding`, 0)
    return code
  })
}

function fromOneByteEach(bytes: Uint8Array, largest: number): string {
  const characters: string[] = []
  for (const byte of bytes) {
    if (byte > largest) throw new FunctionError('the bytes are not text in this encoding', 0)
    characters.push(String.fromCharCode(byte))
  }
  return characters.join('')
}

// As forms send it: a blank is "+"; letters, digits and -_.~ stay.
function urlEncoded(s: string): string {
  const out: string[] = []
  for (const byte of utf8(s)) {
    const character = String.fromCharCode(byte)
    if (/[A-Za-z0-9_.~-]/.test(character)) out.push(character)
    else out.push(character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
  }
  return out.join('')
}

function urlDecoded(s: string): string {
  const broken = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(s)
  if (broken !== null) throw new FunctionError(`"${broken[0]}" is not a URL escape like %20`, 0)
  const bytes: number[] = []
  for (const [piece] of s.replaceAll('+', ' ').matchAll(/%..|[^%]+/gs)) {
    if (piece.startsWith('%')) bytes.push(Number.parseInt(piece.slice(1), 16))
    else for (const byte of utf8(piece)) bytes.push(byte)
  }
  return fromUtf8(Uint8Array.from(bytes))
}
