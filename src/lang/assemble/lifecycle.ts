// What a resource's lifecycle says, in the model's words: paths of the Marathon form, and only what differs from the
// default, so that nothing said and the default said are the same.
import { compareStrings } from '../../base/index.ts'
import type { Lifecycle } from '../../model/index.ts'
import type { SurfaceLifecycle, SurfaceResource, SurfaceValue } from '../surface.ts'
import { complain, ignoredPaths, spell } from '../vocabulary/index.ts'
import type { Draft } from '../vocabulary/index.ts'

/** Mistakes are told in the draft. */
export function lifecycleOf(draft: Draft): { readonly lifecycle?: Lifecycle } {
  const said = draft.resource.lifecycle
  if (said === undefined) return {}
  const ignoreChanges = ignored(draft, said)
  const destroy = destroyed(draft, said)
  const lifecycle: Lifecycle = {
    ...(ignoreChanges.length > 0 ? { ignoreChanges } : {}),
    ...(flag(draft, said.preventDestroy, 'prevent_destroy') === true ? { preventDestroy: true } : {}),
    ...(destroy === undefined ? {} : { destroy }),
  }
  return Object.keys(lifecycle).length === 0 ? {} : { lifecycle }
}

function ignored(draft: Draft, { ignoreChanges = [] }: SurfaceLifecycle): readonly string[] {
  if (ignoreChanges === 'all') return ['']
  const paths = new Set<string>()
  for (const { text, range } of ignoreChanges) {
    const found = ignoredPaths(draft.resource.kind, text, draft.dialect)
    if ('paths' in found) for (const path of found.paths) paths.add(path)
    else complain(draft, `Invalid ${spell(draft.dialect, 'ignore_changes')}`, found.mistake, range)
  }
  return [...paths].sort(compareStrings)
}

const defaults: Readonly<Record<SurfaceResource['kind'], boolean>> = { app: true, group: true, volume: false }

/** Undefined: as ever. */
function destroyed(draft: Draft, { destroy }: SurfaceLifecycle): boolean | undefined {
  const value = flag(draft, destroy, 'destroy')
  const { kind } = draft.resource
  if (value === undefined || value === defaults[kind]) return undefined
  if (kind !== 'group') return value
  const detail = 'A group is nothing but what is in it: say it for its apps.'
  complain(draft, 'Unsupported argument', detail, destroy?.nameRange ?? destroy?.range)
  return undefined
}

function flag(draft: Draft, source: SurfaceValue | undefined, name: string): boolean | undefined {
  if (source === undefined || source.value === null) {
    if (source?.failed === true) draft.incomplete = true
    return undefined
  }
  if (typeof source.value === 'boolean') return source.value
  const detail = `"${spell(draft.dialect, name)}" must be true or false.`
  complain(draft, 'Incorrect attribute value type', detail, source.range)
  return undefined
}
