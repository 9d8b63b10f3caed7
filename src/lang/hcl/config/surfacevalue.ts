// A value as the surface form carries it: JSON, with the paths that must not be shown and the addresses it came from.
// JSON's numbers are doubles; a number with more digits never changes silently.
import { type Diagnostic, type Json, type Range, errorDiagnostic } from '../../../base/index.ts'
import type { SurfaceValue } from '../../surface.ts'
import { type Num, asDouble, formatNum, isDouble, isWhole } from '../number.ts'
import { type Value, hasUnknown, isMapping, isSequence, sensitiveMark } from '../value.ts'

/**
 * What becomes of a number that a double can't hold. As text it is exact for whoever wants a string, and still read as a
 * number by others. Refused, a whole number is an error; a fraction is rounded, as all fractions are.
 */
export type LargeNumbers = 'as text' | 'refused'

/** Where it stands is the caller's to add. */
export type Unplaced = Omit<SurfaceValue, 'range' | 'nameRange'>

/** A value with something unknown in it has failed: its mistake is reported, or it can't be told. */
export function toSurfaceValue(
  value: Value,
  place: () => Range,
  report: (diagnostic: Diagnostic) => void,
  largeNumbers: LargeNumbers = 'refused',
): Unplaced {
  if (value.marks === undefined && (value.kind === 'string' || value.kind === 'bool')) {
    return { value: value.value }
  }
  if (hasUnknown(value)) return { value: null, failed: true }
  const sensitive: string[] = []
  const references = new Set<string>()
  let unfit: Num | undefined
  const visit = (part: Value, path: string, hidden: boolean): Json => {
    let hide = hidden
    for (const mark of part.marks ?? []) {
      if (mark !== sensitiveMark) references.add(mark)
      else if (!hide) {
        sensitive.push(path)
        hide = true
      }
    }
    if (isSequence(part)) return part.elements.map((e, i) => visit(e, `${path}/${i}`, hide))
    if (isMapping(part)) {
      return Object.fromEntries(
        [...part.entries].map(([key, e]) => [key, visit(e, `${path}/${escapePointer(key)}`, hide)]),
      )
    }
    if (part.kind === 'null' || part.kind === 'unknown') return null
    if (part.kind !== 'number') return part.value
    const double = asDouble(part.value)
    const isFinite = Number.isFinite(double)
    if (isFinite && String(double) === formatNum(part.value)) return double
    const isInfinite = typeof part.value === 'number' && !isFinite
    if (largeNumbers === 'as text' && !isInfinite) return formatNum(part.value)
    if (!isFinite || (isWhole(part.value) && !isDouble(part.value))) unfit ??= part.value
    return isFinite ? double : null
  }
  const json = visit(value, '', false)
  if (unfit !== undefined) {
    report(errorDiagnostic('Invalid number', whyUnfit(unfit), { subject: place() }))
    return { value: null, failed: true }
  }
  return {
    value: json,
    ...(sensitive.length === 0 ? {} : { sensitive }),
    ...(references.size === 0 ? {} : { references: [...references] }),
  }
}

function whyUnfit(unfit: Num): string {
  if (typeof unfit === 'number') return 'The number is infinite. Was something divided by zero?'
  return 'The number has more digits than a JSON number keeps, so it would change. Make it a string: tostring(…).'
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
