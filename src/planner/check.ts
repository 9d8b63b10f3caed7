// A second opinion on plans: does this plan follow from this configuration and this snapshot? Written naively, by other
// means than the planner (no shared graph, no shared step algorithm), so that a mistake there does not hide here. For
// tests, and for plans that come from a file.
import { sameJson } from '../base/index.ts'
import { firstServicePort, lastServicePort } from '../model/index.ts'
import { diffApp, isWithin } from './diff.ts'
import type {
  Action,
  ActionKind,
  App,
  AppChange,
  AppId,
  Desired,
  Plan,
  Snapshot,
  SnapshotApp,
} from '../model/index.ts'

/** One sentence per fault; empty: the plan is sound. For `destroy` the configuration is taken to name nothing. */
export function checkPlan(plan: Plan, desired: Desired, snapshot: Snapshot): string[] {
  const view: View = {
    plan,
    wanted: new Map(plan.mode === 'destroy' ? [] : desired.apps.map(a => [a.app.id, a.app])),
    ignored: new Map(desired.apps.map(a => [a.app.id, a.lifecycle?.ignoreChanges ?? []])),
    existing: underNewNames(plan, snapshot),
    changes: plan.changes.filter(c => c.object === 'app'),
    snapshot,
  }
  return [
    ...checkNames(plan),
    ...checkBase(view, desired),
    ...view.changes.flatMap(change => checkChange(change, view)),
    ...checkNothingForgotten(view),
    ...checkActions(view),
    ...checkOrder(view),
  ]
}

// Those that are renamed, under the names that the plan gives them; their definitions as they are.
function underNewNames(plan: Plan, snapshot: Snapshot): ReadonlyMap<AppId, SnapshotApp> {
  const renames = plan.changes.flatMap(c =>
    c.object === 'app' && c.from !== undefined ? [{ from: c.from.id as AppId, to: c.id }] : [],
  )
  const existing = new Map(snapshot.apps.map(a => [a.id, a]))
  for (const { from } of renames) existing.delete(from)
  for (const { from, to } of renames) {
    const present = snapshot.apps.find(a => a.id === from)
    if (present !== undefined) existing.set(to, present)
  }
  return existing
}

interface View {
  readonly plan: Plan
  readonly wanted: ReadonlyMap<AppId, App>
  readonly ignored: ReadonlyMap<AppId, readonly string[]>
  readonly existing: ReadonlyMap<AppId, SnapshotApp>
  readonly changes: readonly AppChange[]
  readonly snapshot: Snapshot
}

function checkNames({ changes }: Plan): string[] {
  const seen = new Set<string>()
  return changes.flatMap(({ object, id }) => {
    const key = `${object}:${id}`
    if (seen.has(key)) return [`${key} is changed twice`]
    seen.add(key)
    return []
  })
}

function checkBase({ plan, snapshot, wanted }: View, desired: Desired): string[] {
  const revisions = new Map<string, number>([
    ...snapshot.apps.map((a): [string, number] => [`app:${a.id}`, a.revision]),
    ...snapshot.groups.map((g): [string, number] => [`group:${g.id}`, g.revision]),
    ...snapshot.volumes.map((v): [string, number] => [`volume:${v.name}`, v.revision]),
    ...snapshot.stacks.map((s): [string, number] => [`stack:${s.name}`, s.revision]),
  ])
  const needed = [
    `stack:${plan.stack}`,
    ...[...wanted.keys()].map(id => `app:${id}`),
    ...(plan.mode === 'destroy' ? [] : desired.groups.map(g => `group:${g.id}`)),
    ...(plan.mode === 'destroy' ? [] : desired.volumes.map(v => `volume:${v.name}`)),
    ...snapshot.apps.filter(a => a.stack === plan.stack).map(a => `app:${a.id}`),
    ...snapshot.groups.filter(g => g.stack === plan.stack).map(g => `group:${g.id}`),
    ...snapshot.volumes.filter(v => v.stack === plan.stack).map(v => `volume:${v.name}`),
    ...plan.changes.map(c => `${c.object}:${c.id}`),
    ...plan.changes.flatMap(c => (c.from === undefined ? [] : [`${c.object}:${c.from.id}`])),
  ]
  const faults: string[] = []
  for (const key of new Set(needed)) {
    if (!Object.hasOwn(plan.desiredBase, key)) faults.push(`the base lacks ${key}`)
  }
  for (const [key, revision] of Object.entries(plan.desiredBase)) {
    if (revision !== (revisions.get(key) ?? 0)) faults.push(`the base has ${key} at ${revision}`)
  }
  if (plan.placementBase !== snapshot.revision) faults.push(`the placement base is ${plan.placementBase}`)
  return faults
}

