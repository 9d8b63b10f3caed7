// Applies a plan exactly as it was shown, or refuses it. What it was computed from is compared here, inside the commit,
// and nowhere else.
import { hasErrors, present, sameJson, type Diagnostic, type Json } from '../../base/index.ts'
import {
  normalizeApp,
  validateApp,
  type Actor,
  type AgentId,
  type AppChange,
  type AppId,
  type App,
  type DeploymentId,
  type GroupId,
  type KeptLifecycle,
  type Operation,
  type Plan,
  type Reply,
  type Revision,
  type StackName,
  type VolumeChange,
} from '../../model/index.ts'
import { invalid, refused } from './replies.ts'
import type { GroupRow, StackRow, VolumeRow } from './rows.ts'
import type { State } from './state.ts'
import { commitTargets, groupsAfter, stepsFor, waiting, type GroupChanges, type Target } from './targets.ts'

export function applyPlan(
  state: State,
  operation: Extract<Operation, { kind: 'applyPlan' }>,
  actor: Actor,
  queuedAs?: DeploymentId,
): Reply {
  const { plan } = operation
  const cluster = state.tables.cluster.get('cluster')!
  if (plan.clusterId !== cluster.clusterId) {
    return refused(
      'STALE',
      `The plan was made for cluster ${plan.clusterId}; this one is ${cluster.clusterId}.`,
    )
  }
  const moved = movedObjects(state, plan)
  if (moved.length > 0)
    return refused('STALE', 'What the plan is based on has changed since it was made', moved)
  const stack = state.tables.stack.get(plan.stack)
  if (stack !== undefined && stack.origin !== plan.origin && !operation.takeOver) {
    return refused(
      'FOREIGN_STACK',
      `Stack "${plan.stack}" was last applied from ${stack.origin}, and this plan comes from ${plan.origin}.`,
    )
  }
  if (plan.forecast?.verdict === 'cannot' && !operation.force) {
    return refused('INVALID', 'The forecast says that this plan can not work as things are')
  }
  const problems = plan.changes.flatMap(c =>
    c.object === 'app' && c.after !== null ? problemsOf(c.after) : [],
  )
  if (hasErrors(problems)) return invalid(problems)
  const misnamed = misnamedIn(plan)
  if (misnamed !== undefined) return refused('INVALID', misnamed)
  const misplaced = misplacedIn(state, plan)
  if (misplaced !== undefined) return refused('INVALID', misplaced)
  const targets = targetsOf(plan)
  const groups = groupChangesOf(state, plan)
  if (!sameJson(stepsFor(state, targets, groupsAfter(state, groups)), plan.steps)) {
    return refused('STALE', "The plan's steps no longer fit the cluster", [{ object: 'steps' }])
  }
  const reply = commitTargets(state, actor, targets, {
    force: operation.takeOver,
    placements: placementsOf(plan),
    groups,
    ...waiting(operation, queuedAs),
  })
  if (reply.ok && reply.queued !== true) writeRest(state, plan, reply.deployment)
  return reply
}

/** Objects whose revision is no longer the one that the plan saw. */
function movedObjects(state: State, plan: Plan): Json[] {
  const moved: Json[] = []
  for (const [object, planned] of Object.entries(plan.desiredBase)) {
    const { revision, by } = presentRevision(state, object)
    if (revision !== planned) {
      moved.push({ object, planned, now: revision, ...(by === undefined ? {} : { by }) })
    }
  }
  return moved
}

function presentRevision(state: State, object: string): { revision: Revision; by?: string } {
  const cut = object.indexOf(':')
  const key = object.slice(cut + 1)
  const none = { revision: 0 as Revision }
  switch (object.slice(0, cut)) {
    case 'app': {
      const row = state.tables.app.get(key)
      return row === undefined ? none : { revision: row.revision, by: row.changedBy }
    }
    case 'group':
      return state.tables.group.get(key) ?? none
    case 'volume':
      return state.tables.volume.get(key) ?? none
    case 'stack':
      return state.tables.stack.get(key) ?? none
    default:
      return { revision: -1 as Revision }
  }
}

