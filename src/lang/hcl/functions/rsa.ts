// rsadecrypt(): what was encrypted with an RSA public key and PKCS #1 v1.5 padding (RFC 8017, section 7.2.2), with the
// private key as PEM in PKCS #1 or PKCS #8 form (RFC 5208). For passwords that some services hand out encrypted.
import { stringType } from '../type.ts'
import { stringOf, text } from './arguments.ts'
import { fromBase64, fromUtf8 } from './bytes.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { textValue } from './results.ts'

/** Nobody has longer keys; the time grows with the third power. */
const maxModulusBits = 8192

/** A key of that size has 6,400. */
const maxPemLength = 20_000

export const rsaFunctions: readonly HclFunction[] = [
  {
    name: 'rsadecrypt',
    summary: 'The text of a base64 ciphertext, decrypted with an RSA private key in PEM (PKCS #1 v1.5)',
    group: 'hash',
    examples: [['rsadecrypt(file("password.txt"), file("key.pem"))', '"correct horse"']],
    parameters: [text('ciphertext'), text('privatekey')],
    result: stringType,
    call: ([ciphertext, key]) => textValue(fromUtf8(decrypted(stringOf(ciphertext), readKey(stringOf(key))))),
  },
]

interface PrivateKey {
  readonly modulus: bigint
  readonly p: bigint
  readonly q: bigint
  readonly exponentP: bigint
  readonly exponentQ: bigint
  /** The inverse of q modulo p. */
  readonly coefficient: bigint
}

// By the two primes: four times as fast as by the modulus.
function decrypted(ciphertext: string, key: PrivateKey): Uint8Array {
  const { modulus, p, q } = key
  const length = Math.ceil(modulus.toString(16).length / 2)
  const bytes = fromBase64(ciphertext)
  const refuse = (): never => {
    throw new FunctionError('the ciphertext was not made for this key', 0)
  }
  if (bytes.length !== length) refuse()
  const cipher = toBig(bytes)
  if (cipher >= modulus) refuse()
  const one = power(cipher % p, key.exponentP, p)
  const two = power(cipher % q, key.exponentQ, q)
  const between = (((one - two) * key.coefficient) % p) + p
  return unpadded(toBytes(two + (between % p) * q, length)) ?? refuse()
}

// 00 02, at least eight bytes that are not 0, a 0, the text.
function unpadded(block: Uint8Array): Uint8Array | undefined {
  const end = block.indexOf(0, 2)
  if (block[0] !== 0 || block[1] !== 2 || end < 10) return undefined
  return block.subarray(end + 1)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function readKey(pem: string): PrivateKey {
  const refuse = (why: string): never => {
    throw new FunctionError(`the key is not usable: ${why}`, 1)
  }
  if (pem.length > maxPemLength) return refuse(`it has more than ${maxPemLength} characters`)
  const found = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(pem)
  if (found === null) {
    const wanted = '"-----BEGIN RSA PRIVATE KEY-----" or "-----BEGIN PRIVATE KEY-----"'
    return refuse(`an unencrypted PEM block ${wanted} is needed`)
  }
  const [, label, body = ''] = found
  const numbers = keyNumbers(derBytes(body), label === 'PRIVATE KEY')
  const [version, modulus, , , p, q, exponentP, exponentQ, coefficient] = numbers ?? []
  if (version !== 0n || modulus === undefined || p === undefined || q === undefined) {
    return refuse('this is not an RSA private key')
  }
  if (exponentP === undefined || exponentQ === undefined || coefficient === undefined || p * q !== modulus) {
    return refuse('its numbers do not belong together')
  }
  if (modulus.toString(2).length > maxModulusBits) return refuse(`it has more than ${maxModulusBits} bits`)
  return { modulus, p, q, exponentP, exponentQ, coefficient }
}

function derBytes(body: string): Uint8Array {
  try {
    return fromBase64(body.replace(/\s/g, ''))
  } catch (thrown) {
    if (!(thrown instanceof FunctionError)) throw thrown
    return new Uint8Array()
  }
}

const sequenceTag = 0x30
const integerTag = 0x02
const octetsTag = 0x04

// The integers of RSAPrivateKey; PKCS #8 wraps it: version, algorithm, octets.
function keyNumbers(der: Uint8Array, isWrapped: boolean): bigint[] | undefined {
  const [outer] = elementsOf(der)
  if (outer?.tag !== sequenceTag) return undefined
  const inside = elementsOf(outer.content)
  if (!isWrapped) return inside.flatMap(e => (e.tag === integerTag ? [toBig(e.content)] : []))
  const octets = inside[2]
  return octets?.tag === octetsTag ? keyNumbers(octets.content, false) : undefined
}

interface Element {
  readonly tag: number
  readonly content: Uint8Array
}

// DER (X.690): tag, length, content. What is cut off ends the list.
function elementsOf(der: Uint8Array): Element[] {
  const elements: Element[] = []
  let at = 0
  while (at + 2 <= der.length) {
    const tag = der[at]!
    let length = der[at + 1]!
    at += 2
    if (length >= 0x80) {
      const digits = length - 0x80
      if (digits > 3) break
      length = der.subarray(at, at + digits).reduce((sum, byte) => sum * 256 + byte, 0)
      at += digits
    }
    if (at + length > der.length) break
    elements.push({ tag, content: der.subarray(at, at + length) })
    at += length
  }
  return elements
}

function toBig(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}

function toBytes(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(length * 2, '0')
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16))
}
