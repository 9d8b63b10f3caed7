// Tells agents what changed for them: the rows with a generation above the last one sent on this connection, or all of
// them. Specifications go ahead, once per connection. Nothing here leaves before the commit that made it is stored.
import { isoTime, type UtcMs } from '../../base/index.ts'
import { maxRowsPerMessage, type AgentId, type AssignmentRow, type Revision } from '../../model/index.ts'
import { send } from './agentmessages.ts'
import { specOf } from './instances.ts'
import type { AllocationRow } from './rows.ts'
import type { Session, State } from './state.ts'

/** Rows that agents are told in one step; a row more costs what a changed row does. */
const rowsPerStep = 2000

/** False: some agents wait for the next step. */
export function flushAgents(state: State): boolean {
  let rows = 0
  for (let agent = state.dirtyAgents.take(); agent !== undefined; agent = state.dirtyAgents.take()) {
    const sessionId = state.sessionOf.get(agent)
    const session = sessionId === undefined ? undefined : state.sessions.get(sessionId)
    if (session === undefined) state.rowsOn(agent).unfollow()
    else rows += 1 + flushAgent(state, agent, session)
    if (rows >= rowsPerStep) return state.dirtyAgents.size === 0
  }
  return true
}

/** How many rows it was told. */
function flushAgent(state: State, agent: AgentId, session: Session): number {
  const held = state.rowsOn(agent)
  const toGen = state.generationOf(agent)
  const fromGen = session.needFull ? 0 : session.sentGen
  const rows = held.above(fromGen)
  const forget = session.forget
  if (rows.length === 0 && forget.length === 0 && !session.needFull && toGen === session.sentGen) return 0
  sendSpecs(state, session, rows)
  const told = [...rows.map(assignmentRow), ...session.stops]
  const parts = Math.max(1, Math.ceil(told.length / maxRowsPerMessage))
  for (let part = 0; part < parts; part++) {
    send(state, session.id, {
      kind: 'assign',
      epoch: state.epoch,
      fromGen,
      toGen,
      part,
      parts,
      rows: told.slice(part * maxRowsPerMessage, (part + 1) * maxRowsPerMessage),
      forget: part === parts - 1 ? forget : [],
      revision: shownRevision(state),
    })
  }
  session.forget = []
  session.stops = []
  held.told(toGen)
  session.sentGen = toGen
  session.sentRound = state.round
  session.needFull = false
  return told.length
}

// The message leaves only when this group is stored, if it changes anything at all.
function shownRevision(state: State): Revision {
  if (state.changedRows === 0) return state.revision
  state.shownNext = true
  return state.nextRevision
}

function sendSpecs(state: State, session: Session, rows: readonly AllocationRow[]): void {
  const missing = [...new Set(rows.filter(r => r.goal === 'run').map(r => r.spec))].filter(
    hash => !session.sentSpecs.has(hash),
  )
  for (const hash of missing) session.sentSpecs.add(hash)
  for (let from = 0; from < missing.length; from += maxRowsPerMessage) {
    const part = missing.slice(from, from + maxRowsPerMessage)
    send(state, session.id, { kind: 'specs', specs: part.map(hash => ({ hash, app: specOf(state, hash) })) })
  }
}

function assignmentRow(a: AllocationRow): AssignmentRow {
  return {
    instance: a.instance,
    incarnation: a.incarnation,
    gen: a.gen,
    goal: a.goal,
    cause: a.cause,
    specHash: a.spec,
    version: versionText(a.version),
    resources: a.resources,
    ports: a.ports,
    graceMs: a.graceMs,
  }
}

/** Texts kept: more than come in one message. */
const textsKept = 1000
// A memo of a pure function: instances of one app have the same version.
const texts = new Map<UtcMs, string>()

function versionText(version: UtcMs): string {
  let text = texts.get(version)
  if (text === undefined) {
    if (texts.size >= textsKept) texts.clear()
    text = isoTime(version)
    texts.set(version, text)
  }
  return text
}
