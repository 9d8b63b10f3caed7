// validation { condition = … error_message = … } of variables: asked once all names have their values.
import { errorDiagnostic } from '../../../base/index.ts'
import type { Attribute } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { boolType } from '../type.ts'
import { isSensitive } from '../value.ts'
import { type Run, scopeIn } from './run.ts'

/** Those of a called module are told at the argument of the call. */
export function validateVariables(run: Run): void {
  for (const variable of run.variables.values()) {
    const given = run.values.get(variable.name)
    if (given === undefined || given.value.kind === 'unknown') continue
    const { source } = variable.declaration
    const scope = scopeIn(run, source, undefined, `variable "${variable.name}"`, run.instance?.address)
    for (const { condition, message } of variable.validations) {
      if (isGood(condition, scope) !== false) continue
      const text = message === undefined ? undefined : evaluate(message.expression, scope)
      const said =
        text?.kind === 'string' && !isSensitive(text) ? text.value : 'The value does not pass the check.'
      const { line } = source.position(condition.start)
      const detail = `${said} (Checked by the validation at ${source.name}:${line}.)`
      scope.report(errorDiagnostic('Invalid value for variable', detail, { subject: given.range }))
    }
  }
}

/** Undefined when it can't be told, which is reported. */
function isGood({ expression }: Attribute, scope: Scope): boolean | undefined {
  const value = evaluate(expression, scope)
  if (value.kind === 'unknown') return undefined
  const converted = tryConvert(value, boolType)
  if (converted?.kind === 'bool') return converted.value
  const detail = 'The condition must be true or false.'
  reportError(scope, expression, 'Invalid validation condition', detail)
  return undefined
}
