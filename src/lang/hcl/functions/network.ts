// Reckoning with network prefixes in CIDR notation, IPv4 and IPv6.
import { formatNum, isWhole } from '../number.ts'
import { boolType, stringType } from '../type.ts'
import { type Value, bool } from '../value.ts'
import { numberOf, numeric, stringOf, text, wholeOf } from './arguments.ts'
import { type Prefix, parseAddress, parsePrefix, writeAddress, writePrefix } from './address.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { listOfTexts, refuseManyElements, textValue } from './results.ts'

export const networkFunctions: readonly HclFunction[] = [
  {
    name: 'cidrcontains',
    summary: 'Whether an address or prefix lies within a prefix',
    group: 'network',
    examples: [['cidrcontains("192.168.0.0/16", "192.168.8.1")', 'true']],
    result: boolType,
    parameters: [text('prefix'), text('contained')],
    call: ([prefix, contained]) => bool(contains(stringOf(prefix), stringOf(contained))),
  },
  {
    name: 'cidrhost',
    summary: 'The address with that number in a prefix; negative numbers count from the end',
    group: 'network',
    examples: [
      ['cidrhost("10.12.112.0/20", 16)', '"10.12.112.16"'],
      ['cidrhost("fd00:fd12:3456:7890::/56", 34)', '"fd00:fd12:3456:7800::22"'],
    ],
    result: stringType,
    parameters: [text('prefix'), numeric('hostnum')],
    call: ([prefix, host]) => textValue(hostOf(parsePrefix(stringOf(prefix), 0), bigOf(host))),
  },
  {
    name: 'cidrnetmask',
    summary: 'The netmask of an IPv4 prefix, like "255.0.0.0"',
    group: 'network',
    examples: [['cidrnetmask("172.16.0.0/12")', '"255.240.0.0"']],
    result: stringType,
    parameters: [text('prefix')],
    call: ([given]) => {
      const prefix = parsePrefix(stringOf(given), 0)
      if (prefix.bits !== 32) throw new FunctionError('IPv6 has no netmasks', 0)
      const value = (1n << 32n) - (1n << BigInt(32 - prefix.length))
      return textValue(writeAddress({ bits: 32, value }))
    },
  },
  {
    name: 'cidrsubnet',
    summary: 'The subnet with that number of a prefix made longer by so many bits',
    group: 'network',
    examples: [['cidrsubnet("172.16.0.0/12", 4, 2)', '"172.18.0.0/16"']],
    result: stringType,
    parameters: [text('prefix'), numeric('newbits'), numeric('netnum')],
    call: ([given, newbits, netnum]) => {
      const prefix = parsePrefix(stringOf(given), 0)
      const length = extended(prefix, wholeOf(newbits, 1), 1)
      const number = bigOf(netnum)
      const count = 1n << BigInt(length - prefix.length)
      if (number < 0n || number >= count) {
        throw new FunctionError(`there are ${count} such subnets, from 0; none is number ${number}`, 2)
      }
      const value = prefix.value + (number << BigInt(prefix.bits - length))
      return textValue(writePrefix({ bits: prefix.bits, value, length }))
    },
  },
  {
    name: 'cidrsubnets',
    summary: 'Subnets of a prefix one behind the other, each longer by so many bits',
    group: 'network',
    examples: [
      [
        'cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)',
        '["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]',
      ],
    ],
    result: { kind: 'list', element: stringType },
    parameters: [text('prefix')],
    rest: numeric('newbits'),
    call: ([prefix, ...newbits]) =>
      subnets(
        parsePrefix(stringOf(prefix), 0),
        newbits.map((n, i) => wholeOf(n, i + 1)),
      ),
  },
]

function contains(outer: string, inner: string): boolean {
  const prefix = parsePrefix(outer, 0)
  const address = parseAddress(inner)
  const given = address === undefined ? parsePrefix(inner, 1) : { ...address, length: address.bits }
  if (given.bits !== prefix.bits) throw new FunctionError("IPv4 and IPv6 can't be compared", 1)
  const host = BigInt(prefix.bits - prefix.length)
  return given.length >= prefix.length && given.value >> host === prefix.value >> host
}

function hostOf(prefix: Prefix, host: bigint): string {
  const count = 1n << BigInt(prefix.bits - prefix.length)
  const number = host < 0n ? count + host : host
  if (number < 0n || number >= count) {
    throw new FunctionError(`the prefix has ${count} addresses; none is number ${host}`, 1)
  }
  return writeAddress({ bits: prefix.bits, value: prefix.value + number })
}

function bigOf(value: Value | undefined): bigint {
  const given = numberOf(value)
  if (!isWhole(given)) throw new FunctionError(`a whole number is required, not ${formatNum(given)}`)
  return BigInt(formatNum(given))
}

// The length of a prefix with more bits.
function extended(prefix: Prefix, newbits: number, argument: number): number {
  if (newbits < 0) throw new FunctionError("the number of new bits can't be negative", argument)
  const length = prefix.length + newbits
  if (length > prefix.bits) {
    throw new FunctionError(
      `a prefix of ${prefix.length} bits has room for ${prefix.bits - prefix.length} more, not ${newbits}`,
      argument,
    )
  }
  return length
}

// Each starts at the next multiple of its own size.
function subnets(prefix: Prefix, newbits: readonly number[]): Value {
  refuseManyElements(newbits.length)
  const end = prefix.value + (1n << BigInt(prefix.bits - prefix.length))
  let next = prefix.value
  const written = newbits.map((bits, i) => {
    if (bits < 1) throw new FunctionError('a subnet has at least one more bit', i + 1)
    const length = extended(prefix, bits, i + 1)
    const size = 1n << BigInt(prefix.bits - length)
    const value = ((next + size - 1n) / size) * size
    next = value + size
    if (next > end) throw new FunctionError(`the prefix has no room for subnet number ${i + 1}`, i + 1)
    return writePrefix({ bits: prefix.bits, value, length })
  })
  return listOfTexts(written)
}
