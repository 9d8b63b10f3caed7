// An attribute's value on its way into the surface form: bounded, with its places, without references to itself.
import type { SurfaceValue } from '../../surface.ts'
import type { Attribute } from '../ast.ts'
import type { Scope } from '../evaluate.ts'
import type { Value } from '../value.ts'
import { bounded } from './bounded.ts'
import type { Run } from './run.ts'
import { type LargeNumbers, toSurfaceValue } from './surfacevalue.ts'

/** `own` has the addresses of the instance and of the groups around it. */
export function surfaceAttribute(
  run: Run,
  attribute: Attribute,
  value: Value,
  scope: Scope,
  own: ReadonlySet<string> = new Set(),
  largeNumbers: LargeNumbers = 'as text',
): SurfaceValue {
  const range = scope.source.range(attribute.expression)
  const nameRange = scope.source.range(attribute.nameSpan)
  const limited = bounded(run, value, attribute.expression, scope)
  const surface = toSurfaceValue(limited, { range, nameRange }, scope.report, largeNumbers)
  if (surface.references === undefined) return surface
  // To mention oneself is no dependency.
  const { references, ...rest } = surface
  const others = references.filter(r => !own.has(r))
  return others.length === 0 ? rest : { ...rest, references: others }
}