// A plan file can be edited by hand: what it holds is checked like anything else from outside.
function problemsOf(app: App): Diagnostic[] {
  const made = normalizeApp(app as unknown as Json, { id: app.id })
  if (made.app === undefined) return [...made.diagnostics]
  return [...made.diagnostics, ...validateApp(made.app)]
}

function misnamedIn(plan: Plan): string | undefined {
  const seen = new Set<AppId>()
  for (const change of plan.changes) {
    if (change.object !== 'app') continue
    if (seen.has(change.id)) return `The plan changes app '${change.id}' twice`
    seen.add(change.id)
    if (change.after !== null && change.after.id !== change.id) {
      return `The plan's change of app '${change.id}' holds app '${change.after.id}'`
    }
  }
  return undefined
}

// A plan renames what belongs to its stack or to nobody, to names that are free then, and forgets what it owns.
function misplacedIn(state: State, plan: Plan): string | undefined {
  const given = new Set(plan.changes.flatMap(c => (c.from === undefined ? [] : [`${c.object}:${c.from.id}`])))
  const taken = new Set<string>()
  for (const { object, id, from, action } of plan.changes) {
    const table = state.tables[object]
    const row = table.get(from?.id ?? id)
    if (action === 'forget' && row?.stack !== plan.stack)
      return `The plan forgets ${object} '${id}', which it does not own`
    if (from === undefined) continue
    const what = `The plan renames ${object} '${from.id}'`
    if (row === undefined) return `${what}, which does not exist`
    if (action === 'delete') return `${what} and deletes it`
    if (row.stack !== null && row.stack !== plan.stack)
      return `${what}, which belongs to stack "${row.stack}"`
    const key = `${object}:${from.id}`
    if (taken.has(key)) return `${what} twice`
    taken.add(key)
    if (id !== from.id && table.has(id) && !given.has(`${object}:${id}`))
      return `${what} to '${id}', which exists`
  }
  return undefined
}

function targetsOf(plan: Plan): Target[] {
  const targets: Target[] = []
  for (const change of plan.changes) {
    if (change.object !== 'app' || change.action === 'forget') continue
    const isRenamed = change.from !== undefined && change.from.id !== change.id
    targets.push({
      id: change.id,
      ...(isRenamed ? { from: change.from.id as AppId } : {}),
      submitted: change.after,
      // What runs once has failed as it is: that only starting anew changes.
      restart: change.retries === true && change.after?.mode === 'batch',
      ...(change.retries === true ? { retries: true } : {}),
      owner: {
        stack: plan.stack,
        address: change.address,
        sensitivePaths: change.sensitivePaths,
        lifecycle: change.lifecycle,
      },
    })
  }
  return targets
}

// One after the other: a name that a group gives up may be another's.
function groupChangesOf(state: State, plan: Plan): GroupChanges {
  const changes = new Map<GroupId, GroupRow | null>()
  for (const change of plan.changes) {
    if (change.object === 'group' && change.from !== undefined) changes.set(change.from.id as GroupId, null)
  }
  for (const change of plan.changes) {
    if (change.object !== 'group') continue
    const { id, address, dependencies, lifecycle } = change
    const before = state.tables.group.get(change.from?.id ?? id)
    if (change.action === 'forget') {
      if (before !== undefined) changes.set(id, { ...withoutLifecycle(before), ...released(state) })
    } else if (change.action === 'delete') changes.set(id, null)
    else {
      const enforced = before?.enforceRole === undefined ? {} : { enforceRole: before.enforceRole }
      changes.set(id, { id, address, dependencies, ...enforced, ...ownedBy(state, plan, lifecycle) })
    }
  }
  return changes
}

