// Equality of syntax trees: what they say, without where it stands. A literal of a template may come in pieces, and an
// empty one says nothing; a number is its digits.
import { formatNum } from '../../src/lang/hcl/number.ts'
import type { Num } from '../../src/lang/hcl/number.ts'

const places = new Set([
  'start',
  'end',
  'span',
  'nameSpan',
  'typeSpan',
  'rootSpan',
  'header',
  'close',
  'marker',
  'source',
])

/** The tree without places, for comparisons. */
export function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return joined(node.map(withoutPlaces))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name, value]) => !places.has(name) && value !== undefined)
      .map(([name, value]) => [name, isNumber(value) ? formatNum(value) : withoutPlaces(value)]),
  )
}

function joined(items: readonly unknown[]): unknown[] {
  const result: unknown[] = []
  for (const item of items) {
    const last = result[result.length - 1]
    if (!isLiteral(item)) result.push(item)
    else if (isLiteral(last)) result[result.length - 1] = { ...last, text: last.text + item.text }
    else if (item.text !== '') result.push(item)
  }
  return result
}

function isLiteral(node: unknown): node is { readonly kind: 'literal'; readonly text: string } {
  return (node as { kind?: unknown } | undefined)?.kind === 'literal'
}

function isNumber(value: unknown): value is Num {
  if (typeof value !== 'object' || value === null) return typeof value === 'number'
  return 'mantissa' in value || ('text' in value && Object.keys(value).length === 1)
}
