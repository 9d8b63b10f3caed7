// Agents that are taken out of service, emptied, struck, started again; and rebalancing. Stories on a small cluster.
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AgentChange, AgentId, AgentView, AppId, DeploymentId, Reply } from '../../../src/model/index.ts'
import { agentViews, appView, load, plannedMoves, rollback, rowsOf } from '../../../src/runtime/core/index.ts'
import { Cluster, type FakeAgent, good, requestFor } from './cluster.ts'

const web = '/web' as AppId
const first = 'agent1' as AgentId

function clusterOf(count: number): Cluster {
  const cluster = new Cluster()
  for (let i = 1; i <= count; i++) cluster.agent(`agent${i}`)
  return cluster
}

function create(cluster: Cluster, more: Record<string, Json> = {}): void {
  const body = { id: web, cmd: 'sleep 1000', cpus: 0.1, mem: 32, portDefinitions: [], ...more }
  good(cluster.change({ kind: 'create', body }))
}

function change(cluster: Cluster, change: AgentChange, agent: AgentId = first): Reply {
  return cluster.request({ kind: 'changeAgent', agent, change })
}

const drain = (deadlineMs: number | null = null, force = false): AgentChange => ({
  kind: 'drain',
  deadlineMs,
  force,
})

function agentOf(cluster: Cluster, id: AgentId = first): AgentView {
  return agentViews(cluster.state).find(a => a.id === id)!
}

/** Running instances per agent. */
function spread(cluster: Cluster, app: AppId = web): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const i of appView(cluster.state, app)?.instances ?? []) {
    if (i.condition === 'Running') counts[String(i.agent)] = (counts[String(i.agent)] ?? 0) + 1
  }
  return counts
}

function obey(cluster: Cluster, obedient: boolean): void {
  for (const agent of cluster.agents.values()) agent.obedient = obedient
}

/** What was told meanwhile is done now. */
function catchUp(cluster: Cluster): void {
  obey(cluster, true)
  for (const { agent, key, row } of cluster.running()) {
    if (row.goal === 'stop') cluster.report(agent, key, { condition: 'Killed' })
    else if (agent.tasks.get(key)!.statusSeq === 0) cluster.report(agent, key, { condition: 'Running' })
  }
}

