// Whether a converted configuration, read again, is what it was: all but the addresses that could not stay, groups that
// had to be written out, and texts that HCL keeps in composed form (Unicode's NFC).
import { canonicalJson } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import type { Desired } from '../../model/index.ts'
import type { Converted } from './convert.ts'
import { differenceAt } from './jsondifference.ts'

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
