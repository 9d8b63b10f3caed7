// One step: take the input in, look at what it moved, place what waits, tell agents, within a bounded number of rows and
// of looks.
// What does not fit is left for `continue`.
import { compareStrings, type ClusterMs } from '../../base/index.ts'
import type { DeploymentId } from '../../model/index.ts'
import { advanceDeployment } from './advance.ts'
import { beginAdoption } from './adopt.ts'
import { agentClosed, giveUpSilent, handleAgentMessage, pingRound } from './agentmessages.ts'
import { flushAgents } from './flush.ts'
import { launchWaiting, mayLaunch } from './launch.ts'
import { handleRequest } from './operations.ts'
import { reconcileApp } from './reconcile.ts'
import { dropStaged, stagedUntil } from './specs.ts'
import type { State } from './state.ts'
import type { Env, Input, Output } from './types.ts'

/**
 * While there is more to do than one step can, agents are told at such intervals: one message with what came together
 * costs both sides much less than one for each row. The more agents there are, the longer it takes until some rows have
 * come together for each.
 */
const flushEveryMs = { least: 200, perAgent: 0.2, most: 1000 } as const

export function step(state: State, env: Env, input: Input): Output {
  state.env = env
  state.beginStep()
  takeIn(state, input)
  const areGivenUp = giveUpSilent(state)
  state.wakeDue()
  const isSwept = dropStaged(state)
  // Reports come by the thousand: what they move is looked at once, when those that came together are taken in.
  const isLookedAtLater = isReport(input) && state.dirtyApps.size > 0
  if (!isLookedAtLater) settle(state)
  let more =
    !areGivenUp ||
    !isSwept ||
    state.dirtyApps.size > 0 ||
    state.dirtyDeployments.size > 0 ||
    hasLaunches(state)
  if (!more || env.now >= state.flushDue) {
    if (flushAgents(state)) state.flushDue = env.now + flushInterval(state)
    else more = true
  }
  const { replies, messages, events } = state.outbox
  state.outbox = { replies: [], messages: [], events: [] }
  return { replies, messages, events, urgent: input.kind === 'boot', more }
}

function flushInterval({ sessions }: State): number {
  const { least, perAgent, most } = flushEveryMs
  return Math.min(most, Math.max(least, perAgent * sessions.size))
}

function isReport(input: Input): boolean {
  return input.kind === 'agent' && input.message.kind === 'report'
}

/** When the next `tick` is due, in cluster time. */
export function nextWake(state: State): ClusterMs | undefined {
  const wake = state.wakes.peek()?.at
  const staged = stagedUntil(state)
  return wake === undefined || (staged !== undefined && staged < wake) ? staged : wake
}

function takeIn(state: State, input: Input): void {
  switch (input.kind) {
    case 'boot': {
      state.dropVolatile()
      const cluster = state.tables.cluster.get('cluster')!
      state.tables.cluster.put('cluster', {
        ...cluster,
        epoch: input.epoch,
        adopt: cluster.adopt || input.adopt,
      })
      beginAdoption(state)
      return
    }
    case 'request':
      return handleRequest(state, input)
    case 'agent':
      return handleAgentMessage(state, input.session, input.message)
    case 'agentClosed':
      return agentClosed(state, input.session)
    case 'pingRound':
      return pingRound(state, input.round, input.sentOnTime)
    case 'tick':
    case 'continue':
  }
}

/** Rounds of one step: should apps ever move each other in a circle, the loop still gets its turns. */
const maxRounds = 1000

// Apps and deployments move each other: until nothing is left, or the step has changed enough.
function settle(state: State): void {
  for (let round = 0; round < maxRounds; round++) {
    for (const id of oldestFirst(state)) {
      state.dirtyDeployments.delete(id)
      advanceDeployment(state, id)
    }
    for (let left = state.dirtyApps.size; left > 0; left--) {
      if (!state.isInBounds) return
      // What was made is placed before more is made: then it is stored once, with its place.
      if (state.budget <= state.halfBudget && mayLaunch(state)) break
      state.looks--
      const app = state.dirtyApps.take()
      if (app === undefined) break
      reconcileApp(state, app)
    }
    launchWaiting(state)
    if (state.dirtyDeployments.size === 0 && state.dirtyApps.size === 0) return
    if (!state.isInBounds) return
  }
}

// What waits in the queue gets its turn in order, also where only some of it may run.
function oldestFirst(state: State): DeploymentId[] {
  const age = (id: DeploymentId): number => state.tables.deployment.get(id)?.ordinal ?? 0
  return [...state.dirtyDeployments].sort((a, b) => age(a) - age(b) || compareStrings(a, b))
}

function hasLaunches(state: State): boolean {
  return !state.isInBounds && state.launchQueue.size > 0
}
