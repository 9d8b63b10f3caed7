// Encodings, hashes and paths, one row each. Hashes and UUIDs of known texts are those that coreutils, openssl and
// the RFCs give.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { answer } from '../answers.ts'
import type { Rows } from './rows.ts'

const jsonTexts: Rows = [
  ['jsondecode("01")', '! Invalid function argument: "01"'],
  ['jsondecode("-0")', '0'],
  ['jsondecode("1.")', '! Invalid function argument: "1."'],
  ['jsondecode(".5")', '! Invalid function argument: ".5"'],
  ['jsondecode("+1")', '! Invalid function argument: "+1"'],
  ['jsondecode("1e5")', '100000'],
  ['jsondecode("1 ")', '1'],
  ['jsondecode("1\\u00a0")', '! Invalid function argument: "1\\u00a0"'],
  ['jsondecode("\\"\\\\ud83d\\"")', '"\ufffd"'],
  ['jsondecode("\\"\\\\ud83d\\\\ude00\\"")', '"😀"'],
  ['jsonencode(12345678901234567890.5)', '"12345678901234567890.5"'],
]

describe('JSON as the standard has it', () => {
  test.each(jsonTexts)('%s is %s', (text, expected) => {
    expect(answer(text)).toBe(expected)
  })
})

const base64: Rows = [
  ['base64encode("Hello World")', '"SGVsbG8gV29ybGQ="'],
  ['base64encode("")', '""'],
  ['base64encode("a")', '"YQ=="'],
  ['base64encode("abc")', '"YWJj"'],
  ['base64encode("é")', '"w6k="'],
  ['base64decode("SGVsbG8gV29ybGQ=")', '"Hello World"'],
  ['base64decode("")', '""'],
  ['base64decode("YW\\nJj")', '"abc"'],
  ['base64decode("YQ")', '! Invalid function argument: "YQ"'],
  ['base64decode("Y===")', '! Invalid function argument: "Y==="'],
  ['base64decode("Y*==")', '! Invalid function argument: "Y*=="'],
  ['base64decode("-_-_")', '! Invalid function argument: "-_-_"'],
  ['base64decode("/w==")', '! Invalid function argument: "/w=="'],
  ['textencodebase64("Hello World", "UTF-16LE")', '"SABlAGwAbABvACAAVwBvAHIAbABkAA=="'],
  ['textencodebase64("A", "utf-16be")', '"AEE="'],
  ['textencodebase64("é", "ISO-8859-1")', '"6Q=="'],
  ['textencodebase64("é", "UTF-8")', '"w6k="'],
  ['textencodebase64("é", "US-ASCII")', '! Invalid function argument: "é"'],
  ['textencodebase64("a", "EBCDIC")', '! Invalid function argument: "EBCDIC"'],
  ['textdecodebase64("SABlAGwAbABvAA==", "UTF-16LE")', '"Hello"'],
  ['textdecodebase64("2D3eAA==", "UTF-16BE")', '"😀"'],
  ['textdecodebase64("6Q==", "ISO-8859-1")', '"é"'],
  ['textdecodebase64("AA==", "UTF-16LE")', '! Invalid function argument: "AA=="'],
  ['textdecodebase64("2D0=", "UTF-16BE")', '! Invalid function argument: "2D0="'],
  ['textdecodebase64("6Q==", "US-ASCII")', '! Invalid function argument: "6Q=="'],
]

const urls: Rows = [
  ['urlencode("Hello World!")', '"Hello+World%21"'],
  ['urlencode("a-b_c.d~e")', '"a-b_c.d~e"'],
  ['urlencode("☃/?&=")', '"%E2%98%83%2F%3F%26%3D"'],
  ['urldecode("Hello+World%21")', '"Hello World!"'],
  ['urldecode("%e2%98%83")', '"☃"'],
  ['urldecode("☃")', '"☃"'],
  ['urldecode("100%")', '! Invalid function argument: "100%"'],
  ['urldecode("%zz")', '! Invalid function argument: "%zz"'],
  ['urldecode("%ff")', '! Invalid function argument: "%ff"'],
]

const csv: Rows = [
  ['csvdecode("a,b\\n1,2\\n3,4\\n")', '[{ "a" = "1", "b" = "2" }, { "a" = "3", "b" = "4" }]'],
  ['csvdecode("a,b\\r\\n1,2\\r\\n")', '[{ "a" = "1", "b" = "2" }]'],
  ['csvdecode("a\\n\\"x,\\"\\"y\\"\\"\\nz\\"")', '[{ "a" = "x,\\"y\\"\\nz" }]'],
  ['csvdecode("a\\n\\"\\"\\n")', '[{ "a" = "" }]'],
  ['csvdecode("a,b\\n\\n,\\n")', '[{ "a" = "", "b" = "" }]'],
  ['csvdecode("a,b")', '[]'],
  ['type(csvdecode("a,b"))', '"list(object({a = string, b = string}))"'],
  ['csvdecode("")', '! Invalid function argument: ""'],
  ['csvdecode("a,a\\n1,2")', '! Invalid function argument: "a,a\\n1,2"'],
  ['csvdecode("a,b\\n1")', '! Invalid function argument: "a,b\\n1"'],
  ['csvdecode("a\\nx\\"y")', '! Invalid function argument: "a\\nx\\"y"'],
  ['csvdecode("a\\n\\"y")', '! Invalid function argument: "a\\n\\"y"'],
  ['csvdecode("a\\n\\"y\\"z")', '! Invalid function argument: "a\\n\\"y\\"z"'],
]

