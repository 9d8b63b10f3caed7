// Daemons and batch apps, as stories on a small cluster.
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AgentId, AppId, AppView, GroupId, Reply } from '../../../src/model/index.ts'
import { appView, snapshotOf } from '../../../src/runtime/core/index.ts'
import { Cluster, good } from './cluster.ts'

const id = '/job' as AppId

function clusterOf(count: number): Cluster {
  const cluster = new Cluster()
  for (let i = 1; i <= count; i++) cluster.agent(`agent${i}`)
  return cluster
}

function create(cluster: Cluster, more: Record<string, Json>): void {
  good(
    cluster.change({
      kind: 'create',
      body: { id, cmd: 'sleep 1000', cpus: 0.1, mem: 32, portDefinitions: [], ...more },
    }),
  )
}

function put(cluster: Cluster, body: Record<string, Json>, force = false): Reply {
  return cluster.change({ kind: 'put', id, body, partial: true, create: false }, force)
}

function view(cluster: Cluster): AppView {
  return appView(cluster.state, id)!
}

/** The agents that its instances run on, sorted. */
function homes(cluster: Cluster): string[] {
  return view(cluster)
    .instances.filter(i => i.condition === 'Running')
    .map(i => String(i.agent))
    .sort()
}

function deployments(cluster: Cluster): number {
  return cluster.state.runningDeployments.size
}

