// Small texts before and after, and texts that are refused.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatHcl, maxFormattedLength } from '../../../../src/lang/hcl/format/format.ts'
import { formatCases } from './cases.ts'

const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.hcl'),
)

function formatted(text: string): string | undefined {
  return formatHcl(text, 'main.hcl').text
}

describe('formatHcl', () => {
  test('table and examples were read', () => {
    expect(formatCases.length).toBeGreaterThan(80)
    expect(examples.length).toBeGreaterThan(1)
    expect(new Set(formatCases.map(c => c.name)).size).toBe(formatCases.length)
  })

  test.each(formatCases)('$name', ({ before, after }) => {
    expect(formatted(before)).toBe(after)
    expect(formatted(after)).toBe(after)
  })

  test.each([
    { name: 'an empty text', before: '', after: '' },
    { name: 'blanks only, before the end of the text', before: ' \t', after: ' \t' },
    { name: 'one newline', before: '\n', after: '\n' },
    { name: 'blank lines lose their blanks', before: 'a {\n  \t\n}\n   \n', after: 'a {\n\n}\n\n' },
    { name: 'blanks at the end of lines', before: 'a = 1  \nb {  \n}\t\n', after: 'a = 1\nb {\n}\n' },
    { name: 'no final newline', before: 'a=1', after: 'a = 1' },
    { name: 'blanks before the end of the text stay', before: 'a=1  ', after: 'a = 1  ' },
    { name: 'blanks at the end of a comment stay', before: 'a=1 # b  \n', after: 'a = 1 # b  \n' },
    { name: 'a comment before the end of the text', before: 'a=1# b', after: 'a = 1 # b' },
    { name: 'a block comment before the end of the text', before: 'a=1/* b */', after: 'a = 1 /* b */' },
    { name: 'CRLF', before: 'a {\r\nb=1\r\n\r\n}\r\n', after: 'a {\r\n  b = 1\r\n\r\n}\r\n' },
    { name: 'CRLF behind comments', before: 'a=1 # b\r\n# c\r\n', after: 'a = 1 # b\r\n# c\r\n' },
    {
      name: 'CRLF in a heredoc',
      before: 'a=<<A\r\n x \r\nA\r\nbb=1\r\n',
      after: 'a  = <<A\r\n x \r\nA\r\nbb = 1\r\n',
    },
    { name: 'mixed line ends', before: 'a=1\nb=2\r\nc=3\n', after: 'a = 1\nb = 2\r\nc = 3\n' },
    { name: 'a byte order mark is dropped', before: '\ufeffa=1\n', after: 'a = 1\n' },
    {
      name: 'blanks in a heredoc stay',
      before: 'a = <<A\n  x  \n\t\n A \n',
      after: 'a = <<A\n  x  \n\t\n A \n',
    },
    {
      name: 'a decomposed letter is one column',
      before: 'e\u0301 = 1\nbb = 2\n',
      after: 'e\u0301  = 1\nbb = 2\n',
    },
  ])('$name', ({ before, after }) => {
    expect(formatted(before)).toBe(after)
    expect(formatted(after)).toBe(after)
  })

  test.each([
    { text: 'a = \n', line: 1 },
    { text: 'a = 1\nb = [1, 2\n', line: 2 },
    { text: 'app "web" {\n', line: 1 },
    { text: 'a = "x\n', line: 1 },
    { text: 'a = <<EOT\nx\n', line: 1 },
    { text: 'a = 1 /* b\n', line: 1 },
    { text: 'a = 1\rb = 2', line: 1 },
    { text: 'a = 1\n\nb: 2\n', line: 3 },
  ])('refuses $text', ({ text, line }) => {
    const { text: formatted, diagnostics } = formatHcl(text, 'broken.hcl')
    expect(formatted).toBeUndefined()
    expect(diagnostics[0]).toMatchObject({
      severity: 'error',
      subject: { file: 'broken.hcl', start: { line } },
    })
  })

  test('refuses what alignment would blow up', () => {
    const lines = 3000
    const text = `a = {\n"${'x'.repeat(maxFormattedLength / lines)}" = 1\n${'b = 1\n'.repeat(lines)}}\n`
    const { text: formatted, diagnostics } = formatHcl(text, 'wide.hcl')
    expect(formatted).toBeUndefined()
    expect(diagnostics.map(d => d.summary)).toEqual(['Text too wide to format'])
  })

  test.each(examples)('examples/%s is formatted', name => {
    const text = readFileSync(join('examples', name), 'utf8')
    expect(formatted(text)).toBe(text)
  })
})