describe('cordon', () => {
  test('nothing new comes, what is there stays; uncordon takes it back', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    expect(spread(cluster)).toEqual({ agent1: 1, agent2: 1 })
    good(change(cluster, { kind: 'cordon' }))
    expect(agentOf(cluster).cordoned).toBe(true)
    good(cluster.change({ kind: 'put', id: web, body: { instances: 4 }, partial: true, create: false }))
    expect(spread(cluster)).toEqual({ agent1: 1, agent2: 3 })
    cluster.connect(cluster.agents.get(first)!)
    expect(agentOf(cluster).cordoned).toBe(true)
    good(change(cluster, { kind: 'uncordon' }))
    good(cluster.change({ kind: 'put', id: web, body: { instances: 5 }, partial: true, create: false }))
    expect(spread(cluster)).toEqual({ agent1: 2, agent2: 3 })
  })

  test('of an agent that is not there is refused', () => {
    expect(change(clusterOf(1), { kind: 'cordon' }, 'other' as AgentId)).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('daemons stay whole on it, and a new one does not come', () => {
    const cluster = clusterOf(2)
    good(change(cluster, { kind: 'cordon' }, 'agent2' as AgentId))
    create(cluster, { mode: 'daemon' })
    expect(spread(cluster)).toEqual({ agent1: 1 })
    good(change(cluster, { kind: 'cordon' }))
    good(change(cluster, { kind: 'uncordon' }, 'agent2' as AgentId))
    expect(spread(cluster)).toEqual({ agent1: 1, agent2: 1 })
  })
})

describe('drain', () => {
  test('replaces first where the strategy leaves room, then stops', () => {
    const cluster = clusterOf(3)
    create(cluster, { instances: 3 })
    obey(cluster, false)
    good(change(cluster, drain()))
    const told = cluster.running()
    expect(told.filter(t => t.row.goal === 'stop')).toEqual([])
    expect(told).toHaveLength(4)
    expect(agentOf(cluster).drain).toMatchObject({
      done: false,
      waitingFor: ['1 of /web: waits until its replacements are healthy'],
    })
    catchUp(cluster)
    cluster.pass(10)
    expect(spread(cluster).agent1).toBeUndefined()
    expect(appView(cluster.state, web)).toMatchObject({ running: 3 })
    expect(agentOf(cluster).drain).toMatchObject({ done: true, waitingFor: [] })
  })

  test('waits, and says for what, while the replacement finds no place; goes on when there is one', () => {
    const cluster = clusterOf(1)
    create(cluster, { instances: 2 })
    good(change(cluster, drain(1000)))
    cluster.pass(10_000)
    expect(spread(cluster)).toEqual({ agent1: 2 })
    expect(agentOf(cluster).drain!.waitingFor[0]).toMatch(/2 of \/web: its replacement waits for a place/)
    cluster.agent('agent2')
    cluster.pass(10)
    expect(spread(cluster)).toEqual({ agent2: 2 })
  })

  test('at the deadline the rest is stopped with force, and only then', () => {
    const cluster = clusterOf(1)
    create(cluster, { instances: 2 })
    expect(change(cluster, drain(null, true))).toMatchObject({ code: 'INVALID' })
    obey(cluster, false)
    good(change(cluster, drain(5000, true)))
    cluster.pass(4000)
    expect(cluster.running().every(t => t.row.goal === 'run')).toBe(true)
    cluster.pass(2000)
    expect(cluster.running().map(t => t.row.cause)).toEqual(['drain-forced', 'drain-forced'])
  })

  test('batch tasks are waited for until the deadline, and run again elsewhere', () => {
    const cluster = clusterOf(2)
    good(change(cluster, { kind: 'cordon' }, 'agent2' as AgentId))
    create(cluster, { mode: 'batch', retries: 0 })
    good(change(cluster, { kind: 'uncordon' }, 'agent2' as AgentId))
    good(change(cluster, drain(60_000)))
    cluster.pass(50_000)
    expect(spread(cluster)).toEqual({ agent1: 1 })
    cluster.pass(11_000)
    expect(spread(cluster)).toEqual({ agent2: 1 })
  })

  test('daemons go last', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    const body = { id: '/logs', cmd: 'sleep 1', cpus: 0.1, mem: 32, portDefinitions: [], mode: 'daemon' }
    good(cluster.change({ kind: 'create', body }))
    obey(cluster, false)
    good(change(cluster, drain()))
    expect(spread(cluster, '/logs' as AppId)).toEqual({ agent1: 1, agent2: 1 })
    catchUp(cluster)
    cluster.pass(10)
    expect(spread(cluster, '/logs' as AppId)).toEqual({ agent2: 1 })
    expect(agentOf(cluster).drain!.done).toBe(true)
  })

  test('a deadline with force takes daemons, too', () => {
    const cluster = clusterOf(1)
    create(cluster, { instances: 1 })
    const body = { id: '/logs', cmd: 'sleep 1', cpus: 0.1, mem: 32, portDefinitions: [], mode: 'daemon' }
    good(cluster.change({ kind: 'create', body }))
    good(change(cluster, drain(5000, true)))
    cluster.pass(4000)
    expect(spread(cluster, '/logs' as AppId)).toEqual({ agent1: 1 })
    cluster.pass(2000)
    expect(agentOf(cluster).drain!.done).toBe(true)
  })

  test('keeps the promise of health: one at a time where there is room for one', () => {
    const cluster = clusterOf(2)
    create(cluster, {
      instances: 4,
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0.25 },
    })
    expect(spread(cluster)).toEqual({ agent1: 2, agent2: 2 })
    obey(cluster, false)
    good(change(cluster, drain()))
    for (let i = 0; i < 6; i++) {
      const live = cluster.running().filter(t => t.row.goal === 'run')
      expect(live.length).toBeGreaterThanOrEqual(4)
      expect(cluster.running().length).toBeLessThanOrEqual(5)
      const next = cluster
        .running()
        .find(t => t.row.goal === 'stop' || t.agent.tasks.get(t.key)!.statusSeq === 0)
      if (next === undefined) break
      cluster.report(next.agent, next.key, { condition: next.row.goal === 'stop' ? 'Killed' : 'Running' })
    }
    expect(agentOf(cluster).drain!.done).toBe(true)
  })

  test('a deployment of the app comes first, and the drain goes on after it', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    obey(cluster, false)
    good(cluster.change({ kind: 'put', id: web, body: { cmd: 'sleep 2000' }, partial: true, create: false }))
    good(change(cluster, drain()))
    catchUp(cluster)
    cluster.pass(10)
    catchUp(cluster)
    cluster.pass(10)
    expect(spread(cluster)).toEqual({ agent2: 2 })
    expect(cluster.state.runningDeployments.size).toBe(0)
  })

  test('taken back in the middle, nothing more is moved', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    obey(cluster, false)
    good(change(cluster, drain()))
    good(change(cluster, { kind: 'uncordon' }))
    catchUp(cluster)
    cluster.pass(10)
    expect(appView(cluster.state, web)).toMatchObject({ running: 2 })
    expect(agentOf(cluster).drain).toBeUndefined()
  })

  test('forgets the launch delays of the apps that are there', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2, backoffSeconds: 1000, maxLaunchDelaySeconds: 2000 })
    const on = cluster.running().find(t => t.agent.id === 'agent2')!
    cluster.report(on.agent, on.key, { condition: 'Failed' })
    expect(cluster.running()).toHaveLength(1)
    good(change(cluster, drain()))
    cluster.pass(10)
    expect(spread(cluster)).toEqual({ agent2: 2 })
  })

  test('outlives a start of the server', () => {
    const cluster = clusterOf(1)
    create(cluster)
    good(change(cluster, drain(1000)))
    const again = cluster.reload()
    expect([...again.draining]).toEqual([first])
    expect(agentViews(again)[0]!.drain).toMatchObject({ done: false, force: false })
  })
})

