// The package's public face: what a configuration imports from 'sddc'. Plain functions over plain data; nothing is
// registered anywhere, the default export is the whole description. This folder is bundled with the user's module, so
// it takes nothing but types from the rest of the program.
export { app } from './app.ts'
export type { App, AppOptions } from './app.ts'
export { command, http, https, tcp } from './checks.ts'
export type { CommandCheck, HealthCheck, HttpCheck, ReadinessCheck, TcpCheck } from './checks.ts'
export { defineCluster } from './cluster.ts'
export type { ClusterConfig, ClusterContext, ClusterDefinition } from './cluster.ts'
export { cluster, groupBy, is, like, maxPer, unique, unlike } from './constraints.ts'
export type { Constraint } from './constraints.ts'
export { group } from './group.ts'
export type { Group, GroupOptions, Resource } from './group.ts'
export { ref, sensitive } from './text.ts'
export type { Reference, Sensitive, Text } from './text.ts'
export type { Duration, Size } from './units.ts'
export { volume } from './volume.ts'
export type { Mount, Volume, VolumeOptions } from './volume.ts'
