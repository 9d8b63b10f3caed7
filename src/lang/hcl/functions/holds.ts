// Whether the elements of a set, which are sorted, hold a value: by halving, so that lists of many can be compared.
import { type Value, compareValues } from '../value.ts'

/** `elements` are sorted as those of a set; `wanted` is of their type. */
export function holds(elements: readonly Value[], wanted: Value): boolean {
  let low = 0
  let high = elements.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareValues(elements[middle]!, wanted)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle
  }
  return false
}
