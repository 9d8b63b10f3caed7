// What people do with agents: take them out of service for a while (cordon), empty them (drain), take them back
// (uncordon), and strike those that will never return (remove).
//
// A drain is a voluntary stop: it replaces first where the app's strategy leaves room, and never goes below the promise
// of health. Batch tasks are waited for until the deadline; daemons go last, when the agent holds nothing else. At the
// deadline the rest is stopped only where the drain was ordered with force, which is a person's word for exactly this
// agent; without it, it goes on waiting and says for what.
import type { ClusterMs } from '../../../base/index.ts'
import type { Actor, AgentId, Operation, Reply } from '../../../model/index.ts'
import { deleteInstance, goOn, nextGeneration, specOf, touchApp } from '../instances.ts'
import { resetLaunchDelays } from '../launchdelays.ts'
import { touchDaemons } from '../modes/daemon.ts'
import { refused, succeeded } from '../replies.ts'
import { allocationKey, type AgentRow, type AllocationRow } from '../rows.ts'
import type { State } from '../state.ts'

/** Struck agents that are remembered. One that returns after that is a stranger, whose tasks are left alone. */
const goneKept = 100

export type AgentOperation = Extract<Operation, { kind: 'changeAgent' }>

export function changeAgent(state: State, operation: AgentOperation, actor: Actor): Reply {
  const agent = state.tables.agent.get(operation.agent)
  if (agent === undefined) return refused('NOT_FOUND', `Agent '${operation.agent}' does not exist`)
  switch (operation.change.kind) {
    case 'cordon':
      return put(state, { ...agent, cordoned: true })
    case 'uncordon':
      return put(state, withoutOrders(agent))
    case 'drain': {
      const { deadlineMs, force } = operation.change
      if (force && deadlineMs === null) {
        return refused('INVALID', 'A drain with force needs a deadline: 0 for at once')
      }
      const deadline = deadlineMs === null ? null : ((state.env.now + deadlineMs) as ClusterMs)
      resetDelaysOn(state, agent.id)
      const drain = {
        since: agent.drain?.since ?? state.env.now,
        sinceUtc: agent.drain?.sinceUtc ?? state.env.utc,
        deadline,
        force,
        author: actor.name,
      }
      return put(state, { ...withoutOrders(agent), drain })
    }
    case 'remove':
      return remove(state, agent)
  }
}

function put(state: State, agent: AgentRow): Reply {
  state.tables.agent.put(agent.id, agent)
  state.event('agent_changed', {
    agentId: agent.id,
    cordoned: agent.cordoned === true,
    draining: agent.drain !== undefined,
  })
  touchAppsOn(state, agent.id)
  touchDaemons(state)
  return succeeded(state)
}

function withoutOrders({ cordoned: _, drain: __, ...agent }: AgentRow): AgentRow {
  return agent
}

// As in Marathon: what failed on this agent need not wait elsewhere.
function resetDelaysOn(state: State, agent: AgentId): void {
  for (const { app } of state.allocationsOf.get(agent)?.values() ?? []) resetLaunchDelays(state, app)
}

function touchAppsOn(state: State, agent: AgentId): void {
  for (const { app } of state.allocationsOf.get(agent)?.values() ?? []) touchApp(state, app)
}

// Only one that is out of reach: what runs on a living agent is stopped, not forgotten.
function remove(state: State, agent: AgentRow): Reply {
  if (agent.unreachableSince === null) {
    return refused(
      'INVALID',
      `Agent '${agent.id}' is not out of reach. Drain it, stop it, and remove it when it counts as unreachable.`,
    )
  }
  const gen = state.generationOf(agent.id)
  const held = [...(state.allocationsOf.get(agent.id)?.values() ?? [])].sort((a, b) => a.gen - b.gen)
  for (const allocation of held) release(state, allocation)
  state.tables.gone.put(agent.id, {
    id: agent.id,
    gen,
    ordinal: state.ordinal(),
    allocations: held,
  })
  forgetOldest(state)
  state.tables.agent.delete(agent.id)
  state.allocationsOf.delete(agent.id)
  closeSession(state, agent.id)
  state.missedRounds.delete(agent.id)
  state.unknownTasks.delete(agent.id)
  state.event('agent_removed', { agentId: agent.id, hostname: agent.hostname })
  touchDaemons(state)
  return succeeded(state)
}

// A connection that was silent may come to life: the agent has to say hello on it, as whoever comes back.
function closeSession(state: State, agent: AgentId): void {
  const session = state.sessionOf.get(agent)
  if (session === undefined) return
  state.sessions.delete(session)
  state.sessionOf.delete(agent)
  const reason = 'this agent was removed; say hello again'
  state.outbox.messages.push({ session, message: { kind: 'refuse', code: 'damaged', reason } })
}

// The task is given up. Its instance starts anew elsewhere, also where its app would wait for the agent for ever.
function release(state: State, allocation: AllocationRow): void {
  state.tables.allocation.delete(allocationKey(allocation.instance, allocation.incarnation))
  const instance = state.tables.instance.get(allocation.instance)
  touchApp(state, allocation.app)
  if (instance === undefined || instance.incarnation !== allocation.incarnation) return
  const isDaemon = specOf(state, instance.spec).mode === 'daemon'
  if (instance.goal === 'stop' || isDaemon) deleteInstance(state, instance.id)
  else goOn(state, instance)
}

function forgetOldest(state: State): void {
  const rows = [...state.tables.gone.values()].sort((a, b) => a.ordinal - b.ordinal)
  for (const row of rows.slice(0, Math.max(0, rows.length - goneKept))) state.tables.gone.delete(row.id)
}

/**
 * An agent that was struck has come back, and its row is there again: what it ran then is replaced, and is to stop.
 */
export function readmit(state: State, agent: AgentId): void {
  const gone = state.tables.gone.get(agent)
  if (gone === undefined) return
  for (const allocation of gone.allocations) {
    state.tables.allocation.set({
      ...allocation,
      gen: nextGeneration(state, agent),
      goal: 'stop',
      cause: 'orphan',
      author: 'system',
      stopAt: state.env.now,
      statusSeq: 0,
    })
  }
  state.tables.gone.delete(agent)
}
