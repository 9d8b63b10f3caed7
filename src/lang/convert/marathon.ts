// `Desired` as Marathon's own definitions: one group with all apps and groups in it, or a list of apps. They can't say
// everything; `sayableInMarathon` tells beforehand.
import { parentGroup } from '../../model/index.ts'
import type { AppId, Desired, GroupId } from '../../model/index.ts'
import { appAddress, groupAddress } from '../../model/index.ts'
import type { Json } from '../../base/index.ts'
import { minimalApp } from './minimal.ts'
import type { JsonObject } from './minimal.ts'

export interface MarathonDefinition {
  readonly kind: 'app' | 'group'
  readonly json: Json
}

/** What Marathon's definitions of the apps and groups would lose; empty when nothing. */
export function lostInMarathon({ apps, groups, moves, imports, forgets }: Desired): readonly string[] {
  const lost: string[] = []
  if (apps.some(a => a.sensitivePaths.length > 0)) lost.push('which values must not be shown')
  if ([...apps, ...groups].some(o => o.lifecycle !== undefined)) lost.push('lifecycles')
  const isPlain =
    apps.every(a => a.address === appAddress(a.app.id)) && groups.every(g => g.address === groupAddress(g.id))
  if (!isPlain) lost.push('addresses (modules, for_each, count)')
  if (moves ?? imports ?? forgets) lost.push('moves, imports and removals')
  return lost
}

/** Several only where a group is named and the one around it is not. */
export function marathonDefinitions({ apps, groups }: Desired): readonly MarathonDefinition[] {
  const known = new Map<string, { readonly dependencies: readonly string[] }>(groups.map(g => [g.id, g]))
  const groupJson = (id: string): JsonObject => {
    const inner = groups.filter(g => parentGroup(g.id) === id && g.id !== id)
    const own = apps.filter(a => parentGroup(a.app.id) === id)
    const dependencies = known.get(id)?.dependencies ?? []
    return {
      id,
      ...(dependencies.length > 0 ? { dependencies } : {}),
      ...(own.length > 0 || inner.length === 0 ? { apps: own.map(a => nearby(minimalApp(a.app), id)) } : {}),
      ...(inner.length > 0 ? { groups: inner.map(g => ({ ...groupJson(g.id) })) } : {}),
    }
  }
  const isOutermost = (id: AppId | GroupId): boolean => !known.has(parentGroup(id))
  const tops = groups.filter(g => isOutermost(g.id))
  const alone = apps.filter(a => isOutermost(a.app.id))
  const atRoot = [...tops, ...alone.map(a => a.app)].every(o => parentGroup(o.id) === '/')
  if (tops.length > 0 && atRoot && tops.length + alone.length > 1) {
    return [{ kind: 'group', json: groupJson('/') }]
  }
  const list = alone.map(a => minimalApp(a.app))
  return [
    ...tops.map(g => ({ kind: 'group' as const, json: groupJson(g.id) })),
    ...(list.length === 0 ? [] : [{ kind: 'app' as const, json: list.length === 1 ? list[0]! : list }]),
  ]
}

/** Names in a group's own terms: its apps by their last segment. */
function nearby(app: JsonObject, group: string): JsonObject {
  const prefix = group === '/' ? '/' : `${group}/`
  const short = (id: string): string => {
    const rest = id.slice(prefix.length)
    return id.startsWith(prefix) && !rest.includes('/') ? rest : id
  }
  const { id, dependencies, ...rest } = app
  return {
    id: short(id as string),
    ...rest,
    ...(dependencies === undefined ? {} : { dependencies: (dependencies as readonly string[]).map(short) }),
  }
}
