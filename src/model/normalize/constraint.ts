// Reads one constraint, `[field, OPERATOR, value?]`. Operators are taken in any letter case.
import { didYouMean } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'
import { constraintOperators } from '../app.ts'
import type { ConstraintOperator } from '../app.ts'
import { maxPatternLength } from '../schema/limits.ts'
import { problem, wrongType } from './problem.ts'

export function readConstraint(
  json: Json,
  path: string,
  diagnostics: Diagnostic[],
): readonly string[] | undefined {
  if (!Array.isArray(json)) return wrongType('jsarray', 'a list of 2 or 3 strings', json, path, diagnostics)
  const refuse = (summary: string, detail: string): undefined => {
    diagnostics.push(problem(path, summary, detail))
    return undefined
  }
  const parts: string[] = []
  for (const [i, part] of (json as readonly Json[]).slice(0, 4).entries()) {
    if (typeof part !== 'string') return wrongType('jsstring', 'a string', part, `${path}(${i})`, diagnostics)
    if (part.length > maxPatternLength)
      return refuse(
        'error.maxLength',
        `Has ${part.length} characters; at most ${maxPatternLength} are taken.`,
      )
    parts.push(part)
  }
  if (parts.length < 2 || parts.length > 3)
    return refuse(
      'Each constraint must have either 2 or 3 fields',
      'Write [field, operator] or [field, operator, value].',
    )
  const [field, written, value] = parts as [string, string, string?]
  if (field === '')
    return refuse(
      'missing field for constraint declaration',
      'Name "hostname" or an attribute of the agents.',
    )
  const operator = written.toUpperCase()
  if (!isOperator(operator))
    return refuse(
      'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS',
      `"${written.slice(0, 60)}" is not an operator.${didYouMean(operator.slice(0, 60), constraintOperators)}`,
    )
  // An empty value says as much as none.
  const isPlain = value === undefined || (value === '' && (operator === 'CLUSTER' || operator === 'UNIQUE'))
  return isPlain ? [field, operator] : [field, operator, value]
}

function isOperator(word: string): word is ConstraintOperator {
  return (constraintOperators as readonly string[]).includes(word)
}
