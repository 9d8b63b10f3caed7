// The one way in which apps of the desired state change: from a plan, over REST, by rollback. Targets come in checked;
// out come new app rows and the deployment that makes the cluster follow. The steps come from the planner.
import { errorDiagnostic, isoTime, sameJson, type Diagnostic, type UtcMs } from '../../base/index.ts'
import {
  appAddress,
  assignServicePorts,
  groupsAround,
  runKey,
  sameLifecycle,
  servicePorts,
  type Actor,
  type AgentId,
  type App,
  type AppId,
  type DeploymentId,
  type GroupId,
  type KeptLifecycle,
  type Operation,
  type Reply,
  type StackName,
  type Step,
} from '../../model/index.ts'
import { computeSteps, findDependencyCycle, type StepsInput } from '../../planner/index.ts'
import { createDeployment, endDeployment, queueDeployment } from './deployments.ts'
import { effectiveAppOf, specOf, submittedAppOf, touchApp } from './instances.ts'
import { resetLaunchDelays } from './launchdelays.ts'
import { invalid, refused, succeeded } from './replies.ts'
import { renameApps } from './rename.ts'
import { keepRootVersion, nextRootVersion } from './rootversions.ts'
import type {
  AppContent,
  AppRow,
  DeploymentRow,
  GroupChangeRow,
  GroupRow,
  RootAppRow,
  RootRow,
} from './rows.ts'
import { putSpec } from './specs.ts'
import type { State } from './state.ts'
import { keepVersion, versionKeys } from './versions.ts'

/** Deployments at the same time; Marathon's default. */
const maxRunningDeployments = 100
/** Requests that wait: as many as may run. Each is kept whole, with its plan. */
const maxQueuedDeployments = 100

/** One app as it shall be. */
export interface Target {
  readonly id: AppId
  /** The id that it has now and gives up, with all that runs under it. */
  readonly from?: AppId
  /** Normalised and valid; null: the app goes. */
  readonly submitted: App | null
  /** A row of before, to be put back as it was. */
  readonly restored?: AppRow
  /** The effective form of a row that is put back with newer fields in it. */
  readonly kept?: App
  /** Restart although nothing differs. */
  readonly restart: boolean
  /** Carry on where a failed deployment ended: what runs the wanted configuration stays. */
  readonly retries?: true
  /** What must not be shown of it, where it comes back from an older version. */
  readonly sensitivePaths?: readonly string[]
  /** Set when a stack applies it. */
  readonly owner?: {
    readonly stack: StackName
    readonly address: string
    readonly sensitivePaths: readonly string[]
    readonly lifecycle?: KeptLifecycle | undefined
  }
}

export interface CommitOptions {
  /** Take over apps that another deployment holds. */
  readonly force: boolean
  /** Make a deployment of no steps too, so that the request has one to name. */
  readonly always?: boolean
  readonly placements?: Readonly<Record<string, readonly AgentId[]>>
  /** The deployment that this change undoes; it ends. */
  readonly undoes?: DeploymentId
  /** Why it failed; absent: somebody cancels it. */
  readonly reason?: string
  /** Where the apps are held by others: keep this request until they are free. */
  readonly queue?: Operation
  /** The id under which the request was queued. */
  readonly queuedAs?: DeploymentId
  /** Rows of groups that change with the apps; null: it goes. */
  readonly groups?: GroupChanges
  /** Answer with the steps, and change nothing. */
  readonly dryRun?: boolean
}

export type GroupChanges = ReadonlyMap<GroupId, GroupRow | null>