function placementsOf(plan: Plan): Record<string, AgentId[]> {
  const placements: Record<string, AgentId[]> = {}
  for (const { app, agent } of plan.placements) (placements[app] ??= []).push(agent)
  return placements
}

function writeRest(state: State, plan: Plan, deployment: DeploymentId | undefined): void {
  const stack = state.tables.stack.get(plan.stack)
  const volumes = new Map(volumesOf(plan).map(name => [name, state.tables.volume.get(name) ?? null]))
  for (const change of plan.changes) {
    if (change.object === 'group') continue
    if (change.action === 'forget') forget(state, change)
    else if (change.object === 'volume') writeVolume(state, plan, change)
  }
  if (plan.mode === 'destroy' && !ownsApps(state, plan.stack)) state.tables.stack.delete(plan.stack)
  else if (stack?.origin !== plan.origin || plan.changes.length > 0 || plan.outputChanges.length > 0) {
    state.tables.stack.put(plan.stack, {
      name: plan.stack,
      origin: plan.origin,
      revision: state.nextRevision,
      outputs: plan.outputs,
    })
  }
  if (deployment !== undefined) noteForUndo(state, deployment, { name: plan.stack, stack, volumes })
}

// Those that go, come or change, under both names of one that is renamed; one that is let go of stays.
function volumesOf({ changes }: Plan): readonly string[] {
  const named = changes.filter(c => c.object === 'volume' && c.action !== 'forget')
  return [...new Set(named.flatMap(({ id, from }) => (from === undefined ? [id] : [from.id, id])))]
}

/** What `undoRest` needs to know of the stack and the volumes as they were. */
function noteForUndo(
  state: State,
  deployment: DeploymentId,
  before: {
    readonly name: StackName
    readonly stack: StackRow | undefined
    readonly volumes: ReadonlyMap<string, VolumeRow | null>
  },
): void {
  const { tables } = state
  const stack = { original: before.stack ?? null, target: tables.stack.get(before.name) ?? null }
  const volumes = [...before.volumes].map(([name, original]) => {
    return [name, { original, target: tables.volume.get(name) ?? null }] as const
  })
  tables.deployment.put(deployment, {
    ...present(tables.deployment.get(deployment), `deployment ${deployment}`),
    stack,
    ...(volumes.length === 0 ? {} : { volumes: Object.fromEntries(volumes) }),
  })
}

function ownsApps(state: State, stack: StackName): boolean {
  return [...state.tables.app.values()].some(a => a.stack === stack)
}

function writeVolume(state: State, plan: Plan, change: VolumeChange): void {
  const { id, address, after, lifecycle } = change
  const { volume } = state.tables
  if (change.from !== undefined) volume.delete(change.from.id)
  if (after === null) volume.delete(id)
  else volume.put(id, { ...after, address, ...ownedBy(state, plan, lifecycle) })
}

function ownedBy(
  state: State,
  plan: Plan,
  lifecycle: KeptLifecycle | undefined,
): { lifecycle?: KeptLifecycle; stack: StackName; revision: Revision } {
  return {
    ...(lifecycle === undefined ? {} : { lifecycle }),
    stack: plan.stack,
    revision: state.nextRevision,
  }
}

// The row stays, owned by nobody, with all that runs and all data.
function forget(state: State, { object, id }: AppChange | VolumeChange): void {
  const { app, volume } = state.tables
  if (object === 'app') {
    const row = app.get(id)
    if (row !== undefined) app.put(id, { ...withoutLifecycle(row), applied: null, ...released(state) })
  } else {
    const row = volume.get(id)
    if (row !== undefined) volume.put(id, { ...withoutLifecycle(row), ...released(state) })
  }
}

function released(state: State): { stack: null; revision: Revision } {
  return { stack: null, revision: state.nextRevision }
}

function withoutLifecycle<Row extends { readonly lifecycle?: KeptLifecycle }>(
  row: Row,
): Omit<Row, 'lifecycle'> {
  const { lifecycle: _, ...rest } = row
  return rest
}
