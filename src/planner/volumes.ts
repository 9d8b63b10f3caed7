// The changes of volumes. A volume that is no longer named is forgotten and its data kept: deleting data takes a word of
// its own, `destroy = true` in its lifecycle.
import type { Diagnostic } from '../base/index.ts'
import { keptLifecycle } from '../model/index.ts'
import type {
  ChangeAction,
  Desired,
  FieldChange,
  IgnoredChanges,
  Snapshot,
  SnapshotVolume,
  VolumeChange,
} from '../model/index.ts'
import { withFormerName } from './former.ts'
import { keepIgnored } from './ignore.ts'
import { lifecycleAtEnd, lifecycleReasons, protectionOf } from './lifecycle.ts'
import { ownershipOf } from './ownership.ts'
import type { Rules } from './ownership.ts'

type Content = NonNullable<VolumeChange['after']>

export function planVolumes(
  desired: Desired,
  snapshot: Snapshot,
  rules: Rules,
): {
  readonly changes: readonly VolumeChange[]
  readonly ignored: readonly IgnoredChanges[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const existing = new Map(snapshot.volumes.map(v => [v.name, v]))
  const changes: VolumeChange[] = []
  const ignored: IgnoredChanges[] = []
  const diagnostics: Diagnostic[] = []
  for (const { address, lifecycle, ...wanted } of desired.volumes) {
    const present = existing.get(wanted.name)
    existing.delete(wanted.name)
    const kept = keptLifecycle(lifecycle)
    const key = `volume:${wanted.name}`
    const base = {
      object: 'volume',
      id: wanted.name,
      address,
      ...(kept === undefined ? {} : { lifecycle: kept }),
    } as const
    if (present === undefined) {
      changes.push({ ...base, after: wanted, action: 'create', fields: [] })
      continue
    }
    const before = contentOf(present)
    const after = keepIgnored(wanted, before, lifecycle?.ignoreChanges ?? [])
    const fields = differences(before, after)
    const left = differences(after, wanted)
    const ownership = ownershipOf({
      noun: 'volume',
      name: after.name,
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
    if (left.length > 0) ignored.push({ address, fields: left })
    const reasons = ownership.kind === 'ours' ? lifecycleReasons(present.lifecycle, kept) : []
    const reason = reasons.length > 0 ? { reason: reasons.join('; ') } : {}
    const action: ChangeAction =
      fields.length > 0 || reasons.length > 0 ? 'update' : ownership.kind === 'adopt' ? 'adopt' : 'no-op'
    const change = withFormerName<VolumeChange>({ ...base, after, action, fields, ...reason }, rules.names)
    if (change.action !== 'no-op') changes.push(change)
  }
  if (rules.deleteUnnamed) {
    for (const present of existing.values()) {
      if (present.stack !== desired.stack) continue
      const ending = { noun: 'volume', id: present.name, ...present }
      const isForgotten = rules.forgotten.has(`volume:${present.name}`)
      if (isForgotten || lifecycleAtEnd(ending, rules).destroy !== true) {
        changes.push(ended(present, rules, 'forget'))
        continue
      }
      const protection = protectionOf(ending, rules)
      if (protection === undefined) changes.push(ended(present, rules, 'delete'))
      else diagnostics.push(protection)
    }
  }
  return { changes, ignored, diagnostics }
}

function contentOf({ name, size, shared }: SnapshotVolume): Content {
  return { name, size, shared }
}

function differences(before: Content, after: Content): FieldChange[] {
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

function ended({ name, address }: SnapshotVolume, rules: Rules, action: 'forget' | 'delete'): VolumeChange {
  const data = action === 'forget' ? 'its data is kept' : 'its data is deleted with it'
  return {
    object: 'volume',
    id: name,
    address,
    action,
    after: null,
    fields: [],
    reason: rules.mode === 'apply' ? `because ${address} is not in the configuration; ${data}` : data,
  }
}
