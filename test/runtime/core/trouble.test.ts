// What went wrong once, each as the story that a user would have seen.
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import {
  decodeServerMessage,
  serverMessageText,
  setHash,
  type AgentId,
  type AgentMessage,
  type AppId,
  type DeploymentId,
  type Epoch,
  type GroupId,
  type Hello,
  type InstanceId,
  type Reply,
  type SessionId,
} from '../../../src/model/index.ts'
import { appView, load, nextWake, rollback, rowsOf, type Input } from '../../../src/runtime/core/index.ts'
import { launchDelayOf } from '../../../src/runtime/core/launchdelays.ts'
import { desired, planFor } from '../../sim/cluster.ts'
import { Cluster, type FakeAgent, good } from './cluster.ts'

const web = '/web' as AppId
const actor = { name: 'tester@here', via: 'api' } as const

function clusterOf(count: number): Cluster {
  const cluster = new Cluster()
  for (let i = 1; i <= count; i++) cluster.agent(`agent${i}`)
  return cluster
}

function create(cluster: Cluster, more: Record<string, Json> = {}): Extract<Reply, { ok: true }> {
  const body = { id: '/web', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 1, ...more }
  return good(cluster.change({ kind: 'create', body }))
}

function put(cluster: Cluster, id: string, body: Record<string, Json>, force = false): Reply {
  return cluster.change({ kind: 'put', id: id as AppId, body, partial: true, create: false }, force)
}

function obey(cluster: Cluster, obedient: boolean): void {
  for (const agent of cluster.agents.values()) agent.obedient = obedient
}

function helloOf(agent: FakeAgent, over: Partial<Hello> = {}): Hello {
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentId: agent.id,
    session: agent.session ?? ('other' as SessionId),
    bootId: 'b1',
    seenEpoch: 1 as never,
    seenRevision: 0 as never,
    appliedGen: agent.appliedGen,
    setHash: setHash([...agent.tasks.values()].map(t => t.row)),
    hostname: agent.id,
    capacity: {
      resources: { cpuMilli: 4000, memKiB: 4096 * 1024, diskKiB: 1024 * 1024, gpus: 0 },
      ports: [[31000, 32000]],
    },
    attributes: {},
    drivers: ['process'],
    version: 'test',
    ...over,
  }
}

describe('a refusal', () => {
  test('of a cancel leaves the deployment running', () => {
    const cluster = clusterOf(1)
    create(cluster, { id: '/b' })
    create(cluster, { id: '/a', dependencies: ['/b'] })
    obey(cluster, false)
    const { deployment } = good(put(cluster, '/a', { dependencies: [], cmd: 'sleep 1' }))
    good(put(cluster, '/b', { dependencies: ['/a'] }))
    const commits = cluster.commits.length
    const reply = cluster.request({
      kind: 'cancelDeployment',
      deployment: deployment as DeploymentId,
      force: false,
    })
    expect(reply).toMatchObject({ ok: false, code: 'INVALID' })
    expect(cluster.commits.length).toBe(commits)
    expect([...cluster.state.runningDeployments]).toContain(deployment)
  })
})

