// What apps and groups have in common. `dependsOn` takes it, so that neither has to know the other's type.
import type { Site } from './site.ts'
import type { Reference } from './text.ts'

export interface Described<Kind extends 'app' | 'group' = 'app' | 'group'> {
  readonly kind: Kind
  readonly name: string
  /** Where it was made. */
  readonly site: Site | undefined
  /** Its absolute id, as a value that other resources can use; using it makes this one a dependency. */
  readonly id: Reference
}
