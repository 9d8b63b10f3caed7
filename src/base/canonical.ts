// Canonical JSON: one text per value, so that equal values have equal bytes and equal hashes. Keys are sorted by code
// point, absent and undefined are the same, no blanks. Source: RFC 8785, less its UTF-16 key order.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { assert } from './assert.ts'
import { compareStrings } from './order.ts'

/** What JSON can carry. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** The canonical text of a plain value. Throws a Bug for NaN, infinities and anything JSON can't carry. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `not a JSON number: ${value}`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) {
    let text = ''
    for (const v of value as readonly unknown[]) {
      text += (text === '' ? '' : ',') + (v === undefined ? 'null' : canonicalJson(v))
    }
    return `[${text}]`
  }
  assert(typeof value === 'object', `not a JSON value: ${typeof value}`)
  const record = value as Record<string, unknown>
  let text = ''
  for (const key of sortedKeys(record)) {
    const part = record[key]
    if (part !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(part)}`
  }
  return `{${text}}`
}

// What was read from canonical text has its keys in order already.
function sortedKeys(record: Record<string, unknown>): string[] {
  const keys = Object.keys(record)
  for (let i = 1; i < keys.length; i++) {
    if (compareStrings(keys[i - 1]!, keys[i]!) > 0) return keys.sort(compareStrings)
  }
  return keys
}

const encoder = new TextEncoder()

/** SHA-256 of a text, as lower-case hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(encoder.encode(text)))
}

/** The content hash of a plain value: the first 32 hex digits (128 bits) of the SHA-256 of its canonical JSON. */
export function contentHash(value: unknown): string {
  return sha256Hex(canonicalJson(value)).slice(0, 32)
}

/** Whether two plain values are the same JSON. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a ?? null) === canonicalJson(b ?? null)
}

/** A UUID-shaped id from the hash of its parts: ids are derived, never drawn. */
export function derivedUuid(...parts: readonly (string | number)[]): string {
  const h = sha256Hex(parts.join('\u0000'))
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`
}
