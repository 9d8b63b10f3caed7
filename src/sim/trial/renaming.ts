// A plan by which a stack gives an app another name, or lets go of it: what a person writes as `moved`, `import` and
// `removed`. It is made by the planner from the app as it is, so that it differs only in what is drawn.
import type { Random } from '../../base/index.ts'
import {
  appAddress,
  type App,
  type AppId,
  type Desired,
  type Place,
  type Plan,
  type Snapshot,
  type StackName,
} from '../../model/index.ts'
import { plan } from '../../planner/index.ts'

export interface Renaming {
  readonly snapshot: Snapshot
  readonly id: AppId
  readonly to: AppId
  /** How many instances it has then, should that change with its name. */
  readonly resized: (instances: number) => number
  /** How often a stack lets go of its app instead: 0 to 1. */
  readonly forgets: number
  readonly origin: string
}

/** Null when the planner finds a mistake, as when the name is another app's. */
export function renamingPlan(
  random: Random,
  { snapshot, id, to, resized, forgets, origin }: Renaming,
): Plan | null {
  const present = snapshot.apps.find(app => app.id === id)!
  const { instances, cmd } = present.submitted
  const submitted: App = {
    ...present.submitted,
    id: to,
    instances: random.chance(0.3) ? resized(instances) : instances,
    ...(cmd !== undefined && random.chance(0.3) ? { cmd: `sleep ${random.integer(1, 4)}` } : {}),
  }
  const place = (name: AppId, address: string): Place => ({ kind: 'app', address, id: name })
  const there = { address: appAddress(to), app: submitted, sensitivePaths: [] }
  const from = place(id, present.address)
  const isForgotten = present.stack !== null && random.chance(forgets)
  const want: Desired = {
    format: 1,
    stack: 'names' as StackName,
    apps: isForgotten ? [] : [there],
    groups: [],
    volumes: [],
    outputs: {},
    ...(isForgotten ? { forgets: [from] } : {}),
    ...(present.stack === null
      ? { imports: [{ to: there.address, id }] }
      : { moves: [{ from, to: place(to, there.address) }] }),
  }
  return plan(want, snapshot, { mode: 'apply', deleteUnnamed: isForgotten, origin }).plan
}
