// Every rule of the syntax as rows: text in, tree or findings with their exact ranges out.
import { describe, expect, test } from 'vitest'
import { parseFile } from '../../../src/lang/hcl/parser.ts'
import { Source } from '../../../src/lang/hcl/source.ts'
import { readExpression, readFile, spellBody } from './spell.ts'
import * as cases from './syntaxcases.ts'

const { positions, bodies, newlines, recovery, ...expressions } = cases

describe.each(Object.entries({ positions, bodies, newlines, recovery }))('files: %s', (_, rows) => {
  test.each(rows)('%j', (text, expected) => {
    expect(readFile(text)).toBe(expected)
  })
})

describe.each(Object.entries(expressions))('expressions: %s', (_, rows) => {
  test.each(rows)('%j', (text, expected) => {
    expect(readExpression(text)).toBe(expected)
  })
})

describe('what was read of broken items stays in the tree', () => {
  const rows: readonly (readonly [text: string, tree: string])[] = [
    ['a = )', 'a=<invalid>'],
    ['a =\nb = 1', 'a=<invalid>; b=1'],
    ['a = 1 2\nb = 3', 'a=1; b=3'],
    ['a = [1,\nb = 2', 'a=<invalid>; b=2'],
    ['a: 1\nb: )\n', 'a=1; b=<invalid>'],
    ['a = 1\na = 2', 'a=1'],
    ['a', 'a {}'],
    ['a "b', 'a {}'],
    ['a "b" c', 'a "b" "c" {}'],
    ['a "b" = {\n c = 1\n}', 'a "b" {}'],
    ['a "b", "c" {\n d = 1\n}', 'a "b" { d=1 }'],
    ['a "b {\n c = 1\n}', 'a { c=1 }'],
    ['a "b"\n{\n c = 1\n}', 'a "b" { c=1 }'],
    ['a { b = 1, c = 2 }', 'a { b=1 }'],
    ['a { b = ) }', 'a { b=<invalid> }'],
    ['a { b {} }', 'a {}'],
    ['a {\n b = )\n c {\n  d = 1\n', 'a { b=<invalid>; c { d=1 } }'],
    ['a {\n b = 1 }\nc = 2', 'a { b=1 }; c=2'],
    ['a {\n b {\n  c = 1\n}\nd {}\n', 'a { b { c=1 }; d {} }'],
    ['a = "b ${c\nd = 1', 'a=<invalid>; d=1'],
  ]
  test.each(rows)('%j', (text, tree) => {
    expect(spellBody(parseFile(new Source('test.hcl', text)).node.body)).toBe(tree)
  })
})

test('an unclosed block names the blocks that are open, and the brace that is too far left', () => {
  const detail = (text: string): string | undefined =>
    parseFile(new Source('test.hcl', text)).problems.map(p => p.detail)[0]
  expect(detail('app "a" {\n  port {\n')).toBe(
    'The "{" of this "port" block has no "}": there is none before the end of the file. Open at the end: app "a" (line 1), port (line 2).',
  )
  expect(detail('app "a" {\n  port {\n    name = "http"\n}\napp "b" {\n}\n')).toBe(
    'The "{" of this "port" block has no "}": the one on line 4 stands further left, where that of a block around it belongs. Open at the end: app "a" (line 1).',
  )
  const deep = detail('a {\n'.repeat(20))
  expect(deep).toContain('a (line 1), a (line 2), a (line 3), …, a (line 18), a (line 19), a (line 20).')
})
