// dynamic "port" { for_each = … iterator = p labels = […] content { … } }: a block for each element of a collection.
import type { SurfaceBlock } from '../../surface.ts'
import { argumentNames, dynamicConstruct } from '../../vocabulary/index.ts'
import type { Attribute, Block, Body, Expression } from '../ast.ts'
import { ConversionError, convert } from '../convert.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { nameOfKind, stringType } from '../type.ts'
import { type Value, isMapping, number, object, sortedKeys, string, withMarks } from '../value.ts'
import { namedAttributes } from './attributes.ts'

export interface DynamicBlock {
  readonly type: string
  readonly labels: SurfaceBlock['labels']
  readonly content: Body
  /** The scope of the content, which knows the iterator. */
  readonly inner: Scope
}

/** Undefined when something is wrong with it, which is reported. */
export function expandDynamic(block: Block, scope: Scope): readonly DynamicBlock[] | undefined {
  const [label, extra] = block.labels
  if (label === undefined || extra !== undefined) {
    const detail = 'A dynamic block has one label, the type of the blocks it makes: dynamic "port" { … }.'
    reportError(scope, extra ?? block.typeSpan, 'Invalid dynamic block', detail)
    return undefined
  }
  const known = argumentNames(dynamicConstruct)
  const named = namedAttributes(block.body, known, scope.source, `dynamic "${label.text}"`, scope.report)
  const forEach = named.get('for_each')
  const content = block.body.blocks.find(b => b.type === 'content')
  if (forEach === undefined || content === undefined) {
    const missing = forEach === undefined ? 'the argument "for_each"' : 'a "content" block'
    reportError(scope, block.header, 'Missing required argument', `A dynamic block needs ${missing}.`)
    return undefined
  }
  const iterator = named.get('iterator')?.expression
  if (iterator !== undefined && (iterator.kind !== 'traversal' || iterator.steps.length > 0)) {
    reportError(scope, iterator, 'Invalid expression', 'The iterator is a plain name, without quotes.')
    return undefined
  }
  const name = iterator?.kind === 'traversal' ? iterator.root : label.text
  return entriesOf(forEach.expression, scope)?.map(([key, value]) => {
    const element = object([
      ['key', key],
      ['value', value],
    ])
    const inner: Scope = { ...scope, names: { name, value: element, outer: scope.names } }
    return { type: label.text, labels: labelsOf(named.get('labels'), inner), content: content.body, inner }
  })
}

function entriesOf(expression: Expression, scope: Scope): [Value, Value][] | undefined {
  const value = evaluate(expression, scope)
  if (value.kind === 'unknown') return undefined
  if (isMapping(value)) {
    return sortedKeys(value).map(k => [string(k), withMarks(value.entries.get(k)!, value.marks)])
  }
  if (value.kind === 'set') return value.elements.map(e => [e, e])
  if (value.kind === 'tuple' || value.kind === 'list') return value.elements.map((e, i) => [number(i), e])
  const detail = `A collection is required to make blocks from; this is ${nameOfKind(value)}.`
  reportError(scope, expression, 'Invalid dynamic for_each value', detail)
  return undefined
}

function labelsOf(attribute: Attribute | undefined, scope: Scope): SurfaceBlock['labels'] {
  if (attribute === undefined) return []
  const { expression } = attribute
  const range = scope.source.range(expression)
  const value = evaluate(expression, scope)
  try {
    const list = convert(value, { kind: 'list', element: stringType })
    if (list.kind !== 'list') return []
    return list.elements.flatMap(e => (e.kind === 'string' ? [{ text: e.value, range }] : []))
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const detail = `A list of strings is required: ${thrown.message}.`
    reportError(scope, expression, 'Invalid dynamic block labels', detail)
    return []
  }
}
