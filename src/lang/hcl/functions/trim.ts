// Taking something off the ends of strings. Loops instead of regular expressions: those would be quadratic on long runs
// of blanks in the middle of a text.
import { stringType } from '../type.ts'
import { stringOf, text } from './arguments.ts'
import type { HclFunction } from './function.ts'
import { textValue } from './results.ts'

export const trimFunctions: readonly HclFunction[] = [
  {
    name: 'chomp',
    summary: 'The string without the newlines at its end',
    group: 'string',
    examples: [['chomp("hello\\n")', '"hello"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(trimmed(stringOf(s), isNewline, 'end')),
  },
  {
    name: 'trim',
    summary: 'The string without the given characters at both ends',
    group: 'string',
    examples: [['trim("?!hello?!", "!?")', '"hello"']],
    result: stringType,
    parameters: [text('string'), text('characters')],
    call: ([s, characters]) => {
      const unwanted = new Set(stringOf(characters))
      return textValue(trimmed(stringOf(s), c => unwanted.has(c), 'both'))
    },
  },
  {
    name: 'trimprefix',
    summary: 'The string without the prefix, if it has it',
    group: 'string',
    examples: [['trimprefix("helloworld", "hello")', '"world"']],
    result: stringType,
    parameters: [text('string'), text('prefix')],
    call: ([s, prefix]) => {
      const whole = stringOf(s)
      return textValue(whole.startsWith(stringOf(prefix)) ? whole.slice(stringOf(prefix).length) : whole)
    },
  },
  {
    name: 'trimspace',
    summary: 'The string without the blanks and newlines at both ends',
    group: 'string',
    examples: [['trimspace("  hello\\n")', '"hello"']],
    result: stringType,
    parameters: [text('string')],
    call: ([s]) => textValue(trimmed(stringOf(s), isSpace, 'both')),
  },
  {
    name: 'trimsuffix',
    summary: 'The string without the suffix, if it has it',
    group: 'string',
    examples: [['trimsuffix("helloworld", "world")', '"hello"']],
    result: stringType,
    parameters: [text('string'), text('suffix')],
    call: ([s, suffix]) => {
      const whole = stringOf(s)
      const end = whole.length - stringOf(suffix).length
      return textValue(whole.endsWith(stringOf(suffix)) ? whole.slice(0, end) : whole)
    },
  },
]

function trimmed(whole: string, unwanted: (character: string) => boolean, ends: 'both' | 'end'): string {
  const characters = [...whole]
  let start = 0
  let end = characters.length
  while (end > 0 && unwanted(characters[end - 1]!)) end--
  if (ends === 'both') while (start < end && unwanted(characters[start]!)) start++
  return characters.slice(start, end).join('')
}

function isNewline(character: string): boolean {
  return character === '\n' || character === '\r'
}

/** White space as Unicode defines it; JavaScript's `\s` has U+FEFF more and U+0085 less. */
function isSpace(character: string): boolean {
  return /^\p{White_Space}$/u.test(character)
}
