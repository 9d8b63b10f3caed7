// Small apps, configurations and snapshots for the planner's tests: only what a test is about is written out.
import type {
  AgentId,
  App,
  AppId,
  ClusterId,
  DeploymentId,
  Desired,
  DesiredApp,
  Epoch,
  GroupId,
  Plan,
  Revision,
  Snapshot,
  SnapshotApp,
  SnapshotGroup,
  SnapshotVolume,
  StackName,
} from '../../src/model/index.ts'
import { appAddress, groupAddress } from '../../src/model/index.ts'
import { sampleApp } from '../support/sampleapp.ts'

export const shop = 'shop' as StackName
export const here = 'ann@laptop:/shop'

export function app(id: string, more: Partial<App> = {}): App {
  return sampleApp({ id: id as AppId, cpus: 0.1, mem: 32, ...more })
}

export function wanted(of: App, more: Partial<DesiredApp> = {}): DesiredApp {
  return { address: appAddress(of.id), app: of, sensitivePaths: [], ...more }
}

export function desired(apps: readonly (App | DesiredApp)[], more: Partial<Desired> = {}): Desired {
  return {
    format: 1,
    stack: shop,
    apps: apps.map(a => ('app' in a ? a : wanted(a))),
    groups: [],
    volumes: [],
    outputs: {},
    ...more,
  }
}

export function group(id: string, dependencies: readonly string[] = []): Desired['groups'][number] {
  return { id: id as GroupId, address: groupAddress(id as GroupId), dependencies }
}

export function existing(of: App, more: Partial<SnapshotApp> = {}): SnapshotApp {
  return {
    id: of.id,
    address: appAddress(of.id),
    submitted: of,
    effective: {
      ...of,
      ...(of.portDefinitions && {
        portDefinitions: of.portDefinitions.map((d, i) => ({ ...d, port: d.port || 10_000 + i })),
      }),
    },
    stack: shop,
    sensitivePaths: [],
    revision: 3 as Revision,
    version: '2026-11-22T08:00:00.000Z',
    running: of.instances,
    healthy: of.instances,
    ...more,
  }
}

export function existingGroup(id: string, more: Partial<SnapshotGroup> = {}): SnapshotGroup {
  return { ...group(id), stack: shop, revision: 3 as Revision, ...more }
}

export function existingVolume(name: string, more: Partial<SnapshotVolume> = {}): SnapshotVolume {
  return {
    name,
    address: `volume.${name}`,
    size: 1024,
    shared: false,
    stack: shop,
    revision: 3 as Revision,
    ...more,
  }
}

/** A snapshot in which the stack exists, applied from `here`. */
export function snapshot(apps: readonly (App | SnapshotApp)[] = [], more: Partial<Snapshot> = {}): Snapshot {
  return {
    clusterId: 'c1' as ClusterId,
    epoch: 1 as Epoch,
    revision: 9 as Revision,
    apps: apps.map(a => ('submitted' in a ? a : existing(a))),
    groups: [],
    volumes: [],
    stacks: [{ name: shop, origin: here, revision: 3 as Revision, outputs: {} }],
    deployments: [],
    agents: [],
    ...more,
  }
}

export function deployment(id: string, ...apps: string[]): Snapshot['deployments'][number] {
  return { id: id as DeploymentId, apps: apps as AppId[] }
}

export const agent = (id: string): AgentId => id as AgentId

/** What the runtime is expected to store for a plan, in short. */
export function applied(plan: Plan, to: Snapshot): Snapshot {
  const revision = (to.revision + 1) as Revision
  const apps = new Map(to.apps.map(a => [a.id, a]))
  const groups = new Map(to.groups.map(g => [g.id, g]))
  const volumes = new Map(to.volumes.map(v => [v.name, v]))
  for (const { object, from } of plan.changes) {
    if (from === undefined) continue
    if (object === 'app') apps.delete(from.id as AppId)
    else if (object === 'group') groups.delete(from.id as GroupId)
    else volumes.delete(from.id)
  }
  for (const change of plan.changes) {
    const kept = change.lifecycle === undefined ? {} : { lifecycle: change.lifecycle }
    const owned = { address: change.address, stack: plan.stack, revision, ...kept }
    if (change.action === 'forget') {
      const released = { stack: null, revision }
      const { id } = change
      if (change.object === 'app') apps.set(change.id, { ...apps.get(change.id)!, ...released })
      else if (change.object === 'group') groups.set(change.id, { ...groups.get(change.id)!, ...released })
      else volumes.set(id, { ...volumes.get(id)!, ...released })
    } else if (change.object === 'app') {
      if (change.after === null) apps.delete(change.id)
      else apps.set(change.id, existing(change.after, { ...owned, sensitivePaths: change.sensitivePaths }))
    } else if (change.object === 'group') {
      if (change.action === 'delete') groups.delete(change.id)
      else groups.set(change.id, { ...owned, id: change.id, dependencies: change.dependencies })
    } else if (change.after === null) volumes.delete(change.id)
    else volumes.set(change.id, { ...owned, ...change.after })
  }
  const stack = { name: plan.stack, origin: plan.origin, revision, outputs: plan.outputs }
  return {
    ...to,
    revision,
    apps: [...apps.values()],
    groups: [...groups.values()],
    volumes: [...volumes.values()],
    stacks: [...to.stacks.filter(s => s.name !== plan.stack), stack],
  }
}
