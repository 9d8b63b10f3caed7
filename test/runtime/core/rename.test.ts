// Plans that rename, import and let go, carried out by the core: what runs notices nothing, everything that is told of an
// app stands under its new name, and the old name is free.
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type {
  AppId,
  Desired,
  DesiredApp,
  GroupId,
  Place,
  Plan,
  Reply,
  StackName,
} from '../../../src/model/index.ts'
import { normalizeApp } from '../../../src/model/index.ts'
import { isEmpty, plan } from '../../../src/planner/index.ts'
import { appView, rowsOf, snapshotOf, versionsOf } from '../../../src/runtime/core/index.ts'
import { Cluster } from './cluster.ts'

const web = '/web' as AppId
const frontend = '/frontend' as AppId
const stack = 'shop' as StackName

function two(): Cluster {
  const cluster = new Cluster()
  for (const name of ['agent1', 'agent2']) cluster.agent(name)
  return cluster
}

function app(name: string, more: Record<string, Json> = {}): DesiredApp {
  const body = { id: `/${name}`, cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 2, ...more }
  return { address: `app.${name}`, app: normalizeApp(body, {}).app!, sensitivePaths: [] }
}

function place(name: string): Place {
  return { kind: 'app', address: `app.${name}`, id: `/${name}` }
}

function desired(apps: readonly DesiredApp[], more: Partial<Desired> = {}): Desired {
  return { format: 1, stack, apps, groups: [], volumes: [], outputs: {}, ...more }
}

function renamed(from: string, to: string): Partial<Desired> {
  return { moves: [{ from: place(from), to: place(to) }] }
}

function planFor(cluster: Cluster, want: Desired): Plan {
  const { plan: made, diagnostics } = plan(want, snapshotOf(cluster.state), {
    mode: 'apply',
    deleteUnnamed: true,
    origin: 'here',
  })
  expect(diagnostics).toEqual([])
  return made!
}

function request(cluster: Cluster, made: Plan, takeOver = false): Reply {
  return cluster.request({ kind: 'applyPlan', plan: made, force: false, takeOver })
}

function apply(cluster: Cluster, want: Desired): Extract<Reply, { ok: true }> {
  const reply = request(cluster, planFor(cluster, want))
  if (!reply.ok) throw new Error(JSON.stringify(reply))
  expect(isEmpty(planFor(cluster, want))).toBe(true)
  return reply
}

function tasks(cluster: Cluster): string[] {
  return cluster.running().map(t => `${t.agent.id} ${t.key} ${t.row.gen}`)
}

/** From now on, and what was left undone. */
function obey(cluster: Cluster): void {
  for (const agent of cluster.agents.values()) {
    agent.obedient = true
    for (const [key, { row, ended, statusSeq }] of [...agent.tasks]) {
      if (row.goal === 'stop' && !ended) cluster.report(agent, key, { condition: 'Killed' })
      if (row.goal === 'run' && statusSeq === 0) cluster.report(agent, key, { condition: 'Running' })
    }
  }
}

