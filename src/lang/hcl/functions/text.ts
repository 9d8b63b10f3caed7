// Strings: case, joining, splitting, replacing, trimming.
import { RE2JS } from 're2js'
import { string, tuple, type Value } from '../value.ts'
import { stringType } from '../type.ts'
import { anyOrNull, stringOf, stringsOf, text, texts } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { formatText } from './format.ts'

export const textFunctions: readonly HclFunction[] = [
  { name: 'lower', parameters: [text('string')], call: ([s]) => string(stringOf(s).toLowerCase()) },
  { name: 'upper', parameters: [text('string')], call: ([s]) => string(stringOf(s).toUpperCase()) },
  { name: 'trimspace', parameters: [text('string')], call: ([s]) => string(stringOf(s).trim()) },
  {
    name: 'join',
    parameters: [text('separator')],
    rest: texts('lists'),
    call: ([separator, ...lists]) =>
      string(lists.flatMap((list, i) => stringsOf(list, i + 1)).join(stringOf(separator))),
  },
  {
    name: 'split',
    parameters: [text('separator'), text('string')],
    call: ([separator, s]) => listOfStrings(stringOf(s).split(stringOf(separator))),
  },
  {
    name: 'replace',
    parameters: [text('string'), text('substring'), text('replacement')],
    call: ([s, substring, replacement]) =>
      string(replaceText(stringOf(s), stringOf(substring), stringOf(replacement))),
  },
  {
    name: 'format',
    parameters: [text('format')],
    rest: anyOrNull('values'),
    call: ([format, ...values]) => string(formatText(stringOf(format), values)),
  },
]

function listOfStrings(items: readonly string[]): Value {
  return { ...tuple(items.map(string)), kind: 'list', element: stringType }
}

// "/…/" is a regular expression (RE2, linear time), everything else plain text.
function replaceText(whole: string, wanted: string, replacement: string): string {
  if (wanted.length > 1 && wanted.startsWith('/') && wanted.endsWith('/')) {
    try {
      return RE2JS.compile(wanted.slice(1, -1)).matcher(whole).replaceAll(replacement)
    } catch (thrown) {
      throw new FunctionError(`the regular expression is not valid: ${String((thrown as Error).message)}`, 1)
    }
  }
  return whole.replaceAll(wanted, () => replacement)
}
