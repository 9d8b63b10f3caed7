// Instances that find no place: what is told of them, who is tried again when there is room, and ports and preferences
// on a whole cluster.
import { describe, expect, test, vi } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AppId, WaitingView } from '../../../src/model/index.ts'
import { appView } from '../../../src/runtime/core/index.ts'
import { Batch } from '../../../src/runtime/core/allocate/batch.ts'
import { Cluster, good } from './cluster.ts'

function clusterOf(...cpus: number[]): Cluster {
  const cluster = new Cluster()
  for (const [i, count] of cpus.entries()) cluster.agent(`agent${i + 1}`, { cpus: count, rack: `r${i % 2}` })
  return cluster
}

function create(cluster: Cluster, id: string, more: Record<string, Json> = {}): void {
  const body = { id, cmd: 'sleep 1000', cpus: 1, mem: 32, portDefinitions: [], ...more }
  good(cluster.change({ kind: 'create', body }))
}

function scale(cluster: Cluster, id: string, instances: number): void {
  good(cluster.change({ kind: 'put', id: id as AppId, body: { instances }, partial: true, create: false }))
}

function waitingOf(cluster: Cluster, id: string): WaitingView | undefined {
  return appView(cluster.state, id as AppId)!.waiting
}

function homesOf(cluster: Cluster, id: string): string[] {
  return appView(cluster.state, id as AppId)!
    .instances.map(i => i.agent ?? '')
    .sort()
}

describe('why an instance waits', () => {
  test('counts every agent once, every filter in full, and the nearest misses', () => {
    const cluster = clusterOf(4, 4, 1, 1)
    create(cluster, '/holder', {
      instances: 2,
      constraints: [['hostname', 'LIKE', 'agent[12]']],
      ...port(31000),
    })
    create(cluster, '/big', { cpus: 2, constraints: [['rack', 'IS', 'r0']], ...port(31000) })
    const waiting = waitingOf(cluster, '/big')!
    expect(waiting).toMatchObject({ instances: 1, nextTry: 'room' })
    expect(waiting.reasons.map(r => [r.filter, r.agents])).toEqual([
      ['cpus', 2],
      ['constraint', 1],
      ['ports', 1],
    ])
    expect(waiting.failing).toEqual({ cpus: 2, constraint: 2, ports: 2 })
    expect(waiting.nearest).toEqual([
      {
        filter: 'cpus',
        agents: 1,
        message: expect.stringContaining('1 of 4 agents would do, but lack 2 CPU'),
      },
      {
        filter: 'ports',
        agents: 1,
        message: '1 of 4 agents would do, but do not have host port 31000 free',
      },
    ])
  })

  test('is told as things are now', () => {
    const cluster = clusterOf(1)
    create(cluster, '/web', { instances: 2 })
    expect(waitingOf(cluster, '/web')!.reasons).toMatchObject([{ filter: 'cpus' }])
    good(
      cluster.request({
        kind: 'changeAgent',
        agent: cluster.agents.keys().next().value!,
        change: { kind: 'cordon' },
      }),
    )
    expect(waitingOf(cluster, '/web')!.reasons).toMatchObject([{ filter: 'cordoned' }])
    expect(waitingOf(cluster, '/web')!.failing).toEqual({ cordoned: 1, cpus: 1 })
  })
})

describe('who is tried again', () => {
  test('those that ask for the same, one after another until one fails; nobody else', () => {
    const cluster = clusterOf(4)
    create(cluster, '/holder', { instances: 4 })
    for (const id of ['/a', '/b', '/c']) create(cluster, id)
    create(cluster, '/large', { cpus: 3 })
    const next = vi.spyOn(Batch.prototype, 'next')
    try {
      scale(cluster, '/holder', 2)
      expect(['/a', '/b', '/c', '/large'].map(id => waitingOf(cluster, id) === undefined)).toEqual([
        true,
        true,
        false,
        false,
      ])
      // Two places: two that find one, and the third that does not. The large one is not asked.
      expect(next.mock.results.map(r => r.value !== undefined)).toEqual([true, true, false])
    } finally {
      next.mockRestore()
    }
  })

  test('the next of them also when the first is deleted', () => {
    const cluster = clusterOf(2)
    create(cluster, '/holder', { instances: 2 })
    create(cluster, '/a')
    create(cluster, '/b')
    good(
      cluster.request({ kind: 'changeApps', changes: [{ kind: 'delete', id: '/a' as AppId }], force: true }),
    )
    scale(cluster, '/holder', 1)
    expect(waitingOf(cluster, '/b')).toBeUndefined()
  })

  test('when a port becomes free', () => {
    const cluster = clusterOf(4)
    create(cluster, '/first', port(31005))
    create(cluster, '/second', port(31005))
    expect(waitingOf(cluster, '/second')!.reasons).toMatchObject([{ filter: 'ports' }])
    scale(cluster, '/first', 0)
    expect(waitingOf(cluster, '/second')).toBeUndefined()
  })

  test('when an agent comes, or is taken back', () => {
    const cluster = clusterOf(1)
    create(cluster, '/web', { instances: 2 })
    cluster.agent('agent9', { cpus: 1 })
    expect(homesOf(cluster, '/web')).toEqual(['agent1', 'agent9'])
  })
})

