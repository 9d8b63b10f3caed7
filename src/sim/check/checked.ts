// What an invariant looks at: the rows before and after a step.
import type { PlainRows } from '../../runtime/core/index.ts'

export interface Checked {
  readonly before: PlainRows
  readonly after: PlainRows
  /** Cluster time of the step. */
  readonly now: number
  /** Instances that were taken over as they run: they were launched long ago. */
  readonly adopted?: ReadonlySet<string>
}
