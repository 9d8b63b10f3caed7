// Laws of functions, with values that nobody chose.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareStrings } from '../../../../src/base/index.ts'
import { answer } from '../answers.ts'

// The language holds text in NFC and knows no halves of surrogate pairs.
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map(s => s.normalize('NFC'))
const list = fc.array(text, { maxLength: 8 })
const numbers = fc.array(fc.integer(), { maxLength: 8 })
const json = fc.jsonValue({ maxDepth: 3 }).map(j => JSON.parse(JSON.stringify(j).normalize('NFC')) as unknown)

/** A value as an expression of the language. */
function written(value: unknown): string {
  const escaped = JSON.stringify(value).replace(/[^\n\x20-\x7e]/gu, c => {
    const code = c.codePointAt(0)!.toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
  // What JSON escapes and the language does not, and what only the language reads as templates.
  return escaped
    .replaceAll(/(?<!\\)((?:\\\\)*)\\b/g, '$1\\u0008')
    .replaceAll(/(?<!\\)((?:\\\\)*)\\f/g, '$1\\u000c')
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{')
}

function holds(expression: string): void {
  expect({ expression, is: answer(expression) }).toEqual({ expression, is: 'true' })
}

function check<T>(values: fc.Arbitrary<T>, law: (value: T) => string): void {
  fc.assert(
    fc.property(values, value => holds(law(value))),
    { numRuns: 100 },
  )
}

describe('there and back', () => {
  test('base64', () => check(text, s => `base64decode(base64encode(${written(s)})) == ${written(s)}`))
  test('URL', () => check(text, s => `urldecode(urlencode(${written(s)})) == ${written(s)}`))
  test.each(['UTF-8', 'UTF-16LE', 'UTF-16BE'])('%s', name => {
    check(
      text,
      s => `textdecodebase64(textencodebase64(${written(s)}, "${name}"), "${name}") == ${written(s)}`,
    )
  })
  test('JSON', () => {
    check(text, s => `jsondecode(jsonencode(${written(s)})) == ${written(s)}`)
    check(list, s => `jsondecode(jsonencode(${written(s)})) == ${written(s)}`)
    check(numbers, s => `jsondecode(jsonencode(${written(s)})) == ${written(s)}`)
  })
  test('JSON as JavaScript writes it', () => {
    fc.assert(
      fc.property(json, value => {
        const given = JSON.stringify(value)
        const again = answer(`jsonencode(jsondecode(${written(given)}))`)
        expect(JSON.parse(JSON.parse(again) as string)).toEqual(value)
      }),
      { numRuns: 100 },
    )
  })
  test('reverse', () => check(list, s => `reverse(reverse(${written(s)})) == ${written(s)}`))
  test('strrev keeps the length', () =>
    check(text, s => `length(strrev(${written(s)})) <= length(${written(s)})`))
  test('split and join', () => check(text, s => `join("a", split("a", ${written(s)})) == ${written(s)}`))
  test('chunklist and flatten', () => {
    check(fc.tuple(list, fc.nat(5)), ([s, n]) => `flatten(chunklist(${written(s)}, ${n})) == ${written(s)}`)
  })
  test('zipmap of keys and values', () => {
    check(
      list,
      s => `alltrue([for m in [zipmap(${written(s)}, ${written(s)})] : zipmap(keys(m), values(m)) == m])`,
    )
  })
  test('format of a number in base 16 and parseint', () => {
    check(fc.bigInt(-(2n ** 200n), 2n ** 200n), n => `parseint(format("%x", ${n}), 16) == ${n}`)
  })
  test('timeadd', () => {
    const hours = fc.integer({ min: -10_000_000, max: 10_000_000 })
    check(hours, h => `timeadd(timeadd("2500-03-01T00:00:00Z", "${h}h"), "${-h}h") == "2500-03-01T00:00:00Z"`)
  })
})

describe('sets', () => {
  const two = fc.tuple(list, list).map(([a, b]) => [written(a), written(b)] as const)
  test('union and intersection are commutative', () => {
    check(two, ([a, b]) => `setunion(${a}, ${b}) == setunion(${b}, ${a})`)
    check(two, ([a, b]) => `setintersection(${a}, ${b}) == setintersection(${b}, ${a})`)
  })
  test('what is subtracted and what is common are all of it', () => {
    check(two, ([a, b]) => `setunion(setsubtract(${a}, ${b}), setintersection(${a}, ${b})) == setunion(${a})`)
  })
  test('a product has the product of the sizes', () => {
    check(two, ([a, b]) => `length(setproduct(${a}, ${b})) == length(${a}) * length(${b})`)
  })
})

describe('order', () => {
  test('sort is by code point', () => {
    check(list, s => `sort(${written(s)}) == tolist(${written([...s].sort(compareStrings))})`)
  })
  test('index finds what element gives', () => {
    check(
      fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 8 }),
      s => `alltrue([for i in range(${s.length}) : index(${written(s)}, element(${written(s)}, i)) == i])`,
    )
  })
})

describe('numbers', () => {
  const fraction = fc.tuple(fc.integer(), fc.nat(6)).map(([n, places]) => `${n}e-${places}`)
  test('floor, ceil and signum', () => {
    check(fraction, n => `floor(${n}) <= ${n} && ${n} <= ceil(${n}) && ceil(${n}) - floor(${n}) <= 1`)
    check(fraction, n => `signum(${n}) * abs(${n}) == ${n}`)
  })
  test('fixed places are the nearest', () => {
    check(fraction, n => `abs(tonumber(format("%.2f", ${n})) - ${n}) <= 0.005 + 1e-100`)
    check(fraction, n => `tonumber(format("%.6f", ${n})) == ${n}`)
  })
  test('pow is repeated multiplication', () => {
    check(
      fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat(20)),
      ([n, power]) => `pow(${n}, ${power}) == ${BigInt(n) ** BigInt(power)}`,
    )
  })
})

describe('networks', () => {
  const prefix = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 28 })).map(([ip, n]) => `${ip}/${n}`)
  test('a host and a subnet lie within their prefix', () => {
    check(prefix, p => `cidrcontains("${p}", cidrhost("${p}", 3))`)
    check(prefix, p => `cidrcontains("${p}", cidrsubnet("${p}", 4, 15))`)
  })
  test('an IPv6 address comes back as written by the shortest rule', () => {
    check(fc.ipV6(), ip => `cidrhost("\${cidrhost("${ip}/128", 0)}/128", 0) == cidrhost("${ip}/128", 0)`)
  })
})
