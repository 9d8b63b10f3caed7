// Regular expressions in RE2's syntax, matched in linear time: no pattern can hang a plan.
// Source: https://github.com/google/re2/wiki/Syntax; results as those of Terraform.
import { RE2JS, RE2JSException } from 're2js'
import { stringType } from '../type.ts'
import { type Type, type Value, nullValue, object, tuple } from '../value.ts'
import { stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { refuseLongText, refuseManyElements, textValue } from './results.ts'

/** The work of a match grows with pattern times text; people write patterns of a line. */
const maxPatternLength = 10_000

export const patternFunctions: readonly HclFunction[] = [
  {
    name: 'regex',
    summary: 'The first match of a regular expression: a string, or its groups as a tuple or object',
    group: 'string',
    examples: [
      ['regex("[a-z]+", "53453453.345345aaabbbccc23454")', '"aaabbbccc"'],
      [
        'regex("(?P<scheme>\\\\w+)://(?P<host>[^/]+)", "https://example.com/about")',
        '{ "host" = "example.com", "scheme" = "https" }',
      ],
    ],
    returns: 'a string, or a tuple or object of strings',
    parameters: [text('pattern'), text('string')],
    call: ([pattern, s]) => {
      const found = compile(stringOf(pattern), 0)
      const matcher = found.expression.matcher(stringOf(s))
      if (!matcher.find()) throw new FunctionError('the pattern does not match the string', 1)
      return matchValue(found, i => matcher.group(i))
    },
  },
  {
    name: 'regexall',
    summary: 'All matches of a regular expression, each as regex() gives it',
    group: 'string',
    examples: [['regexall("[a-z]+", "1a2bc")', '["a", "bc"]']],
    returns: 'a list of what regex() gives',
    parameters: [text('pattern'), text('string')],
    call: ([pattern, s]) => {
      const found = compile(stringOf(pattern), 0)
      const matcher = found.expression.matcher(stringOf(s))
      const elements: Value[] = []
      while (matcher.find()) {
        elements.push(matchValue(found, i => matcher.group(i)))
        refuseManyElements(elements.length)
      }
      return { kind: 'list', element: matchType(found), elements }
    },
  },
  {
    name: 'replace',
    summary:
      'The string with a part replaced everywhere; a part like /…/ is a regular expression, $1 its first group',
    group: 'string',
    examples: [
      ['replace("1 + 2 + 3", "+", "-")', '"1 - 2 - 3"'],
      ['replace("hello world", "/(\\\\w+) (\\\\w+)/", "$2 $1")', '"world hello"'],
    ],
    result: stringType,
    parameters: [text('string'), text('substring'), text('replacement')],
    call: ([s, substring, replacement]) =>
      textValue(replaced(stringOf(s), stringOf(substring), stringOf(replacement))),
  },
]

interface Pattern {
  readonly expression: RE2JS
  readonly groupCount: number
  /** The names of the groups with their numbers; empty when none has a name. */
  readonly names: readonly (readonly [name: string, group: number])[]
}

function compile(source: string, argument: number): Pattern {
  if (source.length > maxPatternLength) {
    throw new FunctionError(`a pattern may have ${maxPatternLength} characters`, argument)
  }
  let expression: RE2JS
  try {
    expression = RE2JS.compile(source)
  } catch (thrown) {
    if (!(thrown instanceof RE2JSException)) throw thrown
    const reason = thrown.message.replace(/^error parsing regexp: /, '')
    throw new FunctionError(`the regular expression is not valid: ${reason}`, argument)
  }
  const groupCount = expression.groupCount()
  return { expression, groupCount, names: Object.entries(expression.namedGroups()) }
}

function matchValue({ groupCount, names }: Pattern, group: (number: number) => string | null): Value {
  const valueOf = (i: number): Value => {
    const found = group(i)
    return found === null ? nullValue : textValue(found)
  }
  if (groupCount === 0) return valueOf(0)
  if (names.length === 0) return tuple(Array.from({ length: groupCount }, (_, i) => valueOf(i + 1)))
  refuseMixedGroups(groupCount, names.length)
  return object(names.map(([name, i]) => [name, valueOf(i)]))
}

function matchType({ groupCount, names }: Pattern): Type {
  if (groupCount === 0) return stringType
  if (names.length === 0) {
    return { kind: 'tuple', elements: Array.from({ length: groupCount }, () => stringType) }
  }
  refuseMixedGroups(groupCount, names.length)
  const attributes = new Map(names.map(([name]) => [name, { type: stringType, optional: false }]))
  return { kind: 'object', attributes }
}

function refuseMixedGroups(groupCount: number, namedCount: number): void {
  if (groupCount !== namedCount) {
    throw new FunctionError('either all groups have names or none; (?:…) groups without capturing', 0)
  }
}

function replaced(whole: string, wanted: string, replacement: string): string {
  if (wanted.length > 1 && wanted.startsWith('/') && wanted.endsWith('/')) {
    return replacedMatches(whole, compile(wanted.slice(1, -1), 1), replacement)
  }
  const parts = wanted === '' ? ['', ...whole, ''] : whole.split(wanted)
  refuseLongText(whole.length + (parts.length - 1) * replacement.length)
  return parts.join(replacement)
}

function replacedMatches(whole: string, { expression, names }: Pattern, replacement: string): string {
  const numbers = new Map(names)
  const pieces = replacementPieces(replacement)
  const matcher = expression.matcher(whole)
  const out: string[] = []
  let length = 0
  let from = 0
  const write = (piece: string): void => {
    length += piece.length
    refuseLongText(length)
    out.push(piece)
  }
  while (matcher.find()) {
    write(whole.slice(from, matcher.start()))
    for (const piece of pieces) {
      if (piece.group === undefined) {
        write(piece.text)
        continue
      }
      const number = /^\d+$/.test(piece.group) ? Number(piece.group) : numbers.get(piece.group)
      if (number !== undefined && number <= matcher.groupCount()) write(matcher.group(number) ?? '')
    }
    from = matcher.end()
  }
  write(whole.slice(from))
  return out.join('')
}

interface Piece {
  readonly text: string
  readonly group: string | undefined
}

// `$1`, `$name` (the longest name), `${name}`, `$$` for a dollar sign; a group that there is not is empty text.
function replacementPieces(replacement: string): Piece[] {
  const pieces: Piece[] = []
  for (const [whole, dollar, braced, bare] of replacement.matchAll(/(\$\$)|\$\{(\w+)\}|\$(\w+)|[^$]+|\$/g)) {
    const group = braced ?? bare
    pieces.push({ text: dollar === undefined ? whole : '$', group })
  }
  return pieces
}