export function commitTargets(
  state: State,
  actor: Actor,
  targets: readonly Target[],
  options: CommitOptions,
): Reply {
  const effectives = new Map<AppId, App | null>()
  // What is written out in one app is not given to another.
  const assignedNow = new Set(
    targets.flatMap(t => (t.submitted === null ? [] : servicePorts(t.submitted).filter(port => port !== 0))),
  )
  const names = newNames(targets)
  /** No service port below is free. */
  let port: number | undefined
  for (const target of targets) {
    const before = rowBefore(state, target, names)
    if (target.submitted === null) {
      effectives.set(target.id, null)
      continue
    }
    const previous = before === null ? undefined : effectiveAppOf(state, before)
    const assigned = assignServicePorts(
      target.submitted,
      previous,
      used => state.servicePorts.has(used) || assignedNow.has(used),
      port,
    )
    if ('error' in assigned) {
      return refused('INTERNAL', `App '${target.id}': ${assigned.error}`, { app: target.id })
    }
    port = assigned.next
    for (const each of servicePorts(assigned.app)) assignedNow.add(each)
    effectives.set(target.id, assigned.app)
  }
  const clash = clashAfter(state, targets, names, options.groups)
  if (clash !== undefined) return invalid([clash])
  const groups = groupsAfter(state, options.groups)
  const cycle = cycleAfter(state, targets, names, groups)
  if (cycle !== undefined) {
    return refused('INVALID', `Dependency graph has cyclic dependencies: ${cycle.join(' → ')}`)
  }
  const steps = stepsFor(state, targets, groups)
  if (options.dryRun === true) return succeeded(state, { steps })
  const held = new Set([...steps.flatMap(s => s.actions.map(a => a.app)), ...[...names].flat()])
  const conflicts = conflictsOf(state, held).filter(id => id !== options.undoes)
  if (!options.force && options.queue !== undefined) {
    const awaited = awaitedOf(state, held, targets)
    if (conflicts.length > 0 || awaited.length > 0) {
      return queued(state, actor, options.queue, [...new Set([...held, ...awaited])])
    }
  }
  if (conflicts.length > 0 && !options.force) return locked(conflicts)
  const undone = options.undoes === undefined ? undefined : state.tables.deployment.get(options.undoes)
  const ending = conflicts.length + (undone?.state === 'running' ? 1 : 0)
  if (steps.length > 0 && state.runningDeployments.size - ending >= maxRunningDeployments) {
    return refused(
      'TOO_MANY',
      `${maxRunningDeployments} deployments are running; wait for one of them or cancel it`,
    )
  }
  // From here on nothing is refused any more.
  if (options.undoes !== undefined) {
    endDeployment(
      state,
      options.undoes,
      options.reason === undefined ? 'cancelled' : 'failed',
      options.reason,
    )
  }
  for (const id of conflicts) endDeployment(state, id, 'replaced')
  const version = nextRootVersion(state)
  const changed = changesBefore(state, targets, names)
  renameApps(state, names, actor.name)
  const apps: Record<string, DeploymentRow['apps'][string]> = {}
  const created: AppId[] = []
  for (const target of targets) {
    const effective = effectives.get(target.id)!
    const before = state.tables.app.get(target.id) ?? null
    const after = effective === null ? null : rowAfter(state, actor, target, before, effective, version)
    if (after === null) removeApp(state, target.id)
    else if (after !== before) state.tables.app.put(target.id, after)
    if (after !== null && after.version !== before?.version) keepVersion(state, after)
    if (before === null && after !== null) created.push(target.id)
    if (after !== before) apps[target.id] = { original: before, target: after && contentOf(after) }
    if (after?.version === before?.version && target.from === undefined) changed.delete(target.id)
    touchApp(state, target.id)
  }
  const gone = goneGroups(state, options.groups)
  const groupsBefore = changeGroups(state, options.groups)
  keepRootVersion(state, version, Object.fromEntries(changed), groupsBefore)
  if (steps.length === 0 && options.always !== true) return succeeded(state, { created })
  const deployment = createDeployment(
    state,
    {
      actor,
      steps,
      version,
      apps,
      ...(Object.keys(groupsBefore).length === 0
        ? {}
        : { groups: groupChangesSince(state, groupsBefore, gone) }),
      placements: options.placements ?? {},
      ...(options.undoes === undefined ? {} : { undoes: options.undoes }),
    },
    options.queuedAs,
  )
  return succeeded(state, { deployment: deployment.id, created, version: isoTime(version) })
}

/** Whether and how a request waits its turn: asked for, and not if it has waited already. */
export function waiting(
  operation: Operation & { readonly queue?: boolean },
  queuedAs: DeploymentId | undefined,
): Pick<CommitOptions, 'queue' | 'queuedAs'> {
  if (queuedAs !== undefined) return { queuedAs }
  return operation.queue === true ? { queue: operation } : {}
}

/** From old to new. */
function newNames(targets: readonly Target[]): ReadonlyMap<AppId, AppId> {
  return new Map(targets.flatMap(({ id, from }) => (from === undefined ? [] : [[from, id]])))
}

/** The row that the target will find under its id, as it is now. */
function rowBefore(state: State, { id, from }: Target, names: ReadonlyMap<AppId, AppId>): AppRow | null {
  if (from === undefined && names.has(id)) return null
  return state.tables.app.get(from ?? id) ?? null
}

