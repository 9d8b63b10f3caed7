// The core as the loop takes it: what a server runs, and what tests and benchmarks run in its place.
import {
  accept,
  createState,
  newLoader,
  nextWake,
  replay,
  rollback,
  seal,
  soundRows,
  type State,
  step,
} from './core/index.ts'
import type { Core } from './loop/core.ts'

export const wholeCore: Core<State> = {
  createState,
  newLoader,
  step,
  nextWake,
  seal,
  accept,
  rollback,
  replay(state, commit) {
    replay(state, commit)
    state.lookAtAll()
  },
  sound: soundRows,
}