describe('remove', () => {
  const lose = (cluster: Cluster, agent: FakeAgent): void => {
    cluster.disconnect(agent)
    cluster.rounds(8)
  }

  test('an agent that is there is not struck', () => {
    expect(change(clusterOf(1), { kind: 'remove' })).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('its tasks are replaced at once, also those that would wait for ever', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2, unreachableStrategy: 'disabled' })
    lose(cluster, cluster.agents.get(first)!)
    cluster.pass(1_000_000)
    expect(spread(cluster)).toEqual({ agent2: 1 })
    good(change(cluster, { kind: 'remove' }))
    expect(spread(cluster)).toEqual({ agent2: 2 })
    expect(agentViews(cluster.state).map(a => a.id)).toEqual(['agent2'])
  })

  test('should it come back, it is told to stop what it ran, and no id is used twice', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    const lost = cluster.agents.get(first)!
    const [key, task] = [...lost.tasks][0]!
    lose(cluster, lost)
    good(change(cluster, { kind: 'remove' }))
    const before = cluster.state.epoch
    cluster.connect(lost)
    cluster.pass(10)
    expect(cluster.state.epoch).toBe(before)
    expect(lost.tasks.get(key)?.ended ?? true).toBe(true)
    expect(task.row).toMatchObject({ goal: 'stop', cause: 'orphan' })
    expect(spread(cluster)).toEqual({ agent2: 2 })
    expect(cluster.state.tables.gone.size).toBe(0)
    expect(agentOf(cluster)).toMatchObject({ state: 'ready', tasks: 0 })
  })

  test('during a rollout nothing more begins than its bounds allow', () => {
    const cluster = clusterOf(3)
    create(cluster, { instances: 6, unreachableStrategy: 'disabled', update: { maxParallel: 1 } })
    const command = { value: 'true' }
    const healthChecks = [
      { protocol: 'COMMAND', command, gracePeriodSeconds: 3600, maxConsecutiveFailures: 0 },
    ]
    const body = { cmd: 'sleep 2', healthChecks }
    good(cluster.change({ kind: 'put', id: web, body, partial: true, create: false }))
    const fresh = (): number => appView(cluster.state, web)!.instances.filter(i => i.current).length
    expect(fresh()).toBe(1)
    const home = appView(cluster.state, web)!.instances.find(i => i.current)!.agent
    const lost = [...cluster.agents.keys()].find(agent => agent !== home)!
    lose(cluster, cluster.agents.get(lost)!)
    good(change(cluster, { kind: 'remove' }, lost))
    expect(fresh()).toBe(1)
  })

  test('one that was silent on an open connection has to say hello again', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    const silent = cluster.agents.get(first)!
    const session = silent.session!
    silent.session = null
    cluster.rounds(8)
    good(change(cluster, { kind: 'remove' }))
    expect(cluster.state.sessions.has(session)).toBe(false)
    cluster.pass(10)
    cluster.connect(silent)
    cluster.pass(10)
    expect(agentOf(cluster)).toMatchObject({ state: 'ready', tasks: 0 })
  })

  test('survives a start of the server, a rollback and a replica', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    const lost = cluster.agents.get(first)!
    lose(cluster, lost)
    const head = { revision: cluster.state.revision, now: cluster.state.now, utc: cluster.state.utc }
    const replica = load(rowsOf(cluster.state), head)
    const commits = cluster.commits.length
    good(change(cluster, { kind: 'remove' }))
    cluster.replayOn(replica, commits)
    expect(rowsOf(replica)).toEqual(rowsOf(cluster.state))
    cluster.state = cluster.reload()
    cluster.input({ kind: 'boot', epoch: cluster.state.epoch, adopt: false })
    for (const agent of cluster.agents.values()) cluster.connect(agent)
    cluster.pass(10)
    expect(lost.tasks.size).toBe(0)
    expect(spread(cluster)).toEqual({ agent2: 2 })
  })

  test('a commit that is lost brings it back whole', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 2 })
    lose(cluster, cluster.agents.get(first)!)
    const before = rowsOf(cluster.state)
    cluster.stepOnly(requestFor({ kind: 'changeAgent', agent: first, change: { kind: 'remove' } }))
    expect(cluster.state.tables.agent.has(first)).toBe(false)
    rollback(cluster.state)
    expect(rowsOf(cluster.state)).toEqual(before)
  })
})

