// A server that lost the end of its log without knowing. It counts its revisions on from an earlier one and may have
// passed what the agents saw; what an agent was told last still gives it away.
import { expect, test } from 'vitest'
import { setHash } from '../../../src/model/index.ts'
import type { AppId, ClusterId, Epoch, Revision, SessionId } from '../../../src/model/index.ts'
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

function create(cluster: Cluster, id: string, instances = 1): void {
  const body = { id, cmd: 'sleep 1000', instances }
  expect(cluster.change({ kind: 'put', id: id as AppId, body, partial: false, create: true }).ok).toBe(true)
}

function hello(cluster: Cluster, agent: FakeAgent, seenRevision: Revision): void {
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
