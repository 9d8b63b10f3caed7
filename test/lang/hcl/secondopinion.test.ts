// A second opinion on plain literals: what another parser of the language reads must be what we read.
import hcl from 'hcl2-parser'
import { expect, test } from 'vitest'
import type { Body } from '../../../src/lang/hcl/ast.ts'
import { literalScope } from '../../../src/lang/hcl/config/variables.ts'
import { toSurfaceValue } from '../../../src/lang/hcl/config/surfacevalue.ts'
import { evaluate } from '../../../src/lang/hcl/evaluate.ts'
import { parseFile } from '../../../src/lang/hcl/parser.ts'
import { Source } from '../../../src/lang/hcl/source.ts'

const texts: readonly string[] = [
  'a = 1',
  'a = "text"\nb = true\nc = false\nd = null\n',
  'a = 1.5\nb = -3\nc = 1e3\nd = 007\n',
  'a = [1, "two", [3]]\n',
  'a = { b = 1, "c d" = 2, e : 3 }\n',
  'a = "q \\" b \\\\ n \\n t \\t u \\u00e9"\n',
  'a = "plain $ and % and $$ signs"\n',
  'a = <<EOT\nline 1\n  line 2\nEOT\n',
  'a = <<-EOT\n    line 1\n      line 2\n    EOT\n',
  '# one\n// two\n/* three */\na = 1 # four\n',
  'app "web" {\n  cmd = "x"\n}\n',
  'app "web" "eu" {\n  port {\n    name = "http"\n  }\n  port {\n    name = "admin"\n  }\n}\n',
  'app "a" { x = 1 }\napp "b" {}\n',
  'a = [\n  1,\n  2,\n]\nb = {\n  c = 1\n  d = 2\n}\n',
  'größe = "日本語 👩‍👧"\n',
  'a = []\nb = {}\nc = ""\n',
  'a = [{ b = [{ c = "deep" }] }]\n',
]

type Shape = Record<string, unknown>

// The other parser's form: a list of bodies under each block type, under each label.
function shape(source: Source, body: Body): Shape {
  const out: Shape = {}
  const scope = literalScope(source, d => {
    throw new Error(d.summary)
  })
  for (const a of body.attributes) {
    const range = source.range(a.expression)
    out[a.name] = toSurfaceValue(evaluate(a.expression, scope), { range }, () => {}).value
  }
  for (const block of body.blocks) {
    let at = out
    const keys = [block.type, ...block.labels.map(l => l.text)]
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Shape
    const list = (at[keys.at(-1)!] ??= []) as Shape[]
    list.push(shape(source, block.body))
  }
  return out
}

test.each(texts)('%j', text => {
  const source = new Source('test.hcl', text)
  const { node, problems } = parseFile(source)
  expect(problems).toEqual([])
  const [theirs] = hcl.parseToObject(text) as [Shape]
  expect(shape(source, node.body)).toEqual(theirs)
})
