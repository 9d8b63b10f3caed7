// Whether a converted configuration, read again, is what it was: all but the addresses that could not stay, groups that
// had to be written out, and texts that HCL keeps in composed form (Unicode's NFC).
import { canonicalJson } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import type { Desired } from '../../model/index.ts'
import { isRecord } from '../vocabulary/index.ts'
import type { Converted } from './convert.ts'

/** The path of the first part that differs, for people; undefined when nothing does. */
export function firstDifference(
  before: Desired,
  after: Desired,
  { renamed, groups }: Pick<Converted, 'renamed' | 'groups'>,
): string | undefined {
  const old = comparable(before, renamed.size > 0, new Set())
  const now = comparable(after, renamed.size > 0, new Set(groups))
  return differenceAt(old, now, '')
}

function comparable(desired: Desired, isMoved: boolean, groups: ReadonlySet<string>): Json {
  const named = <T extends { readonly address: string }>(list: readonly T[]): readonly object[] =>
    isMoved ? list.map(({ address: _address, ...rest }) => rest) : list
  const kept = desired.groups.filter(g => !groups.has(g.id) || g.dependencies.length > 0)
  const all = {
    ...desired,
    apps: named(desired.apps),
    groups: named(kept),
    volumes: named(desired.volumes),
  }
  return JSON.parse(canonicalJson(all).normalize('NFC')) as Json
}

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
