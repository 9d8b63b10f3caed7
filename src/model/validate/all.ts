// The rules for all apps and groups of a cluster together: one name, one thing; dependencies without circles.
import { compareStrings, errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import type { App } from '../app.ts'
import type { NormalizedGroup } from '../normalize/group.ts'
import { checkPath } from './id.ts'

type NamedApp = Pick<App, 'id' | 'dependencies'>

/** What is wrong between them. Targets of dependencies that do not exist are no mistake: they may come later. */
export function validateAll(
  apps: readonly NamedApp[],
  groups: readonly NormalizedGroup[],
): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  checkNames(apps, groups, found)
  const graph = dependencyGraph(apps, groups)
  for (const app of apps) {
    if (app.dependencies.includes(app.id))
      found.push(
        errorDiagnostic('Dependency graph has cyclic dependencies.', `${app.id} depends on itself.`, {
          path: '/dependencies',
          address: app.id,
        }),
      )
  }
  const cycle = findCycle(graph)
  if (cycle)
    found.push(
      errorDiagnostic(
        'Dependency graph has cyclic dependencies.',
        `${cycle.join(' → ')}: ${cycle.length > 2 ? 'none of them could ever start first' : 'it waits for itself, through a group'}. Take one of the dependencies out.`,
        { path: '/dependencies', address: cycle[0] },
      ),
    )
  return found
}

function checkNames(
  apps: readonly NamedApp[],
  groups: readonly NormalizedGroup[],
  found: Diagnostic[],
): void {
  const appIds = new Set<string>()
  for (const { id } of apps) {
    if (appIds.has(id))
      found.push(
        errorDiagnostic('App ids must be unique.', `${id} is defined twice.`, { path: '/id', address: id }),
      )
    appIds.add(id)
  }
  for (const group of namesOfGroups(apps, groups)) {
    if (appIds.has(group))
      found.push(
        errorDiagnostic(
          'Groups and Applications may not have the same identifier.',
          `${group} names an app and a group; rename one of them.`,
          { path: '/id', address: group },
        ),
      )
  }
  const groupIds = new Set<string>()
  for (const { id } of groups) {
    if (groupIds.has(id))
      found.push(
        errorDiagnostic('Group ids must be unique.', `${id} is defined twice.`, { path: '/id', address: id }),
      )
    groupIds.add(id)
    checkPath(id, '/id', 'group', (path, summary, detail) =>
      found.push(errorDiagnostic(summary, detail, { path, address: id })),
    )
  }
}

// A group is also named by everything inside it.
function namesOfGroups(apps: readonly NamedApp[], groups: readonly NormalizedGroup[]): readonly string[] {
  const names = new Set<string>(groups.map(g => g.id))
  for (const { id } of [...apps, ...groups]) for (const above of groupsAround(id)) names.add(above)
  return [...names].sort(compareStrings)
}

/** `/a/b/c` → `/a/b`, `/a`, `/`. */
function groupsAround(id: string): readonly string[] {
  const around: string[] = []
  for (let cut = id.lastIndexOf('/'); cut > 0; cut = id.lastIndexOf('/', cut - 1))
    around.push(id.slice(0, cut))
  return id === '/' ? [] : [...around, '/']
}

/**
 * Edges between apps and groups, one per dependency: groups are nodes, so that the graph stays as small as its text.
 * An app has an edge to each group around it that has dependencies (it inherits them); a group that is depended on has
 * edges to the apps within. `enter` and `leave` are two nodes of one group, so that neither edge meets the other.
 */
function dependencyGraph(
  apps: readonly NamedApp[],
  groups: readonly NormalizedGroup[],
): ReadonlyMap<string, readonly string[]> {
  const appIds = new Set<string>(apps.map(a => a.id))
  const inherited = new Map(groups.filter(g => g.dependencies.length > 0).map(g => [g.id as string, g]))
  const targets = new Set([...apps, ...groups].flatMap(o => o.dependencies).filter(id => !appIds.has(id)))
  const graph = new Map<string, string[]>()
  const edge = (from: string, to: string): void => {
    const present = graph.get(from)
    if (present) present.push(to)
    else graph.set(from, [to])
  }
  const nodeOf = (target: string): string => (appIds.has(target) ? target : `within ${target}`)
  for (const app of [...apps].sort((a, b) => compareStrings(a.id, b.id))) {
    for (const target of app.dependencies) if (target !== app.id) edge(app.id, nodeOf(target))
    for (const group of groupsAround(app.id)) {
      if (inherited.has(group)) edge(app.id, `needs of ${group}`)
      if (targets.has(group)) edge(`within ${group}`, app.id)
    }
  }
  for (const { id, dependencies } of inherited.values())
    for (const target of dependencies) edge(`needs of ${id}`, nodeOf(target))
  return graph
}

/** The apps of one cycle, the first one repeated at the end; iterative, since chains may be long. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  for (const start of [...graph.keys()].sort(compareStrings)) {
    const onPath = new Map<string, number>()
    const path: { readonly node: string; next: number }[] = []
    const enter = (node: string): void => {
      onPath.set(node, path.length)
      path.push({ node, next: 0 })
    }
    if (!done.has(start)) enter(start)
    while (path.length > 0) {
      const top = path.at(-1)!
      const to = graph.get(top.node)?.[top.next++]
      if (to === undefined) {
        path.pop()
        onPath.delete(top.node)
        done.add(top.node)
      } else if (onPath.has(to)) {
        const cycle = path.slice(onPath.get(to)).map(step => step.node)
        return closed(cycle.filter(node => node.startsWith('/')))
      } else if (!done.has(to)) {
        enter(to)
      }
    }
  }
  return undefined
}

function closed(cycle: readonly string[]): readonly string[] {
  return [...cycle, ...cycle.slice(0, 1)]
}
