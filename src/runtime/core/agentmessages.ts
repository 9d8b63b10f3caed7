// What agents say: hello, reports, pongs, silence. The server frees what a task held only on a report of its end, never
// on having told it to stop; absence of a task from a report means nothing.
import {
  isTerminal,
  protocolVersion,
  statusHash,
  type AgentId,
  type AgentMessage,
  type Hello,
  type ReportRow,
  type ServerMessage,
  type SessionId,
} from '../../model/index.ts'
import { sameJson, type UtcMs } from '../../base/index.ts'
import { readmit } from './agents/operations.ts'
import { adoptTasks, beginAdoption } from './adopt.ts'
import { brakeAllows } from './brake.ts'
import { aggregateHealth, specOf, statusEvent, strictlyHealthy, taskEnded, touchApp } from './instances.ts'
import { forgetDues, noteRun } from './dues.ts'
import { anchorLaunchDelay } from './launchdelays.ts'
import { touchDaemons } from './modes/daemon.ts'
import { allocationKey, type AgentRow, type AllocationRow, type GoneRow } from './rows.ts'
import type { Session, State } from './state.ts'
import { recordTiming } from './timings.ts'

/** Rounds without an answer, sent on time, until an agent counts as unreachable. */
export const roundsUntilUnreachable = 5
/** Epochs and generations above are no count of anything; adding to them would leave the safe integers. */
const greatestCount = 2 ** 50

export function handleAgentMessage(state: State, sessionId: SessionId, message: AgentMessage): void {
  if (message.kind === 'hello') return hello(state, sessionId, message)
  const session = state.sessions.get(sessionId)
  if (session === undefined) {
    send(state, sessionId, {
      kind: 'refuse',
      code: 'damaged',
      reason: 'this connection is not known; say hello again',
    })
    return
  }
  if (message.kind === 'report') return report(state, session, message)
  if (message.kind === 'pong') return pong(state, session, message)
  // It may be a specification that got lost.
  session.needFull = true
  session.sentSpecs.clear()
  state.dirtyAgents.add(session.agent)
}

export function agentClosed(state: State, sessionId: SessionId): void {
  const session = state.sessions.get(sessionId)
  if (session === undefined) return
  state.sessions.delete(sessionId)
  if (state.sessionOf.get(session.agent) !== sessionId) return
  state.sessionOf.delete(session.agent)
  state.allocationsOf.get(session.agent)?.unfollow()
  state.agents.setReachable(session.agent, false)
}

