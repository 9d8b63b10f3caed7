// Diagnostics as text fixtures: places, marks, wrapping, control characters.
import { describe, expect, test } from 'vitest'
import type { Diagnostic, Range } from '../../../src/base/index.ts'
import { errorDiagnostic, warningDiagnostic } from '../../../src/base/index.ts'
import { diagnosticJson, printable, printDiagnostics } from '../../../src/cli/print/index.ts'
import { fixture } from './fixture.ts'

const file = 'main.sddc.hcl'

/** A range from line:column to line:column; bytes are counted from the text. */
function range(text: string, from: [number, number], to: [number, number]): Range {
  const position = ([line, column]: [number, number]) => {
    const lines = text.split('\n')
    const before = lines.slice(0, line - 1).map(l => `${l}\n`)
    const segments = [...new Intl.Segmenter('en').segment(lines[line - 1] ?? '')].map(s => s.segment)
    const byte = Buffer.byteLength(before.join('') + segments.slice(0, column - 1).join(''))
    return { line, column, byte }
  }
  return { file, start: position(from), end: position(to) }
}

interface Case {
  readonly name: string
  readonly purpose: string
  readonly source?: string
  readonly width?: number
  readonly diagnostics: (source: string) => readonly Diagnostic[]
}

const type = (subject: Range): Diagnostic[] => [
  errorDiagnostic('Wrong type', 'A whole number is wanted here.', { subject, context: 'app "web"' }),
]

const cases: readonly Case[] = [
  {
    name: 'caret',
    purpose: 'Carets under the exact text',
    source: 'app "web" {\n  instances = "two"\n}\n',
    diagnostics: s => type(range(s, [2, 15], [2, 20])),
  },
  {
    name: 'empty-range',
    purpose: 'A place between two characters has one caret',
    source: 'app "web" {\n  instances =\n}\n',
    diagnostics: s => type(range(s, [2, 14], [2, 14])),
  },
  {
    name: 'end-of-file',
    purpose: 'The place after the last line',
    source: 'app "web" {\n',
    diagnostics: s => type(range(s, [2, 1], [2, 1])),
  },
  {
    name: 'several-lines',
    purpose: 'A range over several lines is marked to the end of its first',
    source: 'app "web" {\n  env = {\n    A = 1\n  }\n}\n',
    diagnostics: s => type(range(s, [2, 9], [4, 4])),
  },
  {
    name: 'values',
    purpose: 'What the names in the marked expression stand for',
    source: 'app "web" {\n  instances = var.count + local.more\n}\n',
    width: 60,
    diagnostics: s => [
      {
        ...errorDiagnostic('Invalid operand', 'A number is wanted.', { subject: range(s, [2, 15], [2, 24]) }),
        values: [
          { name: 'var.count', text: 'is "ab\u0007c"' },
          { name: 'local.more', text: `is object with ${'1'.repeat(60)} attributes` },
        ],
      },
    ],
  },
  {
    name: 'tabs',
    purpose: 'Tabs before and inside the range',
    source: 'app "web" {\n\tinstances\t= "two"\n}\n',
    diagnostics: s => type(range(s, [2, 2], [2, 19])),
  },
  {
    name: 'wide',
    purpose: 'Wide characters, emoji and combining marks before and inside the range',
    source: 'labels = { "日本" = "é👩‍👩‍👧🎉" , x = y }\n',
    diagnostics: s => [
      ...type(range(s, [1, 12], [1, 16])),
      ...type(range(s, [1, 19], [1, 24])),
      ...type(range(s, [1, 27], [1, 28])),
    ],
  },
  {
    name: 'windows-lines',
    purpose: 'A byte order mark and carriage returns are no part of a line',
    source: '\ufeffapp "web" {\r\n  a = b\r\n}\r\n',
    diagnostics: s => type(range(s.replace('\ufeff', ''), [2, 7], [2, 8])),
  },
  {
    name: 'long-line',
    purpose: 'A long line is cut around the carets',
    source: `a = "${'x'.repeat(200)}" + oops + "${'y'.repeat(200)}"\n`,
    diagnostics: s => type(range(s, [1, 210], [1, 214])),
  },
  {
    name: 'long-range',
    purpose: 'A range longer than the line',
    source: `a = "${'x'.repeat(200)}"\n`,
    width: 40,
    diagnostics: s => type(range(s, [1, 5], [1, 207])),
  },
  {
    name: 'control-characters',
    purpose: 'Nothing that a file or a message says reaches the terminal',
    source: 'cmd = "a\u001b[31m\u202eb" + c\n',
    diagnostics: s => [
      errorDiagnostic('Un\u001b[2Jknown\nname', 'No "c\u0007\u009b".', {
        subject: { ...range(s, [1, 19], [1, 20]), file: 'a\u001bb.hcl' },
        context: 'app "\u001b[1m"',
      }),
    ],
  },
  {
    name: 'no-source',
    purpose: 'The file can not be had',
    diagnostics: () => type({ ...range('', [7, 1], [7, 2]), file: 'gone.hcl' }),
  },
  {
    name: 'path',
    purpose: 'A place in a JSON value instead of a text',
    diagnostics: () => [
      errorDiagnostic('Invalid value', 'must not be negative', {
        path: '/container/volumes(0)/size',
        address: 'app.db',
      }),
      errorDiagnostic('Invalid value', 'must not be empty', { path: '/id' }),
    ],
  },
  {
    name: 'address',
    purpose: 'Only an address',
    diagnostics: () => [
      errorDiagnostic('The app belongs to another stack', 'Give it another name.', { address: 'app.web' }),
    ],
  },
  {
    name: 'plain',
    purpose: 'No place at all',
    diagnostics: () => [errorDiagnostic('No configuration', 'The directory has no *.hcl files.')],
  },
  {
    name: 'wrapped',
    purpose: 'The detail is wrapped, lines that start with a blank are kept',
    width: 40,
    diagnostics: () => [
      errorDiagnostic(
        'Reference cycle',
        `Each of these needs the next, so none of them can be evaluated:\n  local.a -> local.b -> local.c -> local.d -> local.a\n\nRemove one. ${'x'.repeat(60)} end.`,
      ),
    ],
  },
  {
    name: 'warnings',
    purpose: 'Warnings of one kind are shown once and counted, errors each',
    diagnostics: () => [
      warningDiagnostic('Deprecated', 'Write uris as fetch.', { address: 'app.a' }),
      errorDiagnostic('Bad', 'One.'),
      warningDiagnostic('Deprecated', 'Write uris as fetch.', { address: 'app.b' }),
      errorDiagnostic('Bad', 'Two.'),
      warningDiagnostic('Deprecated', 'Write uris as fetch.', { address: 'app.c' }),
    ],
  },
]

