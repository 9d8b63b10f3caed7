// The launch delay of each configuration of an app: how it grows, what they do to each other, when they are forgotten, and
// those that were stored when an app had only one.
import { describe, expect, test } from 'vitest'
import type { ClusterMs, Json } from '../../../src/base/index.ts'
import type { AppId, Reply } from '../../../src/model/index.ts'
import { backoffAfter } from '../../../src/runtime/core/backoff.ts'
import { launchDelayOf } from '../../../src/runtime/core/launchdelays.ts'
import { Cluster, type FakeAgent, good } from './cluster.ts'

const web = '/web' as AppId

function clusterOf(count: number): Cluster {
  const cluster = new Cluster()
  for (let i = 1; i <= count; i++) cluster.agent(`agent${i}`)
  return cluster
}

function create(cluster: Cluster, more: Record<string, Json>): void {
  const body = { id: '/web', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 1, ...more }
  good(cluster.change({ kind: 'create', body }))
}

function put(cluster: Cluster, id: string, body: Record<string, Json>, force = false): Reply {
  return cluster.change({ kind: 'put', id: id as AppId, body, partial: true, create: false }, force)
}

describe('launch delays', () => {
  const failed = { condition: 'Failed', exit: { code: 1, message: 'no' } } as const

  /** Two old ones, and a canary that has failed; what follows does not end the deployment. */
  function canaries(): { cluster: Cluster; old: string; fresh: string; failOld: () => void } {
    const cluster = clusterOf(2)
    create(cluster, {
      instances: 2,
      backoffSeconds: 100,
      backoffFactor: 2,
      update: { canary: 1, autoRevert: false },
    })
    const [first] = cluster.running()
    const old = cluster.state.tables.app.get(web)!.runKey
    good(put(cluster, '/web', { cmd: 'sleep 2' }))
    const fresh = cluster.state.tables.app.get(web)!.runKey
    expect(fresh).not.toBe(old)
    return { cluster, old, fresh, failOld: () => cluster.report(first!.agent, first!.key, failed) }
  }

  function canaryOf(cluster: Cluster, fresh: string): { agent: FakeAgent; key: string } {
    const { instances } = cluster.state.apps.get(web)!
    const row = [...instances.values()].find(i => i.runKey === fresh)!
    return cluster.running().find(t => t.key.startsWith(row.id))!
  }

  test('of two configurations do not touch each other', () => {
    const { cluster, old, fresh, failOld } = canaries()
    failOld()
    const { until } = launchDelayOf(cluster.state, web, old)!
    expect(until).toBe(cluster.now + 100_000)
    cluster.pass(10_000)
    const { agent, key } = canaryOf(cluster, fresh)
    cluster.report(agent, key, failed)
    expect(launchDelayOf(cluster.state, web, fresh)!.until).toBe(cluster.now + 100_000)
    expect(launchDelayOf(cluster.state, web, old)!.until).toBe(until)
    const running = cluster.running().length
    cluster.pass(until - cluster.now - 1)
    expect(cluster.running()).toHaveLength(running)
    cluster.pass(1)
    expect(cluster.running()).toHaveLength(running + 1)
  })

  test('are forgotten when nothing has the configuration any more', () => {
    const { cluster, old, failOld } = canaries()
    failOld()
    expect(launchDelayOf(cluster.state, web, old)).toBeDefined()
    good(put(cluster, '/web', { cmd: 'sleep 3', update: { canary: 0 } }, true))
    cluster.pass(200_000)
    expect(cluster.running().every(t => t.row.incarnation === 1)).toBe(true)
    expect(cluster.state.tables.backoff.size).toBe(0)
  })

  test('of a former server, one of an app under its name alone, go on', () => {
    const cluster = clusterOf(1)
    create(cluster, { instances: 1, backoffSeconds: 1, backoffFactor: 2 })
    const { runKey } = cluster.state.tables.app.get(web)!
    const former = { app: web, runKey, delayMs: 8000, until: (cluster.now + 8000) as ClusterMs }
    cluster.state.tables.backoff.restore(web, former)
    const [only] = cluster.running()
    cluster.report(only!.agent, only!.key, failed)
    expect(cluster.state.tables.backoff.keys()).toEqual([`${web}@${runKey}`])
    expect(launchDelayOf(cluster.state, web, runKey)!.delayMs).toBe(16_000)
    cluster.state.tables.backoff.restore(`${web}@${runKey}`, undefined)
    cluster.state.tables.backoff.restore(web, former)
    good(cluster.change({ kind: 'delete', id: web }))
    expect(cluster.state.tables.backoff.size).toBe(0)
  })
})

test('they grow: 1, 1.15, 1.32, 1.52 … 300 s after 41 failures', () => {
  const app = { backoffSeconds: 1, backoffFactor: 1.15, maxLaunchDelaySeconds: 300 }
  const delays: number[] = []
  let delay: number | undefined
  for (let i = 0; i < 43; i++) delays.push((delay = backoffAfter(delay, app)))
  expect(delays.slice(0, 4)).toEqual([1000, 1150, 1323, 1521])
  expect(delays[40]).toBeLessThan(300_000)
  expect(delays[41]).toBe(300_000)
  expect(delays[42]).toBe(300_000)
})
