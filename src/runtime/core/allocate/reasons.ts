// Why an instance finds no place: how many agents fail which filter. Every agent is counted once, under the first filter
// that it fails.
import { byNumber } from '../../../base/index.ts'
import type { WaitReason } from '../../../model/index.ts'
import type { Candidate } from './agents.ts'
import { filters, type Need } from './filters.ts'

/** Most frequent first; among equals in the order of the filters. */
export function waitReasons(agents: Iterable<Candidate>, need: Need): readonly WaitReason[] {
  const failing = new Map<string, Candidate[]>()
  let total = 0
  for (const agent of agents) {
    total++
    const filter = filters.find(f => !f.accepts(agent, need))
    if (filter === undefined) continue
    const held = failing.get(filter.name)
    if (held === undefined) failing.set(filter.name, [agent])
    else held.push(agent)
  }
  if (total === 0) return [noAgents]
  const reasons: WaitReason[] = []
  for (const filter of filters) {
    const held = failing.get(filter.name)
    if (held === undefined) continue
    reasons.push({
      filter: filter.name,
      agents: held.length,
      message: `${held.length} of ${total} agent${total === 1 ? '' : 's'} ${filter.message(held, need)}`,
    })
  }
  return reasons.sort(byNumber(reason => -reason.agents))
}

const noAgents: WaitReason = {
  filter: 'unreachable',
  agents: 0,
  message: 'no agent has joined the cluster',
}
