// How an object may change and end. All of it is said in the configuration; what must hold also when the text is gone
// is kept with the object in the cluster.
import { sameJson } from '../base/index.ts'

/** What stays with the object. Absent where the configuration says no more than the default. */
export interface KeptLifecycle {
  /** A plan that destroys the object is refused. */
  readonly preventDestroy?: true
  /**
   * Apps: false lets go of it when it is no longer named, and it runs on. Volumes: true deletes its data then; without,
   * it is forgotten and the data stays.
   */
  readonly destroy?: boolean
}

export interface Lifecycle extends KeptLifecycle {
  /** JSON paths whose present value stays, for example `/instances`, `/env/TAG`; '' is all of the object. */
  readonly ignoreChanges?: readonly string[]
}

/** The part that is kept; undefined when there is nothing to keep. */
export function keptLifecycle(lifecycle: Lifecycle | undefined): KeptLifecycle | undefined {
  if (lifecycle?.preventDestroy === undefined && lifecycle?.destroy === undefined) return undefined
  const { ignoreChanges: _, ...kept } = lifecycle
  return kept
}

export function sameLifecycle(a: KeptLifecycle | undefined, b: KeptLifecycle | undefined): boolean {
  return sameJson(a ?? {}, b ?? {})
}
