// From what is wanted and what is there to a plan. Pure and deterministic: the same input gives the same plan, byte for
// byte. Linear in the number of apps.
//
// What a stack owns and its configuration no longer names is proposed for deletion; what another stack or a REST client
// made is never touched: where ids collide the user gets an error that names the owner.
import { by, compareStrings, errorDiagnostic, sameJson, warningDiagnostic } from '../base/index.ts'
import type { Diagnostic } from '../base/index.ts'
import type {
  App,
  AppId,
  Change,
  Desired,
  Forecast,
  OutputChange,
  Plan,
  PlannedPlacement,
  Snapshot,
  SnapshotStack,
  Step,
} from '../model/index.ts'
import { planApps } from './apps.ts'
import { desiredBaseOf } from './base.ts'
import { findDependencyCycle } from './cycle.ts'
import type { GroupDependencies } from './graph.ts'
import { planGroups } from './groups.ts'
import { lifecyclesNamed } from './lifecycle.ts'
import { forgottenIn, newNames } from './names.ts'
import { renameWarnings } from './renames.ts'
import { computeSteps } from './steps.ts'
import { planVolumes } from './volumes.ts'

export interface PlanOptions {
  readonly mode: 'apply' | 'destroy'
  /** False for a single Marathon file: what it does not name is left alone. */
  readonly deleteUnnamed: boolean
  /** Where the configuration lives, for people: `user@host:directory`. */
  readonly origin: string
  /** Take over apps, groups and volumes of the same name that belong to no stack, although they differ. */
  readonly adopt?: boolean
}

export interface PlanResult {
  /** Null when there are errors. Its placements and forecast are filled in by withForecast. */
  readonly plan: Plan | null
  /** Errors only; what is merely worth knowing travels in the plan's `warnings`. */
  readonly diagnostics: readonly Diagnostic[]
}

export function plan(desired: Desired, snapshot: Snapshot, options: PlanOptions): PlanResult {
  // Destroying is applying a configuration that names nothing.
  const wanted: Desired =
    options.mode === 'destroy'
      ? { format: 1, stack: desired.stack, apps: [], groups: [], volumes: [], outputs: {} }
      : desired
  const deleteUnnamed = options.deleteUnnamed || options.mode === 'destroy'
  const names = newNames(wanted, snapshot)
  const rules = {
    ...options,
    deleteUnnamed,
    names,
    forgotten: forgottenIn(desired, snapshot),
    ...(options.mode === 'destroy' ? { named: lifecyclesNamed(desired) } : {}),
  }
  const parts = [
    planApps(wanted, names.snapshot, rules),
    planGroups(wanted, names.snapshot, rules),
    planVolumes(wanted, names.snapshot, rules),
  ]
  const changes = parts.flatMap((part): readonly Change[] => part.changes)
  changes.sort((a, b) => compareStrings(a.address, b.address) || compareStrings(a.object, b.object))
  const ignored = parts.flatMap(part => part.ignored).sort(by(i => i.address))
  const diagnostics = [...names.diagnostics, ...parts.flatMap(part => part.diagnostics)]

  const { before, assigned, after, groups } = targetOf(changes, names.snapshot)
  const cycle = findDependencyCycle(after, groups)
  if (cycle !== undefined) diagnostics.push(cycleError(cycle, changes))
  if (diagnostics.length > 0) return { plan: null, diagnostics }

  const restart = new Set(changes.flatMap(c => (c.object === 'app' && c.retries === true ? [c.id] : [])))
  const steps = computeSteps({ before, assigned, after, groups, restart })
  const stack = snapshot.stacks.find(s => s.name === desired.stack)
  const outputs = deleteUnnamed ? outputsOf(wanted) : { ...stack?.outputs, ...outputsOf(wanted) }
  const warnings = [
    ...originWarnings(stack, options),
    ...lockWarnings(steps, changes, names.snapshot),
    ...names.warnings,
    ...renameWarnings(changes),
  ]
  return {
    plan: {
      format: 1,
      clusterId: snapshot.clusterId,
      stack: desired.stack,
      origin: options.origin,
      mode: options.mode,
      desiredBase: desiredBaseOf(wanted, snapshot, names),
      placementBase: snapshot.revision,
      changes,
      steps,
      placements: [],
      outputs,
      outputChanges: outputChangesOf(stack?.outputs ?? {}, outputs),
      forecast: null,
      warnings,
      ...(ignored.length > 0 ? { ignored } : {}),
    },
    diagnostics: [],
  }
}

