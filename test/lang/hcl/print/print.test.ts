// What the printer writes is read as the same tree again: over made-up trees, and over every text there is.
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { formatHcl } from '../../../../src/lang/hcl/format/index.ts'
import { parseExpression, parseFile } from '../../../../src/lang/hcl/parser.ts'
import { printExpression, printFile } from '../../../../src/lang/hcl/print/index.ts'
import { Source } from '../../../../src/lang/hcl/source.ts'
import { rounds } from '../../../support/rounds.ts'
import { withoutPlaces } from '../../../support/sametree.ts'
import { formatCases } from '../format/cases.ts'
import { damaged } from '../format/arbitraries.ts'
import { samples } from '../samples.ts'
import { bodyTree, expressionTree } from './arbitraries.ts'

const root = join(import.meta.dirname, '../../../..')
const files = ['examples', 'test'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.hcl'))
    .map(name => join(folder, name)),
)
const texts = [
  ...samples,
  ...formatCases.map(c => c.before),
  ...files.map(file => readFileSync(join(root, file), 'utf8')),
]

test('an expression that is made up', () => {
  fc.assert(
    fc.property(expressionTree, tree => {
      const text = printExpression(tree)
      const { node, problems } = parseExpression(new Source('printed.hcl', text))
      expect({ text, problems }).toEqual({ text, problems: [] })
      expect({ text, tree: withoutPlaces(node) }).toEqual({ text, tree: withoutPlaces(tree) })
    }),
    { numRuns: rounds({ usual: 120, prove: 10_000 }) },
  )
})

test('a file that is made up', () => {
  fc.assert(
    fc.property(bodyTree, body => {
      const text = printFile({ body })
      const { node, problems } = parseFile(new Source('printed.hcl', text))
      expect({ text, problems }).toEqual({ text, problems: [] })
      expect({ text, tree: withoutPlaces(node.body) }).toEqual({ text, tree: withoutPlaces(body) })
    }),
    { numRuns: rounds({ usual: 50, prove: 3000 }) },
  )
})

test('every text there is, printed and formatted', () => {
  let read = 0
  for (const text of texts) if (checkText(text)) read++
  expect(read).toBeGreaterThan(100)
})

test('texts with random damage', () => {
  let read = 0
  fc.assert(
    fc.property(damaged(texts), text => {
      if (checkText(text)) read++
    }),
    { numRuns: rounds({ usual: 500, prove: 10_000 }) },
  )
  expect(read).toBeGreaterThan(50)
})

describe('the style', () => {
  it('is that of fmt, with short things on one line and long ones in columns', () => {
    const text = `a = 1
bb = {x=1, (y)=2}
list = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "ccccccccc"]
app "web" {
port "http" {}
  doc = <<EOT
one
  two
EOT
}
`
    expect(printFile(parseFile(new Source('main.hcl', text)).node)).toBe(`a  = 1
bb = { x = 1, (y) = 2 }
list = [
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  "ccccccccc",
]

app "web" {
  port "http" {}

  doc = <<-EOT
    one
      two
  EOT
}
`)
  })

  it.each([
    ['a.*.b.0. 1[0]', 'a.*.b.0. 1[0]'],
    ['a[*].b[*].c', 'a[*].b[*].c'],
    ['"$${a} \\u0024${b}$"', '"$${a} \\u0024${b}$"'],
    ['[for k,v in m:k if v]', '[for k, v in m : k if v]'],
    ['core::f(a,b...)', 'core::f(a, b...)'],
    ['(1+2)*-3', '(1 + 2) * -3'],
    ['12345678901234567890.5', '12345678901234567890.5'],
    ['<<E\n a$ ${~ b ~}\nE\n', '<<EOT\n a$ ${~ b ~}\nEOT\n'],
  ])('%s', (text, printed) => {
    expect(printExpression(parseExpression(new Source('main.hcl', text)).node)).toBe(printed)
  })
})

/** False for a text with syntax errors. */
function checkText(text: string): boolean {
  const { node, problems } = parseFile(new Source('main.hcl', text))
  if (problems.length > 0) return false
  const tree = withoutPlaces(node.body)
  const printed = printFile(node)
  const again = parseFile(new Source('printed.hcl', printed))
  expect({ printed, problems: again.problems }).toEqual({ printed, problems: [] })
  expect({ printed, tree: withoutPlaces(again.node.body) }).toEqual({ printed, tree })
  expect(printFile(again.node)).toBe(printed)
  const formatted = formatHcl(text, 'main.hcl').text!
  expect(withoutPlaces(parseFile(new Source('main.hcl', formatted)).node.body)).toEqual(tree)
  return true
}
