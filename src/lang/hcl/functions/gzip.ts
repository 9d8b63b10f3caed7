// gzip (RFC 1952) in base64. Compressed without a time in the header: the same text gives the same bytes. What comes out
// of a few bytes is limited while it grows.
import { Gunzip, gzipSync } from 'fflate'
import { stringType } from '../type.ts'
import { stringOf, text } from './arguments.ts'
import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { maxTextLength, textValue } from './results.ts'

export const gzipFunctions: readonly HclFunction[] = [
  {
    name: 'base64gunzip',
    summary: 'The text that base64gzip() was given',
    group: 'encoding',
    examples: [['base64gunzip(base64gzip("Hello"))', '"Hello"']],
    parameters: [text('string')],
    result: stringType,
    call: ([s]) => textValue(fromUtf8(expanded(fromBase64(stringOf(s))))),
  },
  {
    name: 'base64gzip',
    summary: 'The UTF-8 bytes of a text compressed with gzip, in base64',
    group: 'encoding',
    examples: [['base64gzip("Hello")', '"H4sIAAAAAAAAA/NIzcnJBwCCidH3BQAAAA=="']],
    parameters: [text('string')],
    result: stringType,
    call: ([s]) => textValue(toBase64(gzipSync(utf8(stringOf(s)), { mtime: 0 }))),
  },
]

/** Bytes given to the decompressor at once: it makes at most a thousand times as many of them. */
const stepBytes = 4096

function expanded(compressed: Uint8Array): Uint8Array {
  const refuse = (): never => {
    throw new FunctionError('the bytes are not gzip, or not complete', 0)
  }
  if (compressed[0] !== 0x1f || compressed[1] !== 0x8b) refuse()
  const pieces: Uint8Array[] = []
  let length = 0
  const gunzip = new Gunzip(piece => {
    length += piece.length
    pieces.push(piece)
  })
  for (let at = 0; at < compressed.length; at += stepBytes) {
    try {
      gunzip.push(compressed.subarray(at, at + stepBytes), at + stepBytes >= compressed.length)
    } catch {
      refuse()
    }
    if (length > maxTextLength)
      throw new FunctionError(`the result would have more than ${maxTextLength} bytes`, 0)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  const [a = 0, b = 0, c = 0, d = 0] = compressed.subarray(-4)
  // The last bytes say how long the text is: a sign that nothing is missing.
  if (a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24 !== length) refuse()
  return whole
}
