// Who goes first when fewer are wanted.
import { describe, expect, test } from 'vitest'
import type { ClusterMs } from '../../../../src/base/index.ts'
import type { App, Condition, InstanceId } from '../../../../src/model/index.ts'
import { chooseVictims, type VictimCandidate } from '../../../../src/runtime/core/rolling/victims.ts'
import { agentNamed, constraint } from '../allocate/fixtures.ts'

function instance(id: string, condition: Condition, time: number, rack?: string): VictimCandidate {
  return {
    id: id as InstanceId,
    condition,
    stagedAt: time as ClusterMs,
    activeSince: time as ClusterMs,
    ...(rack === undefined ? {} : { agent: agentNamed(`on-${id}`, { texts: { rack } }) }),
  }
}

function victims(
  candidates: readonly VictimCandidate[],
  count: number,
  over: { selection?: App['killSelection']; requested?: string[]; constraints?: string[] } = {},
): readonly string[] {
  return chooseVictims(candidates, count, {
    selection: over.selection ?? 'YOUNGEST_FIRST',
    requested: (over.requested ?? []) as InstanceId[],
    constraints: (over.constraints ?? []).map(constraint),
  })
}

describe('chooseVictims', () => {
  const mixed = [
    instance('running-old', 'Running', 10),
    instance('running-new', 'Running', 20),
    instance('running-unknown', 'Running', 0),
    instance('starting', 'Starting', 5),
    instance('staging', 'Staging', 5),
    instance('away', 'Unreachable', 5),
    instance('scheduled', 'Scheduled', 0),
  ]

  test('never placed, then by condition, then by age', () => {
    expect(victims(mixed, 7)).toEqual([
      'scheduled',
      'away',
      'staging',
      'starting',
      'running-unknown',
      'running-new',
      'running-old',
    ])
    expect(victims(mixed, 6, { selection: 'OLDEST_FIRST' }).at(-1)).toBe('running-old')
  })

  test('requested ones go first, in their order, and may be more than the count', () => {
    expect(victims(mixed, 2, { requested: ['running-old'] })).toEqual(['running-old', 'scheduled'])
    expect(victims(mixed, 1, { requested: ['staging', 'starting', 'unheard-of'] })).toEqual([
      'staging',
      'starting',
    ])
  })

  test('GROUP_BY: the largest racks give first', () => {
    const racks = [
      instance('a1', 'Running', 1, 'a'),
      instance('a2', 'Running', 2, 'a'),
      instance('a3', 'Running', 3, 'a'),
      instance('b1', 'Running', 9, 'b'),
    ]
    expect(victims(racks, 2, { constraints: ['rack GROUP_BY'] })).toEqual(['a3', 'a2'])
    expect(victims(racks, 2)).toEqual(['b1', 'a3'])
    expect(victims(racks, 4, { constraints: ['rack GROUP_BY'] })).toHaveLength(4)
  })
})
