// The face of the control plane for those who start one. Its core has a face of its own (core/index.ts).
export type { Log } from './log.ts'
export { initCluster, type RunningServer, type ServerOptions, startServer } from './server.ts'
export { markedCluster } from './store/mark.ts'
