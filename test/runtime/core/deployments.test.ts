// The core end to end, with agents that obey: create, scale, roll, restart, delete, cancel, lose an agent, reload.
import { describe, expect, test } from 'vitest'
import { compareStrings } from '../../../src/base/index.ts'
import type { AppId, DeploymentId, Reply } from '../../../src/model/index.ts'
import { appView, deploymentViews, replay, rowsOf, State } from '../../../src/runtime/core/index.ts'
import { Cluster, good } from './cluster.ts'

const web = '/web' as AppId

function three(): Cluster {
  const cluster = new Cluster()
  for (const name of ['agent1', 'agent2', 'agent3']) cluster.agent(name)
  return cluster
}

function create(cluster: Cluster, more: object = {}): Extract<Reply, { ok: true }> {
  return good(
    cluster.change({
      kind: 'create',
      body: { id: '/web', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 4, ...more },
    }),
  )
}

function put(cluster: Cluster, body: object, force = false): Reply {
  return cluster.change(
    { kind: 'put', id: web, body: body as Record<string, string>, partial: true, create: true },
    force,
  )
}

describe('the core', () => {
  test('creates an app, spreads it, and ends the deployment', () => {
    const cluster = three()
    create(cluster)
    expect(appView(cluster.state, web)).toMatchObject({ wanted: 4, running: 4 })
    expect(new Set(cluster.running().map(t => t.agent.id)).size).toBe(3)
    expect(deploymentViews(cluster.state)).toEqual([])
  })

  test('scales without touching what runs', () => {
    const cluster = three()
    create(cluster, { instances: 1 })
    const first = cluster.running()[0]!.key
    good(put(cluster, { instances: 3 }))
    expect(cluster.running()).toHaveLength(3)
    expect(cluster.running().map(t => t.key)).toContain(first)
    good(put(cluster, { instances: 0 }))
    expect(cluster.running()).toHaveLength(0)
    expect(appView(cluster.state, web)).toMatchObject({ wanted: 0 })
  })

  test('rolls to a new command and leaves only new instances', () => {
    const cluster = three()
    create(cluster, { upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } })
    const before = cluster.running().map(t => t.key)
    good(put(cluster, { cmd: 'sleep 2000' }))
    expect(cluster.running()).toHaveLength(4)
    for (const key of before) expect(cluster.running().map(t => t.key)).not.toContain(key)
    expect(deploymentViews(cluster.state)).toEqual([])
  })

  test('changes labels in place', () => {
    const cluster = three()
    create(cluster)
    const before = cluster.running().map(t => t.key)
    good(put(cluster, { labels: { owner: 'me' } }))
    expect(cluster.running().map(t => t.key)).toEqual(before)
    expect(appView(cluster.state, web)!.instances.every(i => i.current)).toBe(true)
  })

  test('restarts on request', () => {
    const cluster = three()
    create(cluster)
    const before = cluster.running().map(t => t.key)
    good(cluster.change({ kind: 'restart', id: web }))
    expect(cluster.running()).toHaveLength(4)
    for (const key of before) expect(cluster.running().map(t => t.key)).not.toContain(key)
  })

  test('deletes the app with its instances, and forgets its specification', () => {
    const cluster = three()
    create(cluster)
    good(cluster.change({ kind: 'delete', id: web }))
    expect(cluster.running()).toHaveLength(0)
    expect(appView(cluster.state, web)).toBeUndefined()
    cluster.pass(10)
    for (let i = 0; i < 60; i++) {
      create(cluster)
      good(cluster.change({ kind: 'delete', id: web }))
    }
    expect(cluster.state.tables.spec.size).toBeLessThan(3)
  })

  test('starts a finished task again, later each time', () => {
    const cluster = three()
    create(cluster, { instances: 1 })
    for (const incarnation of [2, 3, 4]) {
      const { agent, key } = cluster.running()[0]!
      cluster.report(agent, key, { condition: 'Finished', exit: { code: 0, message: 'done' } })
      expect(cluster.running()).toHaveLength(0)
      expect(appView(cluster.state, web)!.waiting!.nextTrySeconds).toBeGreaterThan(0)
      cluster.pass(5000)
      expect(cluster.running()[0]!.row.incarnation).toBe(incarnation)
    }
  })

  test('refuses a change of a locked app, takes it over by force, and cancels', () => {
    const cluster = three()
    for (const agent of cluster.agents.values()) agent.obedient = false
    const { deployment } = create(cluster)
    const refused = put(cluster, { cmd: 'sleep 3000' })
    expect(refused).toMatchObject({ ok: false, code: 'LOCKED', details: [{ id: deployment }] })
    const forced = good(put(cluster, { cmd: 'sleep 3000' }, true))
    expect(deploymentViews(cluster.state).map(d => d.id)).toEqual([forced.deployment])
    good(
      cluster.request({
        kind: 'cancelDeployment',
        deployment: forced.deployment as DeploymentId,
        force: false,
      }),
    )
    expect(cluster.state.tables.app.get(web)).toMatchObject({ instances: 4 })
  })

  test('says of a deployment that has ended that it has', () => {
    const cluster = three()
    const { deployment } = create(cluster)
    const reply = cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false })
    const message = `Deployment ${deployment} has ended: done`
    expect(reply).toMatchObject({ ok: false, code: 'NOT_FOUND', message })
  })

  test('rolls back an update to instances that still run, without a restart', () => {
    const cluster = three()
    create(cluster, { upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } })
    const before = cluster.running().map(t => t.key)
    for (const agent of cluster.agents.values()) agent.obedient = false
    const { deployment } = good(put(cluster, { cmd: 'false' }))
    expect(deploymentViews(cluster.state)[0]!.progress[0]).toMatchObject({ old: 4, new: 4, healthy: 4 })
    for (const agent of cluster.agents.values()) agent.obedient = true
    good(cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false }))
    for (const { agent, key, row } of cluster.running()) {
      if (row.goal === 'stop') cluster.report(agent, key, { condition: 'Killed' })
    }
    expect(cluster.running().map(t => t.key)).toEqual(before)
    expect(deploymentViews(cluster.state)).toEqual([])
  })

  test('replaces what ran on an agent that stays silent, and stops it there when it comes back', () => {
    const cluster = three()
    create(cluster)
    const lost = cluster.agents.get('agent1' as never)!
    const there = [...lost.tasks.keys()]
    cluster.disconnect(lost)
    cluster.rounds(7)
    const others = cluster.running().filter(t => t.agent !== lost)
    expect(others).toHaveLength(4)
    cluster.connect(lost)
    expect(there.length).toBeGreaterThan(0)
    expect(cluster.running().filter(t => t.agent === lost)).toHaveLength(0)
    expect(appView(cluster.state, web)).toMatchObject({ running: 4 })
  })

  test('kills an instance only after one failure more than allowed', () => {
    const cluster = three()
    create(cluster, {
      instances: 1,
      healthChecks: [{ protocol: 'TCP', maxConsecutiveFailures: 2, gracePeriodSeconds: 0 }],
    })
    const { agent, key } = cluster.running()[0]!
    const fail = (consecutiveFailures: number): void =>
      cluster.report(agent, key, {
        condition: 'Running',
        health: [{ index: 0, alive: false, consecutiveFailures, cause: 'refused' }],
      })
    fail(1)
    fail(2)
    expect(cluster.running()[0]!.row.incarnation).toBe(1)
    fail(3)
    expect(cluster.running()[0]!.row.incarnation).toBe(2)
  })

  test('says why an instance waits, and places it when there is room', () => {
    const cluster = three()
    create(cluster, { instances: 4, constraints: [['hostname', 'UNIQUE']] })
    const view = appView(cluster.state, web)!
    expect(view.running).toBe(3)
    expect(view.waiting).toMatchObject({ instances: 1 })
    expect(view.waiting!.reasons[0]).toMatchObject({ filter: 'constraint', agents: 3 })
    cluster.agent('agent4')
    expect(appView(cluster.state, web)!.running).toBe(4)
  })

  test('gives the same reply to the same Idempotency-Key, with one effect', () => {
    const cluster = three()
    const operation = {
      kind: 'changeApps' as const,
      force: false,
      changes: [{ kind: 'create' as const, body: { id: '/web', cmd: 'sleep 1' } }],
    }
    const first = cluster.request(operation, 'key-1')
    const second = cluster.request(operation, 'key-1')
    expect(second).toEqual(first)
    expect(cluster.request(operation, 'key-2')).toMatchObject({ ok: false, code: 'EXISTS' })
  })

  test('a refused request changes no row', () => {
    const cluster = three()
    create(cluster)
    const commits = cluster.commits.length
    put(cluster, { cpus: -1 })
    put(cluster, { constraints: [['hostname', 'NEAR']] })
    cluster.change({ kind: 'delete', id: '/nowhere' as AppId })
    expect(cluster.commits.length).toBe(commits)
  })

  test('a reload from rows, and a replica fed with commits, are the same state', () => {
    const cluster = three()
    create(cluster)
    good(put(cluster, { cmd: 'sleep 5', instances: 6 }))
    const reloaded = cluster.reload()
    expect(reloaded.digest).toEqual(cluster.state.digest)
    expect(rowsOf(reloaded)).toEqual(rowsOf(cluster.state))
    const replica = new State()
    for (const commit of cluster.commits) replay(replica, commit)
    expect(rowsOf(replica)).toEqual(rowsOf(cluster.state))
  })
})

