// Where two JSON values differ first, as a path of the model: `/healthChecks(0)/path`.
import { canonicalJson } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import { isRecord } from '../vocabulary/index.ts'

/** `path` is where the two stand; undefined when they are the same. */
export function differenceAt(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): string | undefined {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    for (let i = 0; i < length; i++) {
      const found = differenceAt(before[i] as Json | undefined, after[i] as Json | undefined, `${path}(${i})`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const found = differenceAt(before[key], after[key], `${path}/${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return canonicalJson(before ?? null) === canonicalJson(after ?? null) ? undefined : path || '/'
}
