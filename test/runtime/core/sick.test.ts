// Kills by health: a replacement first, where the strategy leaves room for one.
import { describe, expect, test } from 'vitest'
import type { AppId } from '../../../src/model/index.ts'
import { appView } from '../../../src/runtime/core/index.ts'
import { Cluster, good } from './cluster.ts'

const web = '/web' as AppId

/** Two healthy instances. */
function running(more: object = {}): Cluster {
  const cluster = new Cluster()
  for (const name of ['agent1', 'agent2', 'agent3']) cluster.agent(name, { cpus: 1 })
  const healthChecks = [{ protocol: 'TCP', gracePeriodSeconds: 3600, maxConsecutiveFailures: 2 }]
  const body = { id: '/web', cmd: 'x', cpus: 0.5, mem: 32, instances: 2, healthChecks, ...more }
  good(cluster.change({ kind: 'create', body }))
  for (const { key } of cluster.running()) check(cluster, key, true)
  return cluster
}

function check(cluster: Cluster, key: string, alive: boolean): void {
  const { agent } = cluster.running().find(t => t.key === key)!
  const health = [{ index: 0, alive, consecutiveFailures: alive ? 0 : 3 }]
  cluster.report(agent, key, { condition: 'Running', health })
}

function keys(cluster: Cluster): string[] {
  return cluster.running().map(t => t.key)
}

describe('an instance whose checks failed too often', () => {
  test('goes when its replacement is healthy', () => {
    const cluster = running()
    const [sick, well] = keys(cluster)
    check(cluster, sick!, false)
    expect(keys(cluster)).toHaveLength(3)
    cluster.pass(600_000)
    expect(keys(cluster)).toContain(sick)
    const replacement = keys(cluster).find(key => key !== sick && key !== well)!
    check(cluster, replacement, true)
    expect(new Set(keys(cluster))).toEqual(new Set([well, replacement]))
    expect(appView(cluster.state, web)).toMatchObject({ wanted: 2, running: 2, healthy: 2 })
  })

  test('stays when it gets well, and the surplus goes', () => {
    const cluster = running()
    const before = keys(cluster)
    check(cluster, before[0]!, false)
    check(cluster, before[0]!, true)
    expect(new Set(keys(cluster))).toEqual(new Set(before))
  })

  test('goes at once where the strategy leaves no room', () => {
    const cluster = running({ upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } })
    const [sick] = keys(cluster)
    check(cluster, sick!, false)
    expect(keys(cluster)).toHaveLength(2)
    expect(keys(cluster)).not.toContain(sick)
  })

  test('goes soon where there is no place for a replacement', () => {
    const cluster = running({ cpus: 1, instances: 3 })
    const [sick] = keys(cluster)
    check(cluster, sick!, false)
    expect(keys(cluster)).toContain(sick)
    expect(appView(cluster.state, web)!.waiting!.instances).toBe(1)
    cluster.pass(10_000)
    expect(keys(cluster)).not.toContain(sick)
    expect(keys(cluster)).toHaveLength(3)
    expect(appView(cluster.state, web)!.waiting).toBeUndefined()
  })

  test('goes when its replacement ends by itself', () => {
    const cluster = running({ backoffSeconds: 0 })
    const [sick, well] = keys(cluster)
    check(cluster, sick!, false)
    const replacement = cluster.running().find(t => t.key !== sick && t.key !== well)!
    cluster.report(replacement.agent, replacement.key, {
      condition: 'Failed',
      exit: { code: 1, message: 'exit 1' },
    })
    cluster.pass(1)
    expect(keys(cluster)).not.toContain(sick)
    expect(keys(cluster)).toHaveLength(2)
  })

  test('waits for the brake, also with its replacement', () => {
    const cluster = running()
    const [first, second] = keys(cluster)
    check(cluster, first!, false)
    check(cluster, second!, false)
    for (const key of keys(cluster)) if (key !== first && key !== second) check(cluster, key, true)
    expect(keys(cluster)).toHaveLength(3)
    cluster.pass(60_000)
    expect(keys(cluster)).toHaveLength(2)
    expect(keys(cluster)).not.toContain(second)
  })
})
