// Why an instance finds no place: how many agents fail which filter. In `reasons` every agent is counted once, under the
// first filter that it fails; in `failing` under each; in `nearest` are the agents that fail a single one.
import { byNumber } from '../../../base/index.ts'
import type { WaitReason } from '../../../model/index.ts'
import type { Candidate } from './agents.ts'
import { filters, type Filter, type Need } from './filters.ts'

export interface Obstacles {
  /** Most frequent first; among equals in the order of the filters. */
  readonly reasons: readonly WaitReason[]
  /** How many agents fail each filter, over all filters. */
  readonly failing: Readonly<Record<string, number>>
  /** Filters that alone keep agents from being chosen, most agents first. */
  readonly nearest: readonly WaitReason[]
}

export function obstaclesOf(agents: Iterable<Candidate>, need: Need): Obstacles {
  const first = new Map<Filter, Candidate[]>()
  const only = new Map<Filter, Candidate[]>()
  const failing: Record<string, number> = {}
  let total = 0
  for (const agent of agents) {
    total++
    const failed = filters.filter(f => !f.accepts(agent, need))
    for (const { name } of failed) failing[name] = (failing[name] ?? 0) + 1
    if (failed.length > 0) add(first, failed[0]!, agent)
    if (failed.length === 1) add(only, failed[0]!, agent)
  }
  if (total === 0) return { reasons: [noAgents], failing, nearest: [] }
  const of = `of ${total} agent${total === 1 ? '' : 's'}`
  return {
    reasons: told(first, (filter, held) => `${held.length} ${of} ${filter.message(held, need)}`),
    failing,
    nearest: told(only, (filter, held) => {
      const what = filter.message(held, need).replace(/^with the resources /, '')
      return `${held.length} ${of} would do, but ${what}`
    }),
  }
}

function add(groups: Map<Filter, Candidate[]>, filter: Filter, agent: Candidate): void {
  const held = groups.get(filter)
  if (held === undefined) groups.set(filter, [agent])
  else held.push(agent)
}

function told(
  groups: ReadonlyMap<Filter, readonly Candidate[]>,
  say: (filter: Filter, held: readonly Candidate[]) => string,
): WaitReason[] {
  return filters
    .flatMap(filter => {
      const held = groups.get(filter)
      if (held === undefined) return []
      return [{ filter: filter.name, agents: held.length, message: say(filter, held) }]
    })
    .sort(byNumber(reason => -reason.agents))
}

const noAgents: WaitReason = {
  filter: 'unreachable',
  agents: 0,
  message: 'no agent has joined the cluster',
}
