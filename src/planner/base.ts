// What a plan depends on, with revisions: every object of the stack, everything the configuration names (by its former
// name, too), and the stack itself. When one of these has moved, the plan is stale. Revision 0: does not exist.
import { compareStrings } from '../base/index.ts'
import type { Desired, Revision, Snapshot, StackName } from '../model/index.ts'
import type { NewNames } from './names.ts'

export function desiredBaseOf(
  desired: Desired,
  snapshot: Snapshot,
  { former }: Pick<NewNames, 'former'>,
): Readonly<Record<string, Revision>> {
  const { stack } = desired
  const base = new Map<string, Revision>()
  const none = 0 as Revision
  base.set(`stack:${stack}`, none)
  for (const { app } of desired.apps) base.set(`app:${app.id}`, none)
  for (const { id } of desired.groups) base.set(`group:${id}`, none)
  for (const { name } of desired.volumes) base.set(`volume:${name}`, none)
  for (const [key, { id }] of former) base.set(`${key.slice(0, key.indexOf(':'))}:${id}`, none)

  const seen = (key: string, owner: StackName | null, revision: Revision): void => {
    if (owner === stack || base.has(key)) base.set(key, revision)
  }
  for (const a of snapshot.apps) seen(`app:${a.id}`, a.stack, a.revision)
  for (const g of snapshot.groups) seen(`group:${g.id}`, g.stack, g.revision)
  for (const v of snapshot.volumes) seen(`volume:${v.name}`, v.stack, v.revision)
  for (const s of snapshot.stacks) seen(`stack:${s.name}`, s.name, s.revision)
  return Object.fromEntries([...base].sort(([a], [b]) => compareStrings(a, b)))
}
