// How large a value is when written out. Values share their parts, so a short text can describe one of 2^30 parts; the
// memo keeps the count itself linear.
import { type Value, isMapping, isSequence } from '../value.ts'

export interface Measure {
  readonly depth: number
  readonly size: number
}

export type MeasureMemo = WeakMap<Value, Measure>

/** Parts of one value, all levels together: an environment has dozens, a table of a whole fleet some hundred thousand. */
export const maxValueSize = 1_000_000
/** Levels of one value: what walks over values does so by recursion. */
export const maxValueDepth = 500

export function measure(value: Value, memo: MeasureMemo): Measure {
  const parts = isSequence(value) ? value.elements : isMapping(value) ? value.entries.values() : undefined
  if (parts === undefined) return leaf
  const known = memo.get(value)
  if (known !== undefined) return known
  let depth = 0
  let size = 1
  for (const part of parts) {
    const inner = measure(part, memo)
    depth = Math.max(depth, inner.depth)
    size += inner.size
  }
  const found = { depth: depth + 1, size }
  memo.set(value, found)
  return found
}

const leaf: Measure = { depth: 0, size: 1 }