test('tcp and udp are apart: one port, two tasks, and both are free afterwards', () => {
  const cluster = clusterOf(4)
  create(cluster, '/tcp', port(31000))
  create(cluster, '/udp', port(31000, 'udp'))
  expect(waitingOf(cluster, '/udp')).toBeUndefined()
  create(cluster, '/both', port(31000, 'udp,tcp'))
  scale(cluster, '/tcp', 0)
  expect(waitingOf(cluster, '/both')).toBeDefined()
  scale(cluster, '/udp', 0)
  expect(waitingOf(cluster, '/both')).toBeUndefined()
})

describe('what an app prefers', () => {
  test('comes first, and leaves nothing without a place', () => {
    const cluster = clusterOf(2, 2, 2, 2)
    create(cluster, '/web', {
      instances: 6,
      affinities: [{ field: 'rack', operator: 'IS', value: 'r1', weight: 100 }],
    })
    expect(homesOf(cluster, '/web')).toEqual(['agent1', 'agent2', 'agent2', 'agent3', 'agent4', 'agent4'])
  })

  test('shares of values hold as far as there is room', () => {
    const cluster = clusterOf(8, 8)
    create(cluster, '/web', {
      instances: 8,
      spreads: [{ field: 'rack', weight: 50, targets: [{ value: 'r0', percent: 75 }] }],
    })
    expect(homesOf(cluster, '/web').filter(id => id === 'agent1')).toHaveLength(6)
  })

  test('is changed in place: no task restarts, and what waits goes by it', () => {
    const cluster = clusterOf(1, 1)
    create(cluster, '/holder', { instances: 2 })
    create(cluster, '/web')
    const before = homesOf(cluster, '/holder')
    const affinities = [{ field: 'rack', operator: 'IS', value: 'r1', weight: 100 }]
    for (const id of ['/web', '/holder'])
      good(
        cluster.change({ kind: 'put', id: id as AppId, body: { affinities }, partial: true, create: false }),
      )
    expect(homesOf(cluster, '/holder')).toEqual(before)
    scale(cluster, '/holder', 0)
    expect(homesOf(cluster, '/web')).toEqual(['agent2'])
  })
})

function port(number: number, protocol = 'tcp'): Record<string, Json> {
  return { portDefinitions: [{ port: 0, hostPort: number, protocol, labels: {} }] }
}

describe('instances of two configurations that wait', () => {
  test('each is tried when there is room for it', () => {
    const cluster = clusterOf(4)
    for (const id of ['/filler', '/other']) create(cluster, id)
    create(cluster, '/web', { instances: 2, backoffSeconds: 60, update: { canary: 1 } })
    const web = '/web' as AppId
    const [first, second] = appView(cluster.state, web)!.instances
    good(
      cluster.request({
        kind: 'killInstances',
        instances: [first!.id],
        scale: true,

        force: false,
      }),
    )
    const body = { cpus: 3 }
    good(cluster.change({ kind: 'put', id: web, body, partial: true, create: false }))
    const task = cluster.running().find(t => t.row.instance === second!.id)!
    cluster.report(task.agent, task.key, { condition: 'Failed' })
    create(cluster, '/thief', { instances: 2 })
    cluster.pass(120_000)
    expect(homesOf(cluster, '/web')).toEqual(['', ''])
    good(cluster.change({ kind: 'delete', id: '/filler' as AppId }))
    expect(homesOf(cluster, '/web')).toEqual(['', 'agent1'])
  })
})
