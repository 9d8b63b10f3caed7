// Files: arguments, blocks, and what is said about broken ones. A file is one row; several findings are several lines.
import { describe, expect, test } from 'vitest'
import type { Body } from '../../../src/lang/hcl/ast.ts'
import { parseFile } from '../../../src/lang/hcl/parser.ts'
import { problemsToDiagnostics } from '../../../src/lang/hcl/problem.ts'
import { Source } from '../../../src/lang/hcl/source.ts'
import { finding } from './answers.ts'

function outline(body: Body): string {
  const items = [
    ...body.attributes.map(a => a.name),
    ...body.blocks.map(
      b => `${[b.type, ...b.labels.map(l => JSON.stringify(l.text))].join(' ')}{${outline(b.body)}}`,
    ),
  ]
  return items.join(' ')
}

function read(text: string): string {
  const source = new Source('test.hcl', text)
  const { node, problems } = parseFile(source)
  if (problems.length === 0) return outline(node.body)
  return problemsToDiagnostics(source, problems)
    .map(d => finding(d, text))
    .join('\n')
}

type Rows = readonly (readonly [text: string, expected: string])[]

const good: Rows = [
  ['', ''],
  ['\n\n', ''],
  ['a = 1', 'a'],
  ['a = 1\nb = 2\n', 'a b'],
  ['a = 1\r\nb = 2\r\n', 'a b'],
  ['\ufeffa = 1', 'a'],
  ['a {}', 'a{}'],
  ['a { b = 1 }', 'a{b}'],
  ['a {\n}', 'a{}'],
  ['a "x" {\n  b = 1\n  c {}\n}', 'a "x"{b c{}}'],
  ['a b c {}', 'a "b" "c"{}'],
  ['a "b" c "d" {}', 'a "b" "c" "d"{}'],
  ['a {}\na {}', 'a{} a{}'],
  ['a = 1 # comment', 'a'],
  ['# comment\na = 1', 'a'],
  ['// comment', ''],
  ['a = /* x\ny */ 1', 'a'],
  ['a { # comment\n}', 'a{}'],
  ['a-b = 1', 'a-b'],
  ['_x = 1', '_x'],
  ['größe = 1', 'größe'],
  ['for = 1\nif = 2\ntrue = 3', 'for if true'],
  ['a = [\n1,\n# x\n2\n]\nb = 1', 'a b'],
  ['a = <<E\nx\nE\nb = 1', 'a b'],
  ['\ta\t=\t1', 'a'],
]

