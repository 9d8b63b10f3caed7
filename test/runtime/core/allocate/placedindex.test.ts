// Counts of placed instances that live over steps: they follow the rows, and who holds them is never left behind.
import { expect, test } from 'vitest'
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
  const { placed } = scene(row(a), row(b, { unreachable: true }), row(a, { runKey: 'old' }), row(null))
  const counts = placed.of(web, 'k', ['rack'])
  expect([...counts.groups('rack')]).toEqual([['r1', 1]])
  placed.change(row(null), row(b))
  placed.change(row(b, { unreachable: true }), row(b))
  placed.change(row(b), row(b, { runKey: 'old' }))
  placed.change(row(a), undefined)
  expect([...counts.groups('rack')]).toEqual([['r2', 1]])
  expect(counts.onAgent(b)).toBe(1)
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
  placed.trim(web)
  expect([...placed.of(web, 'k', ['rack']).groups('rack')]).toEqual([['r9', 1]])
  expect([...placed.entries()]).toHaveLength(1)
})
