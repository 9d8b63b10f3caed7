// Functions of strings, one row each: text in; value, or summary and marked text of the finding out.
import { describe, expect, test } from 'vitest'
import { answer } from '../answers.ts'
import type { Rows } from './rows.ts'

const cases: Rows = [
  ['upper("aé")', '"AÉ"'],
  ['upper("straße")', '"STRAßE"'],
  ['upper("ﬁ é ǆ 𐐨")', '"ﬁ É Ǆ 𐐀"'],
  ['lower("ΟΔΟΣ")', '"οδοσ"'],
  ['lower("İ")', '"i"'],
  ['title("it’s o\'neil a-b c_d 1st éa")', '"It’s O\'Neil A-B C_d 1st Éa"'],
  ['format("%.0s", "abc")', '"abc"'],
  ['upper(true)', '"TRUE"'],
  ['lower("AÉ1")', '"aé1"'],
  ['title("hello big-world it\'s o_k 1st")', '"Hello Big-World It\'S O_k 1st"'],
  ['title("élan")', '"Élan"'],
  ['title("")', '""'],
  ['strrev("hello")', '"olleh"'],
  ['strrev("a👨‍👩‍👧b")', '"b👨‍👩‍👧a"'],
  ['strrev("")', '""'],
  ['upper(null)', '! Invalid function argument: null'],
  ['upper([])', '! Invalid function argument: []'],
  ['upper()', '! Not enough function arguments: )'],
  ['upper("a", "b")', '! Too many function arguments: "b"'],
]

const parts: Rows = [
  ['substr("hello world", 1, 4)', '"ello"'],
  ['substr("hello world", -5, -1)', '"world"'],
  ['substr("hello world", -5, 2)', '"wo"'],
  ['substr("hello", 2, -1)', '"llo"'],
  ['substr("hello", 0, 0)', '""'],
  ['substr("hello", 9, 2)', '""'],
  ['substr("hello", 3, 99)', '"lo"'],
  ['substr("hello", -99, 2)', '"he"'],
  ['substr("🤔🤷", 1, 1)', '"🤷"'],
  ['substr("añ👨‍👩‍👧z", 2, 1)', '"👨‍👩‍👧"'],
  ['substr("hello", 1.5, 1)', '! Invalid function argument: 1.5'],
  ['substr("hello", 1e30, 1)', '! Invalid function argument: 1e30'],
  ['startswith("hello", "he")', 'true'],
  ['startswith("hello", "lo")', 'false'],
  ['startswith("hello", "")', 'true'],
  ['endswith("hello", "lo")', 'true'],
  ['endswith("hello", "he")', 'false'],
  ['strcontains("hello", "ell")', 'true'],
  ['strcontains("hello", "elo")', 'false'],
  ['strcontains("hello", 1)', 'false'],
  ['strcontains("hello")', '! Not enough function arguments: )'],
  ['indent(2, "a\\nb\\n\\nc")', '"a\\n  b\\n  \\n  c"'],
  ['indent(0, "a\\nb")', '"a\\nb"'],
  ['indent(4, "a")', '"a"'],
  ['indent(-1, "a\\nb")', '! Invalid function argument: -1'],
  ['indent(1e15, "a\\nb")', '! Error in function call: indent(1e15, "a\\nb")'],
  ['indent(1e15, "a")', '"a"'],
]

const trims: Rows = [
  ['trimspace(" \\t a b \\r\\n")', '"a b"'],
  ['trimspace("\\u00a0\\u0085a\\u2003")', '"a"'],
  ['trimspace("  ")', '""'],
  ['trim("?!hello?!", "!?")', '"hello"'],
  ['trim("foobar", "far")', '"oob"'],
  ['trim("  hello! world.!  ", "! ")', '"hello! world."'],
  ['trim("abc", "")', '"abc"'],
  ['trim("aaa", "a")', '""'],
  ['trimprefix("helloworld", "hello")', '"world"'],
  ['trimprefix("helloworld", "cat")', '"helloworld"'],
  ['trimprefix("--x", "-")', '"-x"'],
  ['trimsuffix("helloworld", "world")', '"hello"'],
  ['trimsuffix("hello", "x")', '"hello"'],
  ['trimsuffix("hello", "")', '"hello"'],
  ['chomp("hello\\n")', '"hello"'],
  ['chomp("hello\\r\\n\\n")', '"hello"'],
  ['chomp("\\nhello")', '"\\nhello"'],
  ['chomp("hello")', '"hello"'],
]

const lists: Rows = [
  ['join(", ", ["foo", "bar", "baz"])', '"foo, bar, baz"'],
  ['join(", ", ["foo"])', '"foo"'],
  ['join(",", [])', '""'],
  ['join(",")', '! Not enough function arguments: )'],
  ['join("", ["e", "\\u0301"]) == "é"', 'true'],
  ['join("-", toset(["b", "a"]))', '"a-b"'],
  ['join(",", ["a", null])', '! Invalid function argument: ["a", null]'],
  ['join(",", "a")', '! Invalid function argument: "a"'],
  ['join(",", [[]])', '! Invalid function argument: [[]]'],
  ['split(",", "foo,bar,,baz")', '["foo", "bar", "", "baz"]'],
  ['split(",", "")', '[""]'],
  ['split("", "a🤔c")', '["a", "🤔", "c"]'],
  ['split(", ", "a, b")', '["a", "b"]'],
  ['formatlist("Hello, %s!", ["Valentina", "Ander"])', '["Hello, Valentina!", "Hello, Ander!"]'],
  ['formatlist("%s-%d", "a", [1, 2])', '["a-1", "a-2"]'],
  ['formatlist("%s", "a")', '["a"]'],
  ['formatlist("x")', '["x"]'],
  ['formatlist("%s", [])', '[]'],
  ['formatlist("%s%s", ["a"], ["b", "c"])', '! Invalid function argument: ["b", "c"]'],
  ['formatlist("%s%s", ["a", "b"], toset(["y", "x"]))', '["ax", "by"]'],
  ['formatlist("%s", [null])', '! Error in function call: formatlist("%s", [null])'],
]

describe.each([
  ['case', cases],
  ['parts', parts],
  ['trimming', trims],
  ['lists', lists],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s is %s', (text, expected) => {
    expect(answer(text)).toBe(expected)
  })
})

test('results have types', () => {
  expect(answer('split(",", "")', true)).toBe('list(string) [""]')
  expect(answer('formatlist("%s", [])', true)).toBe('list(string) []')
})
