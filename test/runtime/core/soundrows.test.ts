// What is left of rows of two times, as a repair puts them together.
import { expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AppId } from '../../../src/model/index.ts'
import { load, mergedRows, rowsOf, soundRows } from '../../../src/runtime/core/index.ts'
import { Cluster } from './cluster.ts'

const [first, second] = ['/first' as AppId, '/second' as AppId]

function create(cluster: Cluster, id: AppId): void {
  const portDefinitions: Json = [{ port: 31000, protocol: 'tcp' }]
  const body = { id, cmd: 'sleep 1000', cpus: 0.1, mem: 32, requirePorts: true, portDefinitions }
  expect(cluster.change({ kind: 'create', body }).ok).toBe(true)
}

test('of two tasks that hold one host port, the one that its agent was told of last stays', () => {
  const cluster = new Cluster()
  cluster.agent('agent1')
  create(cluster, first)
  const copy = [...rowsOf(cluster.state)]
  expect(cluster.change({ kind: 'delete', id: first }).ok).toBe(true)
  cluster.pass(10_000)
  create(cluster, second)
  const merged = mergedRows(copy, [...rowsOf(cluster.state)])
  const { clusterId } = cluster.state.tables.cluster.get('cluster')!
  const { rows, dropped } = soundRows(merged, clusterId)
  expect(dropped.map(d => d.why).sort()).toEqual(['a newer task has its host port', 'its allocation is lost'])
  const { tables } = load(rows, cluster.state)
  expect([...tables.allocation.values()].map(a => a.app)).toEqual([second])
  expect([...tables.instance.values()].map(i => i.app)).toEqual([second])
  expect([...tables.app.keys()].sort()).toEqual([first, second])
})

test('of two running deployments that hold one app, the newer stays', () => {
  const cluster = new Cluster()
  cluster.agent('agent1')
  // No agent is as it asks, so that its deployment stands still.
  const body = { id: first, cmd: 'sleep 1000', cpus: 0.1, mem: 32, constraints: [['rack', 'LIKE', 'none']] }
  expect(cluster.change({ kind: 'create', body }).ok).toBe(true)
  const copy = [...rowsOf(cluster.state)]
  expect(cluster.change({ kind: 'restart', id: first }, true).ok).toBe(true)
  const [running, ...others] = [...cluster.state.runningDeployments]
  expect(others).toEqual([])
  const merged = mergedRows([...rowsOf(cluster.state)], copy)
  expect(merged.filter(row => row.key.startsWith('deployment/'))).toHaveLength(2)
  const { clusterId } = cluster.state.tables.cluster.get('cluster')!
  const { rows, dropped } = soundRows(merged, clusterId)
  expect(dropped.map(d => d.why)).toContain('a newer deployment holds its apps')
  const state = load(rows, cluster.state)
  expect([...state.runningDeployments]).toEqual([running])
  expect(state.locks.get(first)).toBe(running)
})