/** What stands under each id that the targets take or give up: as submitted, null where there is nothing. */
function changesBefore(
  state: State,
  targets: readonly Target[],
  names: ReadonlyMap<AppId, AppId>,
): Map<AppId, RootRow['apps'][string]> {
  return new Map(
    [...names.keys(), ...targets.map(t => t.id)].map(id => {
      const row = state.tables.app.get(id)
      return [id, row === undefined ? null : rootAppOf(row)]
    }),
  )
}

function rootAppOf({ submitted, instances, sensitivePaths }: AppRow): RootAppRow {
  return { spec: submitted, instances, ...(sensitivePaths.length === 0 ? {} : { sensitivePaths }) }
}

/** The groups as they are with these changes. */
export function groupsAfter(state: State, changes: GroupChanges = new Map()): GroupRow[] {
  const unchanged = [...state.tables.group.values()].filter(row => !changes.has(row.id))
  return [...unchanged, ...[...changes.values()].filter(row => row !== null)]
}

// Puts the rows of groups, and answers with the dependencies that they had where those differ now.
function changeGroups(state: State, changes: GroupChanges = new Map()): RootRow['groups'] {
  const before: Record<string, readonly string[] | null> = {}
  for (const [id, row] of changes) {
    const present = state.tables.group.get(id)
    if (row === null) state.tables.group.delete(id)
    else state.tables.group.put(id, row)
    const [old, now] = [present?.dependencies ?? null, row?.dependencies ?? null]
    if (!sameJson(old, now)) before[id] = old
  }
  return before
}

function goneGroups(state: State, changes: GroupChanges = new Map()): ReadonlyMap<string, GroupRow> {
  const gone = [...changes].filter(([, row]) => row === null).map(([id]) => state.tables.group.get(id))
  return new Map(gone.filter(row => row !== undefined).map(row => [row.id, row]))
}

function groupChangesSince(
  state: State,
  before: RootRow['groups'],
  gone: ReadonlyMap<string, GroupRow>,
): Record<string, GroupChangeRow> {
  return Object.fromEntries(
    Object.entries(before).map(([id, original]) => {
      const target = state.tables.group.get(id)?.dependencies ?? null
      const row = gone.get(id)
      return [id, { original, target, ...(row === undefined ? {} : { row }) }]
    }),
  )
}

// One name, one thing: only what is new can take the name of something else.
function clashAfter(
  state: State,
  targets: readonly Target[],
  names: ReadonlyMap<AppId, AppId>,
  changes: GroupChanges = new Map(),
): Diagnostic | undefined {
  const gone = new Set<string>(names.keys())
  const made = new Set<string>()
  const sizes = new Map<string, number>()
  const count = (id: AppId, by: number): void => {
    for (const group of groupsAround(id)) sizes.set(group, (sizes.get(group) ?? 0) + by)
  }
  for (const from of names.keys()) count(from, -1)
  for (const { id, submitted } of targets) {
    const exists = state.tables.app.has(id) && !names.has(id)
    if (submitted === null && exists) count(id, -1)
    if (submitted === null) gone.add(id)
    if (submitted === null || exists) continue
    made.add(id)
    count(id, 1)
  }
  const isApp = (id: string): boolean => made.has(id) || (state.tables.app.has(id) && !gone.has(id))
  const isGroup = (id: string): boolean =>
    (changes.has(id as GroupId) ? changes.get(id as GroupId) !== null : state.tables.group.has(id)) ||
    (state.groupSizes.get(id) ?? 0) + (sizes.get(id) ?? 0) > 0
  const groups = [...changes].flatMap(([id, row]) => (row === null ? [] : [id]))
  const clash =
    [...made].find(isGroup) ??
    [...made].flatMap(id => groupsAround(id as AppId)).find(isApp) ??
    groups.flatMap(id => [id, ...groupsAround(id)]).find(isApp)
  if (clash === undefined) return undefined
  const summary = 'Groups and Applications may not have the same identifier.'
  return errorDiagnostic(summary, `${clash} would be both.`, { path: '/id' })
}

