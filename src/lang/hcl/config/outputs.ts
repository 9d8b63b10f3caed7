// output "name" { value = … }: what is told after an apply.
import { didYouMean } from '../../../base/index.ts'
import type { SurfaceOutput } from '../../surface.ts'
import type { Attribute } from '../ast.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { type Marks, isSensitive, sensitiveMark, withMarks } from '../value.ts'
import { namedAttributes, refuseBlocks } from './attributes.ts'
import type { Declaration } from './declarations.ts'
import { type Run, scopeIn } from './run.ts'
import { surfaceAttribute } from './surfaceattribute.ts'

const hidden: Marks = new Set([sensitiveMark])

export function evaluateOutputs(run: Run): readonly SurfaceOutput[] {
  return [...run.declarations.outputs].flatMap(([name, d]) => evaluateOutput(run, name, d) ?? [])
}

function evaluateOutput(run: Run, name: string, { block, source }: Declaration): SurfaceOutput | undefined {
  const context = `output "${name}"`
  const scope = scopeIn(run, source, undefined, context)
  refuseBlocks(block.body, source, 'output', run.report)
  const known = ['value', 'description', 'sensitive', 'depends_on']
  const named = namedAttributes(block.body, known, source, context, run.report)
  const attribute = named.get('value')
  if (attribute === undefined) {
    // A misspelt one is told already.
    if (block.body.attributes.some(a => didYouMean(a.name, ['value']) !== '')) return undefined
    reportError(scope, block.header, 'Missing required argument', 'An output needs the argument "value".')
    return undefined
  }
  const value = evaluate(attribute.expression, scope)
  const flag = sensitiveFlag(named.get('sensitive'), scope)
  if (flag === false && isSensitive(value)) {
    const detail =
      'The value comes from something sensitive. To show it only on request set sensitive = true here.'
    reportError(scope, attribute.expression, 'Output refers to sensitive values', detail)
  }
  const about = named.get('description')
  const description = about === undefined ? undefined : evaluate(about.expression, scope)
  return {
    name,
    value: surfaceAttribute(run, attribute, flag === true ? withMarks(value, hidden) : value, scope),
    ...(description?.kind === 'string' ? { description: description.value } : {}),
  }
}

function sensitiveFlag(attribute: Attribute | undefined, scope: Scope): boolean | undefined {
  if (attribute === undefined) return false
  const value = evaluate(attribute.expression, scope)
  if (value.kind === 'bool') return value.value
  if (value.kind !== 'unknown') {
    const detail = '"sensitive" must be true or false.'
    reportError(scope, attribute.expression, 'Unsuitable value type', detail)
  }
  return undefined
}
