// Volumes of the configuration, and how an app mounts them.
import type { Keyed } from './described.ts'
import type { LifecycleOptions } from './lifecycle.ts'
import { callSite } from './site.ts'
import type { Site } from './site.ts'
import type { Size } from './units.ts'

export interface VolumeOptions extends Keyed {
  readonly size: Size
  /** One for all instances instead of one per instance. */
  readonly shared?: boolean
  readonly lifecycle?: LifecycleOptions<'size' | 'shared'>
}

export interface Volume {
  readonly kind: 'volume'
  readonly name: string
  readonly options: VolumeOptions
  readonly site: Site | undefined
  /** Mounts it at a path in the container. */
  at(container: string, mode?: 'RO' | 'RW'): VolumeMount
}

export interface VolumeMount {
  /** Path inside the container. */
  readonly container: string
  /** The volume that is mounted. */
  readonly volume: Volume
  /** Read-only or read-write. */
  readonly mode?: 'RO' | 'RW'
}

export interface HostMount {
  /** Path inside the container. */
  readonly container: string
  /** Path on the machine. */
  readonly host: string
  /** Read-only or read-write. */
  readonly mode?: 'RO' | 'RW'
  readonly volume?: never
  readonly size?: never
}

export interface PersistentMount {
  /** Path inside the container. */
  readonly container: string
  /** Size of the volume. */
  readonly size: Size
  /** Kind of disk. */
  readonly type?: 'root' | 'path' | 'mount'
  /** Read-only or read-write. */
  readonly mode?: 'RW'
  readonly host?: never
  readonly volume?: never
}

export type Mount = VolumeMount | HostMount | PersistentMount

/** A volume whose life does not hang on an app's. */
export function volume(name: string, options: VolumeOptions): Volume {
  const made: Volume = {
    kind: 'volume',
    name,
    options,
    site: callSite(volume),
    at: (container, mode) => ({ container, volume: made, ...(mode === undefined ? {} : { mode }) }),
  }
  return made
}
