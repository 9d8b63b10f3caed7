// What must be put back so that a deployment is undone. What somebody changed since is kept: an app that was made, changed
// or deleted anew is left alone, and of one that was only changed in place the newer fields stay. An app that has got a
// new name keeps it: what runs under it never noticed.
import { sameJson } from '../../base/index.ts'
import {
  groupAddress,
  validateApp,
  type App,
  type AppId,
  type GroupId,
  type StackName,
} from '../../model/index.ts'
import { effectiveAppOf, submittedAppOf } from './instances.ts'
import type { AppContent, AppRow, DeploymentRow, GroupRow } from './rows.ts'
import type { State } from './state.ts'
import type { GroupChanges, Target } from './targets.ts'

/** `deletes`: apps that the deployment made go, too. */
export function undoTargets(
  state: State,
  deployment: DeploymentRow,
  { deletes }: { readonly deletes: boolean },
): Target[] {
  return Object.keys(deployment.apps)
    .sort()
    .flatMap(id => {
      const { original, target } = deployment.apps[id]!
      return undoTarget(state, id as AppId, original, target, deletes)
    })
}

/** The groups as they were, where nobody changed them since. */
export function undoGroups(state: State, deployment: DeploymentRow): GroupChanges {
  const changes = new Map<GroupId, GroupRow | null>()
  for (const [key, { original, target, row }] of Object.entries(deployment.groups ?? {})) {
    const id = key as GroupId
    const present = state.tables.group.get(id)
    if (!sameJson(present?.dependencies ?? null, target)) continue
    const base = present ?? row ?? { id, address: groupAddress(id), stack: null }
    changes.set(
      id,
      original === null ? null : { ...base, dependencies: original, revision: state.nextRevision },
    )
  }
  return changes
}

/**
 * The stack and the volumes as they were, where nobody changed them since: what the stack hands out, and from where it is
 * applied. A stack that was made with the deployment goes, unless something is left that belongs to it.
 */
export function undoRest(state: State, { stack, volumes = {} }: DeploymentRow): void {
  const { tables, nextRevision: revision } = state
  for (const [name, { original, target }] of Object.entries(volumes)) {
    if (!sameJson(tables.volume.get(name) ?? null, target)) continue
    if (original === null) tables.volume.delete(name)
    else tables.volume.put(name, { ...original, revision })
  }
  const name = stack?.original?.name ?? stack?.target?.name
  if (stack === undefined || name === undefined) return
  if (!sameJson(tables.stack.get(name) ?? null, stack.target)) return
  if (stack.original !== null) tables.stack.put(name, { ...stack.original, revision })
  else if (!ownsAnything(state, name)) tables.stack.delete(name)
}

function ownsAnything({ tables }: State, stack: StackName): boolean {
  return [tables.app, tables.group, tables.volume].some(table =>
    [...table.values()].some(row => row.stack === stack),
  )
}

function undoTarget(
  state: State,
  id: AppId,
  original: AppRow | null,
  target: AppContent | null,
  deletes: boolean,
): Target[] {
  const current = state.tables.app.get(id)
  if (current === undefined || target === null) {
    const isStillGone = current === undefined && target === null && original !== null
    return isStillGone ? [restored(state, original, current)] : []
  }
  if (current.runKey !== target.runKey || current.instances !== target.instances) return []
  const isUntouched = current.effective === target.effective && current.submitted === target.submitted
  if (original === null) return isUntouched && deletes ? [{ id, submitted: null, restart: false }] : []
  // A retry of what failed before: by itself it does not go back to that.
  if (!deletes && original.halted !== undefined && isSameContent(original, target)) return []
  if (isUntouched) return [restored(state, original, current)]
  const submitted = keepNewer(
    submittedAppOf(state, original),
    submittedAppOf(state, target),
    submittedAppOf(state, current),
  )
  if (validateApp(submitted).some(d => d.severity === 'error')) return []
  const effective = keepNewer(
    effectiveAppOf(state, original),
    effectiveAppOf(state, target),
    effectiveAppOf(state, current),
  )
  return [{ ...restored(state, original, current), submitted, kept: effective }]
}

function restored(state: State, original: AppRow, current: AppRow | undefined): Target {
  return {
    id: original.id,
    submitted: submittedAppOf(state, original),
    restored: original,
    restart: original.runKey !== current?.runKey,
  }
}

function isSameContent(a: AppContent, b: AppContent): boolean {
  return a.runKey === b.runKey && a.instances === b.instances && a.effective === b.effective
}

/** The original, with the fields that changed after the deployment had set them. */
function keepNewer(original: App, target: App, current: App): App {
  const merged: Record<string, unknown> = { ...original }
  const [before, after] = [target, current] as unknown as readonly Readonly<Record<string, unknown>>[]
  for (const field of new Set([...Object.keys(before!), ...Object.keys(after!)])) {
    const value = after![field]
    if (sameJson(before![field] as never, value as never)) continue
    if (value === undefined) delete merged[field]
    else merged[field] = value
  }
  return merged as unknown as App
}
