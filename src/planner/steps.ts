// The order of a deployment: Marathon's algorithm.
//   step 1    stop every app that goes; side by side, dependencies do not matter
//   step 2    start every new app with no instances
//   step 3…   scale or restart what is new or changed, one step per dependency depth, what others depend on first
// An app that differs only in what is changed in place needs no action (a divergence: Marathon restarts it).
import { by } from '../base/index.ts'
import type { Action, ActionKind, App, AppId, Step } from '../model/index.ts'
import { diffApp } from './diff.ts'
import { dependencyGraph, depths } from './graph.ts'
import type { GroupDependencies } from './graph.ts'

export interface StepsInput {
  /** Every app that the change may touch, as it is, in submitted form. */
  readonly before: ReadonlyMap<AppId, App>
  /** Their effective forms, to see that a service port now written out is the one assigned before. */
  readonly assigned?: ReadonlyMap<AppId, App>
  /** The same as they shall be. For dependencies that lead through untouched apps these must be there too. */
  readonly after: ReadonlyMap<AppId, App>
  /** The groups that have dependencies, as they shall be. */
  readonly groups: readonly GroupDependencies[]
  /** Apps to restart even if nothing differs. */
  readonly restart?: ReadonlySet<AppId>
}

/**
 * Steps run one after another, the actions of one side by side; none is empty, actions are sorted by app. Apps on a
 * dependency cycle (refused at the door: findDependencyCycle) come last, together.
 */
export function computeSteps({ before, assigned, after, groups, restart = new Set() }: StepsInput): Step[] {
  const removed = [...before.keys()].filter(id => !after.has(id))
  const added = [...after.keys()].filter(id => !before.has(id))
  const actions: Action[] = added.map(id => action('ScaleApplication', id))
  for (const [id, app] of after) {
    const old = before.get(id)
    const kind =
      old === undefined ? undefined : actionFor(old, app, assigned?.get(id) ?? null, restart.has(id))
    if (kind !== undefined) actions.push(action(kind, id))
  }
  return [
    removed.map(id => action('StopApplication', id)),
    added.map(id => action('StartApplication', id)),
    ...byDepth(actions, after, groups),
  ]
    .filter(step => step.length > 0)
    .map(step => ({ actions: step.sort(by(a => a.app)) }))
}

function actionFor(before: App, after: App, assigned: App | null, forced: boolean): ActionKind | undefined {
  if (before === after && !forced) return undefined
  const effects = new Set(diffApp(before, after, [], assigned).map(f => f.effect))
  if (forced || effects.has('restart'))
    return after.instances === 0 ? 'ScaleApplication' : 'RestartApplication'
  return effects.has('scale') ? 'ScaleApplication' : undefined
}

function byDepth(
  actions: readonly Action[],
  after: ReadonlyMap<AppId, App>,
  groups: readonly GroupDependencies[],
): Action[][] {
  // The usual change over REST touches one app: no need to look at all others.
  if (actions.length <= 1) return [[...actions]]
  const graph = dependencyGraph(after, groups)
  const depth = depths(graph)
  const depthOf = new Map<AppId, number>()
  graph.apps.forEach((id, node) => depthOf.set(id, depth[node] === -1 ? Infinity : depth[node]!))
  const steps = new Map<number, Action[]>()
  for (const each of actions) {
    const at = depthOf.get(each.app)!
    const step = steps.get(at)
    if (step === undefined) steps.set(at, [each])
    else step.push(each)
  }
  return [...steps.entries()].sort(([a], [b]) => compareDepths(a, b)).map(([, step]) => step)
}

// Infinity − Infinity is not a number.
function compareDepths(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function action(kind: ActionKind, app: AppId): Action {
  return { action: kind, app }
}