describe('a daemon', () => {
  test('has one instance on every agent, and its deployment is done when all run', () => {
    const cluster = clusterOf(3)
    create(cluster, { mode: 'daemon' })
    expect(homes(cluster)).toEqual(['agent1', 'agent2', 'agent3'])
    expect(view(cluster)).toMatchObject({ mode: 'daemon', wanted: 3, running: 3 })
    expect(deployments(cluster)).toBe(0)
  })

  test('follows the cluster: agents that come get one, those that are lost have none', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'daemon' })
    const late = cluster.agent('agent2')
    cluster.agent('agent3')
    expect(homes(cluster)).toEqual(['agent1', 'agent2', 'agent3'])
    cluster.disconnect(late)
    cluster.rounds(8)
    expect(homes(cluster)).toEqual(['agent1', 'agent3'])
    expect(view(cluster)).toMatchObject({ wanted: 2, running: 2 })
    cluster.connect(late)
    cluster.pass(10)
    expect(homes(cluster)).toEqual(['agent1', 'agent2', 'agent3'])
  })

  test('is only where its constraints allow it', () => {
    const cluster = new Cluster()
    cluster.agent('agent1', { rack: 'a' })
    cluster.agent('agent2', { rack: 'b' })
    cluster.agent('agent3', { rack: 'a' })
    create(cluster, { mode: 'daemon', constraints: [['rack', 'LIKE', 'a']] })
    expect(homes(cluster)).toEqual(['agent1', 'agent3'])
  })

  test('waits with a reason where there is no room, and comes when there is', () => {
    const cluster = new Cluster()
    cluster.agent('agent1')
    const small = cluster.agent('agent2', { cpus: 1 })
    cluster.agent('agent3')
    create(cluster, { mode: 'daemon', cpus: 2 })
    expect(homes(cluster)).toEqual(['agent1', 'agent3'])
    expect(view(cluster)).toMatchObject({ wanted: 3, running: 2 })
    expect(view(cluster).waiting).toMatchObject({ instances: 1, reasons: [{ filter: 'cpus', agents: 1 }] })
    expect(deployments(cluster)).toBe(1)
    cluster.connect(small, { cpus: 4 })
    cluster.pass(10)
    expect(homes(cluster)).toEqual(['agent1', 'agent2', 'agent3'])
    expect(deployments(cluster)).toBe(0)
  })

  test('an instance that dies starts again on its own agent', () => {
    const cluster = clusterOf(2)
    create(cluster, { mode: 'daemon' })
    const { agent, key } = cluster.running()[0]!
    cluster.report(agent, key, { condition: 'Failed' })
    cluster.pass(5000)
    expect(homes(cluster)).toEqual(['agent1', 'agent2'])
  })

  test('is updated agent by agent, and never loses more than its promise', () => {
    const cluster = clusterOf(4)
    create(cluster, { mode: 'daemon' })
    for (const agent of cluster.agents.values()) agent.obedient = false
    good(put(cluster, { cmd: 'sleep 2000' }))
    expect(cluster.running().filter(t => t.row.goal === 'stop')).toHaveLength(2)
    for (const agent of cluster.agents.values()) agent.obedient = true
    for (const { agent, key, row } of cluster.running()) {
      if (row.goal === 'stop') cluster.report(agent, key, { condition: 'Killed' })
    }
    cluster.pass(10)
    expect(deployments(cluster)).toBe(0)
    expect(homes(cluster)).toEqual(['agent1', 'agent2', 'agent3', 'agent4'])
    expect(view(cluster).instances.every(i => i.current)).toBe(true)
  })

  test('one agent alone, whose port both need, is updated too', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'daemon', portDefinitions: [{ port: 0, hostPort: 31500 }] })
    good(put(cluster, { cmd: 'sleep 2000' }))
    expect(deployments(cluster)).toBe(0)
    expect(view(cluster).instances).toHaveLength(1)
  })

  test('has no number of instances; 0 suspends it', () => {
    const cluster = clusterOf(2)
    create(cluster, { mode: 'daemon' })
    expect(put(cluster, { instances: 5 })).toMatchObject({ ok: false, message: 'Object is not valid' })
    good(put(cluster, { instances: 0 }))
    expect(homes(cluster)).toEqual([])
    good(put(cluster, { instances: 1 }))
    expect(homes(cluster)).toEqual(['agent1', 'agent2'])
  })

  test('killing one of it with scale is refused: there is no number to take one from', () => {
    const cluster = clusterOf(2)
    create(cluster, { mode: 'daemon' })
    const instances = [view(cluster).instances[0]!.id]
    const reply = cluster.request({ kind: 'killInstances', instances, scale: true, force: true })
    expect(reply).toMatchObject({ ok: false, code: 'INVALID' })
    expect(homes(cluster)).toEqual(['agent1', 'agent2'])
    good(cluster.request({ kind: 'killInstances', instances, scale: false, force: false }))
    expect(homes(cluster)).toEqual(['agent1', 'agent2'])
  })

  test('stays as it is when its group is scaled', () => {
    const cluster = clusterOf(2)
    const common = { cmd: 'x', cpus: 0.1, mem: 32, portDefinitions: [] }
    const apps = [
      { ...common, id: 'log', mode: 'daemon' },
      { ...common, id: 'web', instances: 2 },
    ]
    const all = '/all' as GroupId
    const scale = (body: Json): Extract<Reply, { ok: true }> =>
      good(
        cluster.request({
          kind: 'changeGroup',
          change: { kind: 'put', id: all, body },
          force: false,
          dryRun: false,
        }),
      )
    const wanted = (): number[] =>
      ['/all/log', '/all/web'].map(app => appView(cluster.state, app as AppId)!.wanted)
    scale({ apps })
    scale({ scaleBy: 2 })
    expect(wanted()).toEqual([2, 4])
    scale({ scaleBy: 0.5 })
    expect(wanted()).toEqual([2, 2])
    scale({ scaleBy: 0 })
    expect(wanted()).toEqual([0, 0])
  })

  test('made of a service and made one again', () => {
    const cluster = clusterOf(3)
    create(cluster, { instances: 2 })
    good(put(cluster, { mode: 'daemon', instances: 1 }))
    expect(deployments(cluster)).toBe(0)
    expect(homes(cluster)).toEqual(['agent1', 'agent2', 'agent3'])
    good(put(cluster, { mode: 'service', instances: 2 }))
    expect(deployments(cluster)).toBe(0)
    expect(homes(cluster)).toHaveLength(2)
  })

  test('the number that follows the cluster moves no base of a plan', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'daemon' })
    const before = snapshotOf(cluster.state).apps[0]!
    cluster.agent('agent2')
    const after = snapshotOf(cluster.state).apps[0]!
    expect(homes(cluster)).toEqual(['agent1', 'agent2'])
    expect(after.revision).toBe(before.revision)
    expect(after.submitted).toEqual(before.submitted)
  })
})

