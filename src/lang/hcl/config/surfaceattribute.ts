// An attribute's value on its way into the surface form: bounded, with its places, without references to itself.
import type { Json, Range } from '../../../base/index.ts'
import type { SurfaceValue } from '../../surface.ts'
import type { Attribute } from '../ast.ts'
import type { Scope } from '../evaluate.ts'
import type { Source } from '../source.ts'
import type { Value } from '../value.ts'
import { bounded } from './bounded.ts'
import type { Run } from './run.ts'
import { type LargeNumbers, type Unplaced, toSurfaceValue } from './surfacevalue.ts'

/** `own` has the addresses of the instance and of the groups around it. */
export function surfaceAttribute(
  run: Run,
  attribute: Attribute,
  value: Value,
  scope: Scope,
  own: ReadonlySet<string> = new Set(),
  largeNumbers: LargeNumbers = 'as text',
): SurfaceValue {
  const { expression } = attribute
  const { source } = scope
  const limited = bounded(run, value, expression, scope)
  const surface = toSurfaceValue(limited, () => source.range(expression), scope.report, largeNumbers)
  if (surface.references === undefined) return new WrittenValue(source, attribute, surface, undefined)
  // To mention oneself is no dependency.
  const others = surface.references.filter(r => !own.has(r))
  return new WrittenValue(source, attribute, surface, others.length === 0 ? undefined : others)
}

/** Works out where it stands only when asked: most values have no mistake, and there may be hundreds of thousands. */
class WrittenValue implements SurfaceValue {
  readonly value: Json
  readonly failed: boolean
  readonly sensitive: readonly string[] | undefined
  readonly references: readonly string[] | undefined
  readonly #source: Source
  readonly #attribute: Attribute

  constructor(
    source: Source,
    attribute: Attribute,
    { value, failed, sensitive }: Unplaced,
    references: readonly string[] | undefined,
  ) {
    this.value = value
    this.failed = failed === true
    this.sensitive = sensitive
    this.references = references
    this.#source = source
    this.#attribute = attribute
  }

  get range(): Range {
    return this.#source.range(this.#attribute.expression)
  }

  get nameRange(): Range {
    return this.#source.range(this.#attribute.nameSpan)
  }
}
