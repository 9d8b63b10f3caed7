// Expressions as text. Brackets are set where the tree needs them and has none of its own; a heredoc's text ends with
// the newline that must follow its marker.
import { assert } from '../../../base/index.ts'
import type {
  Binary,
  BinaryOperator,
  Expression,
  For,
  ObjectConstructor,
  ObjectItem,
  Splat,
  Step,
} from '../ast.ts'
import { formatNum } from '../number.ts'
import type { Num } from '../number.ts'
import { templateText } from './template.ts'
import { quotedText } from './text.ts'

/** Lists and objects that are longer than this, or hold a line break, get a line for each item. */
const maxInline = 80
/** Longer objects are easier to read as a column. */
const maxInlineItems = 3

/** `depth`: how many blocks the expression stands in; a heredoc is indented accordingly. */
export function expressionText(expression: Expression, depth: number): string {
  switch (expression.kind) {
    case 'number':
      return numberText(expression.value)
    case 'bool':
      return String(expression.value)
    case 'null':
      return 'null'
    case 'template':
      return templateText(expression, depth, e => expressionText(e, depth))
    case 'traversal':
      return expression.root + stepsText(expression.steps)
    case 'relative':
      return base(expression.of, depth) + stepsText(expression.steps)
    case 'index':
      return `${base(expression.of, depth)}[${expressionText(expression.key, depth)}]`
    case 'splat':
      return `${base(expression.of, depth)}[*]${expressionText(expression.each, depth)}`
    case 'splatItem':
      return ''
    case 'call': {
      const given = listText(
        expression.arguments.map(a => expressionText(a, depth)),
        expression.expand ? '...' : '',
      )
      return `${expression.name}(${given})`
    }
    case 'unary':
      return expression.operator + operand(expression.operand, unaryLevel, depth)
    case 'binary':
      return binaryText(expression, depth)
    case 'conditional': {
      const condition = operand(expression.condition, 1, depth)
      return `${condition} ? ${expressionText(expression.yes, depth)} : ${expressionText(expression.no, depth)}`
    }
    case 'tuple':
      return `[${listText(
        expression.elements.map(e => expressionText(e, insideOf(expression.elements, depth))),
        '',
      )}]`
    case 'object':
      return objectText(expression, depth)
    case 'for':
      return forText(expression, depth)
    case 'parentheses':
      return `(${expressionText(expression.inner, depth)})`
    case 'invalid':
      assert(false, 'a text with syntax errors is not printed')
  }
}

// Written out where that is short; a number of a thousand zeros is not.
function numberText(value: Num): string {
  const text = formatNum(value)
  if (text.length <= maxInline) return text
  const [, digits = '', zeros = ''] = /^(\d*?)(0*)$/.exec(text) ?? []
  if (digits !== '') return zeros === '' ? text : `${digits}e${zeros.length}`
  const [, whole = '', fraction = ''] = /^0*(\d*)\.(\d*)$/.exec(text) ?? []
  return `${(whole + fraction).replace(/^0+(?=\d)/, '')}e-${fraction.length}`
}

function stepsText(steps: readonly Step[]): string {
  return steps
    .map(step => {
      if (step.kind === 'attribute') return `.${step.name}`
      return `[${typeof step.key === 'string' ? quotedText(step.key) : numberText(step.key)}]`
    })
    .join('')
}

/** What an index, a name or a splat may follow. */
function base(of: Expression, depth: number): string {
  switch (of.kind) {
    case 'unary':
    case 'binary':
    case 'conditional':
      return `(${expressionText(of, depth)})`
    case 'splat':
      return attributeSplat(of, depth)
    default:
      return expressionText(of, depth)
  }
}

// Everything behind [*] belongs to each element; .* leaves the next index to the result.
function attributeSplat({ of, each }: Splat, depth: number): string {
  let text = `${base(of, depth)}.*`
  if (each.kind === 'splatItem') return text
  assert(each.kind === 'relative' && each.of.kind === 'splatItem', 'an index follows a splat of names only')
  for (const [i, step] of each.steps.entries()) {
    if (step.kind === 'attribute') text += `.${step.name}`
    else {
      assert(typeof step.key === 'number', 'a splat of names holds no text in brackets')
      // Without the blank `.0.0` would be a number.
      text += `.${each.steps[i - 1]?.kind === 'index' ? ' ' : ''}${step.key}`
    }
  }
  return text
}

const levels: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '>': 4,
  '>=': 4,
  '<': 4,
  '<=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
}
const unaryLevel = 7

/** In parentheses when it binds less tightly than `least`. */
function operand(expression: Expression, least: number, depth: number): string {
  const level =
    expression.kind === 'conditional' ? 0 : expression.kind === 'binary' ? levels[expression.operator] : 9
  return level < least ? `(${expressionText(expression, depth)})` : expressionText(expression, depth)
}

// A chain leans left and may be long.
function binaryText(binary: Binary, depth: number): string {
  const right: string[] = []
  let left: Expression = binary
  let level = 0
  while (left.kind === 'binary' && levels[left.operator] >= level) {
    level = levels[left.operator]
    right.push(` ${left.operator} ${operand(left.right, level + 1, depth)}`)
    left = left.left
  }
  return operand(left, level, depth) + right.reverse().join('')
}

/** What stands between the brackets; `last` follows the last item. */
function listText(items: readonly string[], last: string): string {
  const inline = items.join(', ') + last
  if (!inline.includes('\n') && inline.length <= maxInline) return inline
  const [only] = items
  if (items.length === 1 && only !== undefined) return only + last
  const lines = items.map((text, i) => {
    if (i < items.length - 1) return `${text},\n`
    return last === '' && text.endsWith('\n') ? text : `${text}${last || ','}\n`
  })
  return `\n${lines.join('')}`
}

/** A heredoc among several items makes them lines of their own, one level deeper. */
function insideOf(items: readonly Expression[], depth: number): number {
  const isHeredoc = items.some(e => e.kind === 'template' && e.form === 'heredoc')
  return isHeredoc && items.length > 1 ? depth + 1 : depth
}

function objectText({ items }: ObjectConstructor, outer: number): string {
  if (items.length === 0) return '{}'
  const isHeredoc = items.some(({ value }) => value.kind === 'template' && value.form === 'heredoc')
  const depth = isHeredoc ? outer + 1 : outer
  const texts = items.map(({ key, value }) => `${keyText(key, depth)} = ${expressionText(value, depth)}`)
  const inline = texts.join(', ')
  if (items.length <= maxInlineItems && !inline.includes('\n') && inline.length <= maxInline)
    return `{ ${inline} }`
  return `{\n${texts.map(text => (text.endsWith('\n') ? text : `${text}\n`)).join('')}}`
}

// A name alone, as a key, is its own text: its value needs parentheses.
function keyText(key: ObjectItem['key'], depth: number): string {
  if (key.kind === 'name') return key.text
  return key.kind === 'traversal' ? `(${expressionText(key, depth)})` : expressionText(key, depth)
}

function forText(
  { keyName, valueName, collection, key, value, condition, group }: For,
  depth: number,
): string {
  const names = keyName === undefined ? valueName : `${keyName}, ${valueName}`
  const result = key === undefined ? '' : `${expressionText(key, depth)} => `
  const grouped = group ? '...' : ''
  const kept = condition === undefined ? '' : ` if ${expressionText(condition, depth)}`
  const text = `for ${names} in ${expressionText(collection, depth)} : ${result}${expressionText(value, depth)}${grouped}${kept}`
  return key === undefined ? `[${text}]` : `{ ${text} }`
}