describe('a plan', () => {
  const app = { id: '/one/a', cmd: 'sleep 1', cpus: 0.1, mem: 32, instances: 1 }

  test('deploys in the order of the groups that it brings', () => {
    const cluster = clusterOf(1)
    obey(cluster, false)
    const wanted = {
      ...desired(app, { ...app, id: '/two/b' }),
      groups: [
        { address: 'group.one', id: '/one' as GroupId, dependencies: ['/two'] },
        { address: 'group.two', id: '/two' as GroupId, dependencies: [] },
      ],
    }
    const plan = planFor(cluster.state, wanted)
    const { deployment } = good(cluster.request({ kind: 'applyPlan', plan, force: false, takeOver: false }))
    expect(cluster.state.tables.deployment.get(deployment!)!.steps).toEqual(plan.steps)
    expect(plan.steps.at(-1)!.actions.map(a => a.app)).toEqual(['/one/a'])
  })

  test('that was edited to hold an app under the name of another is refused', () => {
    const cluster = clusterOf(1)
    const plan = planFor(cluster.state, desired(app))
    const changes = plan.changes.map(c =>
      c.object === 'app' && c.after !== null ? { ...c, after: { ...c.after, id: '/other' as AppId } } : c,
    )
    const reply = cluster.request({
      kind: 'applyPlan',
      plan: { ...plan, changes },
      force: false,
      takeOver: false,
    })
    expect(reply).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('does not say that it created what it deleted', () => {
    const cluster = clusterOf(1)
    const plan = planFor(cluster.state, desired(app))
    const changes = plan.changes.map(c => (c.object === 'app' ? { ...c, after: null } : c))
    const reply = cluster.request({
      kind: 'applyPlan',
      plan: { ...plan, changes, steps: [] },
      force: false,
      takeOver: false,
    })
    expect(good(reply).created).toEqual([])
  })
})

describe('a commit that is lost', () => {
  test('takes an agent that it brought along', () => {
    const cluster = clusterOf(1)
    const stranger = helloOf({ ...cluster.agents.get('agent1' as AgentId)!, id: 'late' as AgentId })
    cluster.stepOnly({ kind: 'agent', session: 's9' as SessionId, message: stranger })
    rollback(cluster.state)
    expect(cluster.state.agents.ids()).toEqual(['agent1'])
  })

  test('leaves every slot with one instance', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2, upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 1 } })
    obey(cluster, false)
    cluster.stepOnly({
      kind: 'request',
      id: 'lost',
      actor,
      operation: { kind: 'changeApps', changes: [{ kind: 'restart', id: web }], force: false },
    })
    rollback(cluster.state)
    const again = load(rowsOf(cluster.state), cluster.state)
    const slots = (state: typeof again): number[] =>
      state.apps
        .get(web)!
        .liveInstances()
        .map(i => i.slot)
    expect(slots(cluster.state)).toEqual(slots(again))
  })
})

describe('an app that is deleted', () => {
  test('leaves no rows behind, also when its tasks end later', () => {
    const cluster = clusterOf(2)
    const check = { protocol: 'TCP', maxConsecutiveFailures: 1, gracePeriodSeconds: 0 }
    const upgradeStrategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }
    create(cluster, { instances: 2, healthChecks: [check], portDefinitions: [{ port: 0 }], upgradeStrategy })
    const health = [{ index: 0, alive: false, consecutiveFailures: 2 }]
    const sick = cluster.running()
    const well = [{ index: 0, alive: true, consecutiveFailures: 0 }]
    for (const { agent, key } of sick) cluster.report(agent, key, { condition: 'Running', health: well })
    cluster.report(sick[0]!.agent, sick[0]!.key, { condition: 'Running', health })
    obey(cluster, false)
    expect(cluster.state.tables.brake.size).toBe(1)
    good(cluster.change({ kind: 'delete', id: web }))
    cluster.report(sick[1]!.agent, sick[1]!.key, { condition: 'Running', health })
    const [first, second] = cluster.running()
    cluster.report(first!.agent, first!.key, { condition: 'Failed', exit: { code: 1, message: 'no' } })
    cluster.report(second!.agent, second!.key, { condition: 'Killed' })
    expect(appView(cluster.state, web)).toBeUndefined()
    for (const table of ['timing', 'failure', 'backoff', 'brake'] as const) {
      expect([table, cluster.state.tables[table].size]).toEqual([table, 0])
    }
  })

  test('and made again at once runs nothing of its former life', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 4 })
    cluster.state.stepRows = 3
    const request = (id: string, change: object): Input => ({
      kind: 'request',
      id,
      actor,
      operation: { kind: 'changeApps', changes: [change as never], force: true },
    })
    cluster.stepOnly(request('1', { kind: 'delete', id: web }))
    const body = { id: '/web', cmd: 'sleep 2', cpus: 0.1, mem: 32, instances: 4 }
    cluster.input(request('2', { kind: 'create', body }))
    expect(appView(cluster.state, web)).toMatchObject({ wanted: 4, running: 4 })
    expect(appView(cluster.state, web)!.instances.every(i => i.current)).toBe(true)
  })
})

