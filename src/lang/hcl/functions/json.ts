// JSON to values and back. Numbers keep all their digits both ways, so they don't pass through JSON.parse.
import { type Num, NumberRangeError, formatNum, parseNum } from '../number.ts'
import { stringType } from '../type.ts'
import { nullValue, type Value, bool, number, object, sortedKeys, string, tuple } from '../value.ts'
import { anyOrNull, stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { textValue } from './results.ts'

/** Deeper JSON is refused: it would exhaust the stack. */
const maxJsonDepth = 200

export const jsonFunctions: readonly HclFunction[] = [
  {
    name: 'jsondecode',
    summary: 'The value that a JSON text stands for',
    group: 'encoding',
    examples: [['jsondecode("{\\"a\\": [1, true]}")', '{ "a" = [1, true] }']],
    returns: 'the type of what the text holds',
    parameters: [text('string')],
    call: ([s]) => decodeJson(stringOf(s)),
  },
  {
    name: 'jsonencode',
    summary: 'The value as a JSON text with sorted keys',
    group: 'encoding',
    examples: [['jsonencode({ a = [1, true] })', '"{\\"a\\":[1,true]}"']],
    result: stringType,
    parameters: [anyOrNull('value')],
    call: ([value]) => textValue(encodeJson(value ?? nullValue)),
  },
]

/** Sorted keys, no blanks, `<`, `>` and `&` escaped, as in Terraform. */
export function encodeJson(value: Value): string {
  switch (value.kind) {
    case 'null':
    case 'unknown':
      return 'null'
    case 'bool':
      return String(value.value)
    case 'number':
      if (typeof value.value === 'number' && !Number.isFinite(value.value)) {
        throw new FunctionError("infinity can't be written as JSON")
      }
      return formatNum(value.value)
    case 'string':
      return encodeString(value.value)
    case 'tuple':
    case 'list':
    case 'set':
      return `[${value.elements.map(encodeJson).join(',')}]`
    case 'object':
    case 'map':
      return `{${sortedKeys(value)
        .map(k => `${encodeString(k)}:${encodeJson(value.entries.get(k)!)}`)
        .join(',')}}`
  }
}

function encodeString(value: string): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function decodeJson(source: string): Value {
  const token =
    /[ \t\r\n]*(?:(")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([[\]{}:,]))/y
  let at = 0
  let depth = 0
  const fail = (): never => {
    throw new FunctionError(`the text is not JSON at character ${at + 1}`, 0)
  }
  const next = (): RegExpExecArray => {
    token.lastIndex = at
    const found = token.exec(source)
    if (found === null) return fail()
    at = token.lastIndex
    if (found[1] !== undefined) {
      at = endOfString(source, at)
      found[1] = source.slice(token.lastIndex - 1, at)
    }
    return found
  }
  const mark = (): string => next()[4] ?? ''
  const peekMark = (): string => {
    const before = at
    token.lastIndex = at
    const found = token.exec(source)
    at = before
    return found?.[4] ?? ''
  }
  const value = (): Value => {
    const [, quoted, digits, word, punctuation] = next()
    if (quoted !== undefined) return string(decodeString(quoted, fail))
    if (digits !== undefined) return number(decodeNumber(digits) ?? fail())
    if (word !== undefined) return word === 'null' ? nullValue : bool(word === 'true')
    if (++depth > maxJsonDepth)
      throw new FunctionError(`the JSON is nested more than ${maxJsonDepth} deep`, 0)
    const result = punctuation === '[' ? array() : punctuation === '{' ? record() : fail()
    depth--
    return result
  }
  const array = (): Value => {
    const elements: Value[] = []
    if (peekMark() === ']') return (next(), tuple(elements))
    for (;;) {
      elements.push(value())
      const separator = mark()
      if (separator === ']') return tuple(elements)
      if (separator !== ',') fail()
    }
  }
  const record = (): Value => {
    const entries = new Map<string, Value>()
    if (peekMark() === '}') return (next(), object(entries))
    for (;;) {
      const key = next()[1] ?? fail()
      if (mark() !== ':') fail()
      entries.set(decodeString(key, fail), value())
      const separator = mark()
      if (separator === '}') return object(entries)
      if (separator !== ',') fail()
    }
  }
  const result = value()
  if (!/^[ \t\r\n]*$/.test(source.slice(at))) fail()
  return result
}

// Behind the closing quote, or the end of the text. By hand: a regular expression would run out of stack.
function endOfString(source: string, start: number): number {
  let at = start
  while (at < source.length && source[at] !== '"') at += source[at] === '\\' ? 2 : 1
  return at + 1
}

function decodeString(quoted: string, fail: () => never): string {
  try {
    // Half of a surrogate pair is no character; Go puts this one in its place.
    return (JSON.parse(quoted) as string).replace(/\p{Surrogate}/gu, '\ufffd').normalize('NFC')
  } catch {
    return fail()
  }
}

function decodeNumber(digits: string): Num | undefined {
  try {
    return parseNum(digits)
  } catch (thrown) {
    if (thrown instanceof NumberRangeError) return undefined
    throw thrown
  }
}
