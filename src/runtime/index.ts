// The face of the control plane for those who start one. Its core has a face of its own (core/index.ts).
export type { Log } from './log.ts'
export { initCluster, type RunningServer, type ServerOptions, startServer } from './server.ts'
export { inspectSnapshot, saveSnapshotOf, type SnapshotFacts } from './store/facts.ts'
export { isMarkLost, markedCluster } from './store/mark.ts'
export { repairDirectory } from './store/repair.ts'
export { restoreSnapshot } from './store/restore.ts'
export { writeSnapshot as storeSnapshot } from './store/snapshotfile.ts'
export { defaultSnapshotOptions, type SnapshotOptions } from './store/snapshots.ts'