function hello(state: State, sessionId: SessionId, message: Hello): void {
  const cluster = state.tables.cluster.get('cluster')!
  const refuse = (code: 'cluster' | 'version' | 'damaged', reason: string): void =>
    send(state, sessionId, { kind: 'refuse', code, reason })
  if (!message.protocolVersions.includes(protocolVersion)) {
    return refuse(
      'version',
      `this server speaks protocol ${protocolVersion}, the agent ${message.protocolVersions.join(', ')}`,
    )
  }
  if (message.clusterId !== undefined && message.clusterId !== cluster.clusterId) {
    return refuse(
      'cluster',
      `this server is cluster ${cluster.clusterId}, the agent belongs to ${message.clusterId}`,
    )
  }
  if (Math.max(message.seenEpoch, message.seenRevision, message.appliedGen) > greatestCount) {
    return refuse('damaged', 'what the agent says to have seen is no count of anything')
  }
  const known = state.tables.agent.get(message.agentId)
  const gone = state.tables.gone.get(message.agentId)
  noticeTimeTravel(state, gone, message)
  const old = state.sessionOf.get(message.agentId)
  if (old !== undefined) state.sessions.delete(old)
  // A connection speaks for one agent, the last that it named.
  if (state.sessions.has(sessionId)) agentClosed(state, sessionId)
  // An agent that first hears of this epoch now forgets its generation.
  const sentGen = message.seenEpoch === state.epoch ? message.appliedGen : 0
  const gen = Math.max(state.generationOf(message.agentId), gone?.gen ?? 0, sentGen)
  // Asked of every agent: its digest is followed from here on, and need not be made of all its rows later.
  const isSame = message.setHash === expectedSetHash(state, message.agentId)
  const session: Session = {
    id: sessionId,
    agent: message.agentId,
    sentGen,
    sentRound: state.round,
    needFull: sentGen === 0 || !isSame,
    sentSpecs: new Set(),
    heard: isInStep(state, known, message) ? undefined : new Map(),
    stops: [],
    forget: [],
  }
  state.sessions.set(sessionId, session)
  state.sessionOf.set(message.agentId, sessionId)
  state.missedRounds.set(message.agentId, 0)
  const wasUnreachable = known !== undefined && known.unreachableSince !== null
  const row: AgentRow = {
    id: message.agentId,
    hostname: message.hostname,
    attributes: message.attributes,
    capacity: message.capacity,
    drivers: message.drivers,
    bootId: message.bootId,
    version: message.version,
    gen,
    unreachableSince: null,
    ...(known?.cordoned === undefined ? {} : { cordoned: known.cordoned }),
    ...(known?.drain === undefined ? {} : { drain: known.drain }),
  }
  state.tables.agent.put(message.agentId, row)
  if (gone !== undefined) {
    readmit(state, message.agentId)
    session.needFull = true
  }
  if (known === undefined || offersOther(known, row)) touchDaemons(state)
  if (known !== undefined && known.bootId !== row.bootId) forgetReports(state, message.agentId)
  if (wasUnreachable) backInReach(state, message.agentId)
  state.agents.setReachable(message.agentId, true)
  send(state, sessionId, {
    kind: 'welcome',
    protocolVersion,
    clusterId: cluster.clusterId,
    epoch: state.epoch,
    revision: state.revision,
    agentId: message.agentId,
    pingIntervalMs: state.settings.pingIntervalMs,
    ...(session.heard === undefined ? {} : { repeat: true }),
  })
  state.dirtyAgents.add(message.agentId)
}

// Both count the same statuses of the same tasks: nobody has lost any. An older agent does not say.
function isInStep(state: State, known: AgentRow | undefined, message: Hello): boolean {
  if (known === undefined) return true
  if (message.clusterId === undefined || message.seenEpoch !== state.epoch) return false
  if (known.bootId !== message.bootId) return false
  return (
    message.statusHash === undefined ||
    message.statusHash === statusHash(state.rowsOn(message.agentId).values())
  )
}

// The agent has seen more than this server knows: the server was set back (a restored copy, a lost tail). A new epoch
// makes its word count again, and what runs unknown is adopted rather than stopped. Revisions are counted on after a
// short tail was lost, so that they alone don't show it; what this agent was told does.
function noticeTimeTravel(state: State, gone: GoneRow | undefined, message: Hello): void {
  const knownGen = Math.max(state.generationOf(message.agentId), gone?.gen ?? 0)
  const ahead =
    message.seenEpoch > state.epoch ||
    (message.seenEpoch === state.epoch &&
      (message.seenRevision > state.nextRevision || message.appliedGen > knownGen))
  if (!ahead || message.clusterId === undefined) return
  const cluster = state.tables.cluster.get('cluster')!
  const epoch = (Math.max(message.seenEpoch, state.epoch) + 1) as typeof cluster.epoch
  state.tables.cluster.put('cluster', { ...cluster, epoch, adopt: true, raisedAt: state.env.now })
  beginAdoption(state)
  state.event('server_set_back', { agent: message.agentId, seenRevision: message.seenRevision })
  for (const session of state.sessions.values()) {
    session.needFull = true
    session.heard = new Map()
    state.dirtyAgents.add(session.agent)
  }
}

export function expectedSetHash(state: State, agent: AgentId): string {
  return state.rowsOn(agent).setHash
}

function report(state: State, session: Session, message: Extract<AgentMessage, { kind: 'report' }>): void {
  for (const row of message.rows) reportRow(state, session, row)
  if (message.unknown.length > 0) state.unknownTasks.set(session.agent, message.unknown)
  else state.unknownTasks.delete(session.agent)
  for (const row of message.unknownRows ?? [])
    state.unknownRows.set(allocationKey(row.instance, row.incarnation), row)
  if (message.unknownRows !== undefined) adoptTasks(state, session.agent, message.unknownRows)
  send(state, session.id, { kind: 'ack', seq: message.seq })
}

