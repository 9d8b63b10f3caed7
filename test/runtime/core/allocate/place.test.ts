// Where instances land, why they do not, and which host ports they get.
import { describe, expect, test } from 'vitest'
import { resourcesOf, type AgentId, type App, type WaitReason } from '../../../../src/model/index.ts'
import { AgentIndex, type AgentFacts } from '../../../../src/runtime/core/allocate/agents.ts'
import { place, type PlaceRequest, type PlaceResult } from '../../../../src/runtime/core/allocate/place.ts'
import { PlacedCounts } from '../../../../src/runtime/core/allocate/placed.ts'
import { agentNamed, appNamed, constraint } from './fixtures.ts'

function cluster(...agents: AgentFacts[]): AgentIndex {
  const index = new AgentIndex()
  for (const agent of agents) index.upsert(agent)
  return index
}

function request(app: App, over: Partial<PlaceRequest> = {}): PlaceRequest {
  const placed = new PlacedCounts(app.constraints)
  return { app, resources: resourcesOf(app), slot: 0, incarnation: 1, placed, ...over }
}

/** Places instances one after another until one finds no place. */
function fill(index: AgentIndex, app: App, count: number): { agents: AgentId[]; last: PlaceResult } {
  const placed = new PlacedCounts(app.constraints)
  const agents: AgentId[] = []
  let last: PlaceResult = { kind: 'waiting', reasons: [] }
  for (let slot = 0; slot < count; slot++) {
    last = place(index, request(app, { slot, placed }))
    if (last.kind === 'waiting') break
    index.take(last.agent, resourcesOf(app), last.ports)
    placed.add(index.get(last.agent)!)
    agents.push(last.agent)
  }
  return { agents, last }
}

describe('place', () => {
  test('spreads the instances of an app, then takes the fullest agent, then the first by id', () => {
    const index = cluster(agentNamed('c'), agentNamed('a'), agentNamed('b', { cpus: 3 }))
    const filled = fill(index, appNamed('/web'), 4)
    expect(filled.agents).toEqual(['b', 'a', 'c', 'b'])
  })

  test('takes the planned agent while it passes, else another one, and says so', () => {
    const index = cluster(agentNamed('a'), agentNamed('b'))
    const app = appNamed('/web', { cpus: 3 })
    const planned = request(app, { preferred: 'b' as AgentId })
    expect(place(index, planned)).toMatchObject({ agent: 'b', deviated: false })
    index.take('b' as AgentId, resourcesOf(app), [])
    expect(place(index, planned)).toMatchObject({ agent: 'a', deviated: true })
    expect(place(index, { ...planned, onlyAgent: 'b' as AgentId }).kind).toBe('waiting')
  })

  test('GROUP_BY without a value fills the smallest rack first', () => {
    const index = cluster(
      agentNamed('a1', { texts: { rack: 'a' } }),
      agentNamed('a2', { texts: { rack: 'a' } }),
      agentNamed('b1', { texts: { rack: 'b' } }),
    )
    const app = appNamed('/web', { constraints: [constraint('rack GROUP_BY')] })
    expect(fill(index, app, 4).agents).toEqual(['a1', 'b1', 'a2', 'b1'])
  })

  test('says how many agents fail which filter', () => {
    const index = cluster(
      agentNamed('a', { reachable: false }),
      agentNamed('b', { cpus: 1 }),
      agentNamed('c', { cpus: 1 }),
      agentNamed('d', { drivers: ['docker'] }),
      agentNamed('e', { texts: { rack: 'x' } }),
    )
    const app = appNamed('/web', { cpus: 2, constraints: [constraint('rack IS y')] })
    const result = place(index, request(app))
    expect(result.kind === 'waiting' && result.reasons).toEqual([
      { filter: 'cpus', agents: 2, message: '2 of 5 agents lack 2 CPU (at most 1 CPU is free on one)' },
      { filter: 'unreachable', agents: 1, message: '1 of 5 agents is not connected' },
      { filter: 'driver', agents: 1, message: "1 of 5 agents can't run plain processes" },
      {
        filter: 'constraint',
        agents: 1,
        message: '1 of 5 agents with the resources do not meet rack IS y',
      },
    ] satisfies WaitReason[])
    expect(place(cluster(), request(app))).toMatchObject({ kind: 'waiting', reasons: [{ agents: 0 }] })
  })

  test('200 instances on three small agents: as many as fit, and the CPU runs out', () => {
    const index = cluster(...['a', 'b', 'c'].map(id => agentNamed(id)))
    const filled = fill(index, appNamed('/web', { cpus: 0.1, mem: 8 }), 200)
    expect(filled.agents).toHaveLength(120)
    expect(filled.last).toMatchObject({ kind: 'waiting', reasons: [{ filter: 'cpus', agents: 3 }] })
  })

  test('10,000 instances with a constraint on 100 agents', () => {
    const agents = Array.from({ length: 100 }, (_, i) =>
      agentNamed(`agent${i}`, { cpus: 10, texts: { rack: `${i % 7}` } }),
    )
    const index = cluster(...agents)
    const app = appNamed('/web', { cpus: 0.1, mem: 8, constraints: [constraint('hostname MAX_PER 100')] })
    expect(fill(index, app, 10_001).agents).toHaveLength(10_000)
  })
})