describe('a moved app', () => {
  test('keeps its tasks, and agents hear nothing', () => {
    const cluster = two()
    apply(cluster, desired([app('web')]))
    const before = tasks(cluster)
    const version = appView(cluster.state, web)!.version
    const reply = apply(cluster, desired([app('frontend')], renamed('web', 'frontend')))
    expect(reply.deployment).toBeUndefined()
    expect(tasks(cluster)).toEqual(before)
    expect(appView(cluster.state, web)).toBeUndefined()
    expect(appView(cluster.state, frontend)).toMatchObject({ wanted: 2, running: 2, stack, version })
    expect(appView(cluster.state, frontend)!.instances.every(i => i.current)).toBe(true)
    cluster.rounds(3)
    expect(tasks(cluster)).toEqual(before)
    expect(rowsOf(cluster.reload()).map(r => r.key)).toEqual(rowsOf(cluster.state).map(r => r.key))
  })

  test('starts anew under its new name, and its failures are told there', () => {
    const cluster = two()
    apply(cluster, desired([app('web', { instances: 1 })]))
    apply(cluster, desired([app('frontend', { instances: 1 })], renamed('web', 'frontend')))
    const specOf = (): string => cluster.state.tables.spec.get(cluster.running()[0]!.row.specHash)!.app.id
    expect(specOf()).toBe('/web')
    const { agent, key } = cluster.running()[0]!
    cluster.report(agent, key, { condition: 'Failed' })
    cluster.pass(60_000)
    expect(cluster.running()).toHaveLength(1)
    expect(cluster.running()[0]!.row).toMatchObject({ incarnation: 2 })
    expect(specOf()).toBe('/frontend')
    expect(cluster.state.tables.failure.get('/frontend')).toMatchObject({ app: '/frontend', incarnation: 1 })
    const { backoff } = cluster.state.tables
    expect([...backoff.values()].map(row => row.app)).toEqual(['/frontend'])
    expect(backoff.keys()[0]).toMatch(/^\/frontend@/)
  })

  test('takes its versions with it, and can go back to one', () => {
    const cluster = two()
    apply(cluster, desired([app('web')]))
    cluster.pass(1000)
    apply(cluster, desired([app('web', { cmd: 'sleep 2000' })]))
    cluster.pass(1000)
    apply(cluster, desired([app('frontend', { cmd: 'sleep 2000' })], renamed('web', 'frontend')))
    const versions = versionsOf(cluster.state, frontend)
    expect(versions.map(v => [v.app.id, v.app.cmd])).toEqual([
      ['/frontend', 'sleep 2000'],
      ['/frontend', 'sleep 1000'],
    ])
    const body = { version: versions[1]!.version }
    const reply = cluster.change({ kind: 'put', id: frontend, body, partial: true, create: false })
    expect(reply.ok).toBe(true)
    cluster.pass(1000)
    expect(snapshotOf(cluster.state).apps.map(a => [a.id, a.submitted.id, a.submitted.cmd])).toEqual([
      ['/frontend', '/frontend', 'sleep 1000'],
    ])
  })

  test('is rolled when it changes at the same time, and rolled back under its new name', () => {
    const cluster = two()
    apply(cluster, desired([app('web')]))
    const before = cluster.running().map(t => t.key)
    for (const agent of cluster.agents.values()) agent.obedient = false
    const made = planFor(cluster, desired([app('frontend', { cmd: 'other' })], renamed('web', 'frontend')))
    const reply = request(cluster, made)
    expect(reply).toMatchObject({ ok: true })
    const deployment = (reply as Extract<Reply, { ok: true }>).deployment!
    expect(cluster.state.locks.get(frontend)).toBe(deployment)
    cluster.request({ kind: 'cancelDeployment', deployment, force: false })
    obey(cluster)
    cluster.pass(60_000)
    expect(snapshotOf(cluster.state).apps.map(a => [a.id, a.submitted.id, a.submitted.cmd])).toEqual([
      ['/frontend', '/frontend', 'sleep 1000'],
    ])
    expect(cluster.state.runningDeployments.size).toBe(0)
    expect(before.some(key => cluster.running().some(t => t.key === key))).toBe(true)
  })

  test('gives its name free: another app may have it at once, with instances of its own', () => {
    const cluster = two()
    apply(cluster, desired([app('web')]))
    const first = cluster.running().map(t => t.key)
    apply(cluster, desired([app('frontend')], renamed('web', 'frontend')))
    apply(cluster, desired([app('frontend'), app('web', { cmd: 'new' })]))
    cluster.pass(10_000)
    expect(cluster.running()).toHaveLength(4)
    expect(new Set(cluster.running().map(t => t.key)).size).toBe(4)
    expect(
      appView(cluster.state, frontend)!
        .instances.map(i => `${i.id}/${i.incarnation}`)
        .sort(),
    ).toEqual([...first].sort())
  })

  test('waits for its place under the new name, and takes it there', () => {
    const cluster = two()
    apply(cluster, desired([]))
    const large = { instances: 1, cpus: 100 }
    const made = planFor(cluster, desired([app('web', large)]))
    expect(request(cluster, made).ok).toBe(true)
    const moving = planFor(cluster, desired([app('frontend', large)], renamed('web', 'frontend')))
    // The deployment that makes it holds it.
    expect(request(cluster, moving)).toMatchObject({ ok: false, code: 'LOCKED' })
    expect(cluster.state.tables.app.has(web)).toBe(true)
    expect(request(cluster, moving, true).ok).toBe(true)
    cluster.agent('large', { cpus: 200 })
    cluster.pass(1000)
    expect(appView(cluster.state, frontend)).toMatchObject({ running: 1 })
    expect(cluster.state.tables.spec.get(cluster.running()[0]!.row.specHash)!.app.id).toBe('/frontend')
  })

  test('beside the last instances of one that had its new name', () => {
    const cluster = two()
    apply(cluster, desired([app('web'), app('frontend', { cmd: 'old' })]))
    for (const agent of cluster.agents.values()) agent.obedient = false
    expect(request(cluster, planFor(cluster, desired([app('web')]))).ok).toBe(true)
    const made = planFor(cluster, desired([app('frontend')], renamed('web', 'frontend')))
    expect(request(cluster, made)).toMatchObject({ code: 'LOCKED' })
    expect(request(cluster, made, true)).toMatchObject({ ok: true })
    expect(appView(cluster.state, frontend)).toMatchObject({ wanted: 2 })
    obey(cluster)
    cluster.pass(10_000)
    expect(appView(cluster.state, frontend)!.instances.map(i => [i.goal, i.current])).toEqual([
      ['run', true],
      ['run', true],
    ])
  })

  test('what the plan is based on is compared under both names', () => {
    const cluster = two()
    apply(cluster, desired([app('web')]))
    const made = planFor(cluster, desired([app('frontend')], renamed('web', 'frontend')))
    cluster.change({ kind: 'create', body: { id: '/frontend', cmd: 'x', instances: 0 } })
    expect(request(cluster, made)).toMatchObject({ ok: false, code: 'STALE' })
    // A file that was edited by hand.
    const { 'app:/frontend': _, ...desiredBase } = made.desiredBase
    expect(request(cluster, { ...made, desiredBase })).toMatchObject({ ok: false, code: 'INVALID' })
  })
})

