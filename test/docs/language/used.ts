// What of the language a text uses, as names: `app.port.service` for an argument or block in its place, `for` for a form
// of expression. And everything that there is, from the tables, under the same names.
import type {
  BinaryOperator,
  Block,
  Body,
  Expression,
  Step,
  Template,
  TemplatePart,
} from '../../../src/lang/hcl/ast.ts'
import { parseFile } from '../../../src/lang/hcl/parser.ts'
import { Source } from '../../../src/lang/hcl/source.ts'
import {
  appWords,
  constructs,
  dynamicConstruct,
  groupWords,
  lifecycleConstruct,
  metaArguments,
  volumeWords,
} from '../../../src/lang/vocabulary/index.ts'
import type { Construct, Words } from '../../../src/lang/vocabulary/index.ts'

/** Every argument and block, in its place. */
export function everyName(): readonly string[] {
  const meta = Object.keys(metaArguments)
  const repeated = meta.filter(name => name !== 'depends_on')
  return [
    ...Object.entries(constructs).flatMap(([name, construct]) => namesOfConstruct(name, construct)),
    ...namesOfConstruct('dynamic', dynamicConstruct),
    ...['app', 'group', 'volume'],
    ...['app', 'group'].flatMap(kind => meta.map(name => `${kind}.${name}`)),
    ...repeated.map(name => `volume.${name}`),
    ...namesOfWords('app', appWords),
    ...namesOfWords('group', groupWords),
    ...namesOfWords('volume', volumeWords),
    ...namesOfConstruct('lifecycle', lifecycleConstruct),
    ...['app', 'group', 'volume'].map(kind => `${kind}.lifecycle`),
  ]
}

function namesOfConstruct(prefix: string, construct: Construct): readonly string[] {
  return [
    prefix,
    ...Object.keys(construct.arguments).map(name => `${prefix}.${name}`),
    ...Object.entries(construct.blocks ?? {}).flatMap(([name, inner]) =>
      name === 'lifecycle' ? [`${prefix}.lifecycle`] : namesOfConstruct(`${prefix}.${name}`, inner),
    ),
  ]
}

function namesOfWords(prefix: string, words: Words): readonly string[] {
  return [
    ...Object.keys(words.attributes).map(name => `${prefix}.${name}`),
    ...Object.entries(words.blocks).flatMap(([name, inner]) => [
      `${prefix}.${name}`,
      ...namesOfWords(`${prefix}.${name}`, inner),
    ]),
  ]
}

/** Every form of an expression; the compiler holds these lists to the syntax tree. */
export function everyForm(): readonly string[] {
  return [
    ...Object.keys(expressionKinds),
    ...Object.keys(binaryOperators).map(operator => `a ${operator} b`),
    ...Object.keys(partKinds).map(kind => `template: ${kind}`),
    ...Object.keys(templateForms),
    ...Object.keys(stepKinds).map(kind => `step: ${kind}`),
    ...['heredoc <<', 'heredoc <<-', 'for object', 'for condition', 'for group', 'for key'],
    ...['call with ...', '-a', '!a', 'key: name', 'key: evaluated', 'splat .*', 'splat [*]'],
  ]
}

const expressionKinds: Readonly<Record<Exclude<Expression['kind'], 'invalid'>, true>> = {
  number: true,
  bool: true,
  null: true,
  template: true,
  traversal: true,
  relative: true,
  index: true,
  splat: true,
  splatItem: true,
  call: true,
  unary: true,
  binary: true,
  conditional: true,
  tuple: true,
  object: true,
  for: true,
  parentheses: true,
}

const binaryOperators: Readonly<Record<BinaryOperator, true>> = {
  '||': true,
  '&&': true,
  '==': true,
  '!=': true,
  '>': true,
  '>=': true,
  '<': true,
  '<=': true,
  '+': true,
  '-': true,
  '*': true,
  '/': true,
  '%': true,
}

const partKinds: Readonly<Record<TemplatePart['kind'], true>> = {
  literal: true,
  interpolation: true,
  if: true,
  for: true,
}
const templateForms: Readonly<Record<Template['form'], true>> = { quoted: true, heredoc: true }
const stepKinds: Readonly<Record<Step['kind'], true>> = { attribute: true, index: true }

/** The names and forms that a text uses. */
export function usedIn(name: string, text: string): ReadonlySet<string> {
  const source = new Source(name, text)
  const used = new Set<string>()
  walkBody(parseFile(source).node.body, '', source, used)
  return used
}

function walkBody(body: Body, prefix: string, source: Source, used: Set<string>): void {
  for (const { name, expression } of body.attributes) {
    if (prefix !== '') used.add(`${prefix}.${name}`)
    walkNode(expression, source, used)
  }
  for (const block of body.blocks) {
    const place = placeOf(block, prefix)
    used.add(place)
    used.add(`${prefix}.${block.type}`)
    // What it makes is used, too.
    if (block.type === 'dynamic') {
      const made = `${prefix}.${block.labels[0]!.text}`
      used.add(made)
      for (const inner of block.body.blocks) {
        if (inner.type === 'content') walkBody(inner.body, made, source, used)
      }
    }
    walkBody(block.body, place, source, used)
  }
}

/** Apps and groups are themselves wherever they stand; so are the blocks that are the same everywhere. */
function placeOf({ type }: Block, prefix: string): string {
  if (prefix === '' || type === 'app' || type === 'group' || type === 'dynamic') return type
  if (prefix.startsWith('lifecycle') || type !== 'lifecycle') return `${prefix}.${type}`
  return 'lifecycle'
}

function walkNode(node: unknown, source: Source, used: Set<string>): void {
  if (Array.isArray(node)) for (const item of node as readonly unknown[]) walkNode(item, source, used)
  else if (isNode(node)) {
    for (const form of formsOf(node, source)) used.add(form)
    for (const part of Object.values(node)) walkNode(part, source, used)
  }
}

type Node = Expression | TemplatePart | Step

function isNode(value: unknown): value is Node & Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function formsOf(node: Node & Record<string, unknown>, { text }: Source): readonly string[] {
  const { kind } = node
  switch (kind) {
    case 'template': {
      const start = text.slice(node.start, node.start + 3)
      return node.form === 'quoted'
        ? [kind, node.form]
        : [kind, node.form, `heredoc ${start === '<<-' ? '<<-' : '<<'}`]
    }
    case 'literal':
    case 'interpolation':
    case 'if':
      return [`template: ${kind}`]
    case 'attribute':
      return [`step: ${kind}`]
    case 'index':
      return 'of' in node ? [kind] : [`step: ${kind}`]
    case 'for': {
      if ('body' in node) return [`template: ${kind}`]
      const { key, keyName, condition, group } = node
      return [
        kind,
        ...(key === undefined ? [] : ['for object']),
        ...(keyName === undefined ? [] : ['for key']),
        ...(condition === undefined ? [] : ['for condition']),
        ...(group ? ['for group'] : []),
      ]
    }
    case 'call':
      return node.expand ? [kind, 'call with ...'] : [kind]
    case 'unary':
      return [kind, `${node.operator}a`]
    case 'binary':
      return [kind, `a ${node.operator} b`]
    case 'splat':
      return [kind, `splat ${text.slice(node.marker.start, node.marker.end)}`]
    case 'object':
      return [kind, ...node.items.map(({ key }) => (key.kind === 'name' ? 'key: name' : 'key: evaluated'))]
    default:
      return [kind]
  }
}
