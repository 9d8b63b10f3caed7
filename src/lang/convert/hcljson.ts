// The JSON form of HCL (`*.hcl.json`) from its trees: an object for each body, objects by label for blocks, texts as
// templates. What is no literal stands as one `${…}`.
import type { Json } from '../../base/index.ts'
import type { Block, Body, Expression, ObjectItem } from '../hcl/ast.ts'
import { asDouble } from '../hcl/number.ts'
import { printExpression } from '../hcl/print/index.ts'

type JsonRecord = Record<string, Json>

export function hclJson(body: Body): string {
  return `${JSON.stringify(bodyJson(body, 'file'), null, 2)}\n`
}

/** Types of blocks whose label must be one, whatever is in them; all other labels are written as what they stand for. */
const labelled = new Set(['variable', 'output', 'group', 'app', 'volume', 'module'])

/** Arguments whose texts are names and not values. */
const statics = new Set(['depends_on', 'ignore_changes'])
const addresses = new Set(['moved', 'import', 'removed'])

function bodyJson({ attributes, blocks }: Body, around: string): JsonRecord {
  const json: JsonRecord = {}
  for (const { name, expression } of attributes) {
    const isStatic = statics.has(name) || (addresses.has(around) && (name === 'from' || name === 'to'))
    json[name] = isStatic ? namesJson(expression) : valueJson(expression)
  }
  for (const type of new Set(blocks.map(b => b.type))) {
    json[type] = blocksJson(blocks.filter(b => b.type === type))
  }
  return json
}

function blocksJson(blocks: readonly Block[]): Json {
  const [{ type }] = blocks as readonly [Block, ...Block[]]
  // Volumes of the configuration have a label, those in an app do not.
  if (labelled.has(type) && blocks.every(b => b.labels.length > 0)) {
    return Object.fromEntries(blocks.map(b => [b.labels[0]!.text, bodyJson(b.body, type)]))
  }
  const bodies = blocks.map(({ labels, body }) => ({
    ...(labels[0] ? { name: templateJson(labels[0].text) } : {}),
    ...bodyJson(body, type),
  }))
  return bodies.length === 1 ? bodies[0]! : bodies
}

/** Names, each as the text of its expression. */
function namesJson(expression: Expression): Json {
  if (expression.kind === 'tuple') return expression.elements.map(e => printExpression(e))
  return printExpression(expression)
}

function valueJson(expression: Expression): Json {
  switch (expression.kind) {
    case 'null':
      return null
    case 'bool':
      return expression.value
    case 'number':
      return asDouble(expression.value)
    case 'unary':
      if (expression.operator === '-' && expression.operand.kind === 'number')
        return -asDouble(expression.operand.value)
      break
    case 'template': {
      const text = expression.parts.map(p => (p.kind === 'literal' ? p.text : undefined))
      if (text.every(t => t !== undefined)) return templateJson(text.join(''))
      break
    }
    case 'tuple':
      return expression.elements.map(valueJson)
    case 'object': {
      const entries = expression.items.map(({ key, value }) => [keyText(key), valueJson(value)] as const)
      if (entries.every(([key]) => key !== undefined)) return Object.fromEntries(entries) as Json
      break
    }
    default:
  }
  return `\${${printExpression(inQuotes(expression))}}`
}

function keyText(key: ObjectItem['key']): string | undefined {
  if (key.kind === 'name') return key.text
  const value = valueJson(key as Expression)
  return typeof value === 'string' ? value : undefined
}

/** A text as a template that gives it again. */
function templateJson(text: string): string {
  return text.replace(/([$%])(?=\{)/g, '$1$1')
}

/** A heredoc in the middle of a line is hard to read, all the more with its lines escaped. */
function inQuotes(node: Expression): Expression {
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit)
    if (typeof part !== 'object' || part === null) return part
    const copy = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, visit(value)]))
    return copy['kind'] === 'template' ? { ...copy, form: 'quoted' } : copy
  }
  return visit(node) as Expression
}