function checkChange(change: AppChange, view: View): string[] {
  const { plan, existing } = view
  const { id, address, action, before, after, fields, disruption } = change
  const present = existing.get(id)
  const faults: string[] = []
  const fault = (text: string): void => {
    faults.push(`${address}: ${text}`)
  }
  if (!sameJson(before, present?.submitted)) fault('what the change starts from is not what is there')
  if (!leadsToWanted(change, view)) fault('what the change leads to is not what is wanted')
  if (present !== undefined && present.stack !== null && present.stack !== plan.stack)
    fault(`belongs to stack ${present.stack}`)
  if (present?.stack === null && action !== 'adopt' && change.reason === undefined)
    fault('is taken over without a word')

  const differs = before !== null && after !== null && !sameSubmitted(before, after, present)
  if ((action === 'create') !== (before === null)) fault(`is ${action} although it is there or not`)
  if ((action === 'delete' || action === 'forget') !== (after === null))
    fault(`is ${action} although it is wanted or not`)
  if (action === 'no-op') fault('is a change that changes nothing')
  if (differs !== fields.length > 0) fault(`names ${fields.length} fields, but the definitions say otherwise`)
  const isRetry = change.retries === true && present?.halted !== undefined
  if (change.retries === true && !isRetry) fault('is tried again although nothing failed')
  if (!differs && !isRetry && (action === 'restart' || action === 'scale'))
    fault(`is ${action} without a difference`)
  if (!differs && action === 'update' && change.reason === undefined)
    fault('is an update without a difference')
  if (action === 'scale' && before?.instances === after?.instances) fault('scales to the same number')
  if (action !== 'restart' && disruption.restarts > 0) fault(`restarts instances although it is ${action}`)
  if (disruption.atATime > disruption.restarts) fault('restarts more at a time than in all')
  if (disruption.restarts > 0 && disruption.atATime === 0) fault('restarts instances none at a time')
  return faults
}

// Outside of the ignored paths as the configuration says, within them as it was.
function leadsToWanted({ id, before, after }: AppChange, { wanted, ignored }: View): boolean {
  const app = wanted.get(id)
  const paths = ignored.get(id) ?? []
  if (paths.length === 0 || before === null || after === null || app === undefined)
    return sameJson(after, app)
  const isIgnored = (path: string): boolean => paths.some(p => isWithin(path, p))
  const differs = (a: App, b: App): readonly string[] => diffApp(a, b, []).map(f => f.path)
  return differs(after, app).every(isIgnored) && !differs({ ...before, id }, after).some(isIgnored)
}

// Equal but for service ports that the later one leaves open, or writes as they were assigned.
function sameSubmitted(before: App, after: App, present: SnapshotApp | undefined): boolean {
  return sameJson(before, withPortsOf(after, before, present?.effective ?? before))
}

function mayBeAssigned(port: number): boolean {
  return port >= firstServicePort && port <= lastServicePort
}

function withPortsOf(app: App, from: App, assigned: App): App {
  const choose = (port: number, old: number | undefined, given: number | undefined): number =>
    old !== undefined && (port === 0 ? mayBeAssigned(old) : old === 0 && port === given) ? old : port
  const mappings = app.container?.portMappings
  return {
    ...app,
    ...(app.portDefinitions && {
      portDefinitions: app.portDefinitions.map((d, i) => ({
        ...d,
        port: choose(d.port, from.portDefinitions?.[i]?.port, assigned.portDefinitions?.[i]?.port),
      })),
    }),
    ...(app.container &&
      mappings && {
        container: {
          ...app.container,
          portMappings: mappings.map((m, i) => ({
            ...m,
            servicePort: choose(
              m.servicePort,
              from.container?.portMappings?.[i]?.servicePort,
              assigned.container?.portMappings?.[i]?.servicePort,
            ),
          })),
        },
      }),
  }
}