const bad: Rows = [
  ['a = 1\na = 2', '! Attribute redefined: a'],
  ['a', '! Argument or block definition required: a'],
  ['a\nb = 1', '! Argument or block definition required: a'],
  ['"a" = 1', '! Invalid argument name: "a"'],
  ['"a"', '! Argument or block definition required: "a"'],
  ['a: 1', '! Argument or block definition required: :'],
  ['a.b = 1', '! Argument or block definition required: .'],
  ['a[0] = 1', '! Argument or block definition required: ['],
  ['a = 1 b = 2', '! Missing newline after argument: b'],
  ['a = 1, b = 2', '! Unexpected comma after argument: ,'],
  ['a = 1,\nb = 2', '! Unexpected comma after argument: ,'],
  ['a = 1 }', '! Missing newline after argument: }'],
  ['a =\n1', '! Missing expression: \n'],
  ['a = 1 +\n2', '! Missing expression: \n'],
  ['a = b\n.c', '! Argument or block definition required: .'],
  ['a = true\n? 1 : 2', '! Argument or block definition required: ?'],
  ['}', '! Argument or block definition required: }'],
  ['a = 1\n}\nb = 2', '! Argument or block definition required: }'],
  ['= 1', '! Argument or block definition required: ='],
  ['5 = 1', '! Argument or block definition required: 5'],
  ['a {', '! Unclosed configuration block: {'],
  ['a {\n b = 1', '! Unclosed configuration block: {'],
  ['a {\n b {\n', '! Unclosed configuration block: {'],
  ['a\n{\n}', '! Invalid block definition: {'],
  ['a "x"\n{\n}', '! Invalid block definition: {'],
  ['a "x"\nb = 1', '! Invalid block definition: \n'],
  ['a "${x}" {}', '! Invalid block label: "${x}"'],
  ['a "x" = 1', '! Invalid block definition: ='],
  ['a { b = 1, c = 2 }', '! Invalid single-argument block definition: ,'],
  ['a { b = 1 c = 2 }', '! Invalid single-argument block definition: c'],
  ['a { b = 1\n}', '! Invalid single-argument block definition: \n'],
  ['a { b {} }', '! Invalid single-argument block definition: b'],
  ['a {} b {}', '! Missing newline after block definition: b'],
  ['a = [1, 2\nb = 3\nc = 4', '! Missing item separator: b'],
  [
    'a {\n  b = [1, 2\n  c = 3\n}\nd = [',
    '! Missing item separator: c\n! Unterminated tuple constructor expression: [',
  ],
  ['a = f(1\nb = 2', '! Missing argument separator: b'],
  ['a = {\n  x = 1\nb = 2', '! Unterminated object constructor expression: {'],
  ['a = "x\nb = 2\nc = = 3', '! Invalid multi-line string: "x\n! Invalid expression: ='],
  ['a = "x ${f("y}\nb = 2\nc = ,', '! Invalid multi-line string: "y}\n! Invalid expression: ,'],
  ['a = 1 & 2\nb = 3 | 4', '! Unsupported operator: &\n! Unsupported operator: |'],
  ['a = ;\nb = ?', '! Invalid character: ;\n! Invalid expression: ?'],
  ['a = 1\rb = 2', '! Invalid character: \r'],
  ['a = \u00a01', '! Invalid character: \u00a0'],
  ['a = €', '! Invalid character: €'],
  ['é = "\\q"', '! Invalid escape sequence: \\q'],
  ['a = <<EOT\nx\n', '! Unterminated template string: <<EOT'],
  ['a = )\nb = ]\nc = 1', '! Invalid expression: )\n! Invalid expression: ]'],
  [
    'a {\n  b = \n  c = )\n}\nd = !',
    '! Missing expression: \n\n! Invalid expression: )\n! Missing expression: ',
  ],
]

describe.each(Object.entries({ good, bad }))('%s', (_, rows) => {
  test.each(rows)('%j', (text, expected) => {
    expect(read(text)).toBe(expected)
  })
})

test('nesting is limited with a finding, in brackets, blocks, operators and templates alike', () => {
  const nested = (open: string, close: string, n = 5000): string => `a = ${open.repeat(n)}1${close.repeat(n)}`
  for (const text of [
    nested('(', ')'),
    nested('[', ']'),
    nested('{x=', '}'),
    nested('!', ''),
    nested('-', ''),
    nested('f(', ')'),
    nested('"${', '}"'),
    nested('true ? 1 : ', ''),
    nested('[for x in y : ', ']'),
    `a = x${'[y]'.repeat(5000)}`,
    `a = x${'[*]'.repeat(5000)}`,
    'a {\n'.repeat(5000),
    `a = "${'%{ if x }'.repeat(5000)}"`,
  ]) {
    expect(read(text)).toMatch(/^! Nesting too deep: /)
  }
})

test('long chains are not deep', () => {
  expect(read(`a = 1${' + 1'.repeat(50_000)}`)).toBe('a')
  expect(read(`a = x${'.y'.repeat(50_000)}`)).toBe('a')
})

test('positions count lines, grapheme clusters and bytes', () => {
  const source = new Source('test.hcl', '\ufeffa = "e\u0301👨‍👩‍👧"\r\nb = "é"\n')
  const at = (what: string, from = 0): unknown => source.position(source.text.indexOf(what, from))
  expect(at('a')).toEqual({ line: 1, column: 1, byte: 3 })
  expect(at('"')).toEqual({ line: 1, column: 5, byte: 7 })
  expect(at('👨')).toEqual({ line: 1, column: 7, byte: 11 })
  expect(at('\r')).toEqual({ line: 1, column: 9, byte: 30 })
  expect(at('b')).toEqual({ line: 2, column: 1, byte: 32 })
  expect(source.position(source.text.length)).toEqual({ line: 3, column: 1, byte: 41 })
})
