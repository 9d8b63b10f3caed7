// An order in which every node comes after what it needs, and the cycles that make this impossible. Iterative, because
// a chain of ten thousand locals must not exhaust the stack.

export interface Ordered {
  /** Everything needed stands before what needs it; members of cycles are in it too, somewhere. */
  readonly order: readonly string[]
  /** Each closed: the first node is also the last. */
  readonly cycles: readonly (readonly string[])[]
}

export function orderByNeed(nodes: readonly string[], needs: (node: string) => readonly string[]): Ordered {
  const state = new Map<string, 'open' | 'done'>()
  const order: string[] = []
  const cycles: string[][] = []
  for (const root of nodes) {
    if (state.has(root)) continue
    const path: { node: string; rest: Iterator<string> }[] = []
    const enter = (node: string): void => {
      state.set(node, 'open')
      path.push({ node, rest: needs(node)[Symbol.iterator]() })
    }
    enter(root)
    while (path.length > 0) {
      const top = path[path.length - 1]!
      const next = top.rest.next()
      if (next.done === true) {
        state.set(top.node, 'done')
        order.push(top.node)
        path.pop()
      } else if (!state.has(next.value)) {
        enter(next.value)
      } else if (state.get(next.value) === 'open') {
        const from = path.findIndex(p => p.node === next.value)
        cycles.push([...path.slice(from).map(p => p.node), next.value])
      }
    }
  }
  return { order, cycles }
}
