// The live cluster as plain data for the planner, at the present revision.
import { by, isoTime } from '../../base/index.ts'
import type { Snapshot, SnapshotApp } from '../../model/index.ts'
import { effectiveAppOf, specOf, submittedAppOf } from './instances.ts'
import { appsOf } from './deployments.ts'
import type { AppRow } from './rows.ts'
import type { State } from './state.ts'

export function snapshotOf(state: State): Snapshot {
  return {
    clusterId: state.tables.cluster.get('cluster')!.clusterId,
    epoch: state.epoch,
    revision: state.revision,
    apps: [...state.tables.app.values()].map(row => snapshotApp(state, row)).sort(by(a => a.id)),
    groups: [...state.tables.group.values()].sort(by(g => g.id)),
    volumes: [...state.tables.volume.values()].sort(by(v => v.name)),
    stacks: [...state.tables.stack.values()].sort(by(s => s.name)),
    deployments: [...state.runningDeployments].sort().map(id => ({
      id,
      apps: appsOf(state.tables.deployment.get(id)!),
    })),
    agents: [...state.tables.agent.values()].sort(by(a => a.id)).map(row => ({
      id: row.id,
      hostname: row.hostname,
      capacity: row.capacity,
      attributes: row.attributes,
      reachable: row.unreachableSince === null,
    })),
  }
}

function snapshotApp(state: State, row: AppRow): SnapshotApp {
  const index = state.apps.get(row.id)
  return {
    id: row.id,
    address: row.address,
    submitted: submittedAppOf(state, row),
    effective: effectiveAppOf(state, row),
    stack: row.stack,
    ...(row.applied === null
      ? {}
      : { applied: { ...specOf(state, row.applied.spec), instances: row.applied.instances } }),
    changedBy: row.changedBy,
    sensitivePaths: row.sensitivePaths,
    ...(row.lifecycle === undefined ? {} : { lifecycle: row.lifecycle }),
    revision: row.revision,
    version: isoTime(row.version),
    ...(row.halted === undefined
      ? {}
      : { halted: { deployment: row.halted.deployment, reason: row.halted.reason } }),
    running: index?.running ?? 0,
    healthy: index?.healthy ?? 0,
  }
}