function reportRow(state: State, session: Session, row: ReportRow): void {
  const allocation = state.allocation(row.instance, row.incarnation)
  if (allocation === undefined || allocation.agent !== session.agent) {
    // Its end was noted before, and the word to forget it got lost. A running stranger is left alone.
    if (isTerminal(row.condition)) forget(state, session, row)
    return
  }
  // An end is the last status whatever its number: an agent that lost its records counts anew.
  if (isTerminal(row.condition)) {
    taskEnded(state, allocation, row.condition, row.exit ?? null)
    forget(state, session, row)
    return
  }
  if (isRepetition(session, allocation, row)) return
  state.tables.allocation.setStatusSeq(allocation, row.statusSeq)
  updateInstance(state, allocation, row)
}

function isRepetition({ heard }: Session, allocation: AllocationRow, { statusSeq }: ReportRow): boolean {
  if (heard === undefined) return statusSeq <= allocation.statusSeq
  const key = allocationKey(allocation.instance, allocation.incarnation)
  if (statusSeq <= (heard.get(key) ?? 0)) return true
  heard.set(key, statusSeq)
  return false
}

function updateInstance(state: State, allocation: AllocationRow, row: ReportRow): void {
  const instance = state.tables.instance.get(row.instance)
  if (instance === undefined || instance.incarnation !== row.incarnation) return
  const wasHealthy = strictlyHealthy(state, instance)
  const wasAggregate = aggregateHealth(state, instance)
  const startsRunning = row.condition === 'Running' && instance.runningAt === 0
  const health = row.health ?? instance.health
  const ready = row.ready ?? instance.ready
  const { id, incarnation, spec, goal, unreachable } = instance
  const reported = row.condition
  const isHealthy = strictlyHealthy(state, {
    id,
    incarnation,
    spec,
    goal,
    reported,
    unreachable,
    ready,
    health,
  })
  const startedUtc = Math.max(0, Math.round(state.env.utc - row.agoMs)) as UtcMs
  const next = {
    ...instance,
    reported,
    health,
    ready,
    pid: row.pid ?? instance.pid,
    ipAddresses: row.ipAddresses ?? instance.ipAddresses,
    runningAt: startsRunning ? state.env.now : instance.runningAt,
    startedUtc: startsRunning ? startedUtc : instance.startedUtc,
    healthyAt: isHealthy && instance.healthyAt === 0 ? state.env.now : instance.healthyAt,
  }
  state.tables.instance.put(instance.id, next)
  if (startsRunning) noteRun(state, instance.app)
  if (startsRunning) recordTiming(state, instance.app, 'start', state.env.now - instance.placedAt)
  if (row.condition !== instance.reported) {
    if (row.condition !== 'Killing') anchorLaunchDelay(state, next, specOf(state, next.spec))
    statusEvent(state, next, allocation.agent, `TASK_${row.condition.toUpperCase()}`, '')
  }
  const aggregate = aggregateHealth(state, next)
  if (!wasHealthy && isHealthy && instance.health.length === 0 && next.health.length > 0) {
    recordTiming(state, instance.app, 'healthy', state.env.now - next.runningAt)
  }
  if (aggregate !== wasAggregate) {
    state.event('instance_health_changed_event', {
      instanceId: instance.id,
      runSpecId: instance.app,
      healthy: aggregate,
    })
  }
  touchApp(state, instance.app)
}

function forget(state: State, session: Session, row: ReportRow): void {
  session.forget.push({ instance: row.instance, incarnation: row.incarnation })
  state.dirtyAgents.add(session.agent)
}

