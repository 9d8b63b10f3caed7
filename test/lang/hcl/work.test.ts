// How much work a text makes, counted and never timed: tokens, nodes, and what is looked at more than once. It grows
// with the length of the text, however mean the text is.
import { expect, test } from 'vitest'
import { maxNesting, parseFile } from '../../../src/lang/hcl/parser.ts'
import { Source } from '../../../src/lang/hcl/source.ts'
import { checkTiles, mostWork } from './sound.ts'

const mean: Readonly<Record<string, (n: number) => string>> = {
  'long sum': n => `a = 1${' + 1'.repeat(n)}`,
  'long ladder of operators': n => `a = 1${' || 1 && 1 == 1 < 1 + 1 * 1'.repeat(n)}`,
  'long traversal': n => `a = b${'.c'.repeat(n)}`,
  'long list of indexes': n => `a = b${'[0]'.repeat(n)}`,
  'long tuple': n => `a = [${'1, '.repeat(n)}]`,
  'long template': n => `a = "${'${b} '.repeat(n)}"`,
  'long string': n => `a = "${'$'.repeat(n)}"`,
  'string of openers that are none': n => `a = "${'$${'.repeat(n)}"`,
  'many arguments': n => Array.from({ length: n }, (_, i) => `a${i} = 1\n`).join(''),
  'one argument again and again': n => 'a = 1\n'.repeat(n),
  'many blocks': n => 'a "b" {\n c = 1\n}\n'.repeat(n),
  'many heredocs': n => 'a = <<E\n x ${y}\nE\n'.repeat(n),
  'heredocs without an end': n => 'a = <<E\n'.repeat(n),
  'heredoc of near ends': n => `a = <<E\n${' E E\n'.repeat(n)}E\n`,
  'heredoc markers that are none': n => `a = ${'<<abc '.repeat(n)}`,
  'parentheses too deep': n => `a = ${'('.repeat(n)}`,
  'brackets too deep': n => `a = ${'['.repeat(n)}${']'.repeat(n)}`,
  'blocks too deep': n => 'a {\n'.repeat(n),
  'closed blocks too deep': n => `${'a {\n'.repeat(n)}${'}\n'.repeat(n)}`,
  'templates too deep': n => `a = ${'"${'.repeat(n)}`,
  'directives too deep': n => `a = "${'%{ if a }'.repeat(n)}"`,
  'conditionals too deep': n => `a = ${'b ? '.repeat(n)}`,
  'calls too deep': n => `a = ${'f('.repeat(n)}`,
  'open brackets on every line': n => 'a = [\n'.repeat(n),
  'open objects on every line': n => 'a = {\n'.repeat(n),
  'open calls on every line': n => 'a = f(1,\n'.repeat(n),
  'open quotes on every line': n => 'a = "\n'.repeat(n),
  'open interpolations on every line': n => 'a = "${\n'.repeat(n),
  'open interpolations with text': n => 'a = "b ${c\n'.repeat(n),
  'open interpolations on one line': n => `a = "${'${'.repeat(n)}\nb = 1\n`,
  'odd quotes on one line': n => `a = ${'" ${ '.repeat(n)}\n`,
  'single quotes': n => `a = ${"' ".repeat(n)}\n`,
  'backticks and quotes': n => `a = ${"'` ".repeat(n)}\n`,
  'dots and digits': n => `a = ${'1.'.repeat(n)}`,
  'digits and exponents': n => `a = ${'1e'.repeat(n)}`,
  'closers on every line': n => '}\n)\n]\n'.repeat(n),
  'commas on every line': n => 'a = 1,\n'.repeat(n),
  'names on every line': n => 'a\n'.repeat(n),
  'colons on every line': n => 'a: 1\n'.repeat(n),
  'headers without a brace': n => 'a "b" c\n'.repeat(n),
  'a header without an end': n => `a${' b'.repeat(n)}`,
  'braces on the next line': n => 'a\n{\n}\n'.repeat(n),
  'blank lines behind a name': n => `a${'\n'.repeat(n)}`,
  'blank lines behind names': n => `${`a${'\n'.repeat(50)}`.repeat(n / 50)}`,
  'broken blocks on one line': n => `a ${'{ b '.repeat(n)}`,
  'misplaced braces': n => '  a {\n}\n'.repeat(n),
  'text behind closing braces': n => `${'a {\n'.repeat(Math.min(n, 150))}${'} x\n'.repeat(n)}`,
  'commas without values': n => `a = [${','.repeat(n)}]`,
  'mistakes in nested objects': n => `a = ${'{ b = 1 2\n'.repeat(n)}`,
  'open comments': n => '/* '.repeat(n),
  comments: n => '/* a */ # b\n'.repeat(n),
  'invalid escapes': n => `a = "${'\\q'.repeat(n)}"`,
  'wide characters': n => `a = ${'é€'.repeat(n)}`,
  blanks: n => ' '.repeat(n),
}

test.each(Object.entries(mean))('%s', (_, text) => {
  for (const n of [50, 1000, 10_000]) {
    const source = new Source('main.hcl', text(n))
    const { tokens, nodes, again } = parseFile(source).work
    expect((tokens + nodes + again) / source.text.length).toBeLessThan(mostWork)
  }
})

test('twenty mistakes are twenty findings at most, however they lie', () => {
  const counts = Object.entries(mean).map(([name, text]) => {
    let names = 0
    const different = text(20).replace(/^a\b/gm, () => `a${names++}`)
    return { name, findings: parseFile(new Source('main.hcl', different)).problems.length }
  })
  expect(counts.filter(({ findings }) => findings > 20)).toEqual([])
})

test('nesting costs stack up to its limit only, and one finding', () => {
  for (const n of [maxNesting / 2, maxNesting * 2, 100_000]) {
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
      ['{ a = ', ' }'],
      ['"${', '}"'],
      ['f(', ')'],
      ['!', ''],
    ] as const) {
      const text = `a = ${open.repeat(n)}1${close.repeat(n)}`
      const { problems } = parseFile(new Source('main.hcl', text))
      expect(problems.map(p => p.summary)).toEqual(n < maxNesting ? [] : ['Nesting too deep'])
    }
  }
})

test('tokens are in the order of the text and leave out only blanks and comments', () => {
  for (const text of Object.values(mean)) checkTiles(text(30))
})
