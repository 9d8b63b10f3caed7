// A YAML document as a value. The package takes the text apart; what a scalar means is decided here, as Terraform does: by
// YAML 1.2 with the words of 1.1 (yes, no, on, off), exact numbers, timestamps as texts. Tags beyond the core are refused,
// and so are texts that grow: aliases count as often as they are used.
import {
  Composer,
  type Document,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
  isAlias,
  isMap,
  isScalar,
  isSeq,
} from 'yaml'
import { assert } from '../../../base/index.ts'
import { convert } from '../convert.ts'
import { type Num, NumberRangeError, fromDouble, makeNum, parseNum } from '../number.ts'
import { stringType } from '../type.ts'
import {
  type Value,
  bool,
  isMapping,
  isSequence,
  nullValue,
  number,
  object,
  string,
  tuple,
} from '../value.ts'
import { fromBase64 } from './bytes.ts'
import { FunctionError } from './function.ts'
import { maxElements } from './results.ts'
import { parseTimestamp, writeTimestamp } from './timestamp.ts'

/** Deeper YAML is refused: it would exhaust the stack. */
const maxYamlDepth = 200

/** Characters; a file of values has thousands. The parser takes about a microsecond for each. */
const maxYamlLength = 4 * 1024 * 1024

export function decodeYaml(source: string): Value {
  if (source.length > maxYamlLength) {
    throw new FunctionError(`the YAML has more than ${maxYamlLength} characters`, 0)
  }
  const lines = new LineCounter()
  const [document, second] = documentsOf(source, lines)
  const fail = (message: string, offset: number): never => {
    const { line, col } = lines.linePos(offset)
    throw new FunctionError(`${message} (line ${line}, column ${col} of the YAML)`, 0)
  }
  assert(document !== undefined, 'there is a document even in an empty text')
  const [mistake] = document.errors
  if (mistake !== undefined) return fail(`the text is not YAML: ${clause(mistake.message)}`, mistake.pos[0])
  if (second !== undefined) return fail('only one YAML document is allowed', second.range[0])
  if (document.contents === null) return nullValue
  const context: Context = { anchors: new Map(), open: new Set(), left: maxElements, fail }
  return valueOf(document.contents, context)
}

interface Context {
  readonly anchors: Map<string, Decoded>
  /** Anchors of what is being read right now. */
  readonly open: Set<string>
  /** Counts down with every value, those that an alias repeats included. */
  left: number
  readonly fail: (message: string, offset: number) => never
}

interface Decoded {
  readonly value: Value
  /** How many values it holds, itself included. */
  readonly size: number
}

// The package would make a Date and bytes of these.
const verbatimTags = ['binary', 'timestamp'].map(name => ({
  tag: `tag:yaml.org,2002:${name}`,
  resolve: (text: string) => text,
}))

// The parser keeps a stack of its own; the composer recurses, so depth is measured between the two.
function documentsOf(source: string, lines: LineCounter): Document.Parsed[] {
  const tokens = [...new Parser(lines.addNewLine).parse(source)]
  refuseDepth(tokens)
  const composer = new Composer({
    schema: 'failsafe',
    customTags: verbatimTags,
    uniqueKeys: false,
    merge: false,
    logLevel: 'silent',
  })
  return [...composer.compose(tokens, true, source.length)]
}

function refuseDepth(tokens: readonly unknown[]): void {
  const waiting: { readonly token: unknown; readonly depth: number }[] = tokens.map(token => ({
    token,
    depth: 0,
  }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next
    if (typeof token !== 'object' || token === null) continue
    if (depth > maxYamlDepth) throw new FunctionError(`the YAML is nested more than ${maxYamlDepth} deep`, 0)
    if ('items' in token && Array.isArray(token.items)) {
      for (const item of token.items) waiting.push({ token: item, depth: depth + 1 })
    } else {
      if ('key' in token) waiting.push({ token: token.key, depth })
      if ('value' in token) waiting.push({ token: token.value, depth })
    }
  }
}

function clause(message: string): string {
  const [first = ''] = message.split('\n')
  return first.replace(/[.:]$/, '')
}

function valueOf(node: Node, context: Context): Value {
  const before = context.left
  if (isAlias(node)) {
    const found = context.anchors.get(node.source)
    if (context.open.has(node.source)) {
      return context.fail(`"${node.source}" can't be used within itself`, offsetOf(node))
    }
    if (found === undefined)
      return context.fail(`there is no anchor "${node.source}" before this`, offsetOf(node))
    count(found.size, node, context)
    return found.value
  }
  count(1, node, context)
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
  if (anchor !== undefined) context.open.add(anchor)
  const value = contentOf(node, context)
  if (anchor !== undefined) {
    context.open.delete(anchor)
    context.anchors.set(anchor, { value, size: before - context.left })
  }
  return value
}

function count(values: number, node: Node, context: Context): void {
  context.left -= values
  if (context.left < 0) context.fail(`the YAML holds more than ${maxElements} values`, offsetOf(node))
}

function contentOf(node: Node, context: Context): Value {
  if (isScalar(node)) return scalarOf(node, context)
  if (isSeq(node)) {
    refuseTag(node, 'tag:yaml.org,2002:seq', context)
    return tuple(node.items.map(item => valueOf(item as Node, context)))
  }
  if (!isMap(node)) return context.fail('this is not understood', offsetOf(node))
  refuseTag(node, 'tag:yaml.org,2002:map', context)
  const entries = new Map<string, Value>()
  for (const { key, value } of node.items) {
    const held = value === null ? nullValue : undefined
    if (isMergeKey(key)) {
      mergeInto(entries, held ?? valueOf(value as Node, context), key as Node, context)
      continue
    }
    const name = keyOf(key as Node, context)
    entries.set(name, held ?? valueOf(value as Node, context))
  }
  return object(entries)
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<'
}

function mergeInto(entries: Map<string, Value>, given: Value, key: Node, context: Context): void {
  const maps = isSequence(given) ? given.elements : [given]
  for (const map of maps) {
    if (!isMapping(map)) return context.fail('"<<" takes a mapping or a list of mappings', offsetOf(key))
    for (const [name, value] of map.entries) entries.set(name, value)
  }
}

function keyOf(key: Node | null, context: Context): string {
  if (!isScalar(key)) {
    return context.fail('only a string can be the key of a mapping', key === null ? 0 : offsetOf(key))
  }
  const value = convert(scalarOf(key, context), stringType)
  return value.kind === 'string' ? value.value : context.fail("a key can't be null", offsetOf(key))
}

function refuseTag(
  node: { readonly tag?: string; range?: Node['range'] },
  own: string,
  context: Context,
): void {
  if (node.tag !== undefined && node.tag !== own) {
    context.fail(`the tag "${shortTag(node.tag)}" is not known here`, node.range?.[0] ?? 0)
  }
}

function shortTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, '!!')
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}

