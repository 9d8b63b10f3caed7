// The changes of groups. A group carries only dependencies; they order later deployments and disturb nothing.
import { sameJson } from '../base/index.ts'
import type { Diagnostic } from '../base/index.ts'
import { keptLifecycle } from '../model/index.ts'
import type {
  ChangeAction,
  Desired,
  FieldChange,
  GroupChange,
  IgnoredChanges,
  Snapshot,
} from '../model/index.ts'
import { withFormerName } from './former.ts'
import { keepIgnored } from './ignore.ts'
import { lifecycleReasons, protectionOf } from './lifecycle.ts'
import { ownershipOf } from './ownership.ts'
import type { Rules } from './ownership.ts'

export function planGroups(
  desired: Desired,
  snapshot: Snapshot,
  rules: Rules,
): {
  readonly changes: readonly GroupChange[]
  readonly ignored: readonly IgnoredChanges[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const existing = new Map(snapshot.groups.map(g => [g.id, g]))
  const changes: GroupChange[] = []
  const ignored: IgnoredChanges[] = []
  const diagnostics: Diagnostic[] = []
  for (const { id, address, dependencies, lifecycle } of desired.groups) {
    const present = existing.get(id)
    existing.delete(id)
    const kept = keptLifecycle(lifecycle)
    const base = { object: 'group', id, address, ...(kept === undefined ? {} : { lifecycle: kept }) } as const
    if (present === undefined) {
      changes.push({ ...base, dependencies, action: 'create', fields: [] })
      continue
    }
    const after = keepIgnored(
      { dependencies },
      { dependencies: present.dependencies },
      lifecycle?.ignoreChanges ?? [],
    )
    const fields = differences(present.dependencies, after.dependencies)
    const left = differences(after.dependencies, dependencies)
    if (left.length > 0) ignored.push({ address, fields: left })
    const reasons = present.stack === desired.stack ? lifecycleReasons(present.lifecycle, kept) : []
    // A group that another stack wrote out the same way is no conflict: several stacks may share a group.
    const key = `group:${id}`
    const isSame = fields.length === 0 && reasons.length === 0 && present.stack !== null
    if (isSame && !rules.names.former.has(key)) continue
    const ownership = ownershipOf({
      noun: 'group',
      name: id,
      address,
      stack: desired.stack,
      owner: present.stack,
      equal: fields.length === 0,
      adopt: rules.adopt === true || rules.names.imported.has(key),
    })
    if (ownership.kind === 'refused') {
      diagnostics.push(ownership.diagnostic)
      continue
    }
    const action: ChangeAction = ownership.kind === 'adopt' && fields.length === 0 ? 'adopt' : 'update'
    const reason = reasons.length > 0 ? { reason: reasons.join('; ') } : {}
    const change: GroupChange = {
      ...base,
      dependencies: after.dependencies,
      action: isSame ? 'no-op' : action,
      fields,
      ...reason,
    }
    changes.push(withFormerName(change, rules.names))
  }
  if (rules.deleteUnnamed) {
    for (const present of existing.values()) {
      const { id, address, stack, dependencies } = present
      if (stack !== desired.stack) continue
      if (rules.forgotten.has(`group:${id}`)) {
        const reason = 'it belongs to no stack from now on'
        changes.push({ object: 'group', id, address, dependencies, action: 'forget', fields: [], reason })
        continue
      }
      const protection = protectionOf({ noun: 'group', ...present }, rules)
      if (protection !== undefined) {
        diagnostics.push(protection)
        continue
      }
      changes.push({
        object: 'group',
        id,
        address,
        dependencies,
        action: 'delete',
        fields: [],
        ...(rules.mode === 'apply' ? { reason: `because ${address} is not in the configuration` } : {}),
      })
    }
  }
  return { changes, ignored, diagnostics }
}

function differences(before: readonly string[], after: readonly string[]): FieldChange[] {
  if (sameJson(before, after)) return []
  return [{ path: '/dependencies', before, after, effect: 'inPlace', sensitive: false }]
}
