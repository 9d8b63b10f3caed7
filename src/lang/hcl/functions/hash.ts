// Hashes of the UTF-8 bytes of a text. md5 and sha1 are for names and old protocols, not for security.
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import { stringType } from '../type.ts'
import { stringOf, text } from './arguments.ts'
import { toBase64, utf8 } from './bytes.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { textValue } from './results.ts'

export const hashFunctions: readonly HclFunction[] = [
  hash('base64sha256', 'The SHA-256 hash of a text in base64', bytes => toBase64(sha256(bytes))),
  hash('base64sha512', 'The SHA-512 hash of a text in base64', bytes => toBase64(sha512(bytes))),
  hash('md5', 'The MD5 hash of a text in hexadecimal digits', bytes => bytesToHex(md5(bytes))),
  hash('sha1', 'The SHA-1 hash of a text in hexadecimal digits', bytes => bytesToHex(sha1(bytes))),
  hash('sha256', 'The SHA-256 hash of a text in hexadecimal digits', bytes => bytesToHex(sha256(bytes))),
  hash('sha512', 'The SHA-512 hash of a text in hexadecimal digits', bytes => bytesToHex(sha512(bytes))),
  {
    name: 'uuidv5',
    summary: 'The UUID of a name in a namespace: "dns", "url", "oid", "x500" or a UUID',
    group: 'hash',
    examples: [['uuidv5("dns", "example.com")', '"cfbff0d1-9375-5685-968c-48ce8b15ae17"']],
    result: stringType,
    parameters: [text('namespace'), text('name')],
    call: ([namespace, name]) => textValue(uuidOf(stringOf(namespace), stringOf(name))),
  },
]

// RFC 9562, appendix "Namespace IDs".
const namespaces: Readonly<Record<string, string>> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
}

function hash(name: string, summary: string, of: (bytes: Uint8Array) => string): HclFunction {
  return {
    name,
    summary,
    group: 'hash',
    examples: [[`${name}("hello world")`, `"${of(utf8('hello world'))}"`]],
    parameters: [text('string')],
    result: stringType,
    call: ([s]) => textValue(of(utf8(stringOf(s)))),
  }
}

const dashed = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** How a UUID may be written: plain, as a URN, in braces, without dashes. */
const spellings: readonly RegExp[] = [
  new RegExp(`^(${dashed})$`, 'i'),
  new RegExp(`^urn:uuid:(${dashed})$`, 'i'),
  new RegExp(`^\\{(${dashed})\\}$`, 'i'),
  /^([0-9a-f]{32})$/i,
]

// RFC 9562, "UUID Version 5".
function uuidOf(namespace: string, name: string): string {
  const id = Object.entries(namespaces).find(([known]) => known === namespace)?.[1] ?? namespace
  const digits = spellings.map(spelling => spelling.exec(id)?.[1]).find(found => found !== undefined)
  if (digits === undefined) {
    throw new FunctionError(`"${namespace}" is neither "dns", "url", "oid", "x500" nor a UUID`, 0)
  }
  const bytes = sha1(concatBytes(hexToBytes(digits.replaceAll('-', '')), utf8(name))).slice(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
