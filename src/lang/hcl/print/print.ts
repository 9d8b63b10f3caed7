// The syntax tree as text, in the style of fmt: what `parse` makes of the text is the tree again, up to places. Comments
// are not in the tree and so not in the text.
import { assert } from '../../../base/index.ts'
import type { Attribute, Block, Body, Expression } from '../ast.ts'
import { formatHcl } from '../format/index.ts'
import { expressionText } from './expression.ts'
import { quotedText } from './text.ts'

/** The whole file, with a newline at the end. Items stand in the order of their places; without places arguments come first. */
export function printFile({ body }: { readonly body: Body }): string {
  return formatted(bodyLines(body, 0))
}

/** One expression, which may have several lines. */
export function printExpression(expression: Expression): string {
  const text = expressionText(expression, 0)
  const { text: whole } = formatHcl(`${prefix}${text}\n`, 'printed.hcl')
  // By itself an expression may go on behind a heredoc, which as the value of an argument it can't.
  return (whole?.slice(prefix.length) ?? text).trimEnd() + (text.endsWith('\n') ? '\n' : '')
}

const prefix = 'x = '

function formatted(text: string): string {
  const { text: whole, diagnostics } = formatHcl(text, 'printed.hcl')
  assert(whole !== undefined, `the printed text can be read: ${diagnostics[0]?.detail ?? ''}`)
  return whole
}

type Item = { readonly attribute: Attribute } | { readonly block: Block }

function bodyLines(body: Body, depth: number): string {
  const items: Item[] = [
    ...body.attributes.map(attribute => ({ attribute, at: attribute.start })),
    ...body.blocks.map(block => ({ block, at: block.start })),
  ].sort((a, b) => a.at - b.at)
  let text = ''
  for (const [i, item] of items.entries()) {
    const before = items[i - 1]
    if (before && ('block' in before || 'block' in item)) text += '\n'
    text += 'block' in item ? blockText(item.block, depth) : attributeText(item.attribute, depth)
  }
  return text
}

function attributeText({ name, expression }: Attribute, depth: number): string {
  const text = `${name} = ${expressionText(expression, depth)}`
  return text.endsWith('\n') ? text : `${text}\n`
}

function blockText({ type, labels, body }: Block, depth: number): string {
  const header = [type, ...labels.map(l => quotedText(l.text))].join(' ')
  const isEmpty = body.attributes.length === 0 && body.blocks.length === 0
  return isEmpty ? `${header} {}\n` : `${header} {\n${bodyLines(body, depth + 1)}}\n`
}