describe('what a deployment keeps of its apps', () => {
  const inert = '/inert' as AppId

  // One that is rolled, one that only gets a label: no step names it.
  function changing(cluster: Cluster): DeploymentId {
    create(cluster)
    good(cluster.change({ kind: 'create', body: { id: inert, cmd: 'sleep 1', cpus: 0.1, mem: 32 } }))
    for (const agent of cluster.agents.values()) agent.obedient = false
    const changes = [
      { id: web, body: { cmd: 'sleep 2' } },
      { id: inert, body: { labels: { owner: 'me' } } },
    ].map(change => ({ kind: 'put' as const, ...change, partial: true, create: false }))
    return good(cluster.request({ kind: 'changeApps', changes: changes as never, force: false })).deployment!
  }

  function specs(state: State): [string, number][] {
    return [...state.specReferences].sort(([a], [b]) => compareStrings(a, b))
  }

  test('while it runs: what was, and what tells whether somebody has changed it since', () => {
    const cluster = three()
    const { apps } = cluster.state.tables.deployment.get(changing(cluster))!
    expect(Object.keys(apps)).toEqual([web, inert])
    expect(apps[web]!.original).toMatchObject({ id: web, address: 'app.web', instances: 4 })
    const { submitted, effective, instances, runKey } = cluster.state.tables.app.get(web)!
    expect(apps[web]!.target).toEqual({ submitted, effective, instances, runKey })
  })

  test('when it has ended: the names of those that no step names', () => {
    const cluster = three()
    const id = changing(cluster)
    good(cluster.request({ kind: 'cancelDeployment', deployment: id, force: true }))
    const row = cluster.state.tables.deployment.get(id)!
    expect(row).toMatchObject({ state: 'cancelled', placements: {} })
    expect(row.apps).toEqual({ [inert]: { original: null, target: null } })
    expect(row.steps.flatMap(step => step.actions.map(a => a.app))).toEqual([web])
    expect(specs(cluster.state)).toEqual(specs(cluster.reload()))
  })

  test('in rows of older versions: whole targets, which are undone as well', () => {
    const cluster = three()
    const id = changing(cluster)
    const row = cluster.state.tables.deployment.get(id)!
    const whole = (app: AppId): (typeof row.apps)[string] => {
      const target = cluster.state.tables.app.get(app)!
      const applied = { spec: target.submitted, instances: 1 }
      return { ...row.apps[app]!, target: { ...target, applied } as typeof target }
    }
    cluster.state.tables.deployment.restore(id, {
      ...row,
      apps: { [web]: whole(web), [inert]: whole(inert) },
    })
    const before = row.apps[web]!.original!.effective
    cluster.state = cluster.reload()
    good(cluster.request({ kind: 'cancelDeployment', deployment: id, force: false }))
    expect(cluster.state.tables.app.get(web)!.effective).toBe(before)
    expect(cluster.state.tables.deployment.get(id)!.state).toBe('cancelled')
    expect(specs(cluster.state)).toEqual(specs(cluster.reload()))
  })
})