describe('a batch app', () => {
  const end = (cluster: Cluster, condition: 'Finished' | 'Failed'): void => {
    const { agent, key } = cluster.running().find(t => t.row.goal === 'run')!
    const code = condition === 'Finished' ? 0 : 1
    cluster.report(agent, key, { condition, exit: { code, message: `exit status ${code}` } })
  }

  test('what ran to its end is no instance of the service that the app became', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'batch', instances: 2 })
    end(cluster, 'Finished')
    // No agent is as it asks, so that the restart stands still.
    const { deployment } = good(
      put(cluster, { mode: 'service', constraints: [['rack', 'LIKE', 'none']] }, true),
    )
    cluster.pass(1000)
    good(cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: true }))
    for (const task of cluster.running()) {
      cluster.report(task.agent, task.key, {
        condition: 'Finished',
        exit: { code: 0, message: 'exit status 0' },
      })
    }
    cluster.pass(60_000)
    expect(view(cluster)).toMatchObject({ wanted: 2, running: 0 })
    expect(view(cluster).instances.map(i => i.condition)).toEqual(['Scheduled', 'Scheduled'])
  })

  test('runs once, and its deployment ends with it', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'batch', instances: 2 })
    expect(deployments(cluster)).toBe(1)
    end(cluster, 'Finished')
    expect(view(cluster)).toMatchObject({ mode: 'batch', completed: 1, running: 1 })
    expect(deployments(cluster)).toBe(1)
    end(cluster, 'Finished')
    cluster.pass(600_000)
    expect(deployments(cluster)).toBe(0)
    expect(cluster.running()).toEqual([])
    expect(view(cluster)).toMatchObject({ completed: 2, failed: 0, running: 0, wanted: 2 })
    expect(view(cluster).instances.map(i => i.condition)).toEqual(['Finished', 'Finished'])
    expect(view(cluster).waiting).toBeUndefined()
  })

  test('a failure starts it again after its backoff, so many times; then it has failed', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'batch', retries: 2, backoffSeconds: 10 })
    for (let run = 1; run <= 3; run++) {
      expect(cluster.running()).toHaveLength(1)
      end(cluster, 'Failed')
      expect(cluster.running()).toHaveLength(0)
      cluster.pass(60_000)
    }
    expect(cluster.running()).toHaveLength(0)
    expect(view(cluster)).toMatchObject({ completed: 0, failed: 1 })
    expect(view(cluster).instances[0]!.incarnation).toBe(3)
  })

  test('a run that takes too long is stopped with its cause, and has failed', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'batch', retries: 0, maxRunDurationSeconds: 30 })
    cluster.pass(29_000)
    expect(cluster.running()).toHaveLength(1)
    for (const agent of cluster.agents.values()) agent.obedient = false
    cluster.pass(2000)
    expect(cluster.running()[0]!.row).toMatchObject({ goal: 'stop', cause: 'expired' })
    const { agent, key } = cluster.running()[0]!
    cluster.report(agent, key, { condition: 'Killed' })
    expect(view(cluster)).toMatchObject({ failed: 1, running: 0 })
    expect([...cluster.state.tables.failure.values()][0]!.exit?.message).toMatch(/maxRunDurationSeconds/)
  })

  test('the limit may change while it runs', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'batch', retries: 0, maxRunDurationSeconds: 1000 })
    cluster.pass(20_000)
    good(put(cluster, { maxRunDurationSeconds: 10 }, true))
    expect(view(cluster)).toMatchObject({ failed: 1 })
  })

  test('what was lost with its agent or killed by a person runs again, and is not counted', () => {
    const cluster = clusterOf(2)
    create(cluster, { mode: 'batch', retries: 0 })
    good(
      cluster.request({
        kind: 'killInstances',
        instances: [view(cluster).instances[0]!.id],
        scale: false,
        force: false,
      }),
    )
    expect(cluster.running()).toHaveLength(1)
    cluster.disconnect(cluster.running()[0]!.agent)
    cluster.rounds(8)
    expect(view(cluster)).toMatchObject({ running: 1, failed: 0 })
    const living = cluster.running().find(t => t.agent.session !== null)!
    cluster.report(living.agent, living.key, { condition: 'Finished', exit: { code: 0, message: '' } })
    expect(view(cluster)).toMatchObject({ completed: 1 })
  })

  test('a new configuration and a restart run it again; a scaling runs what is new', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'batch' })
    end(cluster, 'Finished')
    good(put(cluster, { cmd: 'other' }))
    expect(view(cluster)).toMatchObject({ completed: 0, running: 1 })
    end(cluster, 'Finished')
    good(put(cluster, { labels: { a: 'b' } }))
    expect(view(cluster)).toMatchObject({ completed: 1, running: 0 })
    good(cluster.change({ kind: 'restart', id }))
    expect(view(cluster)).toMatchObject({ completed: 0, running: 1 })
    end(cluster, 'Finished')
    good(put(cluster, { instances: 3 }))
    expect(view(cluster)).toMatchObject({ completed: 1, running: 2 })
    good(put(cluster, { instances: 1 }, true))
    expect(view(cluster)).toMatchObject({ completed: 1, running: 0 })
    expect(deployments(cluster)).toBe(0)
    good(cluster.change({ kind: 'delete', id }))
    expect(appView(cluster.state, id)).toBeUndefined()
    expect(cluster.state.tables.attempt.size).toBe(0)
  })

  test('what depends on it begins when it is done', () => {
    const cluster = clusterOf(1)
    const web = { id: '/web', cmd: 'serve', cpus: 0.1, mem: 32, dependencies: [id] }
    const job = { id, cmd: 'migrate', cpus: 0.1, mem: 32, mode: 'batch' }
    good(
      cluster.request({
        kind: 'changeApps',
        changes: [
          { kind: 'create', body: job },
          { kind: 'create', body: web },
        ],
        force: false,
      }),
    )
    expect(appView(cluster.state, '/web' as AppId)).toMatchObject({ running: 0 })
    end(cluster, 'Finished')
    expect(appView(cluster.state, '/web' as AppId)).toMatchObject({ running: 1 })
  })

  test('that failed fails its deployment, and what depends on it does not begin', () => {
    const cluster = clusterOf(1)
    const web = { id: '/web', cmd: 'serve', cpus: 0.1, mem: 32, dependencies: [id] }
    const job = { id, cmd: 'migrate', cpus: 0.1, mem: 32, mode: 'batch', retries: 0 }
    const changes = [job, web].map(body => ({ kind: 'create' as const, body }))
    const { deployment } = good(cluster.request({ kind: 'changeApps', changes, force: false }))
    end(cluster, 'Failed')
    expect(cluster.state.tables.deployment.get(deployment!)!.state).toBe('failed')
    cluster.pass(60_000)
    expect(appView(cluster.state, '/web' as AppId)).toMatchObject({ running: 0 })
    good(cluster.change({ kind: 'restart', id }))
    end(cluster, 'Finished')
    expect(view(cluster)).toMatchObject({ completed: 1, failed: 0 })
  })

  test('outlives a start of the server', () => {
    const cluster = clusterOf(1)
    create(cluster, { mode: 'batch', instances: 2, retries: 0 })
    end(cluster, 'Finished')
    end(cluster, 'Failed')
    const again = cluster.reload()
    expect(appView(again, id)).toMatchObject({ completed: 1, failed: 1, running: 0 })
  })
})

