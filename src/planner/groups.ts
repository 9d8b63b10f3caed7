// The changes of groups. A group carries only dependencies; they order later deployments and disturb nothing.
import { sameJson } from '../base/index.ts'
import type { Diagnostic } from '../base/index.ts'
import type { Desired, FieldChange, GroupChange, Snapshot } from '../model/index.ts'
import { ownershipOf } from './ownership.ts'
import type { Rules } from './ownership.ts'

export function planGroups(
  desired: Desired,
  snapshot: Snapshot,
  rules: Rules,
): { readonly changes: readonly GroupChange[]; readonly diagnostics: readonly Diagnostic[] } {
  const existing = new Map(snapshot.groups.map(g => [g.id, g]))
  const changes: GroupChange[] = []
  const diagnostics: Diagnostic[] = []
  for (const { id, address, dependencies } of desired.groups) {
    const present = existing.get(id)
    existing.delete(id)
    const base = { object: 'group', id, address, dependencies } as const
    if (present === undefined) {
      changes.push({ ...base, action: 'create', fields: [] })
      continue
    }
    const fields = differences(present.dependencies, dependencies)
    // A group that another stack wrote out the same way is no conflict: several stacks may share a group.
    if (fields.length === 0 && present.stack !== null) continue
    const ownership = ownershipOf({
      noun: 'group',
      name: id,
      address,
      stack: desired.stack,
      owner: present.stack,
      equal: fields.length === 0,
      adopt: rules.adopt ?? false,
    })
    if (ownership.kind === 'refused') diagnostics.push(ownership.diagnostic)
    else changes.push({ ...base, action: fields.length === 0 ? 'adopt' : 'update', fields })
  }
  if (rules.deleteUnnamed) {
    for (const { id, address, stack, dependencies } of existing.values()) {
      if (stack !== desired.stack) continue
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
  return { changes, diagnostics }
}

function differences(before: readonly string[], after: readonly string[]): FieldChange[] {
  if (sameJson(before, after)) return []
  return [{ path: '/dependencies', before, after, effect: 'inPlace', sensitive: false }]
}