/** The steps that lead from the present apps to the targets. */
export function stepsFor(state: State, targets: readonly Target[], groups: StepsInput['groups']): Step[] {
  const before = new Map<AppId, App>()
  const assigned = new Map<AppId, App>()
  const after = new Map<AppId, App>()
  // Dependencies lead through apps that do not change; one changed app has its step to itself.
  if (targets.length > 1) {
    for (const row of appsBetween(state, groups, targets)) {
      const app = submittedAppOf(state, row)
      before.set(row.id, app)
      after.set(row.id, app)
    }
  }
  const restart = new Set<AppId>()
  const names = newNames(targets)
  for (const from of names.keys()) {
    before.delete(from)
    after.delete(from)
  }
  for (const target of targets) {
    const row = rowBefore(state, target, names)
    if (row !== null) {
      if (!before.has(target.id)) before.set(target.id, { ...submittedAppOf(state, row), id: target.id })
      assigned.set(target.id, { ...effectiveAppOf(state, row), id: target.id })
    }
    if (target.submitted === null) after.delete(target.id)
    else after.set(target.id, target.submitted)
    if (target.restart || target.retries === true) restart.add(target.id)
  }
  return computeSteps({ before, assigned, after, groups, restart })
}

// The apps through which a dependency between two others may lead: those that depend on something, and what they depend
// on, since it counts in the depth. A group hands its dependencies down to whatever is in it; to depend on one is to
// depend on all of that.
function appsBetween(
  state: State,
  groups: StepsInput['groups'],
  targets: readonly Target[] = [],
): Iterable<AppRow> {
  if (groups.some(group => group.dependencies.length > 0)) return state.tables.app.values()
  const between = new Set<AppId>(state.dependents())
  const named = [...between].flatMap(id => submittedAppOf(state, state.tables.app.get(id)!).dependencies)
  for (const { submitted } of targets) named.push(...(submitted?.dependencies ?? []))
  for (const name of named) {
    if (!state.tables.app.has(name)) return state.tables.app.values()
    between.add(name as AppId)
  }
  return [...between].sort().map(id => state.tables.app.get(id)!)
}

// Only an app that depends on something can close a circle.
function cycleAfter(
  state: State,
  targets: readonly Target[],
  names: ReadonlyMap<AppId, AppId>,
  groups: StepsInput['groups'],
): readonly string[] | undefined {
  const depends = targets.some(t => (t.submitted?.dependencies.length ?? 0) > 0)
  if (!depends && groups.length === 0) return undefined
  const after = new Map<AppId, App>()
  for (const row of appsBetween(state, groups)) after.set(row.id, specOf(state, row.submitted))
  for (const from of names.keys()) after.delete(from)
  for (const target of targets) {
    if (target.submitted === null) after.delete(target.id)
    else after.set(target.id, target.submitted)
  }
  return findDependencyCycle(after, groups)
}

// An app that is renamed must be nobody's, under both names.
function conflictsOf(state: State, apps: ReadonlySet<AppId>): DeploymentId[] {
  const held = new Set<DeploymentId>()
  for (const app of apps) {
    const lock = state.locks.get(app)
    if (lock !== undefined) held.add(lock)
  }
  return [...held].sort()
}

// Who waits in order also waits behind those who came earlier, also with what would change nothing now.
function awaitedOf(state: State, held: ReadonlySet<AppId>, targets: readonly Target[]): AppId[] {
  const awaited = new Set<AppId>()
  for (const id of state.progress.queued) {
    for (const app of state.tables.deployment.get(id)!.queued!.apps) awaited.add(app)
  }
  return awaited.size === 0 ? [] : [...held, ...targets.map(t => t.id)].filter(app => awaited.has(app))
}

function queued(state: State, actor: Actor, operation: Operation, apps: readonly AppId[]): Reply {
  if (state.progress.queued.size >= maxQueuedDeployments) {
    return refused('TOO_MANY', `${maxQueuedDeployments} changes wait already; cancel one of them`)
  }
  const row = queueDeployment(state, actor, operation, apps)
  return succeeded(state, { deployment: row.id, queued: true })
}

function locked(conflicts: readonly DeploymentId[]): Reply {
  return refused(
    'LOCKED',
    "App is locked by one or more deployments. Override with the option '?force=true'. " +
      `View details at '/v2/deployments/<DEPLOYMENT_ID>'.`,
    conflicts.map(id => ({ id })),
  )
}