const words: ReadonlyMap<string, Value> = new Map(
  (
    [
      [bool(true), 'y Y yes Yes YES true True TRUE on On ON'],
      [bool(false), 'n N no No NO false False FALSE off Off OFF'],
      [nullValue, '~ null Null NULL'],
      [number(fromDouble(Number.POSITIVE_INFINITY)), '.inf .Inf .INF +.inf +.Inf +.INF'],
      [number(fromDouble(Number.NEGATIVE_INFINITY)), '-.inf -.Inf -.INF'],
    ] as const
  ).flatMap(([value, spellings]) => spellings.split(' ').map(spelling => [spelling, value] as const)),
)

const integer = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/

// Quoted text and blocks are text; what stands bare is a word, a number or a time if it looks like one.
function scalarOf(node: Scalar, context: Context): Value {
  const text = String(node.value)
  const tag = shortTag(node.tag ?? '')
  const refuse = (): never => context.fail(`${JSON.stringify(text)} can't be read as ${tag}`, offsetOf(node))
  switch (tag) {
    case '':
      return node.type === 'PLAIN' ? plainOf(text, node, context) : asText(text)
    case '!':
    case '!!str':
      return asText(text)
    case '!!null':
      return nullValue
    case '!!bool': {
      const word = words.get(text)
      return word?.kind === 'bool' ? word : refuse()
    }
    case '!!int':
    case '!!float':
      return infinityOf(text) ?? numberOf(text.replaceAll('_', '')) ?? refuse()
    case '!!timestamp':
      return timestampOf(text) ?? refuse()
    case '!!binary':
      // There are no bytes in the language: the base64 stays, checked.
      if (!isBase64(text)) refuse()
      return asText(text)
    default:
      return context.fail(`the tag "${tag}" is not known here`, offsetOf(node))
  }
}

function plainOf(text: string, node: Scalar, context: Context): Value {
  if (text === '') return nullValue
  const word = words.get(text)
  if (word !== undefined) return word
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) context.fail('there is no such number as .nan here', offsetOf(node))
  const time = timestampOf(text)
  if (time !== undefined) return time
  if (!integer.test(text) && !decimal.test(text)) return asText(text)
  return numberOf(text) ?? context.fail(`the number ${text.slice(0, 40)} is out of range`, offsetOf(node))
}

function infinityOf(text: string): Value | undefined {
  const word = words.get(text)
  return word?.kind === 'number' ? word : undefined
}

function asText(text: string): Value {
  return string(text.normalize('NFC'))
}

function numberOf(text: string): Value | undefined {
  try {
    const found = decimal.test(text) ? parseNum(asLiteral(text)) : basedNumber(text)
    return found === undefined ? undefined : number(found)
  } catch (thrown) {
    if (thrown instanceof NumberRangeError) return undefined
    throw thrown
  }
}

// As the language writes numbers: no plus sign, digits on both sides of the point.
function asLiteral(text: string): string {
  return text
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=[eE]|$)/, '')
}

function basedNumber(text: string): Num | undefined {
  const [, sign, digits] = /^([-+]?)(0x[0-9a-fA-F]{1,16}|0o[0-7]{1,22}|0b[01]{1,64})$/.exec(text) ?? []
  if (digits === undefined) return undefined
  return makeNum(sign === '-' ? -BigInt(digits) : BigInt(digits), 0)
}

const timeForm =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt](\d\d):(\d\d?):(\d\d?)(?:\.\d{1,9})?(Z|[-+]\d\d:\d\d))|(?: (\d\d):(\d\d?):(\d\d?)(?:\.\d{1,9})?))?$/

// Written as RFC 3339, to the second.
function timestampOf(text: string): Value | undefined {
  const found = timeForm.exec(text)
  if (found === null) return undefined
  const [, year, month, day, h1, m1, s1, zone = 'Z', h2, m2, s2] = found
  const two = (digits: string | undefined): string => (digits ?? '0').padStart(2, '0')
  const date = `${year}-${two(month)}-${two(day)}`
  const time = `${two(h1 ?? h2)}:${two(m1 ?? m2)}:${two(s1 ?? s2)}`
  try {
    return string(writeTimestamp(parseTimestamp(`${date}T${time}${zone}`, 0)))
  } catch (thrown) {
    if (thrown instanceof FunctionError) return undefined
    throw thrown
  }
}

function isBase64(text: string): boolean {
  try {
    fromBase64(text)
    return true
  } catch (thrown) {
    if (thrown instanceof FunctionError) return false
    throw thrown
  }
}
