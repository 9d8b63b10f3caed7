// The control plane's core as the simulator uses it. Taken as an object, so that a test can put a broken one in its
// place and see that the checker notices.
import {
  accept,
  load,
  nextWake,
  replay,
  rollback,
  seal,
  step,
  type ClusterEvent,
  type Commit,
  type Env,
  type Input,
  type Output,
  type Row,
  type State,
} from '../runtime/core/index.ts'

export interface SimulatedCore {
  load(rows: Iterable<Row>, head: Pick<Commit, 'revision' | 'now' | 'utc'>): State
  step(state: State, env: Env, input: Input): Output
  nextWake(state: State): Commit['now'] | undefined
  seal(state: State, env: Env, events: readonly ClusterEvent[]): Commit | undefined
  accept(state: State): void
  rollback(state: State): void
  replay(state: State, commit: Commit): void
}

export const realCore: SimulatedCore = { load, step, nextWake, seal, accept, rollback, replay }
