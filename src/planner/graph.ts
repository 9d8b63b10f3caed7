// The dependencies between apps as a graph that stays linear in its input. An app may name apps or groups; a group
// means every app in it, at any depth, and what a group depends on is inherited by every app in it. Written out as
// edges between apps that is quadratic, so each group gets two helper nodes:
//   members(G)   → every app and subgroup of G            (what "depends on G" points at)
//   inherited(G) → what G depends on, inherited(parent)   (what every app in G points at)
// Helper nodes weigh nothing. Targets that do not exist are ignored until they do.
import { parentGroup } from '../model/index.ts'
import type { App, AppId, GroupId } from '../model/index.ts'

export interface GroupDependencies {
  readonly id: GroupId
  readonly dependencies: readonly string[]
}

export interface DependencyGraph {
  /** Apps first, in the order of `apps`; then the helper nodes. */
  readonly edges: readonly (readonly number[])[]
  readonly apps: readonly AppId[]
}

export function dependencyGraph(
  apps: ReadonlyMap<AppId, App>,
  groups: readonly GroupDependencies[],
): DependencyGraph {
  const ids = [...apps.keys()]
  const edges: number[][] = ids.map(() => [])
  const appNode = new Map<string, number>(ids.map((id, i) => [id, i]))
  const memberNode = new Map<string, number>()
  const inheritedNode = new Map<string, number>()

  const addNode = (): number => edges.push([]) - 1
  const members = (group: GroupId): number => {
    const known = memberNode.get(group)
    if (known !== undefined) return known
    const node = addNode()
    memberNode.set(group, node)
    if (group !== '/') edges[members(parentGroup(group))]!.push(node)
    return node
  }
  const inherited = (group: GroupId): number => {
    const known = inheritedNode.get(group)
    if (known !== undefined) return known
    const node = addNode()
    inheritedNode.set(group, node)
    if (group !== '/') edges[node]!.push(inherited(parentGroup(group)))
    return node
  }
  ids.forEach((id, node) => {
    edges[members(parentGroup(id))]!.push(node)
    edges[node]!.push(inherited(parentGroup(id)))
  })

  const pointAt = (node: number, target: string): void => {
    const found = appNode.get(target) ?? memberNode.get(target)
    if (found !== undefined) edges[node]!.push(found)
  }
  ids.forEach((id, node) => apps.get(id)!.dependencies.forEach(target => pointAt(node, target)))
  for (const group of groups) {
    const node = inheritedNode.get(group.id)
    if (node !== undefined) group.dependencies.forEach(target => pointAt(node, target))
  }
  return { edges, apps: ids }
}

/**
 * Apps on the longest dependency path that starts at each node, itself included (1: depends on nothing), by node; only
 * the first `apps.length` entries are apps. Nodes on a cycle, or that depend on one, have -1.
 */
export function depths({ edges, apps }: DependencyGraph): readonly number[] {
  const depth = edges.map(() => -1)
  const longest = edges.map(() => 0)
  const open = edges.map(targets => targets.length)
  const dependants: number[][] = edges.map(() => [])
  edges.forEach((targets, node) => targets.forEach(target => dependants[target]!.push(node)))
  const ready = edges.flatMap((targets, node) => (targets.length === 0 ? [node] : []))
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    depth[next] = longest[next]! + (next < apps.length ? 1 : 0)
    for (const dependant of dependants[next]!) {
      longest[dependant] = Math.max(longest[dependant]!, depth[next]!)
      open[dependant]! -= 1
      if (open[dependant] === 0) ready.push(dependant)
    }
  }
  return depth
}