describe('an agent whose machine was started again', () => {
  test('counts as healthy only when it says so', () => {
    const cluster = clusterOf(1)
    create(cluster)
    const agent = cluster.agents.get(first)!
    cluster.connect(agent, { bootId: 'b2' })
    expect(appView(cluster.state, web)!.instances[0]).toMatchObject({ serving: false, condition: 'Staging' })
    const { key } = cluster.running()[0]!
    agent.tasks.get(key)!.statusSeq = 0
    cluster.report(agent, key, { condition: 'Running' })
    expect(appView(cluster.state, web)!.instances[0]).toMatchObject({ serving: true, incarnation: 1 })
    cluster.pass(400_000)
    expect(appView(cluster.state, web)!.instances[0]).toMatchObject({ serving: true, incarnation: 1 })
  })
})

describe('rebalance', () => {
  test('an agent that joined empty gets its part, with the fewest moves', () => {
    const cluster = clusterOf(2)
    create(cluster, { instances: 6 })
    cluster.agent('agent3')
    const { moves } = plannedMoves(cluster.state, null)
    expect(moves.map(m => [m.from, m.to])).toEqual([
      ['agent2', 'agent3'],
      ['agent1', 'agent3'],
    ])
    expect(moves[0]!.reason).toBe('agent: 3 there, 0 here')
    expect(spread(cluster)).toEqual({ agent1: 3, agent2: 3 })
    good(cluster.request({ kind: 'rebalance', apps: null }))
    cluster.pass(10)
    expect(spread(cluster)).toEqual({ agent1: 2, agent2: 2, agent3: 2 })
    expect(plannedMoves(cluster.state, null)).toEqual({ moves: [], appsLeft: 0 })
    expect(cluster.state.tables.move.size).toBe(0)
  })

  test('tells how many apps it did not look at', () => {
    const cluster = clusterOf(1)
    create(cluster, { instances: 410, cpus: 0.001, mem: 1 })
    create(cluster, { id: '/web2', instances: 2, cpus: 0.001, mem: 1 })
    cluster.agent('agent2')
    expect(plannedMoves(cluster.state, null)).toMatchObject({ moves: { length: 200 }, appsLeft: 1 })
    const named = plannedMoves(cluster.state, ['/web2' as AppId])
    expect(named).toMatchObject({ moves: [{ app: '/web2' }], appsLeft: 0 })
  })

  test('groups come before agents', () => {
    const cluster = new Cluster()
    cluster.agent('agent1', { rack: 'a' })
    cluster.agent('agent2', { rack: 'a' })
    create(cluster, { instances: 4, constraints: [['rack', 'GROUP_BY']] })
    cluster.agent('agent3', { rack: 'b' })
    const { moves } = plannedMoves(cluster.state, null)
    expect(moves).toHaveLength(2)
    expect(moves[0]!.reason).toBe('rack: 4 there, 0 here')
    good(cluster.request({ kind: 'rebalance', apps: [web] }))
    cluster.pass(10)
    expect(spread(cluster)).toEqual({ agent1: 1, agent2: 1, agent3: 2 })
  })

  test('keeps the promise of health, and gives up in the end when a replacement finds no place', () => {
    const cluster = clusterOf(1)
    create(cluster, { instances: 4 })
    cluster.agent('agent2')
    obey(cluster, false)
    good(cluster.request({ kind: 'rebalance', apps: null }))
    expect(cluster.running().filter(t => t.row.goal === 'stop')).toEqual([])
    expect(cluster.state.tables.move.size).toBe(2)
    good(change(cluster, { kind: 'cordon' }, 'agent2' as AgentId))
    cluster.pass(700_000)
    expect(cluster.state.tables.move.size).toBe(0)
    expect(
      cluster.running().filter(t => t.agent.id === first && t.row.goal === 'run').length,
    ).toBeGreaterThanOrEqual(4)
  })

  test('asks for apps that exist, and moves nothing of one that a deployment holds', () => {
    const cluster = clusterOf(1)
    expect(cluster.request({ kind: 'rebalance', apps: [web] })).toMatchObject({ code: 'NOT_FOUND' })
    create(cluster, { instances: 4 })
    cluster.agent('agent2')
    obey(cluster, false)
    good(cluster.change({ kind: 'put', id: web, body: { cmd: 'sleep 2000' }, partial: true, create: false }))
    expect(plannedMoves(cluster.state, null)).toEqual({ moves: [], appsLeft: 0 })
  })
})

