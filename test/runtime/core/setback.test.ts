// A server that lost the end of its log without knowing. It counts its revisions on from an earlier one and may have
// passed what the agents saw; what an agent was told last still gives it away.
import { expect, test } from 'vitest'
import { setHash, statusHash } from '../../../src/model/index.ts'
import type {
  AppId,
  AssignmentRow,
  ClusterId,
  Epoch,
  ReportRow,
  Revision,
  SessionId,
} from '../../../src/model/index.ts'
import { appView } from '../../../src/runtime/core/index.ts'
import { Cluster, type FakeAgent } from './cluster.ts'

test('an agent that was told more than the server knows raises the epoch, and its task goes on', () => {
  const cluster = new Cluster()
  const agent = cluster.agent('a1')
  const older = cluster.reload()
  create(cluster, '/web')
  const running = cluster.running()
  expect(running.length).toBe(1)
  const seen = cluster.state.revision

  cluster.state = older
  cluster.input({ kind: 'boot', epoch: 1 as Epoch, adopt: false })
  // More commits than were lost, before the agent is back.
  for (let i = 0; cluster.state.revision < seen + 2; i++) create(cluster, `/other-${i}`, 0)
  hello(cluster, agent, seen)
  expect(cluster.state.epoch).toBe(2)
  expect(cluster.running()).toEqual(running)

  // The same again is no news.
  cluster.disconnect(agent)
  hello(cluster, agent, seen)
  expect(cluster.state.epoch).toBe(2)
})

test('statuses that a set-back server lost are told again, although no agent was told anything meanwhile', () => {
  const cluster = new Cluster()
  const agent = cluster.agent('a1')
  agent.obedient = false
  create(cluster, '/web')
  const older = cluster.reload()
  const [task] = agent.tasks.values()
  cluster.report(agent, keyOf(task!.row), { condition: 'Running' })
  expect(conditions(cluster, '/web')).toEqual(['Running'])
  const seen = older.revision

  cluster.state = older
  cluster.input({ kind: 'boot', epoch: 1 as Epoch, adopt: false })
  expect(conditions(cluster, '/web')).toEqual(['Staging'])
  const statuses = [{ ...task!.row, statusSeq: 1 }]
  hello(cluster, agent, seen, statusHash(statuses))
  expect(cluster.state.epoch).toBe(1)
  // What a real agent does on being asked.
  expect(cluster.asked).toEqual(['repeat'])
  tell(cluster, agent, task!.row, 1)
  expect(conditions(cluster, '/web')).toEqual(['Running'])

  // Both know the same now.
  cluster.disconnect(agent)
  hello(cluster, agent, seen, statusHash(statuses))
  expect(cluster.asked).toEqual(['repeat'])
})

test('an agent that lost its records is believed although it counts from 1 again', () => {
  const cluster = new Cluster()
  const agent = cluster.agent('a1')
  create(cluster, '/web')
  const [task] = agent.tasks.values()
  for (let i = 0; i < 5; i++) cluster.report(agent, keyOf(task!.row), { condition: 'Running' })
  hello(cluster, agent, cluster.state.revision, statusHash([]))
  tell(cluster, agent, task!.row, 1, 'Staging')
  expect(conditions(cluster, '/web')).toEqual(['Staging'])
  // The same once more is a repetition.
  tell(cluster, agent, task!.row, 1, 'Running')
  expect(conditions(cluster, '/web')).toEqual(['Staging'])
  tell(cluster, agent, task!.row, 2, 'Running')
  expect(conditions(cluster, '/web')).toEqual(['Running'])
})

test('after the epoch was raised no number of an incarnation is given twice', () => {
  const cluster = new Cluster()
  const agent = cluster.agent('a1')
  create(cluster, '/web')
  const older = cluster.reload()
  const first = incarnations(cluster, '/web')
  expect(first).toEqual([1])
  // The second incarnation is what the server loses.
  const [task] = agent.tasks.values()
  cluster.report(agent, keyOf(task!.row), { condition: 'Failed' })
  cluster.pass(10_000)
  expect(incarnations(cluster, '/web')).toEqual([2])
  const seen = cluster.state.revision

  cluster.state = older
  cluster.input({ kind: 'boot', epoch: 1 as Epoch, adopt: false })
  hello(cluster, agent, seen)
  expect(cluster.state.epoch).toBe(2)
  tell(cluster, agent, task!.row, 9, 'Failed')
  cluster.pass(10_000)
  expect(incarnations(cluster, '/web')).toEqual([1_000_001])
  create(cluster, '/later')
  expect(incarnations(cluster, '/later')).toEqual([1])
})

function keyOf({ instance, incarnation }: AssignmentRow): string {
  return `${instance}/${incarnation}`
}

function conditions(cluster: Cluster, id: string): string[] {
  return appView(cluster.state, id as AppId)!.instances.map(i => i.condition)
}

function incarnations(cluster: Cluster, id: string): number[] {
  return appView(cluster.state, id as AppId)!.instances.map(i => i.incarnation)
}

function tell(
  cluster: Cluster,
  agent: FakeAgent,
  { instance, incarnation }: AssignmentRow,
  statusSeq: number,
  condition: ReportRow['condition'] = 'Running',
): void {
  const row = { instance, incarnation, statusSeq, condition, agoMs: 0 }
  const message = { kind: 'report', seq: 1, unknown: [], rows: [row] } as const
  cluster.input({ kind: 'agent', session: agent.session!, message })
}

function create(cluster: Cluster, id: string, instances = 1): void {
  const body = { id, cmd: 'sleep 1000', instances }
  expect(cluster.change({ kind: 'put', id: id as AppId, body, partial: false, create: true }).ok).toBe(true)
}

function hello(cluster: Cluster, agent: FakeAgent, seenRevision: Revision, statuses?: string): void {
  const session = `again-${cluster.commits.length}` as SessionId
  agent.session = session
  cluster.input({
    kind: 'agent',
    session,
    message: {
      kind: 'hello',
      protocolVersions: [1],
      clusterId: 'c1' as ClusterId,
      agentId: agent.id,
      session,
      bootId: 'b1',
      seenEpoch: 1 as Epoch,
      seenRevision,
      appliedGen: agent.appliedGen,
      setHash: setHash([...agent.tasks.values()].map(t => t.row)),
      ...(statuses === undefined ? {} : { statusHash: statuses }),
      hostname: agent.id,
      capacity: {
        resources: { cpuMilli: 4000, memKiB: 4 << 20, diskKiB: 1 << 20, gpus: 0 },
        ports: [[31000, 32000]],
      },
      attributes: {},
      drivers: ['process'],
      version: 'test',
    },
  })
}
