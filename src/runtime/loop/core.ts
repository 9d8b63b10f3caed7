// What the loop needs of the control plane's core. The loop knows nothing of its tables, so that its own promises
// (write, then send; undo what failed) can be tested with a core of ten lines.
import type { ClusterMs } from '../../base/index.ts'
import type { ClusterId, Epoch, Revision } from '../../model/index.ts'
import type { ClusterEvent, Commit, Env, Genesis, Input, Output, Row, Settings } from '../core/types.ts'

export interface CoreState {
  readonly revision: Revision
  readonly epoch: Epoch
  /** Rows changed in the open transaction. */
  readonly changedRows: number
}

export interface StateLoader<S extends CoreState> {
  /** Throws for a row that is none. */
  add(row: Row): void
  /** All rows were added. */
  finish(head: Pick<Commit, 'revision' | 'now' | 'utc' | 'digest'>): S
}

export interface Core<S extends CoreState> {
  createState(genesis: Genesis, settings: Settings): S
  /** Makes a state of rows that are given one by one, in any order: a store need not hold all of them at once. */
  newLoader(settings: Settings): StateLoader<S>
  step(state: S, env: Env, input: Input): Output
  nextWake(state: S): ClusterMs | undefined
  /** Undefined: nothing changed, the outputs may leave at once. */
  seal(state: S, env: Env, events: readonly ClusterEvent[]): Commit | undefined
  accept(state: S): void
  /** Drops volatile state too: agents must say hello again. */
  rollback(state: S): void
  /** Follows a commit that is stored but was rolled back here, because nobody knew. Everything is looked at again. */
  replay(state: S, commit: Commit): void
  /** The rows of a damaged state that can stand without those that are lost. Absent: all. */
  sound?(
    rows: readonly Row[],
    clusterId: ClusterId,
  ): { readonly rows: readonly Row[]; readonly dropped: readonly unknown[] }
}
