// YAML both ways: what Terraform writes, byte for byte, and what it reads; and what is refused.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { decodeYaml } from '../../../../src/lang/hcl/functions/yamldecode.ts'
import { encodeYaml } from '../../../../src/lang/hcl/functions/yamlencode.ts'
import { fromJson } from '../../../../src/lang/hcl/config/fromjson.ts'
import { FunctionError } from '../../../../src/lang/hcl/functions/function.ts'
import { describe as spell } from '../../../../src/lang/hcl/value.ts'
import type { Json } from '../../../../src/base/index.ts'
import { answer } from '../answers.ts'

const written: readonly (readonly [value: Json, yaml: string])[] = [
  [null, 'null\n...\n'],
  [true, 'true\n...\n'],
  [1.5, '1.5\n...\n'],
  ['', '""\n'],
  ['hello', '"hello"\n'],
  ['yes', '"yes"\n'],
  ['a\nb', '|-\n  a\n  b\n'],
  ['a\nb\n', '|\n  a\n  b\n'],
  ['a\n\n', '|+\n  a\n\n...\n'],
  ['\n', '|2+\n\n...\n'],
  ['  a\nb', '|2-\n    a\n  b\n'],
  ['a \nb', '"a \\nb"\n'],
  ['a\nb ', '"a\\nb "\n'],
  ['a\tb', '"a\\tb"\n'],
  ['"\\\0\x07\x1b\x7f\x85\ufeff', '"\\"\\\\\\0\\a\\e\\x7F\\N\\uFEFF"\n'],
  ['é 日本', '"é 日本"\n'],
  ['\u{1f600}', '"\\U0001F600"\n'],
  [[], '[]\n'],
  [{}, '{}\n'],
  [['a', 1, [], {}], '- "a"\n- 1\n- []\n- {}\n'],
  [[[1, 2], [3]], '- - 1\n  - 2\n- - 3\n'],
  [{ b: 1, a: null }, '"a": null\n"b": 1\n'],
  [{ a: ['x', { b: 1, c: 2 }] }, '"a":\n- "x"\n- "b": 1\n  "c": 2\n'],
  [{ a: { b: { c: ['x'] } } }, '"a":\n  "b":\n    "c":\n    - "x"\n'],
  [{ a: 'x\ny\n', b: 1 }, '"a": |\n  x\n  y\n"b": 1\n'],
  [{ a: ['x\ny'] }, '"a":\n- |-\n  x\n  y\n'],
  [{ 'a: b': 1 }, '"a: b": 1\n'],
  [{ ['k'.repeat(129)]: 1 }, `? "${'k'.repeat(129)}"\n: 1\n`],
  [{ ['k'.repeat(129)]: ['a'] }, `? "${'k'.repeat(129)}"\n: - "a"\n`],
  [{ 'a\nb': 1 }, '? |-\n  a\n  b\n: 1\n'],
  [`${'word '.repeat(20)}end`, `"${'word '.repeat(16)}word\n  word word word end"\n`],
]

test.each(written)('%j is written as %j', (value, yaml) => {
  expect(encodeYaml(fromJson(value))).toBe(yaml)
})

