// The changes of apps: named and new, named and different, adopted, no longer named.
import type { Diagnostic } from '../base/index.ts'
import { keptLifecycle, validateApp } from '../model/index.ts'
import type {
  App,
  AppChange,
  ChangeAction,
  Desired,
  DesiredApp,
  IgnoredChanges,
  Snapshot,
  SnapshotApp,
} from '../model/index.ts'
import { diffApp, touchesSensitive } from './diff.ts'
import { disruptionOf } from './disruption.ts'
import { withFormerName } from './former.ts'
import { keepIgnored } from './ignore.ts'
import { changeActionOf } from './kind.ts'
import { lifecycleAtEnd, lifecycleReasons, protectionOf } from './lifecycle.ts'
import { ownershipOf } from './ownership.ts'
import type { Rules } from './ownership.ts'

interface Part<Kind> {
  readonly changes: readonly Kind[]
  readonly ignored: readonly IgnoredChanges[]
  readonly diagnostics: readonly Diagnostic[]
}

export function planApps(desired: Desired, snapshot: Snapshot, rules: Rules): Part<AppChange> {
  const existing = new Map(snapshot.apps.map(a => [a.id, a]))
  const changes: AppChange[] = []
  const ignored: IgnoredChanges[] = []
  const diagnostics: Diagnostic[] = []
  for (const wanted of desired.apps) {
    const present = existing.get(wanted.app.id)
    existing.delete(wanted.app.id)
    if (present === undefined) {
      changes.push(creation(wanted))
      continue
    }
    const key = `app:${wanted.app.id}`
    const app = keepIgnored(wanted.app, present.submitted, wanted.lifecycle?.ignoreChanges ?? [])
    const change = difference({ ...wanted, app }, present)
    const ownership = ownershipOf({
      noun: 'app',
      name: wanted.app.id,
      address: wanted.address,
      stack: desired.stack,
      owner: present.stack,
      equal: change.fields.length === 0,
      adopt: rules.adopt === true || rules.names.imported.has(key),
    })
    if (ownership.kind === 'refused') {
      diagnostics.push(ownership.diagnostic)
      continue
    }
    if (app !== wanted.app) {
      diagnostics.push(...misfits(app, wanted))
      const fields = diffApp(app, wanted.app, change.sensitivePaths, present.effective)
      if (fields.length > 0) ignored.push({ address: wanted.address, fields })
    }
    const named = withFormerName(ownership.kind === 'adopt' ? adoption(change, rules) : change, rules.names)
    if (named.action !== 'no-op') changes.push(named)
  }
  if (rules.deleteUnnamed) {
    for (const present of existing.values()) {
      if (present.stack !== desired.stack) continue
      if (isForgotten(present, rules)) {
        changes.push(forgetting(present, rules))
        continue
      }
      const protection = protectionOf({ noun: 'app', ...present }, rules)
      if (protection !== undefined) diagnostics.push(protection)
      else changes.push(deletion(present, rules))
    }
  }
  return { changes, ignored, diagnostics }
}

// What stays must fit what is new: a check of the third port needs a third port.
function misfits(app: App, { address, lifecycle }: DesiredApp): readonly Diagnostic[] {
  return validateApp(app)
    .filter(d => d.severity === 'error')
    .map(d => ({
      ...d,
      summary: 'What ignore_changes keeps does not fit the rest',
      detail: `${d.detail} From the cluster comes what ignore_changes names: ${(lifecycle?.ignoreChanges ?? []).join(', ') || 'all'}.`,
      address,
    }))
}

// Fields are left empty: all of `after` is new, and repeating it would double the plan.
function creation({ address, app, sensitivePaths, lifecycle }: DesiredApp): AppChange {
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
    ...kept(lifecycle),
  }
}

function difference(wanted: DesiredApp, present: SnapshotApp): AppChange {
  const { address, app, sensitivePaths, lifecycle } = wanted
  const before = present.submitted
  const hidden = [...new Set([...present.sensitivePaths, ...sensitivePaths])]
  const fields = diffApp(before, app, hidden, present.effective)
  const marked = sensitivePaths.filter(path => !touchesSensitive(path, present.sensitivePaths))
  const reasons = [
    ...(marked.length > 0 ? [`${marked.join(', ')} will be hidden from now on`] : []),
    ...lifecycleReasons(present.lifecycle, keptLifecycle(lifecycle)),
  ]
  const plain: ChangeAction =
    fields.length === 0 && reasons.length > 0 ? 'update' : changeActionOf(before, app, fields)
  // Although nothing may differ: what runs is not what was applied. A change that restarts it anyway needs no retry.
  const { halted } = present
  const retries = halted !== undefined && plain !== 'restart'
  if (retries) {
    const { deployment, reason } = halted
    reasons.push(`deployment ${deployment} failed: ${reason}; apply tries again`)
  }
  const action = !retries ? plain : app.instances > 0 ? 'restart' : plain === 'no-op' ? 'update' : plain
  return {
    object: 'app',
    id: app.id,
    address,
    action,
    before,
    after: app,
    fields,
    ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}),
    ...driftOf(present, hidden, lifecycle?.ignoreChanges),
    ...(retries ? { retries } : {}),
    disruption: disruptionOf(before, app, action, present.running),
    sensitivePaths,
    ...kept(lifecycle),
  }
}

function kept(lifecycle: DesiredApp['lifecycle']): Pick<AppChange, 'lifecycle'> {
  const stays = keptLifecycle(lifecycle)
  return stays === undefined ? {} : { lifecycle: stays }
}

// What is left to others is no drift.
function driftOf(
  present: SnapshotApp,
  hidden: readonly string[],
  ignoreChanges: readonly string[] = [],
): Pick<AppChange, 'drift'> {
  if (present.applied === undefined) return {}
  const applied = keepIgnored(present.applied, present.submitted, ignoreChanges)
  const fields = diffApp(applied, present.submitted, hidden, null)
  if (fields.length === 0) return {}
  return { drift: { fields, ...(present.changedBy === undefined ? {} : { by: present.changedBy }) } }
}

function adoption(change: AppChange, { names }: Rules): AppChange {
  if (change.retries === true) {
    return { ...change, reason: `made outside of any configuration; ${change.reason}` }
  }
  if (names.imported.has(`app:${change.id}`)) {
    const action = change.fields.length === 0 ? 'adopt' : change.action
    return { ...change, action, reason: 'imported: it was made outside of any configuration' }
  }
  return change.fields.length === 0
    ? { ...change, action: 'adopt', reason: 'it exists, is equal and belongs to no stack' }
    : { ...change, reason: 'adopted: it was made outside of any configuration' }
}

function isForgotten(present: SnapshotApp, rules: Rules): boolean {
  return (
    rules.forgotten.has(`app:${present.id}`) ||
    lifecycleAtEnd({ noun: 'app', ...present }, rules).destroy === false
  )
}

function forgetting(present: SnapshotApp, rules: Rules): AppChange {
  return {
    ...deletion(present, rules),
    action: 'forget',
    reason: 'it runs on, and belongs to no stack',
    disruption: disruptionOf(null, null, 'forget'),
  }
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
