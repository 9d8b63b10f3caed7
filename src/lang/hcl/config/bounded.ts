// Holds values within limits. Locals that hold one another twice double with each step; nothing else here is bounded by
// the text's length.
import { type Scope, reportError } from '../evaluate.ts'
import type { Span } from '../source.ts'
import { type Value, unknownValue } from '../value.ts'
import { maxValueDepth, maxValueSize, measure } from './measure.ts'
import type { Run } from './run.ts'

export function bounded(run: Run, value: Value, span: Span, scope: Scope): Value {
  const { depth, size } = measure(value, run.measured)
  if (depth <= maxValueDepth && size <= maxValueSize) return value
  // One report is enough: those after it grow out of the same.
  if (run.shared.tooLarge) return unknownValue
  run.shared.tooLarge = true
  const detail = `A value holds at most ${maxValueSize} parts, ${maxValueDepth} inside one another.`
  return reportError(scope, span, 'Value too large', detail)
}
