// The changes of volumes. A volume that is no longer named is forgotten and its data kept: deleting data takes a command
// of its own.
import type { Diagnostic } from '../base/index.ts'
import type {
  Desired,
  DesiredVolume,
  FieldChange,
  Snapshot,
  SnapshotVolume,
  VolumeChange,
} from '../model/index.ts'
import { ownershipOf } from './ownership.ts'
import type { Rules } from './ownership.ts'

export function planVolumes(
  desired: Desired,
  snapshot: Snapshot,
  rules: Rules,
): { readonly changes: readonly VolumeChange[]; readonly diagnostics: readonly Diagnostic[] } {
  const existing = new Map(snapshot.volumes.map(v => [v.name, v]))
  const changes: VolumeChange[] = []
  const diagnostics: Diagnostic[] = []
  for (const { address, ...after } of desired.volumes) {
    const present = existing.get(after.name)
    existing.delete(after.name)
    const base = { object: 'volume', id: after.name, address, after } as const
    if (present === undefined) {
      changes.push({ ...base, action: 'create', fields: [] })
      continue
    }
    const fields = differences(present, after)
    const ownership = ownershipOf({
      noun: 'volume',
      name: after.name,
      address,
      stack: desired.stack,
      owner: present.stack,
      equal: fields.length === 0,
      adopt: rules.adopt ?? false,
    })
    if (ownership.kind === 'refused') diagnostics.push(ownership.diagnostic)
    else if (fields.length > 0) changes.push({ ...base, action: 'update', fields })
    else if (ownership.kind === 'adopt') changes.push({ ...base, action: 'adopt', fields })
  }
  if (rules.deleteUnnamed) {
    for (const present of existing.values()) {
      if (present.stack === desired.stack) changes.push(forgetting(present, rules))
    }
  }
  return { changes, diagnostics }
}

function differences(before: SnapshotVolume, after: Omit<DesiredVolume, 'address'>): FieldChange[] {
  return (['shared', 'size'] as const)
    .filter(name => before[name] !== after[name])
    .map(name => ({
      path: `/${name}`,
      before: before[name],
      after: after[name],
      effect: 'inPlace',
      sensitive: false,
    }))
}

function forgetting({ name, address }: SnapshotVolume, rules: Rules): VolumeChange {
  return {
    object: 'volume',
    id: name,
    address,
    action: 'forget',
    after: null,
    fields: [],
    reason:
      rules.mode === 'apply'
        ? `because ${address} is not in the configuration; its data is kept`
        : 'its data is kept',
  }
}
