// Network addresses and prefixes as numbers and back: IPv4 and IPv6 in CIDR notation. IPv6 is written as RFC 5952 wants
// it.
import { FunctionError } from './function.ts'

export interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

export interface Prefix extends Address {
  readonly length: number
}

export function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parseIpv6(text) : parseIpv4(text)
  return value === undefined ? undefined : { bits: text.includes(':') ? 128 : 32, value }
}

/** The prefix of `10.1.2.3/8`: bits behind the length are cleared. */
export function parsePrefix(text: string, argument: number): Prefix {
  const [, address = '', length = ''] = /^(.+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const found = parseAddress(address)
  if (found === undefined || Number(length) > found.bits) {
    throw new FunctionError(`"${text}" is not a prefix like "10.0.0.0/8" or "fd00::/8"`, argument)
  }
  const host = BigInt(found.bits - Number(length))
  return { bits: found.bits, value: (found.value >> host) << host, length: Number(length) }
}

export function writeAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - i * 16)) & 0xffffn).toString(16))
  const [start, length] = longestZeros(groups)
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

export function writePrefix(prefix: Prefix): string {
  return `${writeAddress(prefix)}/${prefix.length}`
}

// No leading zeros: some programs read them as octal.
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(p => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) <= 255))
    return undefined
  return parts.reduce((value, p) => value * 256n + BigInt(p), 0n)
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(half => (half === '' ? [] : groupsOf(half)))
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const given = head.length + (tail?.length ?? 0)
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined
  const zeros = Array.from({ length: 8 - given }, () => 0n)
  return [...head, ...zeros, ...(tail ?? [])].reduce((value, group) => value * 65_536n + group, 0n)
}

// The last two may be written as an IPv4 address.
function groupsOf(text: string): bigint[] | undefined {
  const groups: bigint[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    const ipv4 = i === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined
    if (ipv4 !== undefined) groups.push(ipv4 >> 16n, ipv4 & 0xffffn)
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return groups
}

function longestZeros(groups: readonly string[]): [start: number, length: number] {
  let best: [number, number] = [0, 0]
  for (let i = 0; i < groups.length; i++) {
    let end = i
    while (groups[end] === '0') end++
    if (end - i > best[1]) best = [i, end - i]
  }
  return best
}