function rowAfter(
  state: State,
  actor: Actor,
  target: Target,
  before: AppRow | null,
  effective: App,
  rootVersion: UtcMs,
): AppRow {
  if (target.restored !== undefined) return restoredRow(state, target, target.restored, rootVersion)
  const submitted = target.submitted!
  const restarts = (before?.restarts ?? 0) + (target.restart ? 1 : 0)
  const key = runKey(effective)
  const content = {
    submitted: putSpec(state, submitted),
    effective: putSpec(state, effective),
    instances: submitted.instances,
    runKey: restarts === 0 ? key : `${key}#${restarts}`,
    restarts,
  }
  const owner = target.owner ?? null
  const sameContent =
    before !== null &&
    before.submitted === content.submitted &&
    before.effective === content.effective &&
    before.instances === content.instances &&
    before.runKey === content.runKey
  const sameOwner =
    owner === null ||
    (before?.stack === owner.stack &&
      before.address === owner.address &&
      sameJson(before.sensitivePaths, owner.sensitivePaths) &&
      sameLifecycle(before.lifecycle, owner.lifecycle))
  const lifecycle = owner === null ? before?.lifecycle : owner.lifecycle
  const retries = target.retries === true && before?.halted !== undefined
  if (sameContent && !retries && sameOwner && (owner === null || before.applied === null)) return before
  const version = newVersion(state, target.id, before, rootVersion)
  const isScaled = before?.instances !== content.instances || before.restarts !== content.restarts
  const isChanged = before?.submitted !== content.submitted || before.effective !== content.effective
  return {
    id: target.id,
    address: owner?.address ?? before?.address ?? appAddress(target.id),
    stack: owner?.stack ?? before?.stack ?? null,
    ...content,
    version: sameContent ? before.version : version,
    lastScalingAt: isScaled || isChanged ? version : before.lastScalingAt,
    lastConfigChangeAt: isChanged ? version : before.lastConfigChangeAt,
    revision: state.nextRevision,
    applied: owner === null && before !== null ? driftFrom(before, content) : null,
    changedBy: actor.name,
    sensitivePaths: owner?.sensitivePaths ?? before?.sensitivePaths ?? target.sensitivePaths ?? [],
    ...(lifecycle === undefined ? {} : { lifecycle }),
    servicePorts: servicePorts(effective),
    ...(effective.mode === undefined || effective.mode === 'service' ? {} : { mode: effective.mode }),
    // Still of two configurations, until one of them is chosen again.
    ...(before?.runKey !== content.runKey || before.halted === undefined || retries
      ? {}
      : { halted: { ...before.halted, instances: content.instances } }),
  }
}

function contentOf({ submitted, effective, instances, runKey }: AppRow): AppContent {
  return { submitted, effective, instances, runKey }
}

function restoredRow(state: State, { submitted, kept }: Target, row: AppRow, rootVersion: UtcMs): AppRow {
  const { halted, ...known } = row
  // Back to where an earlier deployment failed, of which this one was the retry.
  const isStillHalted = halted !== undefined && state.tables.app.get(row.id)?.runKey === row.runKey
  const rest = isStillHalted ? { ...known, halted: { ...halted, instances: row.instances } } : known
  if (kept === undefined) return { ...rest, revision: state.nextRevision }
  return {
    ...rest,
    submitted: putSpec(state, submitted!),
    effective: putSpec(state, kept),
    version: newVersion(state, row.id, row, rootVersion),
    servicePorts: servicePorts(kept),
    revision: state.nextRevision,
  }
}

// A rollback puts an older version back; the one it undid is not given out again.
function newVersion(state: State, id: AppId, before: AppRow | null, rootVersion: UtcMs): UtcMs {
  const latest = state.tables.version.get(versionKeys(state, id).at(-1) ?? '')?.version ?? 0
  return Math.max(rootVersion, (before?.version ?? 0) + 1, latest + 1) as UtcMs
}

// Somebody changes what a stack owns: remember what the stack said, until it is so again.
function driftFrom(
  before: AppRow,
  content: { submitted: AppRow['submitted']; instances: number },
): AppRow['applied'] {
  if (before.stack === null) return null
  const applied = before.applied ?? { spec: before.submitted, instances: before.instances }
  return applied.spec === content.submitted && applied.instances === content.instances ? null : applied
}

function removeApp(state: State, id: AppId): void {
  state.tables.app.delete(id)
  state.tables.failure.delete(id)
  state.tables.timing.delete(id)
  resetLaunchDelays(state, id)
  state.tables.brake.delete(id)
  for (const key of versionKeys(state, id)) state.tables.version.delete(key)
}
