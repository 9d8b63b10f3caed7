// What is called otherwise from now on, worked out before anything is compared: the snapshot comes back with the new ids
// in it, so that the planner sees an object that moved as one that is there. Two ways lead to a new id: `moved` for what
// the stack owns, `import` for what belongs to nobody.
//
// The cluster remembers each object's address, and moves speak of addresses. Where the text has changed addresses without
// a change of ids since the last apply, the id that an address stands for counts.
import { by, errorDiagnostic, warningDiagnostic } from '../base/index.ts'
import type { Diagnostic } from '../base/index.ts'
import { appAddress, followMoves, groupAddress, indexMoves, liesIn } from '../model/index.ts'
import type {
  App,
  AppId,
  Desired,
  DesiredImport,
  DesiredMove,
  GroupId,
  MoveIndex,
  Place,
  Snapshot,
  SnapshotApp,
  StackName,
} from '../model/index.ts'

/** `app:/web`, `group:/shop`, `volume:data`: under which key an object is known here, in its new name. */
export type ObjectKey = string

export interface NewNames {
  readonly snapshot: Snapshot
  /** What each object that has moved was called. */
  readonly former: ReadonlyMap<ObjectKey, { readonly address: string; readonly id: string }>
  /** What the configuration asks to take over although it was made outside of it. */
  readonly imported: ReadonlySet<ObjectKey>
  readonly diagnostics: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
}

export function newNames(desired: Desired, snapshot: Snapshot): NewNames {
  const { moves = [], imports = [] } = desired
  const former = new Map<ObjectKey, { address: string; id: string }>()
  const imported = new Set<ObjectKey>()
  if (moves.length === 0 && imports.length === 0) {
    return { snapshot, former, imported, diagnostics: [], warnings: [] }
  }
  const things = thingsIn(snapshot)
  const view: View = {
    stack: desired.stack,
    things,
    present: new Map(things.map(t => [keyOf(t), t])),
    wanted: new Map(thingsIn(desired).map(t => [t.address, t])),
    renames: new Map(),
    former,
  }
  const warnings = followAll(moves, view)
  const diagnostics = imports.flatMap(each => importOne(each, imported, view) ?? [])
  warnings.push(...dependents(desired, snapshot, view))
  return { snapshot: renamed(snapshot, view.renames), former, imported, diagnostics, warnings }
}

/** The keys of what the stack owns and lets go of when it is no longer named. */
export function forgottenIn(desired: Desired, snapshot: Snapshot): ReadonlySet<ObjectKey> {
  const { forgets = [] } = desired
  if (forgets.length === 0) return new Set()
  return new Set(
    thingsIn(snapshot)
      .filter(t => t.stack === desired.stack && forgets.some(place => isMeant(place, t)))
      .map(keyOf),
  )
}

interface Thing {
  readonly kind: 'app' | 'group' | 'volume'
  readonly id: string
  readonly address: string
  readonly stack: StackName | null
}

interface View {
  readonly stack: StackName
  readonly things: readonly Thing[]
  readonly present: ReadonlyMap<ObjectKey, Thing>
  /** By address. */
  readonly wanted: ReadonlyMap<string, Thing>
  /** From present keys to new ids. */
  readonly renames: Map<ObjectKey, string>
  readonly former: Map<ObjectKey, { address: string; id: string }>
}

function keyOf({ kind, id }: Pick<Thing, 'kind' | 'id'>): ObjectKey {
  return `${kind}:${id}`
}

function thingsIn(of: Desired | Snapshot): Thing[] {
  const owner = (thing: object): StackName | null =>
    'stack' in thing ? (thing.stack as StackName | null) : null
  return [
    ...of.apps.map(a => ({
      kind: 'app' as const,
      id: 'app' in a ? a.app.id : a.id,
      address: a.address,
      stack: owner(a),
    })),
    ...of.groups.map(g => ({ kind: 'group' as const, id: g.id, address: g.address, stack: owner(g) })),
    ...of.volumes.map(v => ({ kind: 'volume' as const, id: v.name, address: v.address, stack: owner(v) })),
  ].sort(by(keyOf))
}

function followAll(moves: readonly DesiredMove[], view: View): Diagnostic[] {
  const index = indexMoves(moves)
  const warnings: Diagnostic[] = []
  for (const thing of view.things) {
    if (thing.stack !== view.stack) continue
    const address = newAddress(thing, index, moves, view)
    const target = address === undefined ? undefined : view.wanted.get(address)
    if (target?.kind !== thing.kind) continue
    const isFree = !view.present.has(keyOf(target)) && !view.former.has(keyOf(target))
    if (target.id === thing.id || isFree) rename(thing, target, view)
    else warnings.push(occupied(thing, target))
  }
  return warnings
}

function newAddress(
  thing: Thing,
  index: MoveIndex,
  moves: readonly DesiredMove[],
  { wanted }: View,
): string | undefined {
  const { address } = followMoves(index, thing.address)
  if (address !== thing.address) return address
  if (wanted.has(thing.address)) return undefined
  for (const { from } of moves) {
    const meant = addressById(from, thing)
    if (meant !== undefined) return followMoves(index, meant).address
  }
  return undefined
}

/** The address under a place that stands for the id of a thing; undefined when it lies elsewhere. */
function addressById({ kind, address, id }: Place, thing: Thing): string | undefined {
  if (id === thing.id) return kind === thing.kind ? address : undefined
  const isInside = (kind === 'group' || kind === 'module') && thing.id.startsWith(`${id}/`)
  if (!isInside || thing.kind === 'volume') return undefined
  const rest = thing.id.slice(id.length)
  return `${address}.${thing.kind === 'app' ? appAddress(rest as AppId) : groupAddress(rest as GroupId)}`
}

