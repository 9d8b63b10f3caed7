// Every field of the table, changed alone on a running app: what happens to its tasks is what the table says.
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AppId, Reply } from '../../../src/model/index.ts'
import { eachField } from '../../planner/eachfield.ts'
import { Cluster } from './cluster.ts'

const id = '/app' as AppId
const cases = eachField()

describe('one field changed on a running app', () => {
  test.each(cases.filter(c => c.refusals.length === 0 && c.path !== '/check/tcp'))(
    '$path: $effect',
    given => {
      const { effect } = given
      const cluster = new Cluster()
      cluster.agent('a1', { drivers: ['process', 'docker'], ports: [[1, 65_535]] })
      put(cluster, given.before)
      const before = tasks(cluster)
      expect(before).toHaveLength(given.before.instances)
      const row = cluster.state.tables.app.get(id)!
      put(cluster, given.after)
      const now = cluster.state.tables.app.get(id)!
      expect(now.submitted !== row.submitted || now.instances !== row.instances).toBe(true)
      const made = tasks(cluster).filter(t => !before.includes(t))
      const stopped = before.filter(t => !tasks(cluster).includes(t))
      switch (effect) {
        case 'restart':
          expect(now.runKey).not.toBe(row.runKey)
          expect(made.length + stopped.length).toBeGreaterThan(0)
          break
        case 'scale':
          expect(now.runKey).toBe(row.runKey)
          expect(made.length - stopped.length).toBe(given.after.instances - given.before.instances)
          expect(Math.min(made.length, stopped.length)).toBe(0)
          break
        default:
          expect([made, stopped, now.runKey]).toEqual([[], [], row.runKey])
          expect(cluster.state.tables.action.size).toBe(1)
      }
    },
  )
})

test('all fields were tried but those of what this version does not offer', () => {
  const others = cases
    .flatMap(c => c.refusals.map(refusal => `${c.path} ${refusal}`))
    .filter(text => !/(is not enabled\.|are not offered in this version)/.test(text))
  expect(others).toEqual([])
  expect(cases.filter(c => c.refusals.length === 0).length).toBeGreaterThan(140)
})

function put(cluster: Cluster, app: object): void {
  const body = app as unknown as Json
  // A checked app is never healthy here, and keeps its deployment: what comes next takes over.
  const reply: Reply = cluster.change({ kind: 'put', id, body, partial: false, create: true }, true)
  if (!reply.ok) throw new Error(`${reply.message} ${JSON.stringify(reply.details)}`)
}

function tasks(cluster: Cluster): string[] {
  return cluster.running().map(t => t.key)
}
