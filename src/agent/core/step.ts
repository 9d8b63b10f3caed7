// The agent's mind: one input in, what to store, to do and to say out. Synchronous, without clock or chance; the same
// function runs in the agent and in the simulator.
import type { ClusterMs } from '../../base/index.ts'
import {
  protocolVersion,
  setHashText,
  statusHash,
  type Hello,
  type ServerMessage,
  type SessionId,
  type StatusHashRow,
} from '../../model/index.ts'
import { onAssign, onSpecs, noteRevision, onWelcome } from './assign.ts'
import { onBoot } from './boot.ts'
import { checkDueAt, onChecked, runDueChecks } from './health.ts'
import { acknowledged, flushReports, reportDueAt, resetReports } from './report.ts'
import { taskText, tasksInOrder, type AgentState } from './state.ts'
import { askForAll, onDriverEvent, orderStop, specsMissing, stop, stopWhenPrepared } from './task.ts'
import { Turn } from './turn.ts'
import type { AgentEnv, AgentInput, AgentOutput, DriverEvent } from './types.ts'

/** Store the records, synced; then carry out the effects; then send the messages. */
export function step(state: AgentState, env: AgentEnv, input: AgentInput): AgentOutput {
  const turn = new Turn(state, env.now)
  switch (input.kind) {
    case 'boot':
      onBoot(turn, input)
      break
    case 'connected':
      resetConnection(state)
      state.connection.phase = 'greeting'
      state.connection.session = input.session
      turn.messages.push(hello(state, input.session))
      break
    case 'disconnected':
      resetConnection(state)
      break
    case 'server':
      onServer(turn, input.message)
      break
    case 'driver':
      onEvent(turn, input.event)
      break
    case 'stopAll':
      for (const task of tasksInOrder(state.tasks.values())) stop(turn, task)
      break
    case 'tick':
      break
  }
  doWhatIsDue(turn)
  flushReports(turn)
  return turn.output()
}

/** The first message of a connection. */
export function hello(state: AgentState, session: SessionId): Hello {
  const { identity } = state
  return {
    kind: 'hello',
    protocolVersions: [protocolVersion],
    ...(state.clusterId === undefined ? {} : { clusterId: state.clusterId }),
    agentId: identity.agentId,
    session,
    bootId: identity.bootId,
    seenEpoch: state.epoch,
    seenRevision: state.seenRevision,
    appliedGen: state.appliedGen,
    setHash: setHashText(state.rowsDigest),
    statusHash: statusHash(acknowledgedStatuses(state)),
    hostname: identity.hostname,
    capacity: identity.capacity,
    attributes: identity.attributes,
    drivers: identity.drivers,
    version: identity.version,
  }
}

function* acknowledgedStatuses(state: AgentState): Generator<StatusHashRow> {
  for (const { key, attached, phase, pending, statusSeq } of state.tasks.values()) {
    if (!attached || phase === 'ended') continue
    const [oldest] = pending
    yield { ...key, statusSeq: oldest === undefined ? statusSeq : oldest.seq - 1 }
  }
}

/** When to step a `tick` next, if nothing else happens before. */
export function nextWake(state: AgentState): ClusterMs | undefined {
  let wake = state.connection.phase === 'welcomed' ? earlier(reportDueAt(state), state.askAgainAt) : undefined
  for (const task of state.tasks.values()) {
    if (task.phase === 'running') wake = earlier(wake, checkDueAt(task))
    if (task.preStop) wake = earlier(wake, task.preStop.until)
    if (task.stopAgainAt !== undefined) wake = earlier(wake, task.stopAgainAt)
  }
  return wake
}

function onServer(turn: Turn, message: ServerMessage): void {
  const { connection } = turn.state
  if (message.kind === 'welcome') {
    if (connection.phase === 'greeting' || connection.phase === 'welcomed') onWelcome(turn, message)
    return
  }
  if (message.kind === 'refuse') {
    connection.phase = 'ignored'
    connection.reason = `refused by the server: ${message.reason}`
    return
  }
  // The server knows us, and its welcome got lost: it is asked for again.
  if (connection.phase === 'greeting' && message.kind === 'ping' && connection.session !== undefined) {
    turn.messages.push(hello(turn.state, connection.session))
    return
  }
  if (connection.phase !== 'welcomed') return
  switch (message.kind) {
    case 'assign':
      onAssign(turn, message)
      return
    case 'specs':
      onSpecs(turn, message)
      return
    case 'ack':
      acknowledged(turn, message.seq)
      return
    case 'ping':
      noteRevision(turn, message.revision)
      turn.messages.push({
        kind: 'pong',
        round: message.round,
        appliedGen: turn.state.appliedGen,
        setHash: setHashText(turn.state.rowsDigest),
      })
      return
  }
}

function onEvent(turn: Turn, event: DriverEvent): void {
  const task = turn.state.tasks.get(taskText(event.key))
  if (!task) return
  if (event.kind === 'checked') onChecked(turn, task, event)
  else onDriverEvent(turn, task, event)
}

function doWhatIsDue(turn: Turn): void {
  const { state, now } = turn
  const due = []
  for (const task of state.tasks.values()) {
    const checkAt = checkDueAt(task)
    const checkDue = checkAt !== undefined && checkAt <= now
    const stopDue = task.stopAgainAt !== undefined && task.stopAgainAt <= now
    const isPrepared = task.preStop !== undefined && task.preStop.until <= now
    if (checkDue || stopDue || isPrepared) due.push(task)
  }
  for (const task of tasksInOrder(due)) {
    runDueChecks(turn, task)
    stopWhenPrepared(turn, task)
    if (task.stopAgainAt !== undefined && task.stopAgainAt <= now) orderStop(turn, task)
  }
  if (state.askAgainAt !== undefined && state.askAgainAt <= now) {
    state.askAgainAt = undefined
    if (specsMissing(turn)) askForAll(turn)
  }
}

function resetConnection(state: AgentState): void {
  resetReports(state)
  state.askAgainAt = undefined
  state.connection.phase = 'none'
  state.connection.session = undefined
  state.connection.reason = undefined
  state.connection.parts = undefined
}

function earlier(a: ClusterMs | undefined, b: ClusterMs | undefined): ClusterMs | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b ? a : b
}
