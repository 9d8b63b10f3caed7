// A dependency cycle, found before it can become a deployment that waits for itself.
import { compareStrings, present } from '../base/index.ts'
import type { App, AppId } from '../model/index.ts'
import { depths, dependencyGraph } from './graph.ts'
import type { GroupDependencies } from './graph.ts'

/** The apps of one cycle, each depending on the next and the last on the first; undefined when there is none. */
export function findDependencyCycle(
  apps: ReadonlyMap<AppId, App>,
  groups: readonly GroupDependencies[],
): readonly AppId[] | undefined {
  const graph = dependencyGraph(apps, groups)
  const depth = depths(graph)
  const seenAt = new Map<number, number>()
  const walk: number[] = []
  let node = graph.apps.findIndex((_, app) => depth[app] === -1)
  if (node === -1) return undefined
  // Each node without a depth has a target without one: following them comes back to a node seen before.
  while (!seenAt.has(node)) {
    seenAt.set(node, walk.length)
    walk.push(node)
    node = present(
      graph.edges[node]!.find(target => depth[target] === -1),
      'a target on the cycle',
    )
  }
  const cycle = walk
    .slice(seenAt.get(node)!)
    .filter(n => n < graph.apps.length)
    .map(n => graph.apps[n]!)
  return startAtLeast(cycle)
}

// The same cycle reads the same, whichever app it was found from.
function startAtLeast(cycle: readonly AppId[]): readonly AppId[] {
  let least = 0
  cycle.forEach((id, i) => {
    if (compareStrings(id, cycle[least]!) < 0) least = i
  })
  return [...cycle.slice(least), ...cycle.slice(0, least)]
}
