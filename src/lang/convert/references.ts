// How one thing of a configuration names another: the shortest way that HCL reads as meant.
import { isIdentifier } from './nodes.ts'
import type { Node } from './tree.ts'

export interface Reference {
  readonly root: string
  readonly steps: readonly (string | { readonly key: string | number })[]
}

export interface References {
  /** Undefined for what has no name there: another module's parts, what no configuration defines. */
  from(node: Node, id: string): Reference | undefined
}

interface Place {
  readonly node: Node
  /** Groups and modules around it, outermost first. */
  readonly around: readonly Node[]
}

/** Things at the addresses in `unnamed`, or inside of them, are named by their ids only. */
export function referencesIn(
  tree: readonly Node[],
  unnamed: ReadonlySet<string> = new Set<string>(),
): References {
  const places = new Map<string, Place>()
  const visit = (nodes: readonly Node[], around: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.kind !== 'volume') places.set(node.id, { node, around })
      visit(node.members, [...around, node])
    }
  }
  visit(tree, [])
  return {
    from({ id: ownId }, id) {
      const own = places.get(ownId)
      const target = places.get(id)
      if (!own || !target || target.node.isImplied) return undefined
      const depth = moduleDepth(target.around)
      if (moduleDepth(own.around) !== depth || own.around[depth - 1] !== target.around[depth - 1])
        return undefined
      const path = [...target.around.slice(depth), target.node]
      if (path.some(n => !isIdentifier(n.name) || unnamed.has(n.address))) return undefined
      const top = depth === 0 ? tree : target.around[depth - 1]!.members
      return isSeen(own, target, depth, top) ? reference([target.node]) : reference(path)
    },
  }
}

function moduleDepth(around: readonly Node[]): number {
  return around.findLastIndex(n => n.kind === 'module') + 1
}

/** Whether the bare name is found: at the top first, then in the groups around, from the innermost. */
function isSeen(own: Place, { node, around }: Place, depth: number, top: readonly Node[]): boolean {
  if (around.length === depth) return true
  const isNamed = (n: Node): boolean => n.kind === node.kind && n.name === node.name
  if (top.some(isNamed) || !around.every((n, i) => own.around[i] === n)) return false
  return !own.around.slice(around.length).some(group => group.members.some(isNamed))
}

function reference(path: readonly Node[]): Reference {
  const steps = path.flatMap(({ kind, name, key }) => [kind, name, ...(key === undefined ? [] : [{ key }])])
  const [root, ...rest] = steps
  return { root: root as string, steps: rest }
}
