// The changes of apps: named and new, named and different, adopted, no longer named.
import type { Diagnostic } from '../base/index.ts'
import type { AppChange, ChangeAction, Desired, DesiredApp, Snapshot, SnapshotApp } from '../model/index.ts'
import { diffApp, touchesSensitive } from './diff.ts'
import { disruptionOf } from './disruption.ts'
import { changeActionOf } from './kind.ts'
import { ownershipOf } from './ownership.ts'
import type { Rules } from './ownership.ts'

interface Part<Kind> {
  readonly changes: readonly Kind[]
  readonly diagnostics: readonly Diagnostic[]
}

export function planApps(desired: Desired, snapshot: Snapshot, rules: Rules): Part<AppChange> {
  const existing = new Map(snapshot.apps.map(a => [a.id, a]))
  const changes: AppChange[] = []
  const diagnostics: Diagnostic[] = []
  for (const wanted of desired.apps) {
    const present = existing.get(wanted.app.id)
    existing.delete(wanted.app.id)
    if (present === undefined) {
      changes.push(creation(wanted))
      continue
    }
    const change = difference(wanted, present)
    const ownership = ownershipOf({
      noun: 'app',
      name: wanted.app.id,
      address: wanted.address,
      stack: desired.stack,
      owner: present.stack,
      equal: change.fields.length === 0,
      adopt: rules.adopt ?? false,
    })
    if (ownership.kind === 'refused') diagnostics.push(ownership.diagnostic)
    else if (ownership.kind === 'adopt') changes.push(adoption(change))
    else if (change.action !== 'no-op') changes.push(change)
  }
  if (rules.deleteUnnamed) {
    for (const present of existing.values()) {
      if (present.stack === desired.stack) changes.push(deletion(present, rules))
    }
  }
  return { changes, diagnostics }
}

// Fields are left empty: all of `after` is new, and repeating it would double the plan.
function creation({ address, app, sensitivePaths }: DesiredApp): AppChange {
  return {
    object: 'app',
    id: app.id,
    address,
    action: 'create',
    before: null,
    after: app,
    fields: [],
    disruption: disruptionOf(null, app, 'create'),
    sensitivePaths,
  }
}

function difference({ address, app, sensitivePaths }: DesiredApp, present: SnapshotApp): AppChange {
  const before = present.submitted
  const hidden = [...new Set([...present.sensitivePaths, ...sensitivePaths])]
  const fields = diffApp(before, app, hidden, present.effective)
  const marked = sensitivePaths.filter(path => !touchesSensitive(path, present.sensitivePaths))
  const action: ChangeAction =
    fields.length === 0 && marked.length > 0 ? 'update' : changeActionOf(before, app, fields)
  return {
    object: 'app',
    id: app.id,
    address,
    action,
    before,
    after: app,
    fields,
    ...(marked.length > 0 ? { reason: `${marked.join(', ')} will be hidden from now on` } : {}),
    ...driftOf(present, hidden),
    disruption: disruptionOf(before, app, action),
    sensitivePaths,
  }
}

function driftOf(present: SnapshotApp, hidden: readonly string[]): Pick<AppChange, 'drift'> {
  if (present.applied === undefined) return {}
  const fields = diffApp(present.applied, present.submitted, hidden, null)
  if (fields.length === 0) return {}
  return { drift: { fields, ...(present.changedBy === undefined ? {} : { by: present.changedBy }) } }
}

function adoption(change: AppChange): AppChange {
  return change.fields.length === 0
    ? { ...change, action: 'adopt', reason: 'it exists, is equal and belongs to no stack' }
    : { ...change, reason: 'adopted: it was made outside of any configuration' }
}

function deletion(present: SnapshotApp, rules: Rules): AppChange {
  return {
    object: 'app',
    id: present.id,
    address: present.address,
    action: 'delete',
    before: present.submitted,
    after: null,
    fields: [],
    ...(rules.mode === 'apply' ? { reason: `because ${present.address} is not in the configuration` } : {}),
    ...driftOf(present, present.sensitivePaths),
    disruption: disruptionOf(present.submitted, null, 'delete'),
    sensitivePaths: present.sensitivePaths,
  }
}