function checkNothingForgotten({ plan, wanted, ignored, existing, changes }: View): string[] {
  const changed = new Set(changes.map(c => c.id))
  const faults: string[] = []
  for (const [id, app] of wanted) {
    const present = existing.get(id)
    if (changed.has(id)) continue
    if (present === undefined) faults.push(`${id} is wanted, does not exist and is not created`)
    else if (!sameSubmitted(present.submitted, app, present) && !isLeft(present, app, ignored))
      faults.push(`${id} differs and is not changed`)
    else if (present.stack !== plan.stack) faults.push(`${id} is not the stack's and is not adopted`)
  }
  return faults
}

function isLeft({ id, submitted, effective }: SnapshotApp, app: App, ignored: View['ignored']): boolean {
  const paths = ignored.get(id) ?? []
  return diffApp(submitted, app, [], effective).every(f => paths.some(p => isWithin(f.path, p)))
}

function checkActions({ plan, changes }: View): string[] {
  const expected = changes.flatMap(actionsOf).sort()
  const actual = plan.steps.flatMap(step => step.actions.map(text)).sort()
  const faults: string[] = []
  if (!sameJson(expected, actual))
    faults.push(`the steps do ${actual.join(', ')}; the changes need ${expected.join(', ')}`)
  if (plan.steps.some(step => step.actions.length === 0)) faults.push('a step is empty')
  const stops = stepsWith(plan, 'StopApplication')
  const starts = stepsWith(plan, 'StartApplication')
  if (stops.some(i => i !== 0)) faults.push('apps are stopped after the first step')
  if (starts.some(i => i !== stops.length))
    faults.push('apps are started elsewhere than right after the stops')
  for (const i of [...stops, ...starts]) {
    if (new Set(plan.steps[i]!.actions.map(a => a.action)).size !== 1)
      faults.push(`step ${i + 1} mixes stops or starts with other actions`)
  }
  return faults
}

function stepsWith(plan: Plan, kind: ActionKind): number[] {
  return plan.steps.flatMap((step, i) => (step.actions.some(a => a.action === kind) ? [i] : []))
}

function actionsOf({ id, action, after, fields }: AppChange): string[] {
  if (action === 'create')
    return [text({ action: 'StartApplication', app: id }), text({ action: 'ScaleApplication', app: id })]
  if (action === 'delete') return [text({ action: 'StopApplication', app: id })]
  if (action === 'restart') return [text({ action: 'RestartApplication', app: id })]
  const suspended = after?.instances === 0 && fields.some(f => f.effect === 'restart')
  return action === 'scale' || suspended ? [text({ action: 'ScaleApplication', app: id })] : []
}

function text({ action, app }: Action): string {
  return `${action} ${app}`
}

// Each app's actions come after those of everything that it depends on, however long the way.
function checkOrder({ plan, wanted, existing, changes, snapshot }: View): string[] {
  const target = new Map<AppId, App>([...existing].map(([id, a]) => [id, a.submitted]))
  for (const change of changes) {
    if (change.action === 'forget') continue
    if (change.after === null) target.delete(change.id)
    else target.set(change.id, wanted.get(change.id) ?? change.after)
  }
  const groups = new Map(snapshot.groups.map(g => [g.id as string, g.dependencies]))
  for (const change of plan.changes) {
    if (change.object !== 'group' || change.action === 'forget') continue
    if (change.from !== undefined) groups.delete(change.from.id)
    if (change.action === 'delete') groups.delete(change.id)
    else groups.set(change.id, change.dependencies)
  }
  const stepOf = new Map<AppId, number>()
  plan.steps.forEach((step, i) => {
    for (const { action, app } of step.actions) {
      if (action === 'ScaleApplication' || action === 'RestartApplication') stepOf.set(app, i)
    }
  })
  return [...stepOf].flatMap(([id, at]) =>
    [...needs(id, target, groups)]
      .filter(other => (stepOf.get(other) ?? -1) >= at)
      .map(other => `${id} is changed before or with ${other}, which it depends on`),
  )
}

function needs(
  of: AppId,
  apps: ReadonlyMap<AppId, App>,
  groups: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<AppId> {
  const found = new Set<AppId>()
  const open: AppId[] = [of]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const targets = [...apps.get(id)!.dependencies]
    for (const [group, dependencies] of groups) if (isInside(id, group)) targets.push(...dependencies)
    for (const other of apps.keys()) {
      if (
        found.has(other) ||
        !targets.some(t => other === t || (!apps.has(t as AppId) && isInside(other, t)))
      )
        continue
      found.add(other)
      open.push(other)
    }
  }
  return found
}

function isInside(id: AppId, group: string): boolean {
  return group === '/' || id.startsWith(`${group}/`)
}
