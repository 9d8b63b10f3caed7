// A value as JSON text with every digit of its numbers; JSON.stringify would round them. Keys are sorted.
import { formatNum } from '../hcl/number.ts'
import { type Value, isMapping, isSequence, sortedKeys } from '../hcl/value.ts'

/** The value has nothing unknown and no infinity in it. */
export function valueJson(value: Value): string {
  if (isSequence(value)) return `[${value.elements.map(valueJson).join(',')}]`
  if (isMapping(value)) {
    const items = sortedKeys(value).map(k => `${JSON.stringify(k)}:${valueJson(value.entries.get(k)!)}`)
    return `{${items.join(',')}}`
  }
  if (value.kind === 'number') return formatNum(value.value)
  return value.kind === 'null' || value.kind === 'unknown' ? 'null' : JSON.stringify(value.value)
}

/** JSON has no number for it. */
export function hasInfinity(value: Value): boolean {
  if (isSequence(value)) return value.elements.some(hasInfinity)
  if (isMapping(value)) return [...value.entries.values()].some(hasInfinity)
  return value.kind === 'number' && typeof value.value === 'number' && !Number.isFinite(value.value)
}
