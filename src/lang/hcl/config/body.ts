// A body in the surface form: attributes evaluated, blocks within, dynamic ones written out. An attribute that is null is
// as if it were not there.
import type { SurfaceBlock, SurfaceBody, SurfaceValue } from '../../surface.ts'
import type { Block, Body } from '../ast.ts'
import { type Scope, evaluate } from '../evaluate.ts'
import { expandDynamic } from './dynamic.ts'
import type { Run } from './run.ts'
import { surfaceAttribute } from './surfaceattribute.ts'

export function evaluateBody(run: Run, body: Body, scope: Scope, own: ReadonlySet<string>): SurfaceBody {
  const attributes: [string, SurfaceValue][] = []
  for (const attribute of body.attributes) {
    const value = evaluate(attribute.expression, scope)
    if (value.kind === 'null') continue
    attributes.push([attribute.name, surfaceAttribute(run, attribute, value, scope, own)])
  }
  const blocks: SurfaceBlock[] = []
  let incomplete = false
  for (const block of body.blocks) {
    if (block.type !== 'dynamic') {
      blocks.push(evaluateBlock(run, block, scope, own))
      continue
    }
    const made = expandDynamic(block, scope)
    incomplete ||= made === undefined
    for (const { type, labels, content, inner } of made ?? []) {
      const range = scope.source.range(block.header)
      blocks.push({ type, labels, body: evaluateBody(run, content, inner, own), range })
    }
  }
  return {
    attributes: Object.fromEntries(attributes),
    blocks,
    end: scope.source.range(body.close),
    ...(incomplete ? { incomplete } : {}),
  }
}

function evaluateBlock(run: Run, block: Block, scope: Scope, own: ReadonlySet<string>): SurfaceBlock {
  return {
    type: block.type,
    labels: block.labels.map(l => ({ text: l.text, range: scope.source.range(l) })),
    body: evaluateBody(run, block.body, scope, own),
    range: scope.source.range(block.header),
  }
}
