// Texts as bytes, and bytes as base64 (RFC 4648, with padding).
import { FunctionError } from './function.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const valueOf = new Map([...alphabet].map((character, i) => [character, i]))

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Refuses what is not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  const text = decodedUtf8(bytes)
  if (text === undefined) throw new FunctionError('the bytes are not UTF-8 text', 0)
  return text
}

/** Undefined for what is not UTF-8. */
export function decodedUtf8(bytes: Uint8Array): string | undefined {
  // The decoder takes a byte order mark off; here it belongs to the text.
  const lead = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? '\ufeff' : ''
  try {
    return lead + new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function toBase64(bytes: Uint8Array): string {
  const out: string[] = []
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const characters = [18, 12, 6, 0].map(shift => alphabet[(group >> shift) & 63]!)
    out.push(
      characters
        .slice(0, Math.min(4, bytes.length - i + 1))
        .join('')
        .padEnd(4, '='),
    )
  }
  return out.join('')
}

/** Newlines are skipped, as in files of 76 columns. */
export function fromBase64(text: string): Uint8Array {
  const joined = text.replace(/[\r\n]/g, '')
  const body = joined.replace(/={1,2}$/, '')
  const refuse = (): never => {
    throw new FunctionError('the string is not base64', 0)
  }
  if (joined.length % 4 !== 0) refuse()
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4))
  let bits = 0
  let count = 0
  let at = 0
  for (const character of body) {
    bits = ((bits << 6) | (valueOf.get(character) ?? refuse())) & 0xffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes[at++] = (bits >> count) & 0xff
  }
  return bytes
}
