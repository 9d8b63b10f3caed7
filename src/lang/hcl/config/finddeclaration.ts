// Looks among the declarations: by name from inside of a group, and all of them.
import type {
  Declarations,
  Members,
  RepeatableDeclaration,
  ResourceDeclaration,
  ResourceKind,
} from './declarations.ts'

const kinds: readonly string[] = ['app', 'group', 'volume'] satisfies ResourceKind[]

export function isResourceKind(word: string): word is ResourceKind {
  return kinds.includes(word)
}

/** Top-level names first, as addresses say; then those of the groups around, from the innermost. */
export function findDeclaration(
  declarations: Declarations,
  kind: ResourceKind,
  name: string,
  around: RepeatableDeclaration | undefined,
): ResourceDeclaration | undefined {
  const top = declarations.resources[kind].get(name)
  if (top !== undefined) return top
  for (let group: RepeatableDeclaration | undefined = around; group !== undefined; group = group.parent) {
    const found = group.members[kind].get(name)
    if (found !== undefined) return found
  }
  return undefined
}

export function eachDeclaration(members: Members, visit: (declaration: ResourceDeclaration) => void): void {
  for (const kind of ['app', 'group', 'volume'] as const) {
    for (const declaration of members[kind].values()) {
      visit(declaration)
      eachDeclaration(declaration.members, visit)
    }
  }
}

/** Without keys: one per block of the text. Within its module. */
export function staticAddress(declaration: RepeatableDeclaration): string {
  const own = `${declaration.kind}.${declaration.name}`
  return declaration.parent === undefined ? own : `${staticAddress(declaration.parent)}.${own}`
}

/** As diagnostics name the block: `app "web"`. */
export function contextOf(declaration: RepeatableDeclaration): string {
  return `${declaration.kind} ${JSON.stringify(declaration.name)}`
}
