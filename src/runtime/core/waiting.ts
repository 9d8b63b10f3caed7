// Why instances of an app wait for a place, for people.
import { isoTime } from '../../base/index.ts'
import type { AppId, WaitingView, WaitReason } from '../../model/index.ts'
import { roundsUntilUnreachable } from './agentmessages.ts'
import { awaitsAgents } from './adopt.ts'
import { launchTime, obstaclesFor } from './launch.ts'
import type { State } from './state.ts'

export function waitingView(state: State, id: AppId): WaitingView | undefined {
  const index = state.apps.get(id)
  if (index === undefined || index.scheduled.size === 0) return undefined
  const known = state.waiting.get(id)
  const first = index.scheduled.first()!
  const until = launchTime(state, first)
  const waitMs = until - state.env.now
  const obstacles = obstaclesFor(state, id)
  const found = obstacles?.reasons ?? []
  const reasons = state.frozen ? [frozen(state), ...found] : found
  return {
    instances: index.scheduled.size,
    since: isoTime(known?.sinceUtc ?? state.env.utc),
    reasons,
    failing: obstacles?.failing ?? {},
    nearest: obstacles?.nearest ?? [],
    nextTry: waitMs > 0 ? 'delay' : state.frozen || awaitsAgents(state) ? 'agents' : 'room',
    ...(waitMs > 0 ? { nextTrySeconds: Math.ceil(waitMs / 1000) } : {}),
  }
}

function frozen(state: State): WaitReason {
  const silent = [...state.missedRounds].filter(([id, missed]) => {
    const isGivenUp = state.tables.agent.get(id)?.unreachableSince !== null
    return missed > roundsUntilUnreachable && !isGivenUp
  })
  const agents = silent.length
  const message = `${agents} of ${state.tables.agent.size} agents are silent, more than are given up in a minute: nothing is placed meanwhile`
  return { filter: 'unreachable', agents, message }
}
