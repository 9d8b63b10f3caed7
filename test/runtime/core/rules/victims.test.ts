// Who is stopped first.
import type { ClusterMs } from '../../../../src/base/index.ts'
import type { App, Condition, InstanceId } from '../../../../src/model/index.ts'
import { chooseVictims, type VictimCandidate } from '../../../../src/runtime/core/rolling/victims.ts'
import { agentNamed, constraint } from '../allocate/fixtures.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, (text, given) => {
  const [, count, requested = ''] = /^(\d+)(?: \[(.*)\])?$/.exec(text)!
  const told = (word: string): string | undefined =>
    given.find(line => line.startsWith(`${word} `))?.slice(word.length + 1)
  const candidates = given.filter(line => !/^(select|balance) /.test(line)).map(candidateOf)
  const balance = told('balance')
  const ids = chooseVictims(candidates, Number(count), {
    selection: (told('select') ?? 'YOUNGEST_FIRST') as App['killSelection'],
    requested: requested.split(' ').filter(Boolean) as InstanceId[],
    constraints: balance === undefined ? [] : [constraint(balance)],
  })
  return ids.join(' ') || '-'
})

function candidateOf(line: string): VictimCandidate {
  const [id, condition, time, rack] = line.split(' ')
  return {
    id: id as InstanceId,
    condition: condition as Condition,
    stagedAt: Number(time) as ClusterMs,
    activeSince: Number(time) as ClusterMs,
    ...(rack === undefined ? {} : { agent: agentNamed(`on-${id}`, { texts: { rack } }) }),
  }
}