function isMeant(place: Place, thing: Thing): boolean {
  return liesIn(place, thing.address) || addressById(place, thing) !== undefined
}

function rename(thing: Thing, target: Thing, { renames, former }: View): void {
  if (target.id !== thing.id) renames.set(keyOf(thing), target.id)
  former.set(keyOf(target), { address: thing.address, id: thing.id })
}

function occupied(thing: Thing, target: Thing): Diagnostic {
  return warningDiagnostic(
    'There is something at the place that it moves to',
    `${thing.address} can't move to ${target.address}: ${target.id} exists. So ${thing.address} is treated as one that is no longer in the configuration.`,
    { address: thing.address },
  )
}

function importOne({ to, id }: DesiredImport, imported: Set<ObjectKey>, view: View): Diagnostic | undefined {
  const target = view.wanted.get(to)
  // A part of the configuration that is not applied this time.
  if (target === undefined) return undefined
  const there = view.present.get(keyOf(target))
  // Done before.
  if (there?.stack === view.stack || view.former.has(keyOf(target))) return undefined
  const source = view.present.get(keyOf({ kind: target.kind, id }))
  if (source === undefined || source.stack !== null) return cannotImport(source, target, id, view.stack)
  if (there !== undefined && there !== source) {
    return errorDiagnostic(
      `The ${target.kind} can't be imported`,
      `"${id}" would become "${target.id}", and that exists already. Delete one of the two, or give ${to} another name.`,
      { address: to },
    )
  }
  imported.add(keyOf(target))
  if (source.id !== target.id) rename(source, target, view)
  return undefined
}

function cannotImport(
  source: Thing | undefined,
  { kind, address }: Thing,
  id: string,
  stack: StackName,
): Diagnostic {
  const detail =
    source === undefined
      ? `There is no ${kind} "${id}" in the cluster. Correct the id; or remove the import block, and ${address} is created.`
      : source.stack === stack
        ? `The ${kind} "${id}" belongs to this stack already, as ${source.address}. To rename it write a moved block, from ${source.address} to ${address}.`
        : `The ${kind} "${id}" belongs to stack "${source.stack}". Let go of it there first: with a removed block from ${source.address} that has lifecycle { destroy = false }.`
  return errorDiagnostic(`The ${kind} can't be imported`, detail, { address })
}

/** Whoever depends on an old name, and will not find it: others, who are never touched, and the text itself. */
function dependents(desired: Desired, snapshot: Snapshot, { stack, renames, wanted }: View): Diagnostic[] {
  if (renames.size === 0) return []
  const isWanted = new Set([...wanted.values()].map(t => t.id))
  const names = new Map(
    [...renames]
      .map(([key, id]) => [key.slice(key.indexOf(':') + 1), id] as const)
      .filter(([old]) => old.startsWith('/') && !isWanted.has(old)),
  )
  const own = [
    ...desired.apps.map(({ address, app }) => ({ address, dependencies: app.dependencies })),
    ...desired.groups,
  ]
  const others = [
    ...snapshot.apps.map(a => ({ ...a, noun: 'app', dependencies: a.submitted.dependencies })),
    ...snapshot.groups.map(g => ({ ...g, noun: 'group' })),
  ].filter(other => other.stack !== stack && !renames.has(`${other.noun}:${other.id}`))
  const summary = 'A dependency on the old name remains'
  return [
    ...own.flatMap(({ address, dependencies }) =>
      oldNamesIn(dependencies, names).map(([old, name]) => {
        const detail = `${address} depends on "${old}", which becomes "${name}". Write the new name there, best as a reference, which always has the right one.`
        return warningDiagnostic(summary, detail, { address })
      }),
    ),
    ...others.flatMap(({ noun, id, address, stack: owner, dependencies }) =>
      oldNamesIn(dependencies, names).map(([old, name]) => {
        const whose = owner === null ? 'no stack' : `stack "${owner}"`
        const detail = `The ${noun} "${id}" of ${whose} depends on "${old}", which becomes "${name}". It is not changed here; until it is changed there it depends on nothing by that name.`
        return warningDiagnostic(summary, detail, { address })
      }),
    ),
  ]
}

function oldNamesIn(
  dependencies: readonly string[],
  names: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  return dependencies.flatMap(old => {
    const name = names.get(old)
    return name === undefined ? [] : [[old, name] as const]
  })
}

function renamed(snapshot: Snapshot, renames: ReadonlyMap<ObjectKey, string>): Snapshot {
  if (renames.size === 0) return snapshot
  const appId = (id: AppId): AppId => (renames.get(`app:${id}`) ?? id) as AppId
  return {
    ...snapshot,
    apps: snapshot.apps.map(a => renamedApp(a, appId(a.id))),
    groups: snapshot.groups.map(g => ({ ...g, id: (renames.get(`group:${g.id}`) ?? g.id) as GroupId })),
    volumes: snapshot.volumes.map(v => ({ ...v, name: renames.get(`volume:${v.name}`) ?? v.name })),
    deployments: snapshot.deployments.map(d => ({ ...d, apps: d.apps.map(appId) })),
  }
}

function renamedApp(app: SnapshotApp, id: AppId): SnapshotApp {
  if (id === app.id) return app
  const under = (of: App): App => ({ ...of, id })
  const { submitted, effective, applied } = app
  return {
    ...app,
    id,
    submitted: under(submitted),
    effective: under(effective),
    ...(applied === undefined ? {} : { applied: under(applied) }),
  }
}
