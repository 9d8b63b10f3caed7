// The JSON form of HCL (`*.hcl.json`), read into the same tree as the native one, so that everything behind it is shared.
// An object's names are arguments, or types of blocks; labels are objects around a body; an array holds several blocks;
// `"//"` is a comment. Specification: "HCL JSON Syntax" of the reference implementation.
import type { JsonNode, JsonObject } from '../../json/index.ts'
import { readJsonTree } from '../../json/index.ts'
import type { Attribute, Block, Body, File, Label } from '../ast.ts'
import type { Problem } from '../problem.ts'
import type { Source, Span } from '../source.ts'
import { type JsonReading, jsonExpression } from './expression.ts'
import { type BlockSchema, type BodySchema, type Meaning, fileSchema } from './schema.ts'

export interface ParsedFile {
  readonly node: File
  readonly problems: readonly Problem[]
}

export function parseJsonFile(source: Source): ParsedFile {
  return parse(source, fileSchema)
}

/** A file of values: every name is an argument, every text is meant as it stands. */
export function parseJsonValues(source: Source): ParsedFile {
  const literal: Meaning = 'literal'
  return parse(source, { block: () => undefined, isArgument: () => true, meaning: () => literal })
}

function parse(source: Source, schema: BodySchema): ParsedFile {
  const { start, end } = { start: source.first, end: source.text.length }
  const reading: JsonReading = { source, problems: [] }
  const tree = readJsonTree(source.text, offset => source.position(offset).line)
  const close = { start: Math.max(start, end - 1), end }
  if (tree.kind === 'mistake') {
    reading.problems.push({ ...spanOf(tree), summary: 'Invalid JSON', detail: tree.detail })
    const body = { attributes: [], blocks: [], close, start, end }
    return { node: { source, body, start, end }, problems: reading.problems }
  }
  const objects = objectsIn(tree, 'A file', reading)
  const body = bodyOf(objects, tree, schema, reading)
  return { node: { source, body, start, end }, problems: reading.problems }
}

/** One object, or an array of them, which are as if written one behind the other. */
function objectsIn(node: JsonNode, what: string, { problems }: JsonReading): readonly JsonObject[] {
  if (node.kind === 'object') return [node]
  const parts = node.kind === 'array' ? node.elements : [node]
  return parts.flatMap(part => {
    if (part.kind === 'object') return [part]
    const detail = `${what} is an object in JSON, or an array of objects; this is ${nameOf(part)}.`
    problems.push({ ...spanOf(part), summary: 'Incorrect JSON value type', detail })
    return []
  })
}

function bodyOf(objects: readonly JsonObject[], whole: Span, schema: BodySchema, reading: JsonReading): Body {
  const attributes: Attribute[] = []
  const blocks: Block[] = []
  const named = new Set<string>()
  for (const { name, nameSpan, value } of objects.flatMap(o => o.members)) {
    if (name === '//') continue
    const block = schema.block(name)
    if (block !== undefined && !(schema.isArgument(name) && !holdsObjects(value))) {
      addBlocks({ name, nameSpan }, value, block, blocks, reading)
      continue
    }
    if (named.has(name)) {
      const detail = `The argument "${name}" was already set here. Each argument may be set only once.`
      reading.problems.push({ ...nameSpan, summary: 'Attribute redefined', detail })
      continue
    }
    named.add(name)
    const expression = jsonExpression(value, schema.meaning(name), reading)
    attributes.push({ name, nameSpan, expression, start: nameSpan.start, end: value.end })
  }
  const { start, end } = spanOf(whole)
  return { attributes, blocks, close: { start: end - 1, end }, start, end }
}

interface BlockName {
  readonly name: string
  readonly nameSpan: Span
}

function addBlocks(
  of: BlockName,
  value: JsonNode,
  schema: BlockSchema,
  into: Block[],
  reading: JsonReading,
): void {
  if (value.kind === 'word' && value.value === null) return
  const what = `A block "${of.name}"`
  for (const object of objectsIn(value, what, reading)) {
    if (!hasLabel(object, schema)) {
      into.push(blockOf(of, undefined, object, schema, reading))
      continue
    }
    for (const { name, nameSpan, value: inner } of object.members) {
      if (name === '//') continue
      const label: Label = { text: name, ...nameSpan }
      for (const body of objectsIn(inner, what, reading)) into.push(blockOf(of, label, body, schema, reading))
    }
  }
}

function hasLabel({ members }: JsonObject, { labels, body }: BlockSchema): boolean {
  if (labels !== 'optional') return labels === 1
  const words = body(undefined)
  const own = members.filter(m => m.name !== '//')
  return own.length > 0 && own.every(m => holdsObjects(m.value) && !isWord(m.name, words))
}

function isWord(name: string, words: BodySchema): boolean {
  return words.isArgument(name) || words.block(name) !== undefined
}

function blockOf(
  { name, nameSpan }: BlockName,
  label: Label | undefined,
  object: JsonObject,
  schema: BlockSchema,
  reading: JsonReading,
): Block {
  const header = spanOf(label ?? nameSpan)
  return {
    type: name,
    typeSpan: nameSpan,
    labels: label === undefined ? [] : [label],
    header,
    body: bodyOf([object], object, schema.body(label?.text), reading),
    start: header.start,
    end: object.end,
  }
}

function holdsObjects(value: JsonNode): boolean {
  if (value.kind === 'object') return true
  return value.kind === 'array' && value.elements.length > 0 && value.elements.every(e => e.kind === 'object')
}

function nameOf(node: JsonNode): string {
  if (node.kind === 'word') return String(node.value)
  return node.kind === 'array' ? 'an array' : `a ${node.kind}`
}

function spanOf({ start, end }: Span): Span {
  return { start, end }
}
