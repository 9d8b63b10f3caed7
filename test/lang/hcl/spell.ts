// What the tests of the syntax compare: a tree in short words, and findings as `! summary @ line:column-line:column`.
import type { Body, Expression, Step, TemplatePart } from '../../../src/lang/hcl/ast.ts'
import { formatNum } from '../../../src/lang/hcl/number.ts'
import { type Parsed, parseExpression, parseFile } from '../../../src/lang/hcl/parser.ts'
import { problemsToDiagnostics } from '../../../src/lang/hcl/problem.ts'
import { Source } from '../../../src/lang/hcl/source.ts'

/** The findings of a text, or its tree when there are none. */
export function readFile(text: string): string {
  const source = new Source('test.hcl', text)
  const parsed = parseFile(source)
  return findings(source, parsed) || spellBody(parsed.node.body)
}

/** As `readFile`, of one expression. */
export function readExpression(text: string): string {
  const source = new Source('test.hcl', text)
  const parsed = parseExpression(source)
  return findings(source, parsed) || spell(parsed.node)
}

function findings(source: Source, { problems }: Parsed<unknown>): string {
  return problemsToDiagnostics(source, problems)
    .map(({ summary, subject }) => {
      const { start, end } = subject!
      return `! ${summary} @ ${start.line}:${start.column}-${end.line}:${end.column}`
    })
    .join('\n')
}

/** `name=expression` and `type "label" { … }`, in the order of the text; `<invalid>` for what could not be read. */
export function spellBody(body: Body): string {
  const items = [
    ...body.attributes.map(a => ({ at: a.start, text: `${a.name}=${spell(a.expression)}` })),
    ...body.blocks.map(b => {
      const head = [b.type, ...b.labels.map(l => JSON.stringify(l.text))].join(' ')
      const inner = spellBody(b.body)
      return { at: b.start, text: `${head} {${inner === '' ? '' : ` ${inner} `}}` }
    }),
  ]
  return items
    .sort((a, b) => a.at - b.at)
    .map(i => i.text)
    .join('; ')
}

function spell(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return formatNum(e.value)
    case 'bool':
      return String(e.value)
    case 'null':
      return 'null'
    case 'template':
      return `${e.form === 'heredoc' ? 'heredoc' : ''}${spellParts(e.parts)}`
    case 'traversal':
      return e.root + spellSteps(e.steps)
    case 'relative':
      return `${spell(e.of)}${spellSteps(e.steps)}`
    case 'index':
      return `(index ${spell(e.of)} ${spell(e.key)})`
    case 'splat':
      return `(splat ${spell(e.of)} ${spell(e.each)})`
    case 'splatItem':
      return '@'
    case 'call':
      return `${e.name}(${e.arguments.map(spell).join(', ')}${e.expand ? '...' : ''})`
    case 'unary':
      return `(${e.operator} ${spell(e.operand)})`
    case 'binary':
      return `(${e.operator} ${spell(e.left)} ${spell(e.right)})`
    case 'conditional':
      return `(? ${spell(e.condition)} ${spell(e.yes)} ${spell(e.no)})`
    case 'tuple':
      return `[${e.elements.map(spell).join(', ')}]`
    case 'object':
      return `{${e.items.map(({ key, value }) => `${spellKey(key)}=${spell(value)}`).join(', ')}}`
    case 'for': {
      const names = e.keyName === undefined ? e.valueName : `${e.keyName},${e.valueName}`
      const key = e.key === undefined ? '' : `${spell(e.key)} => `
      const condition = e.condition === undefined ? '' : ` if ${spell(e.condition)}`
      const group = e.group ? '...' : ''
      return `(for ${names} in ${spell(e.collection)}: ${key}${spell(e.value)}${group}${condition})`
    }
    case 'parentheses':
      return `(${spell(e.inner)})`
    case 'invalid':
      return '<invalid>'
  }
}

function spellKey(key: { readonly kind: 'name'; readonly text: string } | Expression): string {
  return key.kind === 'name' ? key.text : spell(key)
}

function spellSteps(steps: readonly Step[]): string {
  return steps
    .map(step => {
      if (step.kind === 'attribute') return `.${step.name}`
      return `[${typeof step.key === 'string' ? JSON.stringify(step.key) : formatNum(step.key)}]`
    })
    .join('')
}

function spellParts(parts: readonly TemplatePart[]): string {
  if (parts.length === 0) return '""'
  const words = parts.map(spellPart)
  return words.length === 1 ? words[0]! : `<${words.join(' ')}>`
}

function spellPart(part: TemplatePart): string {
  switch (part.kind) {
    case 'literal':
      return JSON.stringify(part.text)
    case 'interpolation':
      return `$${spell(part.expression)}`
    case 'if':
      return `if(${spell(part.condition)} ${spellParts(part.yes)} ${spellParts(part.no)})`
    case 'for': {
      const names = part.key === undefined ? part.value : `${part.key},${part.value}`
      return `for(${names} in ${spell(part.collection)} ${spellParts(part.body)})`
    }
  }
}
