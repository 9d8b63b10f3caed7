// Changes of apps and groups beside what their rules say (rules/groups.txt): what must not hang on the order of rows, what is
// no change, and what must be asked for twice.
import { expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AppId, GroupId, Operation, Reply } from '../../../src/model/index.ts'
import { rootVersions, type State } from '../../../src/runtime/core/index.ts'
import { Cluster, requestFor } from './cluster.ts'

const group = '/g' as GroupId

function putGroup(body: Json, id = group): Operation {
  return { kind: 'changeGroup', change: { kind: 'put', id, body }, force: true, dryRun: false }
}

function app(name: string) {
  return { id: `/g/${name}`, cmd: 'x', cpus: 0.1, mem: 1, instances: 0 }
}

function servicePorts(state: State): string[] {
  return [...state.tables.app.values()].map(row => `${row.id} ${row.servicePorts.join()}`).sort()
}

test('apps that come back get the same service ports after a start of the server', () => {
  const cluster = new Cluster()
  cluster.request(putGroup({ apps: [app('z'), app('b'), app('k')] }))
  cluster.pass(1000)
  const [version] = rootVersions(cluster.state)
  const changes = ['z', 'k', 'b'].map(name => ({ kind: 'delete', id: `/g/${name}` as AppId }) as const)
  cluster.request({ kind: 'changeApps', changes, force: true })
  cluster.pass(1000)
  const operation = putGroup({ version: version! }, '/' as GroupId)
  const found = [cluster.state, cluster.reload()].map(state => {
    cluster.stepOnly(requestFor(operation), state)
    return servicePorts(state)
  })
  expect(found[0]).toEqual(['/g/b 10000', '/g/k 10001', '/g/z 10002'])
  expect(found[1]).toEqual(found[0])
})

test('a group that is put as it is keeps its revision: plans that were made before still hold', () => {
  const cluster = new Cluster()
  const revision = (): number => cluster.state.tables.group.get(group)!.revision
  cluster.request(putGroup({ dependencies: ['/other'] }))
  cluster.pass(1000)
  const before = revision()
  cluster.request(putGroup({ dependencies: ['/other'], apps: [app('web')] }))
  expect(revision()).toBe(before)
  cluster.request(putGroup({ dependencies: ['/another'] }))
  expect(revision()).toBeGreaterThan(before)
})

test('an app that is large already is changed without force, and made larger only with it', () => {
  const cluster = new Cluster()
  const put = (body: Json, force = false): Reply =>
    cluster.change({ kind: 'put', id: '/big' as AppId, body, partial: true, create: true }, force)
  const large = { cmd: 'x', cpus: 0.1, mem: 1, instances: 6000 }
  expect(put(large)).toMatchObject({ ok: false, code: 'INVALID' })
  expect(put(large, true)).toMatchObject({ ok: true })
  cluster.request({
    kind: 'cancelDeployment',
    deployment: [...cluster.state.runningDeployments][0]!,
    force: true,
  })
  expect(put({ labels: { a: 'b' } })).toMatchObject({ ok: true })
  expect(put({ instances: 5500 })).toMatchObject({ ok: true })
  expect(put({ instances: 5501 })).toMatchObject({ ok: false, code: 'INVALID' })
})
