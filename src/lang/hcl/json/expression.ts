// JSON values as expressions: a text is a template, an array a tuple, an object an object with templates as its keys.
// Places inside of a text are those in the file, also behind escapes.
import type { JsonNode, JsonString } from '../../json/index.ts'
import type { Expression, ObjectItem, Template, TemplatePart } from '../ast.ts'
import { NumberRangeError, parseNum } from '../number.ts'
import { parseExpression } from '../parser.ts'
import type { Problem } from '../problem.ts'
import { Source, type Span } from '../source.ts'
import type { Meaning } from './schema.ts'

export interface JsonReading {
  readonly source: Source
  readonly problems: Problem[]
}

export function jsonExpression(node: JsonNode, meaning: Meaning, reading: JsonReading): Expression {
  const { start, end } = node
  switch (node.kind) {
    case 'word':
      return node.value === null
        ? { kind: 'null', start, end }
        : { kind: 'bool', value: node.value, start, end }
    case 'number':
      return numberLiteral(node.text, node, reading)
    case 'string':
      return meaning === 'static' ? staticExpression(node, reading) : textExpression(node, meaning, reading)
    case 'array': {
      const elements = node.elements.map(e => jsonExpression(e, meaning, reading))
      return { kind: 'tuple', elements, start, end }
    }
    case 'object': {
      const items = node.members.map(({ name, nameSpan, value }): ObjectItem => {
        const key: JsonString = { kind: 'string', text: name, ...nameSpan }
        const isPlain = meaning !== 'template' || !isTemplate(name)
        return {
          key: isPlain
            ? { kind: 'name', text: name.normalize('NFC'), span: nameSpan }
            : textExpression(key, meaning, reading),
          value: jsonExpression(value, meaning, reading),
        }
      })
      return { kind: 'object', items, start, end }
    }
  }
}

function numberLiteral(text: string, { start, end }: Span, { problems }: JsonReading): Expression {
  const value = parseWithinRange(text.replace(/^-/, ''))
  if (value === undefined) {
    problems.push({ start, end, summary: 'Invalid number literal', detail: 'This number is too large.' })
    return { kind: 'invalid', start, end }
  }
  const literal: Expression = { kind: 'number', value, start, end }
  return text.startsWith('-') ? { kind: 'unary', operator: '-', operand: literal, start, end } : literal
}

function parseWithinRange(text: string): ReturnType<typeof parseNum> {
  try {
    return parseNum(text)
  } catch (thrown) {
    if (thrown instanceof NumberRangeError) return undefined
    throw thrown
  }
}

function isTemplate(text: string): boolean {
  return text.includes('${') || text.includes('%{')
}

function textExpression(node: JsonString, meaning: Meaning, reading: JsonReading): Expression {
  const { text, start, end } = node
  if (meaning === 'literal' || !isTemplate(text)) {
    const inner = { start: start + 1, end: end - 1 }
    const parts: TemplatePart[] =
      text === '' ? [] : [{ kind: 'literal', text: text.normalize('NFC'), ...inner }]
    return { kind: 'template', form: 'quoted', parts, start, end }
  }
  // A heredoc has no escapes with a backslash: what JSON's have left is taken as it is.
  let marker = 'END'
  while (text.includes(marker)) marker += '_'
  const opening = `<<${marker}\n`
  const parsed = parseExpression(new Source('', `${opening}${text}\n${marker}\n`))
  const place = placeIn(node, opening.length, reading.source)
  keepProblems(parsed.problems, place, reading)
  const { node: tree } = parsed
  if (tree.kind !== 'template') return { kind: 'invalid', start, end }
  const template: Template = { ...withoutLastNewline(tree), start, end }
  for (const part of template.parts) move(part, place)
  return template
}

// The newline in front of the marker is not part of the text. As in quotes, a lone interpolation keeps its type.
function withoutLastNewline(template: Template): Template {
  const last = template.parts.at(-1)
  if (last?.kind !== 'literal') return { ...template, form: 'quoted' }
  const kept = last.text.replace(/\n$/, '')
  const rest = template.parts.slice(0, -1)
  return { ...template, form: 'quoted', parts: kept === '' ? rest : [...rest, { ...last, text: kept }] }
}

/** `"list(string)"`, `"app.db"`: the text of a native expression. */
function staticExpression(node: JsonString, reading: JsonReading): Expression {
  const { node: tree, problems } = parseExpression(new Source('', node.text))
  const place = placeIn(node, 0, reading.source)
  keepProblems(problems, place, reading)
  move(tree, place)
  return tree
}

type PlaceOf = (offset: number) => number

function keepProblems(problems: readonly Problem[], place: PlaceOf, reading: JsonReading): void {
  for (const problem of problems) {
    reading.problems.push({ ...problem, start: place(problem.start), end: place(problem.end) })
  }
}

/** From offsets in a parsed text, `skipped` units into it, to those of the file. */
function placeIn(node: JsonString, skipped: number, source: Source): PlaceOf {
  const raw = source.text.slice(node.start + 1, node.end - 1)
  const offsets = raw.includes('\\') ? offsetsIn(raw) : undefined
  return offset => {
    const at = Math.max(0, Math.min(offset - skipped, node.text.length))
    return node.start + 1 + (offsets === undefined ? at : offsets[at]!)
  }
}

/** For each unit of the text that a string means, where it is written; last the end. */
function offsetsIn(raw: string): readonly number[] {
  const offsets: number[] = []
  let at = 0
  while (at < raw.length) {
    offsets.push(at)
    at += raw[at] !== '\\' ? 1 : raw[at + 1] === 'u' ? 6 : 2
  }
  offsets.push(at)
  return offsets
}

/** Moves the spans of a fresh tree, each once: some are shared. */
function move(tree: object, place: PlaceOf): void {
  const seen = new Set<object>()
  const waiting: object[] = [tree]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (hasSpan(node)) Object.assign(node, { start: place(node.start), end: place(node.end) })
    for (const part of Object.values(node) as unknown[]) {
      if (typeof part === 'object' && part !== null) waiting.push(part)
    }
  }
}

function hasSpan(node: object): node is Span {
  return 'start' in node && 'end' in node && typeof node.start === 'number' && typeof node.end === 'number'
}
