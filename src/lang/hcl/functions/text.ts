// Strings: case, joining and splitting, cutting by grapheme, looking for parts.
import { splitGraphemes } from 'unicode-segmenter/grapheme'
import { boolType, stringType } from '../type.ts'
import { bool } from '../value.ts'
import { numeric, stringOf, stringsOf, text, texts, wholeOf } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { listOfTexts, refuseLongText, textValue } from './results.ts'

export const textFunctions: readonly HclFunction[] = [
  {
    name: 'endswith',
    summary: 'Whether a string ends with another',
    group: 'string',
    examples: [['endswith("hello.txt", ".txt")', 'true']],
    result: boolType,
    parameters: [text('string'), text('suffix')],
    call: ([s, suffix]) => bool(stringOf(s).endsWith(stringOf(suffix))),
  },
  {
    name: 'indent',
    summary: 'The text with every line but the first moved right by so many spaces',
    group: 'string',
    examples: [['indent(2, "a:\\nb")', '"a:\\n  b"']],
    result: stringType,
    parameters: [numeric('spaces'), text('string')],
    call: ([spaces, s]) => textValue(indented(wholeOf(spaces, 0), stringOf(s))),
  },
  {
    name: 'join',
    summary: 'The strings of the lists with the separator between them',
    group: 'string',
    examples: [['join(", ", ["a", "b", "c"])', '"a, b, c"']],
    result: stringType,
    parameters: [text('separator'), texts('list')],
    rest: texts('lists'),
    call: ([separator, ...lists]) => {
      const items = lists.flatMap((list, i) => stringsOf(list, i + 1))
      refuseLongText(items.reduce((sum, item) => sum + item.length + stringOf(separator).length, 0))
      return textValue(items.join(stringOf(separator)))
    },
  },
  {
    name: 'lower',
    summary: 'The string in lower case',
    group: 'string',
    examples: [['lower("HELLO")', '"hello"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(eachCharacter(stringOf(s), lowerOf)),
  },
  {
    name: 'split',
    summary: 'The parts of a string between the separators',
    group: 'string',
    examples: [['split(",", "a,b,c")', '["a", "b", "c"]']],
    result: { kind: 'list', element: stringType },
    parameters: [text('separator'), text('string')],
    call: ([separator, s]) =>
      listOfTexts(stringOf(separator) === '' ? [...stringOf(s)] : stringOf(s).split(stringOf(separator))),
  },
  {
    name: 'startswith',
    summary: 'Whether a string starts with another',
    group: 'string',
    examples: [['startswith("hello", "he")', 'true']],
    result: boolType,
    parameters: [text('string'), text('prefix')],
    call: ([s, prefix]) => bool(stringOf(s).startsWith(stringOf(prefix))),
  },
  {
    name: 'strcontains',
    summary: 'Whether a string holds another',
    group: 'string',
    examples: [['strcontains("hello", "ell")', 'true']],
    result: boolType,
    parameters: [text('string'), text('substring')],
    call: ([s, part]) => bool(stringOf(s).includes(stringOf(part))),
  },
  {
    name: 'strrev',
    summary: 'The characters of a string in reverse order',
    group: 'string',
    examples: [['strrev("hello")', '"olleh"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue([...splitGraphemes(stringOf(s))].reverse().join('')),
  },
  {
    name: 'substr',
    summary:
      'A part of a string: offset (negative counts from the end) and length (-1: the rest) in characters',
    group: 'string',
    examples: [
      ['substr("hello world", 1, 4)', '"ello"'],
      ['substr("hello world", -5, -1)', '"world"'],
    ],
    result: stringType,
    parameters: [text('string'), numeric('offset'), numeric('length')],
    call: ([s, offset, length]) => textValue(part(stringOf(s), wholeOf(offset, 1), wholeOf(length, 2))),
  },
  {
    name: 'title',
    summary: 'The string with the first letter of each word in upper case',
    group: 'string',
    examples: [['title("hello world")', '"Hello World"']],
    result: stringType,
    parameters: [text('string')],
    // Words end at blanks and at punctuation of ASCII, but not at an underscore.
    call: ([s]) =>
      textValue(stringOf(s).replace(/(?:^|(?<=[\0-/:-@[-^`{-\x7f\p{White_Space}]))\p{L}/gu, upperOf)),
  },
  {
    name: 'upper',
    summary: 'The string in upper case',
    group: 'string',
    examples: [['upper("hello")', '"HELLO"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(eachCharacter(stringOf(s), upperOf)),
  },
]

function eachCharacter(whole: string, change: (character: string) => string): string {
  if (/^[\0-\x7f]*$/.test(whole)) return change(whole)
  return Array.from(whole, change).join('')
}

// One character for one, whatever stands around it, as Go does it: "ß" has no upper case, a final sigma is like any.
function upperOf(character: string): string {
  const upper = character.toUpperCase()
  return character.length > 1 || upper.length === 1 ? upper : character
}

function lowerOf(character: string): string {
  return character === '\u0130' ? 'i' : character.toLowerCase()
}

function indented(spaces: number, whole: string): string {
  if (spaces < 0) throw new FunctionError("the number of spaces can't be negative", 0)
  const lines = whole.split('\n')
  refuseLongText(spaces * (lines.length - 1) + whole.length)
  return lines.join(`\n${' '.repeat(lines.length === 1 ? 0 : spaces)}`)
}

function part(whole: string, offset: number, length: number): string {
  const characters = [...splitGraphemes(whole)]
  const start = offset < 0 ? Math.max(0, characters.length + offset) : offset
  return characters.slice(start, length < 0 ? undefined : start + length).join('')
}
