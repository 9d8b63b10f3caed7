// What apps, groups and modules have in common. `dependsOn` takes it, so that none has to know the others' types.
import type { Site } from './site.ts'
import type { Reference } from './text.ts'

/** What tells several of one name apart, as `for_each` and `count` of HCL do: appended to the id. */
export interface Keyed {
  /** `app('worker', { key: 'eu', … })` is `/worker-eu`, addressed as `app.worker["eu"]`. */
  readonly key?: string | number
}

type DescribedKind = 'app' | 'group' | 'module'

export interface Described<Kind extends DescribedKind = DescribedKind> {
  readonly kind: Kind
  readonly name: string
  /** Where it was made. */
  readonly site: Site | undefined
  /** Its absolute id, as a value that other resources can use; using it makes this one a dependency. */
  readonly id: Reference
}
