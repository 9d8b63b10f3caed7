// Rules for constraints.
import { RE2JS } from 're2js'
import type { Constraint } from '../app.ts'
import type { Report } from './report.ts'

export function checkConstraints(constraints: readonly Constraint[], path: string, report: Report): void {
  for (const [i, constraint] of constraints.entries()) {
    const wrong = constraintMistake(constraint)
    if (wrong) report(`${path}(${i})`, wrong.summary, wrong.detail)
  }
}

function constraintMistake([field, operator, value]: Constraint):
  { readonly summary: string; readonly detail: string } | undefined {
  switch (operator) {
    case 'UNIQUE':
      if (value === undefined || value === '') return undefined
      return {
        summary: 'UNIQUE does not accept a value',
        detail: `Leave "${value}" out: every instance gets a value of "${field}" of its own.`,
      }
    case 'CLUSTER':
      return undefined
    case 'GROUP_BY':
      if (value === undefined || isCount(value)) return undefined
      return {
        summary: 'GROUP BY must define an integer value or else no value at all',
        detail: `"${value}" is not a number; write how many values of "${field}" there are, or nothing.`,
      }
    case 'MAX_PER':
      if (value !== undefined && isCount(value)) return undefined
      return {
        summary: 'MAX_PER requires an integer value',
        detail: `Write how many instances one value of "${field}" may get.`,
      }
    case 'LIKE':
    case 'UNLIKE':
      return patternMistake(value)
    case 'IS':
      if (value !== undefined && /^[a-zA-Z0-9_/.-]*$/.test(value)) return undefined
      return {
        summary: "IS value must match '^[a-zA-Z0-9_/.-]*$'",
        detail: `Write the value that "${field}" must have: letters, digits and any of _ / . - only.`,
      }
  }
}

function isCount(value: string): boolean {
  return /^\d{1,9}$/.test(value)
}

export function patternMistake(
  value: string | undefined,
): { readonly summary: string; readonly detail: string } | undefined {
  if (value === undefined || value === '')
    return {
      summary: 'LIKE and UNLIKE require a non-empty, regular expression value',
      detail: 'Write the pattern that the whole value is compared with.',
    }
  try {
    RE2JS.compile(value)
    return undefined
  } catch (cause) {
    return {
      summary: `'${value}' is not a valid regular expression`,
      detail: `${cause instanceof Error ? cause.message : String(cause)}. Look-around and back references are not taken: matching is linear in time.`,
    }
  }
}