/** Nothing to do: no change, no step, no output that changes. */
export function isEmpty({ changes, steps, outputChanges }: Plan): boolean {
  return changes.length === 0 && steps.length === 0 && outputChanges.length === 0
}

/** The plan with what the forecaster found out. */
export function withForecast(
  of: Plan,
  placements: readonly PlannedPlacement[],
  forecast: Forecast | null,
): Plan {
  return { ...of, placements, forecast }
}

interface Target {
  readonly before: ReadonlyMap<AppId, App>
  readonly assigned: ReadonlyMap<AppId, App>
  readonly after: ReadonlyMap<AppId, App>
  readonly groups: readonly GroupDependencies[]
}

/** The whole cluster before and after the changes: dependencies may lead through apps of other stacks. */
function targetOf(changes: readonly Change[], snapshot: Snapshot): Target {
  const before = new Map(snapshot.apps.map(a => [a.id, a.submitted]))
  const after = new Map(before)
  const groups = new Map(snapshot.groups.map(g => [g.id, g.dependencies]))
  for (const change of changes) {
    if (change.object === 'app') {
      if (change.action === 'forget') continue
      if (change.after === null) after.delete(change.id)
      else after.set(change.id, change.after)
    } else if (change.object === 'group' && change.action !== 'forget') {
      if (change.action === 'delete') groups.delete(change.id)
      else groups.set(change.id, change.dependencies)
    }
  }
  const assigned = new Map(snapshot.apps.map(a => [a.id, a.effective]))
  return { before, assigned, after, groups: [...groups].map(([id, dependencies]) => ({ id, dependencies })) }
}

function outputsOf(desired: Desired): Plan['outputs'] {
  return Object.fromEntries(
    Object.entries(desired.outputs).map(([name, { value, sensitive }]) => [name, { value, sensitive }]),
  )
}

function outputChangesOf(before: Plan['outputs'], after: Plan['outputs']): OutputChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changes: OutputChange[] = []
  for (const name of [...names].sort(compareStrings)) {
    const old = before[name]
    const next = after[name]
    const sensitive = (old?.sensitive ?? false) || (next?.sensitive ?? false)
    if (old === undefined && next !== undefined) {
      changes.push({ name, action: 'create', after: next.value, sensitive })
    } else if (old !== undefined && next === undefined) {
      changes.push({ name, action: 'delete', before: old.value, sensitive })
    } else if (old !== undefined && next !== undefined && !sameJson(old, next)) {
      changes.push({ name, action: 'update', before: old.value, after: next.value, sensitive })
    }
  }
  return changes
}

function cycleError(cycle: readonly AppId[], changes: readonly Change[]): Diagnostic {
  const addresses = new Map(changes.map(c => [c.id as string, c.address]))
  const name = (id: AppId): string => addresses.get(id) ?? id
  const way = [...cycle, cycle[0]!].map(name).join(' → ')
  return errorDiagnostic(
    'Dependency cycle',
    `Each of these waits for the next: ${way}. Remove one of the dependencies. What a group depends on counts for every app in it.`,
    { address: name(cycle[0]!) },
  )
}

function originWarnings(stack: SnapshotStack | undefined, options: PlanOptions): Diagnostic[] {
  if (stack === undefined || stack.origin === options.origin) return []
  return [
    warningDiagnostic(
      'Stack was applied from another place',
      `Stack "${stack.name}" was last applied from ${stack.origin}, this plan comes from ${options.origin}. If they are different configurations, give this one a stack of its own with --stack. If this one shall own the stack from now on, apply with --take-over.`,
    ),
  ]
}

function lockWarnings(steps: readonly Step[], changes: readonly Change[], snapshot: Snapshot): Diagnostic[] {
  if (snapshot.deployments.length === 0) return []
  const addresses = new Map(changes.map(c => [c.id as string, c.address]))
  const affected = new Set<string>([
    ...steps.flatMap(step => step.actions.map(a => a.app)),
    ...changes.flatMap(c => (c.object === 'app' && c.from !== undefined ? [c.id] : [])),
  ])
  return [...snapshot.deployments].sort(by(d => d.id)).flatMap(({ id, apps }) => {
    const locked = apps.filter(app => affected.has(app)).map(app => addresses.get(app) ?? app)
    if (locked.length === 0) return []
    return [
      warningDiagnostic(
        `Deployment in progress`,
        `Deployment ${id} holds ${locked.sort(compareStrings).join(', ')}. Apply will be refused until it has ended. Wait for it, end it with "sddc deployment cancel ${id}", wait in line with --queue, or take over with --take-over.`,
        { address: locked[0] },
      ),
    ]
  })
}
