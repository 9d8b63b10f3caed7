// What an undone deployment puts back, beside the apps.
import { expect, test } from 'vitest'
import type {
  AppId,
  Desired,
  DesiredVolume,
  GroupId,
  Plan,
  Reply,
  StackName,
} from '../../../src/model/index.ts'
import { plan } from '../../../src/planner/index.ts'
import { snapshotOf } from '../../../src/runtime/core/index.ts'
import { sampleApp } from '../../support/sampleapp.ts'
import { Cluster } from './cluster.ts'

const id = '/shop' as GroupId
const app = sampleApp({ id: '/shop/web' as AppId, cpus: 0.1 })
const desired: Desired = {
  format: 1,
  stack: 'shop' as StackName,
  apps: [{ address: 'group.shop.app.web', app, sensitivePaths: [] }],
  groups: [{ id, address: 'group.shop', dependencies: ['/other'] }],
  volumes: [],
  outputs: {},
}

function planned(
  cluster: Cluster,
  mode: 'apply' | 'destroy' = 'apply',
  { origin = 'here', want = desired } = {},
): Plan {
  const options = { mode, deleteUnnamed: true, origin } as const
  const { plan: made, diagnostics } = plan(want, snapshotOf(cluster.state), options)
  expect(diagnostics).toEqual([])
  return made!
}

function apply(cluster: Cluster, made: Plan): Extract<Reply, { ok: true }> {
  const reply = cluster.request({ kind: 'applyPlan', plan: made, force: false, takeOver: false })
  if (!reply.ok) throw new Error(JSON.stringify(reply))
  return reply
}

test('a group that was to go is again what it was, and belongs to its stack', () => {
  const cluster = new Cluster()
  const agent = cluster.agent('agent1')
  const row = () => cluster.state.tables.group.get(id)
  apply(cluster, planned(cluster))
  cluster.change({ kind: 'create', body: { id: '/other', cmd: 'x', instances: 0 } })
  const enforceRole = { enforceRole: true }
  cluster.request({
    kind: 'changeGroup',
    change: { kind: 'patch', id, body: enforceRole },
    force: false,
    dryRun: false,
  })
  cluster.pass(1000)
  const before = row()!
  expect(before).toMatchObject({ stack: 'shop', ...enforceRole })
  agent.obedient = false
  const { deployment } = apply(cluster, planned(cluster, 'destroy'))
  expect(row()).toBeUndefined()
  const reply = cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false })
  expect(reply.ok).toBe(true)
  expect(row()).toEqual({ ...before, revision: row()!.revision })
  expect(planned(cluster).changes).toEqual([])
})

test('a stack that was to be destroyed is there again, and is not applied from elsewhere unasked', () => {
  const cluster = new Cluster()
  const agent = cluster.agent('agent1')
  const row = () => cluster.state.tables.stack.get('shop')
  apply(cluster, planned(cluster))
  const before = row()!
  agent.obedient = false
  const { deployment } = apply(cluster, planned(cluster, 'destroy'))
  expect(row()).toBeUndefined()
  cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false })
  expect(row()).toEqual({ ...before, revision: row()!.revision })
  const foreign = planned(cluster, 'destroy', { origin: 'elsewhere' })
  const reply = cluster.request({ kind: 'applyPlan', plan: foreign, force: false, takeOver: false })
  expect(reply).toMatchObject({ ok: false, code: 'FOREIGN_STACK' })
})

test('a stack hands out what it did before, and goes when it was made with the deployment', () => {
  const outputs = (cluster: Cluster) => cluster.state.tables.stack.get('shop')?.outputs
  const handing = (value: string) => ({ ...desired, outputs: { url: { value, sensitive: false } } })
  const cancelled = (cluster: Cluster, want: Desired): void => {
    for (const agent of cluster.agents.values()) agent.obedient = false
    const { deployment } = apply(cluster, planned(cluster, 'apply', { want }))
    expect(outputs(cluster)).toEqual(want.outputs)
    cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false })
  }
  const fresh = new Cluster()
  fresh.agent('agent1')
  cancelled(fresh, handing('one'))
  expect(outputs(fresh)).toBeUndefined()
  const known = new Cluster()
  known.agent('agent1')
  apply(known, planned(known, 'apply', { want: handing('one') }))
  known.pass(1000)
  cancelled(known, { ...handing('two'), apps: [{ ...desired.apps[0]!, app: { ...app, cmd: 'sleep 2000' } }] })
  expect(outputs(known)).toEqual(handing('one').outputs)
})

test('volumes that went, came or changed are as they were', () => {
  const cluster = new Cluster()
  const agent = cluster.agent('agent1')
  const volume = (name: string, size: number): DesiredVolume => {
    return { name, address: `volume.${name}`, size, shared: false, lifecycle: { destroy: true } }
  }
  const first = { ...desired, volumes: [volume('gone', 1), volume('kept', 1), volume('wider', 1)] }
  apply(cluster, planned(cluster, 'apply', { want: first }))
  const sizes = () =>
    cluster.state.tables.volume.keys().map(name => [name, cluster.state.tables.volume.get(name)!.size])
  const before = sizes()
  agent.obedient = false
  const changed = { ...app, cmd: 'sleep 2000' }
  const second = {
    ...desired,
    apps: [{ ...desired.apps[0]!, app: changed }],
    volumes: [volume('kept', 1), volume('new', 1), volume('wider', 2)],
  }
  const { deployment } = apply(cluster, planned(cluster, 'apply', { want: second }))
  expect(sizes()).toEqual([
    ['kept', 1],
    ['new', 1],
    ['wider', 2],
  ])
  cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false })
  expect(sizes()).toEqual(before)
  expect(planned(cluster, 'apply', { want: first }).changes).toEqual([])
})