describe('launch delays', () => {
  test('of a new configuration are not reset by old instances that die', () => {
    const cluster = clusterOf(2)
    create(cluster, {
      instances: 2,
      backoffSeconds: 1,
      backoffFactor: 2,
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    })
    const old = cluster.running()
    obey(cluster, false)
    good(put(cluster, '/web', { cmd: 'false' }))
    const fail = ({ agent, key }: { agent: FakeAgent; key: string }): void =>
      cluster.report(agent, key, { condition: 'Failed', exit: { code: 1, message: 'no' } })
    const isNew = (t: { key: string }): boolean => !old.some(o => o.key === t.key)
    fail(cluster.running().find(isNew)!)
    fail(cluster.running().find(isNew)!)
    const present = cluster.state.tables.app.get(web)!.runKey
    const delay = launchDelayOf(cluster.state, web, present)!.delayMs
    fail(old[0]!)
    expect(launchDelayOf(cluster.state, web, present)!.delayMs).toBe(delay)
  })
})

describe('the brake', () => {
  test('on kills by health is not released by a restart of the server', () => {
    const cluster = clusterOf(2)
    create(cluster, {
      instances: 2,
      healthChecks: [{ protocol: 'TCP', maxConsecutiveFailures: 1, gracePeriodSeconds: 0 }],
    })
    const sick = cluster.running()
    const fail = (task: { agent: FakeAgent; key: string }): void =>
      cluster.report(task.agent, task.key, {
        condition: 'Running',
        health: [{ index: 0, alive: false, consecutiveFailures: 2 }],
      })
    fail(sick[0]!)
    cluster.state = cluster.reload()
    cluster.input({ kind: 'boot', epoch: 1 as never, adopt: false })
    for (const agent of cluster.agents.values()) cluster.connect(agent)
    fail(sick[1]!)
    expect(cluster.running().map(t => t.key)).toContain(sick[1]!.key)
    cluster.pass(60_000)
    expect(cluster.running().map(t => t.key)).not.toContain(sick[1]!.key)
  })

  test('on the loss of agents says why nothing is placed', () => {
    const cluster = clusterOf(3)
    for (const name of ['agent1', 'agent2']) cluster.disconnect(cluster.agents.get(name as AgentId)!)
    cluster.rounds(6)
    expect(cluster.state.frozen).toBe(true)
    create(cluster)
    expect(appView(cluster.state, web)!.waiting!.reasons[0]!.message).toContain('1 of 3 agents are silent')
    expect(cluster.commits.flatMap(c => c.events).map(e => e.type)).toContain('placement_frozen')
    cluster.rounds(25)
    expect(appView(cluster.state, web)).toMatchObject({ running: 1 })
  })
})

describe('many agents that are lost at once', () => {
  test('are given up in several steps, and all of them', () => {
    const cluster = clusterOf(40)
    create(cluster, { instances: 120, cpus: 0.1 })
    const lost = [...cluster.agents.values()].slice(0, 4)
    for (const agent of lost) cluster.disconnect(agent)
    cluster.state.stepRows = 5
    let most = 0
    cluster.afterStep = () => {
      most = Math.max(most, cluster.state.changedRows - cluster.state.rowsBeforeStep)
    }
    cluster.rounds(6)
    const gone = [...cluster.state.tables.agent.values()].filter(a => a.unreachableSince !== null)
    expect(gone.map(a => a.id).sort()).toEqual(lost.map(a => a.id).sort())
    expect(cluster.state.frozen).toBe(false)
    // What may be changed, and what one agent of three instances takes with it.
    expect(most).toBeLessThanOrEqual(5 + 5)
  })
})

describe('an agent that gets hundreds of different apps at once', () => {
  test('is told in messages that it takes', () => {
    const cluster = clusterOf(1)
    const changes = Array.from({ length: 600 }, (_, i) => ({
      kind: 'create' as const,
      body: { id: `/app-${i}`, cmd: 'sleep 1', cpus: 0.001, mem: 1, portDefinitions: [] },
    }))
    const operation = { kind: 'changeApps', changes, force: false } as const
    let output = cluster.stepOnly({ kind: 'request', id: '1', actor, operation })
    const messages = output.messages.map(m => m.message)
    for (; output.more; messages.push(...output.messages.map(m => m.message))) {
      output = cluster.stepOnly({ kind: 'continue' })
    }
    const heard = messages.map(message => decodeServerMessage(JSON.parse(serverMessageText(message))))
    expect(heard.filter(result => !result.ok)).toEqual([])
    const specs = messages.flatMap(message => (message.kind === 'specs' ? message.specs : []))
    expect(new Set(specs.map(s => s.app.id)).size).toBe(600)
  })
})

