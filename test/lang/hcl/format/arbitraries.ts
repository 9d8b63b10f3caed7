// Texts for the properties of the formatter.
import fc from 'fast-check'
import { cutPieces } from '../../../../src/lang/hcl/format/pieces.ts'
import { Source } from '../../../../src/lang/hcl/source.ts'

const blank = fc.constantFrom('', ' ', '  ', '\t', '   ')
const someBlank = fc.constantFrom(' ', '  ', '\t')
const inlineComment = fc.constantFrom('', '', '', '', '/* c */', '/*\n c */')
/** Between two tokens that need nothing between them. */
const gap = fc.tuple(blank, inlineComment, blank).map(parts => parts.join(''))
const newline = fc
  .tuple(blank, fc.constantFrom('\n', '\n', '\n', '\r\n', '\n \n', '# c\n', '// é  \n', '#\r\n'))
  .map(parts => parts.join(''))
/** Where newlines don't count. */
const free = fc.oneof(gap, gap, gap, newline)
const name = fc.constantFrom('a', 'bb', 'count-1', 'größe', 'in', 'for_each', '数', '_x')

type Nodes = { readonly expression: string; readonly template: string }

// In brackets, so that operators can't bind otherwise and newlines may stand anywhere.
const { expression } = fc.letrec<Nodes>(tie => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom('1', '0.5', '1e3', 'true', 'null', '"x"', '"a, b = [ # {"', '""'),
    joined('[', list(tie('expression')), ']'),
    joined('{', gap, '}'),
    joined(
      '{',
      newline,
      fc.array(item(tie('expression')), { maxLength: 3 }).map(i => i.join('')),
      '}',
    ),
    joined('{', gap, 'k', gap, '=', gap, tie('expression'), gap, '}'),
    joined('(', free, tie('expression'), free, operator(), free, tie('expression'), free, ')'),
    joined('(', free, fc.constantFrom('-', '!'), gap, tie('expression'), ')'),
    joined(
      '(',
      tie('expression'),
      free,
      '?',
      free,
      tie('expression'),
      free,
      ':',
      free,
      tie('expression'),
      ')',
    ),
    joined(fc.constantFrom('max', 'upper', 'length'), blank, '(', list(tie('expression')), ')'),
    joined(
      '[',
      free,
      'for',
      someBlank,
      'v',
      someBlank,
      'in',
      someBlank,
      tie('expression'),
      gap,
      ':',
      gap,
      'v',
      free,
      ']',
    ),
    joined(
      '{for',
      someBlank,
      'k,',
      gap,
      'v',
      someBlank,
      'in',
      someBlank,
      tie('expression'),
      gap,
      ':k',
      gap,
      '=>',
      gap,
      'v}',
    ),
    joined('[', tie('expression'), ']', gap, '[', gap, '0', gap, ']'),
    joined('{a=', tie('expression'), '}', gap, '.', gap, 'a'),
    joined('[', tie('expression'), ']', gap, '[', gap, '*', gap, ']'),
    joined('"', tie('template'), '"'),
    joined('f(<<EOT\n  ', tie('template'), '  \n EOT\n)'),
  ),
  template: fc
    .array(
      fc.oneof(
        fc.constantFrom('x', '  ', ' y = 1 ', '$${', '% ', '/* */', '#'),
        joined(fc.constantFrom('${', '${~'), free, tie('expression'), free, fc.constantFrom('}', '~}')),
        joined('%{', blank, 'if', someBlank, 'true', blank, '}', 'x', '%{', blank, 'endif', blank, '}'),
      ),
      { maxLength: 3 },
    )
    .map(parts => parts.join('')),
}))

/** Stands for a number in the names of arguments, so that none is there twice. */
const number = '§'
const attribute = joined(gap, name, number, gap, '=', gap, expression, gap, newline)
const appBody = fc.array(fc.oneof(attribute, newline, block('port', attribute)), { maxLength: 4 })

/** Without syntax errors. */
export const configuration: fc.Arbitrary<string> = joined(
  fc.constantFrom('', '\ufeff'),
  fc
    .array(
      fc.oneof(
        newline,
        block(
          'app',
          appBody.map(parts => parts.join('')),
        ),
        joined(gap, 'locals', gap, '{', newline, attribute, attribute, gap, '}', newline),
      ),
      { maxLength: 4 },
    )
    .map(parts => parts.join('')),
  blank,
).map(numbered)

function numbered(text: string): string {
  let next = 0
  return text.replaceAll(number, () => String(next++))
}

function joined(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  const all = parts.map(part => (typeof part === 'string' ? fc.constant(part) : part))
  return fc.tuple(...all).map(texts => texts.join(''))
}

function block(type: string, body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return joined(gap, type, someBlank, '"', name, '"', gap, '{', newline, body, gap, '}', newline)
}

function item(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const separator = joined(fc.constantFrom('', ','), newline)
  return joined(
    gap,
    fc.constantFrom('a', '"b"', '(1)', 'größe'),
    gap,
    fc.constantFrom('=', ':'),
    gap,
    value,
    gap,
    separator,
  )
}

function list(element: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(joined(free, element, free), { maxLength: 3 }).map(elements => elements.join(','))
}

function operator(): fc.Arbitrary<string> {
  return fc.constantFrom('+', '-', '*', '/ ', '%', '==', '!=', '<', '>=', '&&', '||')
}

const pieces = [
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '"',
  '${',
  '~}',
  '=',
  ',',
  '.',
  '*',
  '\n',
  '<<EOT\nx\nEOT\n',
  '/*',
  '*/',
  '#',
]
const more = [
  '\r\n',
  ' ',
  '\t',
  '? 1 : 2',
  '...',
  ' for ',
  '[*]',
  '-',
  '!',
  'é',
  '👩‍👧',
  '\u0301',
  '.0',
  ' .1',
  ' b = 1',
  '::',
]

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 3 }),
  insert: fc.oneof(fc.constantFrom(...pieces, ...more), fc.string({ maxLength: 2 })),
})

/** One of the texts, cut and patched at random. */
export function damaged(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([text, edits]) =>
      edits.reduce((damagedText, { at, remove, insert }) => {
        const from = Math.floor(at * damagedText.length)
        return damagedText.slice(0, from) + insert + damagedText.slice(from + remove)
      }, text),
    )
}

/** One of the texts, and the same with other blanks between its tokens. */
export function reblanked(texts: readonly string[]): fc.Arbitrary<readonly [string, string]> {
  return fc.tuple(fc.constantFrom(...texts), fc.infiniteStream(someBlank)).map(([text, blanks]) => {
    const source = new Source('main.hcl', text)
    const { pieces: cut, tail } = cutPieces(source)
    let at = source.first
    let other = ''
    for (const piece of cut) {
      const start = text.indexOf(piece.text, at)
      const spaced = start > at || at === source.first || text[at - 1] === '\n'
      other += spaced ? (blanks.next().value ?? ' ') : ''
      other += piece.text
      at = start + piece.text.length
    }
    return [text, other + tail] as const
  })
}
