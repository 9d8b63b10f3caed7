// Counts of placed instances that live over steps: they follow the rows, and who holds them is never left behind.
import { describe, expect, test } from 'vitest'
import type { AgentId, AppId } from '../../../../src/model/index.ts'
import { AgentIndex } from '../../../../src/runtime/core/allocate/agents.ts'
import { PlacedIndex, type PlacedRow } from '../../../../src/runtime/core/allocate/placedindex.ts'
import { agentNamed } from './fixtures.ts'

const web = '/web' as AppId
const a = 'a' as AgentId
const b = 'b' as AgentId

function scene(...rows: PlacedRow[]): { agents: AgentIndex; placed: PlacedIndex } {
  const agents = new AgentIndex()
  agents.upsert(agentNamed('a', { texts: { rack: 'r1' } }))
  agents.upsert(agentNamed('b', { texts: { rack: 'r2' } }))
  return { agents, placed: new PlacedIndex(agents, () => rows) }
}

function row(agent: AgentId | null, over: Partial<PlacedRow> = {}): PlacedRow {
  return { app: web, runKey: 'k', agent, unreachable: false, ...over }
}

test('counts what is there once, and follows what comes, moves and goes', () => {
  const { agents, placed } = scene(
    row(a),
    row(b, { unreachable: true }),
    row(a, { runKey: 'old' }),
    row(null),
  )
  const counts = placed.of(web, 'k', ['rack'])
  expect([...counts.groups('rack')]).toEqual([['r1', 1]])
  placed.change(row(null), row(b))
  placed.change(row(b, { unreachable: true }), row(b))
  placed.change(row(b), row(b, { runKey: 'old' }))
  placed.change(row(a), undefined)
  expect([...counts.groups('rack')]).toEqual([['r2', 1]])
  expect(counts.onAgent(agents.get(b)!)).toBe(1)
  expect(placed.of(web, 'k', [])).toBe(counts)
})

test('counts by other fields stand beside each other, and each is followed', () => {
  const { placed } = scene()
  const byRack = placed.of(web, 'k', ['rack'])
  const byHost = placed.of(web, 'k', ['hostname'])
  placed.change(undefined, row(a))
  expect(byRack.groups('rack').get('r1')).toBe(1)
  expect(byHost.groups('hostname').get('a.example')).toBe(1)
})

test('an agent with other attributes is counted under those', () => {
  const { agents, placed } = scene(row(a))
  placed.of(web, 'k', ['rack'])
  agents.upsert(agentNamed('a', { texts: { rack: 'r9' } }))
  placed.change(row(a), undefined)
  placed.change(undefined, row(a))
  placed.trim(web)
  expect([...placed.of(web, 'k', ['rack']).groups('rack')]).toEqual([['r9', 1]])
  expect([...placed.entries()]).toHaveLength(1)
})

test('of many agents it counts the same as of few', () => {
  const { agents, placed } = scene()
  const counts = placed.of(web, 'k', ['rack'])
  const ids = Array.from({ length: 300 }, (_, i) => `agent-${i}` as AgentId)
  for (const [i, id] of ids.entries()) {
    agents.upsert(agentNamed(id, { texts: { rack: `r${i % 3}` } }))
  }
  const others = placed.of(web, 'k', ['rack'])
  for (const id of [...ids, ...ids]) placed.change(undefined, row(id))
  for (const id of ids.slice(0, 150)) placed.change(row(id), undefined)
  expect(others).not.toBe(counts)
  expect(others.onAgent(agents.get(ids[0]!)!)).toBe(1)
  expect(others.onAgent(agents.get(ids[299]!)!)).toBe(2)
  expect(others.onAgent(agents.get(a)!)).toBe(0)
  expect(others.total).toBe(450)
  expect(others.groups('rack').get('r1')).toBe(150)
  for (const id of ids.slice(0, 299)) placed.change(row(id), undefined)
  for (const id of ids.slice(150)) placed.change(row(id), undefined)
  expect([others.total, others.groups('rack').size]).toEqual([1, 1])
  expect(() => others.remove(agents.get(ids[0]!)!)).toThrow('nothing of the app is on agent agent-0')
})

describe('when counts take too much', () => {
  const shop = '/shop' as AppId
  const mail = '/mail' as AppId

  function counting(most: number): { place: (app: AppId) => void; counted: AppId[]; placed: PlacedIndex } {
    const { agents } = scene()
    const counted: AppId[] = []
    const instances = (app: AppId) => (counted.push(app), [row(a, { app })])
    const placed = new PlacedIndex(agents, instances, most)
    const place = (app: AppId): void => {
      placed.trim(app)
      placed.of(app, 'k', [])
    }
    return { place, counted, placed }
  }

  const bytesOfOne = scene(row(a)).placed.of(web, 'k', []).bytes

  test('those of the apps asked for last stay', () => {
    const { place, counted } = counting(2 * bytesOfOne)
    for (const app of [web, shop, web, mail, web, mail, web]) place(app)
    expect(counted).toEqual([web, shop, mail])
    place(shop)
    expect(counted).toEqual([web, shop, mail, shop])
  })

  test('those of the app that is being placed stay, however much they take', () => {
    const { place, counted } = counting(1)
    for (const app of [web, web, shop, shop, web]) place(app)
    expect(counted).toEqual([web, shop, web])
  })

  test('what goes away makes room', () => {
    const { place, counted, placed } = counting(2 * bytesOfOne)
    for (const app of [web, shop]) place(app)
    placed.change(undefined, row(b, { app: web }))
    placed.change(row(b, { app: web }), undefined)
    for (const app of [web, shop, web]) place(app)
    expect(counted).toEqual([web, shop])
  })
})