describe('host ports', () => {
  const fixed = (port: number, protocol: 'tcp' | 'udp' = 'tcp') =>
    ({ port: 0, hostPort: port, protocol, labels: {} }) as const
  const any = { port: 0, protocol: 'tcp', labels: {} } as const

  test('a fixed port must be in range and free', () => {
    const index = cluster(agentNamed('a'))
    const wants = (...portDefinitions: NonNullable<App['portDefinitions']>): PlaceResult =>
      place(index, request(appNamed('/web', { portDefinitions })))
    expect(wants(fixed(31001))).toMatchObject({ ports: [31001] })
    index.take('a' as AgentId, resourcesOf(appNamed('/x')), [31001], ['tcp'])
    expect(wants(fixed(31001))).toMatchObject({
      reasons: [{ filter: 'ports', message: expect.stringContaining('host port 31001') as string }],
    })
    expect(wants(fixed(31001, 'udp'))).toMatchObject({ ports: [31001] })
    expect(wants(fixed(80)).kind).toBe('waiting')
  })

  test('random ports are the same each time, never one twice, and run out', () => {
    const index = cluster(agentNamed('a'))
    const app = appNamed('/web', { portDefinitions: [any, fixed(31004), any, any], cpus: 0.1 })
    const first = place(index, request(app))
    expect(place(index, request(app))).toEqual(first)
    const seen = new Set<number>()
    const other = appNamed('/other', { portDefinitions: [any, any], cpus: 0.1 })
    for (let slot = 0; slot < 5; slot++) {
      const result = place(index, request(other, { slot }))
      if (result.kind === 'waiting') throw new Error('no place')
      index.take('a' as AgentId, resourcesOf(other), result.ports)
      for (const port of result.ports) seen.add(port)
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => 31000 + i))
    expect(place(index, request(other, { slot: 5 }))).toMatchObject({ reasons: [{ filter: 'ports' }] })
  })
})

test('an agent is forgotten only when it holds nothing', () => {
  const index = cluster(agentNamed('a'), agentNamed('b'))
  const app = appNamed('/web')
  index.take('a' as AgentId, resourcesOf(app), [])
  expect(() => index.remove('a' as AgentId)).toThrow('holds tasks')
  index.release('a' as AgentId, resourcesOf(app), [])
  index.remove('a' as AgentId)
  expect(index.ids()).toEqual(['b'])
})

test('an agent that comes back smaller owes what it can no longer give', () => {
  const index = cluster(agentNamed('a', { cpus: 4 }))
  const app = appNamed('/web', { cpus: 3 })
  index.take('a' as AgentId, resourcesOf(app), [31000])
  index.upsert(agentNamed('a', { cpus: 2 }))
  expect(index.get('a' as AgentId)!.free.cpuMilli).toBe(-1000)
  index.release('a' as AgentId, resourcesOf(app), [31000])
  expect(index.get('a' as AgentId)!.free.cpuMilli).toBe(2000)
  expect(index.get('a' as AgentId)!.portIsFree(31000, 'tcp')).toBe(true)
})
