// Nodes of HCL's syntax tree for plain values. They have no places: they come from no text.
import type { Json } from '../../base/index.ts'
import type { Attribute, Block, Body, Expression, Step } from '../hcl/ast.ts'
import { fromDouble } from '../hcl/number.ts'

const at = { start: 0, end: 0 } as const

export function valueNode(value: Json, sensitive: readonly string[] = []): Expression {
  if (sensitive.includes('')) return callNode('sensitive', valueNode(value))
  if (value === null) return { kind: 'null', ...at }
  if (typeof value === 'boolean') return { kind: 'bool', value, ...at }
  if (typeof value === 'number') return numberNode(value)
  if (typeof value === 'string') return textNode(value)
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    return tupleNode(items.map((item, i) => valueNode(item, within(sensitive, String(i)))))
  }
  const entries = Object.entries(value as Readonly<Record<string, Json | undefined>>)
  return objectNode(entries.map(([key, v]) => [key, valueNode(v ?? null, within(sensitive, key))]))
}

/** The JSON pointers behind one step. */
export function within(pointers: readonly string[], key: string): readonly string[] {
  const step = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  return pointers.flatMap(pointer => {
    const rest = pointer.slice(step.length)
    return pointer.startsWith(step) && (rest === '' || rest.startsWith('/')) ? [rest] : []
  })
}

function numberNode(value: number): Expression {
  const node: Expression = { kind: 'number', value: fromDouble(Math.abs(value)), ...at }
  return value < 0 ? { kind: 'unary', operator: '-', operand: node, ...at } : node
}

/** Several lines are a heredoc: it ends with a newline, so only a text that does can be one. */
export function textNode(text: string): Expression {
  const form = /\n[^]*\n$/.test(text) ? 'heredoc' : 'quoted'
  const parts = text === '' ? [] : [{ kind: 'literal' as const, text, ...at }]
  return { kind: 'template', form, parts, ...at }
}

export function tupleNode(elements: readonly Expression[]): Expression {
  return { kind: 'tuple', elements, ...at }
}

export function objectNode(entries: readonly (readonly [string, Expression])[]): Expression {
  const items = entries.map(([key, value]) => ({
    key: isIdentifier(key) ? ({ kind: 'name', text: key, span: at } as const) : quotedNode(key),
    value,
  }))
  return { kind: 'object', items, ...at }
}

function quotedNode(text: string): Expression {
  const parts = text === '' ? [] : [{ kind: 'literal' as const, text, ...at }]
  return { kind: 'template', form: 'quoted', parts, ...at }
}

export function callNode(name: string, ...given: readonly Expression[]): Expression {
  return { kind: 'call', name, nameSpan: at, arguments: given, expand: false, close: at, ...at }
}

/** `app.db`, `each.value`: names, and keys of instances. */
export function traversalNode(
  root: string,
  ...steps: readonly (string | { readonly key: string | number })[]
): Expression {
  const nodes = steps.map((step): Step => {
    if (typeof step === 'string') return { kind: 'attribute', name: step, ...at }
    const key = typeof step.key === 'number' ? fromDouble(step.key) : step.key
    return { kind: 'index', key, ...at }
  })
  return { kind: 'traversal', root, rootSpan: at, steps: nodes, ...at }
}

export function indexNode(of: Expression, key: Expression): Expression {
  return { kind: 'index', of, key, ...at }
}

export function attributeNode(name: string, expression: Expression): Attribute {
  return { name, nameSpan: at, expression, ...at }
}

export function blockNode(type: string, labels: readonly string[], body: Body): Block {
  return { type, typeSpan: at, labels: labels.map(text => ({ text, ...at })), header: at, body, ...at }
}

export function bodyNode(attributes: readonly Attribute[], blocks: readonly Block[] = []): Body {
  return { attributes, blocks, close: at, ...at }
}

/** What can stand as a name without quotes. */
export function isIdentifier(text: string): boolean {
  return /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(text)
}