describe('printDiagnostics', () => {
  test.each(cases)('$name', ({ name, purpose, source = '', width = 80, diagnostics }) => {
    const sources = (wanted: string): string | undefined => (wanted === 'gone.hcl' ? undefined : source)
    const text = printDiagnostics(diagnostics(source), sources, { color: false, width })
    const { actual, expected } = fixture(`diagnostics/${name}`, purpose, text)
    expect(actual).toBe(expected)
    expect(text).not.toMatch(new RegExp('[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u202e]'))
  })

  test('prints nothing for nothing', () => {
    expect(printDiagnostics([], () => undefined, { color: false, width: 80 })).toBe('')
  })

  test('colours errors red and warnings yellow', () => {
    const text = printDiagnostics([errorDiagnostic('a', 'b'), warningDiagnostic('c', 'd')], () => undefined, {
      color: true,
      width: 80,
    })
    expect(text).toContain('\u001b[31m╷\u001b[39m')
    expect(text).toContain('\u001b[33m╷\u001b[39m')
  })

  test('stops after 50 and counts the rest', () => {
    const many = Array.from({ length: 60 }, (_, i) => errorDiagnostic(`No ${i}`, 'x'))
    const text = printDiagnostics(many, () => undefined, { color: false, width: 80 })
    expect(text).toContain('No 49')
    expect(text).not.toContain('No 50')
    expect(text).toContain('10 more problems are not shown.')
  })

  test('a line of a million characters does not take long', () => {
    const source = `a = "${'x'.repeat(1_000_000)}"`
    const subject = { file, start: { line: 1, column: 5, byte: 4 }, end: { line: 1, column: 6, byte: 5 } }
    expect(printDiagnostics(type(subject), () => source, { color: false, width: 80 })).toContain('^')
  }, 5000)
})

describe('diagnosticJson', () => {
  const source = 'a = 1\nlabel = "日本" + x\n'

  test('has the place and the marked part in bytes', () => {
    const subject = range(source, [2, 9], [2, 13])
    const found = diagnosticJson(
      {
        ...errorDiagnostic('S', 'D', { subject, context: 'app "a"', address: 'app.a' }),
        values: [{ name: 'x', text: 'is 1' }],
      },
      () => source,
    )
    expect(JSON.parse(JSON.stringify(found))).toEqual({
      severity: 'error',
      summary: 'S',
      detail: 'D',
      address: 'app.a',
      range: {
        filename: file,
        start: { line: 2, column: 9, byte: 14 },
        end: { line: 2, column: 13, byte: 22 },
      },
      snippet: {
        context: 'app "a"',
        code: 'label = "日本" + x',
        start_line: 2,
        highlight_start_offset: 8,
        highlight_end_offset: 16,
        values: [{ traversal: 'x', statement: 'is 1' }],
      },
    })
  })

  test('has no snippet without a source, no range without a place', () => {
    const plain = diagnosticJson(warningDiagnostic('S', 'D', { path: '/id' }), () => undefined)
    expect(JSON.parse(JSON.stringify(plain))).toEqual({
      severity: 'warning',
      summary: 'S',
      detail: 'D',
      path: '/id',
    })
  })
})

test.each([
  ['plain ä 日', 'plain ä 日'],
  ['a\tb\nc', 'a\tb\nc'],
  ['\u001b[31m', '␛[31m'],
  ['\r\u0000\u007f', '␍␀␡'],
  ['\u202e\u0085\u2028', '���'],
])('printable %j', (text, expected) => {
  expect(printable(text)).toBe(expected)
})
