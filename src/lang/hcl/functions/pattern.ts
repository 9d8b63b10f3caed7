// Regular expressions in RE2's syntax, matched in linear time: no pattern can hang a plan.
// Source: https://github.com/google/re2/wiki/Syntax; results as those of Terraform.
import { RE2JS, RE2JSException } from 're2js'
import { stringType } from '../type.ts'
import { type Type, type Value, nullOf, object, tuple } from '../value.ts'
import { stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { refuseLongText, refuseManyElements, textValue } from './results.ts'

/** People write patterns of a line. */
const maxPatternLength = 10_000

/** States of the pattern times characters of the text: what one search may have to look at, some seconds of it. */
const maxSearchWork = 2_000_000_000

/**
 * Matches times characters of the text: each search may look as far as the end although it finds something at once, so
 * that all of them together take quadratic time. Only where the pattern repeats something without a limit.
 */
const maxRepeatedWork = 500_000_000

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
      const [first] = matchesOf(found, stringOf(s))
      if (first === undefined) throw new FunctionError('the pattern does not match the string', 1)
      return matchValue(found, first)
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
      const elements: Value[] = []
      for (const match of matchesOf(found, stringOf(s))) {
        elements.push(matchValue(found, match))
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
  /** It repeats something without a limit. */
  readonly isOpen: boolean
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
  const isOpen = /[*+]|\{\d+,\}/.test(source)
  return { expression, groupCount, names: Object.entries(expression.namedGroups()), isOpen }
}

interface Match {
  readonly start: number
  readonly end: number
  /** Undefined for one that took no part. */
  readonly group: (number: number) => string | undefined
}

// As Go counts them: an empty match right behind another one is none.
function* matchesOf({ expression, isOpen }: Pattern, whole: string): Generator<Match> {
  if (expression.programSize() * whole.length > maxSearchWork) {
    throw new FunctionError(`the pattern is too large for a text of ${whole.length} characters`)
  }
  const matcher = expression.matcher(whole)
  let before = -1
  for (let count = 1; matcher.find(); count++) {
    if (isOpen && count * whole.length > maxRepeatedWork) {
      throw new FunctionError(`the pattern matches too often in a text of ${whole.length} characters`)
    }
    const [start, end] = [matcher.start(), matcher.end()]
    if (start !== end || start !== before) yield { start, end, group: i => matcher.group(i) ?? undefined }
    before = end
  }
}

function matchValue({ groupCount, names }: Pattern, { group }: Match): Value {
  const valueOf = (i: number): Value => {
    const found = group(i)
    return found === undefined ? nullOf(stringType) : textValue(found)
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

function replacedMatches(whole: string, pattern: Pattern, replacement: string): string {
  const numbers = new Map(pattern.names)
  const pieces = replacementPieces(replacement)
  const out: string[] = []
  let length = 0
  let from = 0
  const write = (piece: string): void => {
    length += piece.length
    refuseLongText(length)
    out.push(piece)
  }
  for (const { start, end, group } of matchesOf(pattern, whole)) {
    write(whole.slice(from, start))
    for (const piece of pieces) {
      if (piece.group === undefined) {
        write(piece.text)
        continue
      }
      const number = /^\d+$/.test(piece.group) ? Number(piece.group) : numbers.get(piece.group)
      if (number !== undefined && number <= pattern.groupCount) write(group(number) ?? '')
    }
    from = end
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
