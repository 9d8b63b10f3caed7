// output "name" { value = … }: what is told after an apply.
import { didYouMean } from '../../../base/index.ts'
import type { SurfaceOutput } from '../../surface.ts'
import { argumentNames, constructs } from '../../vocabulary/index.ts'
import type { Attribute } from '../ast.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { type Marks, type Value, isSensitive, sensitiveMark, unknownValue, withMarks } from '../value.ts'
import { namedAttributes, refuseBlocks } from './attributes.ts'
import { bounded } from './bounded.ts'
import type { Declaration } from './declarations.ts'
import { evaluateDependsOn } from './dependson.ts'
import { type Run, scopeIn } from './run.ts'
import { surfaceAttribute } from './surfaceattribute.ts'

const hidden: Marks = new Set([sensitiveMark])

/** Of the root: they go into the result. */
export function evaluateOutputs(root: Run): readonly SurfaceOutput[] {
  return [...root.declarations.outputs].flatMap(([name, declaration]) => {
    const output = evaluateOutput(root, name, declaration)
    if (output === undefined) return []
    const { scope, attribute, value, isHidden } = output
    if (isHidden === false && isSensitive(value)) {
      const detail =
        'The value comes from something sensitive. To show it only on request set sensitive = true here.'
      reportError(scope, attribute.expression, 'Output refers to sensitive values', detail)
    }
    const about = output.named.get('description')
    const description = about === undefined ? undefined : evaluate(about.expression, scope)
    return {
      name,
      value: surfaceAttribute(root, attribute, value, scope, new Set(), 'refused'),
      ...(description?.kind === 'string' ? { description: description.value } : {}),
    }
  })
}

/** Of a called module: what references to it give. Sensitive values stay so, wherever they go. */
export function evaluateModuleOutput(run: Run, name: string): Value {
  const output = evaluateOutput(run, name, run.declarations.outputs.get(name)!)
  return output === undefined
    ? unknownValue
    : bounded(run, output.value, output.attribute.expression, output.scope)
}

interface EvaluatedOutput {
  readonly scope: Scope
  readonly named: ReadonlyMap<string, Attribute>
  readonly attribute: Attribute
  /** With the marks of `sensitive` and `depends_on`. */
  readonly value: Value
  /** Undefined when it can't be told. */
  readonly isHidden: boolean | undefined
}

/** Undefined without a value, which is reported. */
function evaluateOutput(run: Run, name: string, { block, source }: Declaration): EvaluatedOutput | undefined {
  const context = `output "${name}"`
  const address = run.instance === undefined ? undefined : `${run.prefix}${name}`
  const scope = scopeIn(run, source, undefined, context, address)
  // Preconditions are looked at once everything is known; see checks.ts.
  const blocks = block.body.blocks.filter(b => b.type !== 'precondition')
  refuseBlocks({ ...block.body, blocks }, source, 'output', run.report)
  const named = namedAttributes(block.body, argumentNames(constructs.output), source, context, run.report)
  const attribute = named.get('value')
  if (attribute === undefined) {
    // A misspelt one is told already.
    if (block.body.attributes.some(a => didYouMean(a.name, ['value']) !== '')) return undefined
    reportError(scope, block.header, 'Missing required argument', 'An output needs the argument "value".')
    return undefined
  }
  const value = evaluate(attribute.expression, scope)
  const isHidden = sensitiveFlag(named.get('sensitive'), scope)
  const dependsOn = named.get('depends_on')
  const needed = dependsOn && evaluateDependsOn(run, dependsOn, scope, undefined, new Set()).references
  const marks = [isHidden === true ? hidden : undefined, needed && new Set(needed)]
  return { scope, named, attribute, value: withMarks(value, ...marks), isHidden }
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