describe('a drain while a deployment can not go on', () => {
  const command = { value: 'true' }
  const sick = { protocol: 'COMMAND', command, gracePeriodSeconds: 3600, maxConsecutiveFailures: 0 }
  const put = (cluster: Cluster, body: Record<string, Json>): DeploymentId =>
    good(cluster.change({ kind: 'put', id: web, body, partial: true, create: false })).deployment!
  const old = (cluster: Cluster): number =>
    appView(cluster.state, web)!.instances.filter(i => !i.current && i.condition === 'Running').length

  test('what stayed old after a failed one moves as it is', () => {
    const cluster = clusterOf(3)
    const upgradeStrategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.5 }
    create(cluster, {
      instances: 6,
      upgradeStrategy,
      update: { progressDeadlineSeconds: 30, maxParallel: 1 },
    })
    put(cluster, { cmd: 'sleep 2', healthChecks: [sick] })
    cluster.pass(60_000)
    expect(appView(cluster.state, web)!.halted).toBeDefined()
    const before = old(cluster)
    const all = appView(cluster.state, web)!.instances.length
    expect(before).toBeGreaterThan(3)
    good(change(cluster, drain()))
    cluster.pass(60_000)
    expect(agentOf(cluster).drain).toMatchObject({ done: true })
    expect(old(cluster)).toBe(before)
    expect(appView(cluster.state, web)!.instances).toHaveLength(all)
  })

  test.each(['pause', 'canary'])('what was stopped by force starts elsewhere as it was: %s', how => {
    const cluster = clusterOf(3)
    create(cluster, { instances: 6, update: { canary: 1 } })
    const deployment = put(cluster, { cmd: 'sleep 2', healthChecks: [sick] })
    if (how === 'pause') good(cluster.request({ kind: 'pauseDeployment', deployment }))
    expect(old(cluster)).toBe(6)
    good(change(cluster, drain(1000, true)))
    cluster.pass(60_000)
    expect(agentOf(cluster).drain).toMatchObject({ done: true })
    expect(old(cluster)).toBe(6)
  })
})