describe('a start with many apps', () => {
  test('looks at them in slices, and then knows of each why it waits', () => {
    const cluster = new Cluster()
    const apps = Array.from({ length: 20 }, (_, i) => `/app-${i}` as AppId)
    for (const id of apps) create(cluster, { id })
    const views = (): unknown[] => apps.map(id => appView(cluster.state, id)!.waiting!.reasons)
    const before = views()
    cluster.state.stepRows = 8
    let output = cluster.stepOnly({ kind: 'boot', epoch: 2 as Epoch, adopt: false })
    expect(output).toMatchObject({ urgent: true, more: true })
    let steps = 1
    for (; output.more; steps++) output = cluster.stepOnly({ kind: 'continue' })
    expect(steps).toBe(10)
    expect(views()).toEqual(before)
    expect(before[0]).not.toEqual([])
  })
})

describe('staged specifications', () => {
  test('that no apply uses are gone after an hour', () => {
    const cluster = clusterOf(1)
    const plan = planFor(cluster.state, desired({ id: '/web', cmd: 'x', instances: 1 }))
    const specs = plan.changes.flatMap(c => (c.object === 'app' && c.after !== null ? [c.after] : []))
    good(cluster.request({ kind: 'stageSpecs', specs }))
    expect(cluster.state.tables.spec.size).toBe(1)
    expect(nextWake(cluster.state)).toBe(cluster.now + 3_600_000)
    cluster.pass(3_600_000)
    expect(cluster.state.tables.staged.size).toBe(0)
    expect(cluster.state.tables.spec.size).toBe(0)
    expect(nextWake(cluster.state)).toBeUndefined()
  })
})

describe('an agent', () => {
  test('whose connection then names another agent gets nothing of the first', () => {
    const cluster = clusterOf(1)
    const first = cluster.agents.get('agent1' as AgentId)!
    cluster.input({
      kind: 'agent',
      session: first.session!,
      message: helloOf(first, { agentId: 'other' as AgentId }),
    })
    expect(cluster.state.sessionOf.get(first.id)).toBeUndefined()
    expect(cluster.state.sessionOf.get('other' as AgentId)).toBe(first.session)
  })

  test('that missed rows of its connection is told all at the next round', () => {
    const cluster = clusterOf(1)
    create(cluster)
    const agent = cluster.agents.get('agent1' as AgentId)!
    agent.appliedGen = 0
    agent.tasks.clear()
    cluster.rounds(2)
    expect(agent.tasks.size).toBe(1)
    expect(agent.appliedGen).toBeGreaterThan(0)
  })

  test.each([
    ['an epoch', { seenEpoch: Number.MAX_SAFE_INTEGER as never, clusterId: 'c1' as never }],
    ['a generation', { appliedGen: Number.MAX_SAFE_INTEGER, clusterId: 'c1' as never }],
  ])('that has seen %s beyond all counting is refused', (_, over) => {
    const cluster = clusterOf(1)
    const agent = cluster.agents.get('agent1' as AgentId)!
    const { messages } = cluster.stepOnly({
      kind: 'agent',
      session: 's9' as SessionId,
      message: helloOf(agent, over),
    })
    expect(messages.map(m => m.message.kind)).toEqual(['refuse'])
  })

  test('may tell of a part of a millisecond', () => {
    const cluster = clusterOf(1)
    obey(cluster, false)
    create(cluster)
    const { agent, row } = cluster.running()[0]!
    const message: AgentMessage = {
      kind: 'report',
      seq: 1,
      unknown: [],
      rows: [{ ...keyOf(row), statusSeq: 1, condition: 'Running', agoMs: 0.25 }],
    }
    cluster.input({ kind: 'agent', session: agent.session!, message })
    expect(appView(cluster.state, web)).toMatchObject({ running: 1 })
  })

  test('that lost its records may tell of an end with a number that was used', () => {
    const cluster = clusterOf(1)
    create(cluster)
    const { agent, key, row } = cluster.running()[0]!
    cluster.report(agent, key, { condition: 'Running' })
    const message: AgentMessage = {
      kind: 'report',
      seq: 9,
      unknown: [],
      rows: [{ ...keyOf(row), statusSeq: 1, condition: 'Failed', agoMs: 0 }],
    }
    cluster.input({ kind: 'agent', session: agent.session!, message })
    expect(appView(cluster.state, web)!.instances[0]!.incarnation).toBe(2)
  })

  test('that was installed anew tells of its tasks from the beginning', () => {
    const cluster = clusterOf(1)
    create(cluster)
    const { agent, key } = cluster.running()[0]!
    for (let i = 0; i < 5; i++) cluster.report(agent, key, { condition: 'Running' })
    cluster.disconnect(agent)
    agent.tasks.clear()
    agent.appliedGen = 0
    agent.obedient = false
    cluster.connect(agent)
    cluster.report(agent, key, { condition: 'Staging' })
    expect(appView(cluster.state, web)).toMatchObject({ running: 0, staged: 1 })
    cluster.report(agent, key, { condition: 'Running' })
    expect(appView(cluster.state, web)).toMatchObject({ running: 1 })
  })

  test('that tells twice of one check has not told of the other', () => {
    const cluster = clusterOf(1)
    create(cluster, { healthChecks: [{ protocol: 'TCP' }, { protocol: 'TCP' }] })
    const { agent, key } = cluster.running()[0]!
    const alive = { index: 0, alive: true, consecutiveFailures: 0 }
    cluster.report(agent, key, { condition: 'Running', health: [alive, alive] })
    expect(appView(cluster.state, web)!.instances[0]!.serving).toBe(false)
    cluster.report(agent, key, { condition: 'Running', health: [alive, { ...alive, index: 1 }] })
    expect(appView(cluster.state, web)!.instances[0]!.serving).toBe(true)
  })
})

