// A value as the surface form carries it: JSON, with the paths that must not be shown and the addresses it came from.
import { type Diagnostic, type Json, type Range, errorDiagnostic } from '../../../base/index.ts'
import type { SurfaceValue } from '../../surface.ts'
import { asDouble } from '../number.ts'
import { type Value, hasUnknown, isMapping, isSequence, sensitiveMark } from '../value.ts'

/** A value with something unknown in it has failed: its mistake is reported. */
export function toSurfaceValue(
  value: Value,
  places: { range: Range; nameRange?: Range },
  report: (diagnostic: Diagnostic) => void,
): SurfaceValue {
  if (hasUnknown(value)) return { value: null, failed: true, ...places }
  const sensitive: string[] = []
  const references = new Set<string>()
  let finite = true
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
    finite &&= Number.isFinite(double)
    return Number.isFinite(double) ? double : null
  }
  const json = visit(value, '', false)
  if (!finite) {
    const detail = 'The number is infinite or too large to be used. Was something divided by zero?'
    report(errorDiagnostic('Invalid number', detail, { subject: places.range }))
    return { value: null, failed: true, ...places }
  }
  return {
    value: json,
    ...places,
    ...(sensitive.length === 0 ? {} : { sensitive }),
    ...(references.size === 0 ? {} : { references: [...references] }),
  }
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