const read: readonly (readonly [yaml: string, value: string])[] = [
  ['', 'null'],
  ['# nothing\n', 'null'],
  ['---', 'null'],
  ['--- true', 'true'],
  ['~', 'null'],
  ['"True"', '"True"'],
  ["'NULL'", '"NULL"'],
  ['[y, Y, yes, on, TRUE, n, off, False]', '[true, true, true, true, true, false, false, false]'],
  ['[1, -12, +3, 077, 0o17, 0x1f, 0xFFFFFFFFFFFFFFFF]', '[1, -12, 3, 77, 15, 31, 18446744073709551615]'],
  ['[1.5, .5, 1., 1e3, -1.5E-2, 0.1]', '[1.5, 0.5, 1, 1000, -0.015, 0.1]'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['[0ba, 1_000, 1.2.3, Inf, +, a-, 12:30]', '["0ba", "1_000", "1.2.3", "Inf", "+", "a-", "12:30"]'],
  ['[.inf, -.INF]', '[+Inf, -Inf]'],
  ['2006-1-2', '"2006-01-02T00:00:00Z"'],
  ['2001-12-14t21:59:43.10-05:00', '"2001-12-14T21:59:43-05:00"'],
  ['2001-12-14 21:59:43.10', '"2001-12-14T21:59:43Z"'],
  ['[2001-13-14, 2001-2]', '["2001-13-14", "2001-2"]'],
  ['|\n  true\n', '"true\\n"'],
  ['>\n  a\n  b\n', '"a b\\n"'],
  ['!!str true', '"true"'],
  ['!<tag:yaml.org,2002:str> 1', '"1"'],
  ['! 1', '"1"'],
  ['[!!bool yes, !!int "7", !!int 1_000, !!float 1, !!null x]', '[true, 7, 1000, 1, null]'],
  ["!!binary 'aGVsbG8='", '"aGVsbG8="'],
  ['!!timestamp 2006-1-2', '"2006-01-02T00:00:00Z"'],
  ['!!map {a: 1}', '{ "a" = 1 }'],
  ['!!seq [1]', '[1]'],
  ['{a: 1, a: 2}', '{ "a" = 2 }'],
  ['{1: a, true: b, 1.50: c}', '{ "1" = "a", "1.5" = "c", "true" = "b" }'],
  ['a:\nb: 1', '{ "a" = null, "b" = 1 }'],
  ['- &x [1]\n- *x\n- *x', '[[1], [1], [1]]'],
  ['a: &x {k: 1}\nb: {<<: *x, l: 2}', '{ "a" = { "k" = 1 }, "b" = { "k" = 1, "l" = 2 } }'],
  ['a: &x {k: 1}\nb: {<<: [*x, {k: 3}]}', '{ "a" = { "k" = 1 }, "b" = { "k" = 3 } }'],
  ['[<<, "<<"]', '["<<", "<<"]'],
  ['%YAML 1.1\n---\na', '"a"'],
  ['e\u0301', '"é"'],
]

test.each(read)('%j is read as %s', (yaml, value) => {
  expect(spell(decodeYaml(yaml), 1000)).toBe(value)
})

const refused: readonly (readonly [yaml: string, message: RegExp])[] = [
  ['a: b: c', /^the text is not YAML: .*\(line 1, column \d+ of the YAML\)$/],
  ['[1', /^the text is not YAML/],
  ['a\n---\nb', /^only one YAML document is allowed/],
  ['a: *x', /^there is no anchor "x" before this \(line 1, column 4 of the YAML\)$/],
  ['&x [*x]', /^"x" can't be used within itself/],
  ['!!foo a', /^the tag "!!foo" is not known here/],
  ['!foo a', /^the tag "!foo" is not known here/],
  ['!!set {a}', /^the tag "!!set" is not known here/],
  ['!!js/function "x"', /^the tag "!!js\/function" is not known here/],
  ['!!bool bananas', /^"bananas" can't be read as !!bool/],
  ['!!int x', /^"x" can't be read as !!int/],
  ["!!binary '>>>'", /^">>>" can't be read as !!binary/],
  ['.nan', /^there is no such number as .nan here/],
  ['[1e99999999]', /^the number 1e99999999 is out of range/],
  ['? [a]\n: 1', /^only a string can be the key of a mapping/],
  ['? ~\n: 1', /^a key can't be null/],
  ['a: {<<: 1}', /^"<<" takes a mapping or a list of mappings/],
  ['['.repeat(1000), /^the YAML is nested more than 200 deep$/],
  [`${'- '.repeat(1000)}a`, /^the YAML is nested more than 200 deep$/],
  ['a'.repeat(4 * 1024 * 1024 + 1), /^the YAML has more than 4194304 characters$/],
]

test.each(refused)('%j is refused', (yaml, message) => {
  let thrown: unknown
  try {
    decodeYaml(yaml)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(FunctionError)
  expect((thrown as FunctionError).message).toMatch(message)
})

test('aliases of aliases are counted before they grow', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 12; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  expect(() => decodeYaml(lines.join('\n'))).toThrow(/^the YAML holds more than 1000000 values/)
})

describe('there and back', () => {
  const json = fc.jsonValue({ maxDepth: 4 }).map(j => JSON.parse(JSON.stringify(j).normalize('NFC')) as Json)
  const text = fc
    .string({
      unit: fc.constantFrom('a', ' ', '\n', '\t', '"', '\\', ':', '#', '-', 'é', '\u{1f600}', '\u2028'),
    })
    .map(s => s.normalize('NFC'))

  test('any value', () => {
    fc.assert(
      fc.property(json, value => {
        const given = fromJson(value)
        expect(spell(decodeYaml(encodeYaml(given)), 100_000)).toBe(spell(given, 100_000))
      }),
    )
  })

  test('texts of blanks, newlines and signs, in every place', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const given = fromJson({ [a]: [b, { [b]: a }], z: b })
        const yaml = encodeYaml(given)
        expect(spell(decodeYaml(yaml), 100_000)).toBe(spell(given, 100_000))
        expect(spell(fromJson(parse(yaml) as Json), 100_000)).toBe(spell(given, 100_000))
      }),
    )
  })
})

test('as functions', () => {
  expect(answer('yamlencode({b = true, a = toset(["y", "x"])})')).toBe(
    JSON.stringify('"a":\n- "x"\n- "y"\n"b": true\n'),
  )
  expect(answer('yamldecode("a: [1, no]").a[1]')).toBe('false')
  expect(answer('yamldecode("a: b: c")')).toBe('! Invalid function argument: "a: b: c"')
})