describe('a rollout', () => {
  test('keeps a promise that is raised while it runs', () => {
    const cluster = clusterOf(2)
    create(cluster, {
      instances: 4,
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.25 },
    })
    obey(cluster, false)
    good(put(cluster, '/web', { cmd: 'sleep 2' }))
    good(put(cluster, '/web', { upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } }))
    const stopping = (): number => cluster.running().filter(t => t.row.goal === 'stop').length
    expect(stopping()).toBe(2)
    for (const { agent, key } of cluster.running().filter(t => t.row.goal === 'run')) {
      const isOld = agent.tasks.get(key)!.statusSeq > 0
      if (!isOld) cluster.report(agent, key, { condition: 'Running' })
    }
    expect(stopping()).toBe(2)
  })

  test('does not start an old instance again whose agent was lost', () => {
    const cluster = clusterOf(3)
    create(cluster, {
      instances: 3,
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0.34 },
    })
    obey(cluster, false)
    good(put(cluster, '/web', { cmd: 'sleep 2' }))
    const oldIds = new Set<InstanceId>(
      [...cluster.state.apps.get(web)!.instances.values()]
        .filter(i => i.runKey !== cluster.state.tables.app.get(web)!.runKey)
        .map(i => i.id),
    )
    cluster.disconnect(cluster.agents.get('agent1' as AgentId)!)
    cluster.rounds(7)
    const again = [...cluster.state.apps.get(web)!.instances.values()].filter(
      i => oldIds.has(i.id) && i.incarnation > 1,
    )
    expect(again).toEqual([])
  })
})

test('a version that was rolled back is never given out again', () => {
  const cluster = clusterOf(1)
  create(cluster)
  obey(cluster, false)
  // The clock of the machine stands still.
  const { deployment } = good(put(cluster, '/web', { cmd: 'sleep 2' }))
  const undone = cluster.state.tables.app.get(web)!.version
  good(cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false }))
  good(put(cluster, '/web', { cmd: 'sleep 3' }, true))
  expect(cluster.state.tables.app.get(web)!.version).toBeGreaterThan(undone)
})

function keyOf(row: { instance: InstanceId; incarnation: number }): {
  instance: InstanceId
  incarnation: number
} {
  return { instance: row.instance, incarnation: row.incarnation }
}