test('an import takes over what was made over REST, under the name of the configuration', () => {
  const cluster = two()
  cluster.change({
    kind: 'create',
    body: { id: '/legacy/web', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 2 },
  })
  const before = tasks(cluster)
  const want = desired([app('web')], { imports: [{ to: 'app.web', id: '/legacy/web' }] })
  apply(cluster, want)
  expect(tasks(cluster)).toEqual(before)
  expect(appView(cluster.state, web)).toMatchObject({ running: 2, stack, address: 'app.web' })
  expect(appView(cluster.state, '/legacy/web' as AppId)).toBeUndefined()
})

test('what is let go of runs on and belongs to nobody, and can be imported again', () => {
  const cluster = two()
  apply(cluster, desired([app('web')]))
  const before = tasks(cluster)
  apply(cluster, desired([], { forgets: [place('web')] }))
  cluster.pass(10_000)
  expect(tasks(cluster)).toEqual(before)
  expect(appView(cluster.state, web)).toMatchObject({ running: 2, stack: null })
  apply(cluster, desired([app('web')], { imports: [{ to: 'app.web', id: '/web' }] }))
  expect(tasks(cluster)).toEqual(before)
  expect(appView(cluster.state, web)).toMatchObject({ stack })
})

test('groups and volumes get new names and are let go of', () => {
  const cluster = two()
  const volume = { size: 1024, shared: false }
  const group = (name: string) => ({ address: `group.${name}`, id: `/${name}` as GroupId, dependencies: [] })
  apply(
    cluster,
    desired([], { groups: [group('a')], volumes: [{ ...volume, address: 'volume.data', name: 'data' }] }),
  )
  const at = (kind: Place['kind'], name: string): Place => ({
    kind,
    address: `${kind}.${name}`,
    id: kind === 'volume' ? name : `/${name}`,
  })
  apply(
    cluster,
    desired([], {
      groups: [group('b')],
      volumes: [{ ...volume, address: 'volume.store', name: 'store' }],
      moves: [
        { from: at('group', 'a'), to: at('group', 'b') },
        { from: at('volume', 'data'), to: at('volume', 'store') },
      ],
    }),
  )
  const { group: groups, volume: volumes } = cluster.state.tables
  expect([groups.keys(), volumes.keys()]).toEqual([['/b'], ['store']])
  apply(cluster, desired([], { forgets: [at('group', 'b'), at('volume', 'store')] }))
  expect([groups.get('/b')!.stack, volumes.get('store')!.stack]).toEqual([null, null])
})