test('a task that is placed and never comes to run is stopped after five minutes, and starts anew', () => {
  const cluster = clusterOf(1)
  for (const agent of cluster.agents.values()) agent.obedient = false
  create(cluster, {})
  cluster.pass(299_000)
  expect(cluster.running()[0]!.row.goal).toBe('run')
  cluster.pass(6000)
  expect(cluster.running()[0]!.row).toMatchObject({ goal: 'stop', cause: 'launch-timeout' })
  const { agent, key } = cluster.running()[0]!
  agent.obedient = true
  cluster.report(agent, key, { condition: 'Killed' })
  expect(view(cluster)).toMatchObject({ running: 1 })
  expect(view(cluster).instances[0]).toMatchObject({ incarnation: 2, agent: 'agent1' as AgentId })
})

describe('after its deployment has failed', () => {
  const command = { value: 'true' }
  const sick = { protocol: 'COMMAND', command, gracePeriodSeconds: 3600, maxConsecutiveFailures: 0 }

  test('a batch app whose turn had not come does not run', () => {
    const cluster = clusterOf(1)
    const common = { cpus: 0.1, mem: 32, portDefinitions: [] }
    const first = {
      ...common,
      id: '/first',
      cmd: 'a',
      update: { progressDeadlineSeconds: 30 },
      healthChecks: [sick],
    }
    const job = { ...common, id, cmd: 'b', mode: 'batch', dependencies: ['/first'] }
    const body: Json = { id: '/', apps: [first, job] }
    const group = { kind: 'put', id: '/' as GroupId, body } as const
    good(cluster.request({ kind: 'changeGroup', change: group, force: false, dryRun: false }))
    cluster.pass(60_000)
    expect(deployments(cluster)).toBe(0)
    expect(cluster.running().map(t => cluster.state.tables.instance.get(t.row.instance)!.app)).toEqual([
      '/first',
    ])
    expect(view(cluster)).toMatchObject({ instances: [] })
    expect(view(cluster).halted).toBeDefined()
    good(cluster.change({ kind: 'restart', id }))
    expect(view(cluster)).toMatchObject({ running: 1 })
  })

  test('a daemon keeps what it has, also where agents come', () => {
    const cluster = clusterOf(4)
    create(cluster, { mode: 'daemon', update: { progressDeadlineSeconds: 30, maxParallel: 1 } })
    good(put(cluster, { cmd: 'sleep 2', healthChecks: [sick] }))
    cluster.pass(60_000)
    expect(deployments(cluster)).toBe(0)
    const now = (): string[] =>
      view(cluster)
        .instances.map(i => `${i.agent} ${i.current}`)
        .sort()
    const before = now()
    expect(before.filter(i => i.endsWith('false'))).not.toEqual([])
    cluster.agent('agent5')
    cluster.pass(60_000)
    expect(now()).toEqual(before)
    const old = view(cluster).instances.find(i => !i.current)!
    const task = cluster.running().find(t => t.row.instance === old.id)!
    cluster.report(task.agent, task.key, { condition: 'Failed' })
    cluster.pass(60_000)
    expect(now()).toEqual(before)
    good(
      cluster.request({
        kind: 'changeAgent',
        agent: old.agent!,
        change: { kind: 'drain', deadlineMs: null, force: false },
      }),
    )
    cluster.pass(60_000)
    expect(now()).toEqual(before.filter(i => !i.startsWith(String(old.agent))))
  })
})
