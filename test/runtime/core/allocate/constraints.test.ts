// One row per case: the agents where instances are, the constraint, and whether one more may go to each rack.
import { describe, expect, test } from 'vitest'
import type { Attribute } from '../../../../src/model/index.ts'
import { constraintAccepts } from '../../../../src/runtime/core/allocate/constraints.ts'
import { PlacedCounts } from '../../../../src/runtime/core/allocate/placed.ts'
import { agentNamed, constraint } from './fixtures.ts'

const racks = {
  a1: agentNamed('a1', { texts: { rack: 'a' } }),
  a2: agentNamed('a2', { texts: { rack: 'a' } }),
  b1: agentNamed('b1', { texts: { rack: 'b' } }),
  c1: agentNamed('c1', { texts: { rack: 'c' } }),
  none: agentNamed('none'),
}
type Name = keyof typeof racks

const cases: readonly [text: string, placed: readonly Name[], accepted: readonly Name[]][] = [
  ['hostname UNIQUE', [], ['a1', 'a2', 'b1', 'c1', 'none']],
  ['hostname UNIQUE', ['a1', 'none'], ['a2', 'b1', 'c1']],
  ['@hostname UNIQUE', ['a1'], ['a2', 'b1', 'c1', 'none']],
  ['rack UNIQUE', ['a1'], ['b1', 'c1']],
  ['rack CLUSTER a', ['b1'], ['a1', 'a2']],
  ['rack CLUSTER', [], ['a1', 'a2', 'b1', 'c1']],
  ['rack CLUSTER', ['b1'], ['b1']],
  ['rack LIKE [ab]', [], ['a1', 'a2', 'b1']],
  ['rack LIKE ', [], []],
  ['hostname LIKE a.', [], ['a1', 'a2']],
  ['hostname LIKE a1.*', [], ['a1']],
  ['rack LIKE (', [], []],
  ['rack UNLIKE [ab]', [], ['c1', 'none']],
  ['hostname UNLIKE a.', [], ['b1', 'c1', 'none']],
  ['rack IS a', [], ['a1', 'a2']],
  ['hostname IS a1', [], ['a1']],
  ['hostname IS a1.example', [], ['a1']],
  ['rack MAX_PER 2', ['a1', 'a2', 'b1'], ['b1', 'c1']],
  ['rack GROUP_BY', [], ['a1', 'a2', 'b1', 'c1']],
  ['rack GROUP_BY', ['a1'], ['a1', 'a2', 'b1', 'c1']],
  ['rack GROUP_BY', ['a1', 'a2', 'b1'], ['b1', 'c1']],
  ['rack GROUP_BY 2', ['a1'], ['b1', 'c1']],
  ['rack GROUP_BY 2', ['a1', 'b1'], ['a1', 'a2', 'b1', 'c1']],
  ['rack GROUP_BY 3', ['a1', 'b1'], ['c1']],
]

describe('constraints', () => {
  test.each(cases)('%s with %j placed accepts %j', (text, placed, accepted) => {
    const rule = constraint(text)
    const counts = new PlacedCounts([rule])
    for (const name of placed) counts.add(racks[name])
    const names = Object.keys(racks) as Name[]
    expect(names.filter(name => constraintAccepts(rule, racks[name], counts))).toEqual(accepted)
  })

  test('removing what was counted leaves nothing', () => {
    const rule = constraint('rack UNIQUE')
    const counts = new PlacedCounts([rule])
    counts.add(racks.a1)
    counts.remove(racks.a1)
    expect(constraintAccepts(rule, racks.a1, counts)).toBe(true)
    expect(counts.total).toBe(0)
    expect(counts.groups('rack').size).toBe(0)
  })

  test.each([
    [{ kind: 'scalar', value: 4 }, 'IS 4.0', true],
    [{ kind: 'scalar', value: 0.1235 }, 'IS 0.124', true],
    [{ kind: 'scalar', value: 2.0625 }, 'IS 2.062', true],
    [{ kind: 'set', value: ['b', 'a'] }, 'LIKE \\{a,b\\}', true],
    [
      {
        kind: 'ranges',
        value: [
          [5, 6],
          [1, 2],
        ],
      },
      'LIKE \\[1-2,5-6\\]',
      true,
    ],
    [{ kind: 'text', value: '4.0' }, 'IS 4', false],
  ] satisfies [Attribute, string, boolean][])('%j %s is %s', (attribute, rule, accepted) => {
    const agent = agentNamed('x', { attributes: { size: attribute } })
    const parsed = constraint(`size ${rule}`)
    expect(constraintAccepts(parsed, agent, new PlacedCounts([parsed]))).toBe(accepted)
  })
})