function pong(state: State, session: Session, message: Extract<AgentMessage, { kind: 'pong' }>): void {
  state.missedRounds.set(session.agent, 0)
  const agent = state.tables.agent.get(session.agent)
  if (agent === undefined) return
  if (agent.unreachableSince !== null) {
    state.tables.agent.put(agent.id, { ...agent, unreachableSince: null })
    backInReach(state, agent.id)
    state.agents.setReachable(agent.id, true)
  }
  // An answer to a ping that left before the last rows did says nothing about them, nor about those that wait here.
  if (message.round <= session.sentRound || state.dirtyAgents.has(agent.id)) return
  const isSame =
    message.appliedGen === session.sentGen && message.setHash === expectedSetHash(state, agent.id)
  if (isSame) {
    session.isInStep = true
    return
  }
  session.needFull = true
  state.dirtyAgents.add(agent.id)
}

/** Asks every agent for a sign of life, and counts those that gave none. */
export function pingRound(state: State, round: number, sentOnTime: boolean): void {
  state.round = round
  for (const session of state.sessions.values()) {
    send(state, session.id, { kind: 'ping', round, revision: state.revision })
  }
  if (!sentOnTime) return
  const late: AgentId[] = []
  for (const id of state.tables.agent.keys()) {
    const agent = state.tables.agent.get(id)!
    if (agent.unreachableSince !== null) continue
    const missed = (state.missedRounds.get(agent.id) ?? 0) + 1
    state.missedRounds.set(agent.id, missed)
    if (missed > roundsUntilUnreachable) late.push(agent.id)
  }
  state.silent = late.reverse()
}

/**
 * Gives up the agents that the last round found silent, as many as the brake and this step allow: each takes all its
 * instances with it. False: some are left for the next step.
 */
export function giveUpSilent(state: State): boolean {
  const { silent } = state
  if (silent === undefined) return true
  const wasFrozen = state.frozen
  for (let id = silent.at(-1); id !== undefined; id = silent.at(-1)) {
    if (state.budget <= 0) return false
    const agent = state.tables.agent.get(id)
    // It may have answered, or been removed, since.
    const isSilent = (state.missedRounds.get(id) ?? 0) > roundsUntilUnreachable
    if (agent !== undefined && agent.unreachableSince === null && isSilent) {
      if (!brakeAllows(state, 'agents', state.tables.agent.size)) {
        state.frozen = true
        if (!wasFrozen) state.event('placement_frozen', { silentAgents: silent.length })
        state.silent = undefined
        return true
      }
      outOfReach(state, agent)
    }
    silent.pop()
  }
  state.silent = undefined
  state.frozen = false
  if (wasFrozen) state.event('placement_resumed', {})
  return true
}

function outOfReach(state: State, agent: AgentRow): void {
  state.tables.agent.put(agent.id, { ...agent, unreachableSince: state.env.now })
  state.agents.setReachable(agent.id, false)
  state.event('agent_unreachable', { agentId: agent.id, hostname: agent.hostname })
  touchDaemons(state)
  markInstances(state, agent.id, true)
}

function backInReach(state: State, agent: AgentId): void {
  state.event('agent_reachable', { agentId: agent })
  touchDaemons(state)
  markInstances(state, agent, false)
}

function offersOther(before: AgentRow, after: AgentRow): boolean {
  return (
    before.hostname !== after.hostname ||
    !sameJson(before.attributes, after.attributes) ||
    !sameJson(before.drivers, after.drivers)
  )
}

// The machine was started again: what ran is gone, or runs anew, and is believed only when the agent says so.
function forgetReports(state: State, agent: AgentId): void {
  for (const allocation of [...state.rowsOn(agent).values()]) {
    const instance = state.tables.instance.get(allocation.instance)
    if (instance === undefined || instance.incarnation !== allocation.incarnation) continue
    if (instance.reported === null) continue
    state.tables.instance.put(instance.id, { ...instance, reported: null, health: [] })
    touchApp(state, instance.app)
  }
}

function markInstances(state: State, agent: AgentId, unreachable: boolean): void {
  for (const allocation of [...state.rowsOn(agent).values()]) {
    const instance = state.tables.instance.get(allocation.instance)
    if (instance === undefined || instance.incarnation !== allocation.incarnation) continue
    state.tables.instance.put(instance.id, { ...instance, unreachable })
    forgetDues(state, instance.app)
    touchApp(state, instance.app)
  }
}

export function send(state: State, session: SessionId, message: ServerMessage): void {
  state.outbox.messages.push({ session, message })
}
