// From addresses in expressions to the ids they mean. An address may be longer than a resource's (`app.db.id`), may
// leave out the key of its instances (`app.db` for all of `app.db["eu"]`), and may leave out groups that it stands in.
import type { SurfaceResource } from '../surface.ts'
import { idOf } from './ids.ts'

export interface Target {
  readonly kind: SurfaceResource['kind']
  readonly id: string
}

export type AddressIndex = ReadonlyMap<string, readonly Target[]>

export function indexAddresses(resources: readonly SurfaceResource[]): AddressIndex {
  const index = new Map<string, Target[]>()
  for (const resource of resources) {
    const target = { kind: resource.kind, id: idOf(resource) }
    const bare =
      resource.key === undefined ? [] : [resource.address.slice(0, resource.address.lastIndexOf('['))]
    for (const address of [resource.address, ...bare]) {
      const known = index.get(address)
      if (known) known.push(target)
      else index.set(address, [target])
    }
  }
  return index
}

/** What an address, written inside `from`, refers to; empty when it is no resource (a variable, a local, …). */
export function targetsOf(address: string, from: SurfaceResource, index: AddressIndex): readonly Target[] {
  // A whole address means what it says, also where a group around has something of the same name.
  const exact = index.get(address)
  if (exact) return exact
  const scopes = from.path
    .map((_, i) =>
      from.path
        .slice(0, i + 1)
        .map(g => `group.${g}.`)
        .join(''),
    )
    .reverse()
  for (const scope of [...scopes, '']) {
    for (let at = address; at !== ''; at = shorter(at)) {
      const found = index.get(scope + at)
      if (found) return found
    }
  }
  return []
}

/** Without its last step: `app.db["eu"].id` → `app.db["eu"]` → `app.db`. */
function shorter(address: string): string {
  const match = /^(.*?)(\.[^.[\]"]*|\["(?:[^"\\]|\\.)*"\]|\[\d+\])$/s.exec(address)
  return match ? match[1]! : ''
}
