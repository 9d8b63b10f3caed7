// Ids from text: the label is the last segment, groups and modules are the segments before; a `for_each` key or a
// `count` index is appended with a hyphen.
import type { SurfaceResource } from '../surface.ts'

const segment = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

/** Marathon's rule for one segment of an id. */
export function isSegment(label: string): boolean {
  return segment.test(label)
}

export function idOf(resource: Pick<SurfaceResource, 'path' | 'name' | 'key'>): string {
  return `/${[...resource.path, labelOf(resource)].join('/')}`
}

/** A top-level volume's name; names of volumes are flat, so groups become part of it. */
export function volumeNameOf(resource: Pick<SurfaceResource, 'path' | 'name' | 'key'>): string {
  return [...resource.path, labelOf(resource)].join('-')
}

/** The last segment. */
export function labelOf(resource: Pick<SurfaceResource, 'name' | 'key'>): string {
  return resource.key === undefined ? resource.name : `${resource.name}-${resource.key}`
}
