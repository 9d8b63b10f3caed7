// Regular expressions, one row each. Backslashes are doubled twice: for this file and for the language.
import { describe, expect, test } from 'vitest'
import { answer } from '../answers.ts'
import type { Rows } from './rows.ts'

const rows: Rows = [
  ['regex("[a-z]+", "53453453.345345aaabbbccc23454")', '"aaabbbccc"'],
  ['regex("(\\\\d\\\\d\\\\d\\\\d)-(\\\\d\\\\d)-(\\\\d\\\\d)", "2019-02-01")', '["2019", "02", "01"]'],
  [
    'regex("^(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?", "https://example.com/docs")',
    '{ "authority" = "example.com", "scheme" = "https" }',
  ],
  ['regex("(a)(b)?", "a")', '["a", null]'],
  ['regex("(?i)HELLO", "say hello")', '"hello"'],
  ['regex("x*", "aaa")', '""'],
  ['regex("é", "e\\u0301")', '"é"'],
  ['regex("[a-z]+", "123")', '! Invalid function argument: "123"'],
  ['regex("(", "a")', '! Invalid function argument: "("'],
  ['regex("a(?=b)", "ab")', '! Invalid function argument: "a(?=b)"'],
  ['regex("(a)\\\\1", "aa")', '! Invalid function argument: "(a)\\\\1"'],
  ['regex("(?P<x>a)(b)", "ab")', '! Invalid function argument: "(?P<x>a)(b)"'],
  ['replace("abc", "/b*/", "x")', '"xaxcx"'],
  ['replace("baaac", "/a*/", "x")', '"xbxcx"'],
  ['regexall("b*", "abbc")', '["", "bb", ""]'],
  ['regexall("", "ab")', '["", "", ""]'],
  ['regex("^$", "")', '""'],
  ['regexall("(?m)^", "a\\nb")', '["", ""]'],
  ['regex("(?P<a>x)|(?P<b>y)", "y")', '{ "a" = null, "b" = "y" }'],
  ['regex(null, "a")', '! Invalid function argument: null'],
  ['regex("a")', '! Not enough function arguments: )'],
  ['regexall("[a-z]+", "1234abcd5678efgh9")', '["abcd", "efgh"]'],
  ['regexall("[a-z]+", "123456789")', '[]'],
  ['regexall("(.)(\\\\d)", "a1b2")', '[["a", "1"], ["b", "2"]]'],
  ['regexall("(?P<k>\\\\w)=(?P<v>\\\\d)", "a=1 b=2")[1].v', '"2"'],
  ['length(regexall("a", "banana"))', '3'],
  ['regexall("(?P<x>a)(b)", "")', '! Invalid function argument: "(?P<x>a)(b)"'],
  ['replace("1 + 2 + 3", "+", "-")', '"1 - 2 - 3"'],
  ['replace("hello world", "/w.*d/", "everybody")', '"hello everybody"'],
  ['replace("hello world", "/(\\\\w+) (\\\\w+)/", "$2-$1")', '"world-hello"'],
  ['replace("a.b", ".", "$0")', '"a$0b"'],
  ['replace("ab", "/(?P<first>a)(b)/", "\\${first}!$${2}")', '! Invalid escape sequence: \\$'],
  ['replace("ab", "/(?P<first>a)(b)/", "$first$$2")', '"a$2"'],
  ['replace("ab", "/(?P<first>a)(b)/", "$${first}x")', '"ax"'],
  ['replace("ab", "/(a)/", "$1x")', '"b"'],
  ['replace("ab", "/(a)/", "$9|$")', '"|$b"'],
  ['replace("abc", "", "-")', '"-a-b-c-"'],
  ['replace("a🤔", "", "-")', '"-a-🤔-"'],
  ['replace("abc", "/x*/", "-")', '"-a-b-c-"'],
  ['replace("abc", "x", "")', '"abc"'],
  ['replace("a/b", "/", "-")', '"a-b"'],
  ['replace("a/b", "//", "-")', '"-a-/-b-"'],
  ['replace("ab", "/(/", "-")', '! Invalid function argument: "/(/"'],
  ['replace("ab", "a", null)', '! Invalid function argument: null'],
]

describe('regex, regexall, replace', () => {
  test.each(rows)('%s is %s', (text, expected) => {
    expect(answer(text)).toBe(expected)
  })
})

test('an empty list of matches has the type of the matches', () => {
  expect(answer('regexall("a", "")', true)).toBe('list(string) []')
  expect(answer('regexall("(a)(b)", "")', true)).toBe('list(tuple([string, string])) []')
  expect(answer('regexall("(?P<n>a)", "")', true)).toBe('list(object({n = string})) []')
})

test('a pattern that hangs other engines takes no time', () => {
  expect(answer(`regexall("(a+)+b", "${'a'.repeat(2000)}")`)).toBe('[]')
})

test('a large pattern in a large text is refused', () => {
  const large = answer(`regex("(?:a?){500}a{500}", join("", [for i in range(1000): "${'a'.repeat(2000)}"]))`)
  expect(large).toMatch(/^! Error in function call: regex/)
})

test('neither a long pattern nor a huge result is made', () => {
  expect(answer(`regex("${'a'.repeat(10_001)}", "")`)).toContain('! Invalid function argument')
  const grown = `replace("${'a'.repeat(5000)}", "a", "${'b'.repeat(5000)}")`
  expect(answer(grown)).toBe(`! Error in function call: ${grown}`)
  const matched = `replace("${'a'.repeat(5000)}", "/a/", "${'b'.repeat(5000)}")`
  expect(answer(matched)).toBe(`! Error in function call: ${matched}`)
})
