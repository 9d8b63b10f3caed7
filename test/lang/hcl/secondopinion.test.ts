// A second opinion: what another parser of the language reads must be what we read. Compared is the form that it gives:
// literals as values, every other expression as its text in `${…}`. All texts of the repository's tests and examples
// that it can read take part. Where the two differ stands in secondopinion.txt, each with the reason; `UPDATE=1` writes
// that file anew and keeps the reasons.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import hcl from 'hcl2-parser'
import { expect, test } from 'vitest'
import type { Body, Expression, ObjectItem, Template, TemplatePart } from '../../../src/lang/hcl/ast.ts'
import { asDouble, formatNum } from '../../../src/lang/hcl/number.ts'
import { parseFile } from '../../../src/lang/hcl/parser.ts'
import { Source } from '../../../src/lang/hcl/source.ts'
import { rounds } from '../../support/rounds.ts'
import { readCases } from './casefile.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const cases = fileURLToPath(new URL('cases/', import.meta.url))
const listPath = fileURLToPath(new URL('secondopinion.txt', import.meta.url))

const ownTexts: readonly string[] = [
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

type Shape = { [key: string]: unknown }

interface Opinion {
  readonly text: string
  /** JSON; `refused` when the text is not read. */
  readonly ours: string
  readonly theirs: string
}

function corpus(): readonly string[] {
  const files = ['examples', 'test']
    .flatMap(folder =>
      readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map(f => `${folder}/${f}`),
    )
    .filter(name => name.endsWith('.hcl'))
    .sort()
    .map(name => readFileSync(root + name, 'utf8'))
  const names = readdirSync(cases).sort()
  const texts = names.flatMap(name =>
    readCases(cases + name).cases.map(({ text }) => (name === 'bodies.txt' ? text : `a = ${text}\n`)),
  )
  return [...new Set([...ownTexts, ...files, ...texts])]
}

/** The other parser writes such numbers out in full and takes minutes for it. */
const hugeExponent = /e[+-]?\d{4}/i

function opinions(texts: readonly string[]): readonly Opinion[] {
  return texts.flatMap(text => {
    if (hugeExponent.test(text)) return []
    const found = theirShape(text)
    if (found === undefined) return []
    return { text, ours: sorted(ourShape(text)), theirs: sorted(found) }
  })
}

// Undefined when it can't be read; some texts it answers with an exception.
function theirShape(text: string): Shape | undefined {
  try {
    const [found] = hcl.parseToObject(text) as [Shape | null, unknown]
    return found ?? undefined
  } catch {
    return undefined
  }
}

function ourShape(text: string): Shape | string {
  const source = new Source('test.hcl', text)
  const { node, problems } = parseFile(source)
  return problems.length === 0 ? shape(source, node.body) : 'refused'
}

// A list of bodies under each block type, under each label; an attribute of that name wins.
function shape(source: Source, body: Body): Shape {
  const out: Shape = Object.create(null) as Shape
  for (const block of body.blocks) {
    let at = out
    const keys = [block.type, ...block.labels.map(l => l.text)]
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Shape
    const list = (at[keys.at(-1)!] ??= []) as Shape[]
    list.push(shape(source, block.body))
  }
  for (const a of body.attributes) out[a.name] = valueOf(a.expression, source)
  return out
}

function valueOf(expression: Expression, source: Source): unknown {
  switch (expression.kind) {
    case 'number':
      return asDouble(expression.value)
    case 'bool':
      return expression.value
    case 'null':
      return null
    case 'template':
      return templateValue(expression, source)
    case 'tuple':
      return expression.elements.map(e => valueOf(e, source))
    case 'object':
      return Object.fromEntries(expression.items.map(i => [keyOf(i, source), valueOf(i.value, source)]))
    case 'unary': {
      const operand = valueOf(expression.operand, source)
      if (expression.operand.kind === 'number') return -(operand as number)
      return expression.operand.kind === 'bool' ? !operand : wrapped(expression, source)
    }
    default:
      return wrapped(expression, source)
  }
}

function keyOf({ key }: ObjectItem, source: Source): string {
  return key.kind === 'name' ? key.text : textOf(key, source)
}

// Inside of a text literals are text, too.
function textOf(expression: Expression, source: Source): string {
  switch (expression.kind) {
    case 'number':
      return formatNum(expression.value)
    case 'bool':
      return String(expression.value)
    case 'template':
      return expression.parts.map(part => partText(part, source)).join('')
    default:
      return wrapped(expression, source)
  }
}

function wrapped({ start, end }: { start: number; end: number }, source: Source): string {
  return `\${${source.text.slice(start, end)}}`
}

function templateValue(template: Template, source: Source): unknown {
  const [only, ...others] = template.parts
  const isLone = only?.kind === 'interpolation' && others.length === 0 && template.form === 'quoted'
  return isLone ? valueOf(only.expression, source) : textOf(template, source)
}

function partText(part: TemplatePart, source: Source): string {
  if (part.kind === 'literal') return part.text
  if (part.kind === 'interpolation') return textOf(part.expression, source)
  if (part.kind === 'if') {
    const [yes, no] = [part.yes, part.no].map(arm => arm.map(p => partText(p, source)).join(''))
    return `%{if ${slice(part.condition, source)}}${yes}${part.no.length === 0 ? '' : `%{else}${no}`}%{endif}`
  }
  const names = part.key === undefined ? part.value : `${part.key}, ${part.value}`
  const body = part.body.map(p => partText(p, source)).join('')
  return `%{for ${names} in ${slice(part.collection, source)}}${body}%{endfor}`
}

function slice({ start, end }: { start: number; end: number }, source: Source): string {
  return source.text.slice(start, end)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

interface Difference extends Opinion {
  readonly reason: string
}

// A reason in a line that starts with #, the text as JSON, what we read, what they read.
function readList(): Difference[] {
  const [, ...entries] = readFileSync(listPath, 'utf8').trimEnd().split('\n\n')
  return entries.map(entry => {
    const [reason = '', text = '""', ours = '', theirs = ''] = entry.split('\n')
    return { reason, text: JSON.parse(text) as string, ours, theirs }
  })
}

function writeList(found: readonly Opinion[]): void {
  const reasons = new Map(readList().map(d => [d.text, d.reason]))
  const entries = found.map(
    ({ text, ours, theirs }) => `${reasons.get(text) ?? '#'}\n${JSON.stringify(text)}\n${ours}\n${theirs}`,
  )
  const head =
    '# Where another parser reads something else than we do: the reason, the text, our reading, its reading.'
  writeFileSync(listPath, `${[head, ...entries].join('\n\n')}\n`)
}

// The other parser takes about ten milliseconds for a text.
test('both parsers read the same, but for the listed differences', () => {
  const updates = process.env['UPDATE'] !== undefined
  const step = updates ? 1 : rounds({ usual: 4, prove: 1 })
  const texts = corpus().filter((text, i) => i % step === 0 || !text.startsWith('a = '))
  const all = opinions(texts)
  expect(all.length).toBeGreaterThan(800 / step)
  const found = all.filter(({ ours, theirs }) => ours !== theirs)
  if (updates) writeList(found)
  const asked = new Set(texts)
  const listed = readList()
  const expected = listed.filter(({ text }) => asked.has(text))
  expect(found).toEqual(expected.map(({ text, ours, theirs }) => ({ text, ours, theirs })))
  for (const { reason, text } of listed)
    expect([text, reason]).toEqual([text, expect.stringMatching(/^# .{10}/)])
}, 120_000)
