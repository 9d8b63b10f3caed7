// The face of the control plane's core. Pure: the same state and inputs give the same outputs, in production, in the
// forecast of a plan, in the simulator and in the benchmark.
export { clusterRow, clusterRowKey, raisedEpoch } from './clusterrow.ts'
export { strictlyHealthy } from './instances.ts'
export { obstaclesFor } from './launch.ts'
export * from './plainrows.ts'
export * from './rows.ts'
export { snapshotOf } from './snapshot.ts'
export { soundRows, type SoundRows } from './soundrows.ts'
export { State } from './state.ts'
export { nextWake, step } from './step.ts'
export { accept, createState, load, replay, rollback, rowsOf, seal } from './transaction.ts'
export * from './types.ts'
export * from './views.ts'