const json: Rows = [
  ['jsonencode({b = [1, null, true], a = "x<y"})', '"{\\"a\\":\\"x\\\\u003cy\\",\\"b\\":[1,null,true]}"'],
  ['jsonencode(toset([2, 1]))', '"[1,2]"'],
  ['jsonencode(12345678901234567890.5)', '"12345678901234567890.5"'],
  ['jsonencode(1 / 0)', '! Error in function call: jsonencode(1 / 0)'],
  ['jsondecode("{\\"a\\": [1.50, \\"\\\\u00e9\\\\n\\", null]}")', '{ "a" = [1.5, "é\\n", null] }'],
  ['jsondecode(" \\"\\\\\\\\\\" ")', '"\\\\"'],
  ['jsondecode("12345678901234567890")', '12345678901234567890'],
  ['jsondecode("")', '! Invalid function argument: ""'],
  ['jsondecode("{\\"a\\":}")', '! Invalid function argument: "{\\"a\\":}"'],
  ['jsondecode("[1,]")', '! Invalid function argument: "[1,]"'],
  ['jsondecode("\\"a")', '! Invalid function argument: "\\"a"'],
  ['jsondecode("\\"a\\\\\\"")', '! Invalid function argument: "\\"a\\\\\\""'],
  ['jsondecode("1 2")', '! Invalid function argument: "1 2"'],
]

const hashes: Rows = [
  ['md5("hello world")', '"5eb63bbbe01eeed093cb22bb8f5acdc3"'],
  ['sha1("hello world")', '"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"'],
  ['sha256("hello world")', '"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"'],
  ['base64sha256("hello world")', '"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="'],
  ['md5("")', '"d41d8cd98f00b204e9800998ecf8427e"'],
  ['uuidv5("dns", "www.example.com")', '"2ed6657d-e927-568b-95e1-2665a8aea6a2"'],
  [
    'uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")',
    '"2ed6657d-e927-568b-95e1-2665a8aea6a2"',
  ],
  ['uuidv5("urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8", "a")', '"4f3f2898-69e3-5a0d-820a-c4e87987dbce"'],
  ['uuidv5("{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "a")', '"4f3f2898-69e3-5a0d-820a-c4e87987dbce"'],
  ['uuidv5("6BA7B8109DAD11D180B400C04FD430C8", "a")', '"4f3f2898-69e3-5a0d-820a-c4e87987dbce"'],
  [
    'uuidv5("{6ba7b810-9dad-11d1-80b4-00c04fd430c8", "a")',
    '! Invalid function argument: "{6ba7b810-9dad-11d1-80b4-00c04fd430c8"',
  ],
  ['uuidv5("nothing", "a")', '! Invalid function argument: "nothing"'],
  ['sha256([])', '! Invalid function argument: []'],
]

const paths: Rows = [
  ['basename("foo/bar/baz.txt")', '"baz.txt"'],
  ['basename("foo/")', '"foo"'],
  ['basename("")', '"."'],
  ['basename("///")', '"/"'],
  ['dirname("foo/bar/baz.txt")', '"foo/bar"'],
  ['dirname("foo")', '"."'],
  ['dirname("/foo")', '"/"'],
  ['dirname("a//b/../c/./x")', '"a/c"'],
  ['dirname("../x")', '".."'],
  ['dirname("/../x/y")', '"/x"'],
]

describe.each([
  ['base64', base64],
  ['urls', urls],
  ['csv', csv],
  ['json', json],
  ['hashes', hashes],
  ['paths', paths],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s is %s', (text, expected) => {
    expect(answer(text)).toBe(expected)
  })
})

test.each([
  ['md5', 'md5', 'hex'],
  ['sha1', 'sha1', 'hex'],
  ['sha256', 'sha256', 'hex'],
  ['sha512', 'sha512', 'hex'],
  ['base64sha256', 'sha256', 'base64'],
  ['base64sha512', 'sha512', 'base64'],
] as const)("%s is the hash that Node's crypto makes", (name, algorithm, encoding) => {
  for (const text of ['', 'a', 'Grüße 👋', 'x'.repeat(1000)]) {
    const expected = createHash(algorithm).update(text, 'utf8').digest(encoding)
    expect(answer(`${name}("${text}")`)).toBe(`"${expected}"`)
  }
})

test('a long text in JSON or CSV needs no stack', () => {
  const quotes = '\\"'.repeat(400_000)
  expect(answer(`length(jsondecode(join("", ["\\"", replace("${quotes}", "\\"", "\\\\n"), "\\""])))`)).toBe(
    '400000',
  )
  expect(answer(`length(csvdecode("a\\n\\"${quotes}${quotes}\\"")[0].a)`)).toBe('400000')
})
