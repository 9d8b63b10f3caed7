// What an app or group depends on: what `depends_on` names, and whatever its expressions refer to. Ids come out
// absolute, without repetition: first those of `depends_on` in the order written, then the others by id.
import { compareStrings } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import { resolvePath } from '../../model/index.ts'
import type { SurfaceResource, SurfaceValue } from '../surface.ts'
import { idOf } from './ids.ts'
import { targetsOf } from './references.ts'
import type { AddressIndex } from './references.ts'

export function dependenciesOf(
  resource: SurfaceResource,
  references: Iterable<string>,
  index: AddressIndex,
): readonly string[] {
  const own = idOf(resource)
  const group = own.slice(0, own.lastIndexOf('/')) || '/'
  const written = resource.body.attributes['depends_on']
  const named = written ? namedIn(written, resource, group, index) : []
  const met = [...references]
    .filter(r => !(written?.references ?? []).includes(r))
    .flatMap(r => targetsOf(r, resource, index))
    // An app may speak of itself and of the groups around it; that is no order between apps.
    .filter(t => t.kind !== 'volume' && t.id !== own && !own.startsWith(`${t.id}/`))
    .map(t => t.id)
    .sort(compareStrings)
  return [...new Set([...named, ...met])]
}

function namedIn(
  written: SurfaceValue,
  resource: SurfaceResource,
  group: string,
  index: AddressIndex,
): readonly string[] {
  const referred = (written.references ?? [])
    .flatMap(r => targetsOf(r, resource, index))
    .filter(t => t.kind !== 'volume')
    .map(t => t.id)
  if (referred.length > 0 && textsIn(written.value).length <= (written.references ?? []).length)
    return referred
  const texts = textsIn(written.value).flatMap(text => {
    const targets = text.startsWith('/') ? [] : targetsOf(text, resource, index)
    return targets.length > 0 ? targets.map(t => t.id) : [resolvePath(group, text)]
  })
  return [...referred, ...texts]
}

/** Ids as texts, alone or in a list; a resource as a value has its id in `id`. */
function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(textsIn)
  const id = typeof value === 'object' && value !== null ? (value as { id?: Json }).id : undefined
  return typeof id === 'string' ? [id] : []
}
