// What an agent says, checked at the door: nothing of an agent is believed to have the form it should have.
import type { Result } from '../../base/index.ts'
import { maxRowsPerMessage } from '../protocol.ts'
import type { AgentMessage, Hello } from '../protocol.ts'
import { driverKinds } from '../resources.ts'
import { decodeWith, inField, integer, list, oneOf, record, tagged, text } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { assignmentRow } from './servermessage.ts'
import {
  agentId,
  attributes,
  capacity,
  clusterId,
  epoch,
  knownKind,
  revision,
  sessionId,
  taskKey,
} from './parts.ts'
import { reportRows } from './wirerows.ts'

/** The message, or where and what is wrong in it. */
export function decodeAgentMessage(json: unknown): Result<AgentMessage, string> {
  return decodeWith(agentMessage, json)
}

const hello: Decoder<Hello> = record(
  {
    kind: knownKind<'hello'>(),
    protocolVersions: list(integer(0, 1_000_000), 100),
    agentId,
    session: sessionId,
    bootId: text(255),
    seenEpoch: epoch,
    seenRevision: revision,
    appliedGen: integer(),
    setHash: text(128),
    hostname: text(255, 1),
    capacity,
    attributes,
    drivers: list(oneOf(...driverKinds), driverKinds.length),
    version: text(100),
  },
  { clusterId, statusHash: text(128) },
)

const reportFields = record(
  {
    kind: knownKind<'report'>(),
    seq: integer(),
    starts: reportRows.starts,
    // Not sent in parts: as many as one machine can run.
    unknown: list(taskKey, 100_000),
  },
  { unknownRows: list(assignmentRow, maxRowsPerMessage) },
)

function report(value: unknown): Extract<AgentMessage, { kind: 'report' }> {
  const { starts, ...fields } = reportFields(value)
  const { rows } = value as { readonly rows?: unknown }
  return { ...fields, rows: inField('rows', reportRows.rows(starts), rows) }
}

const agentMessage: Decoder<AgentMessage> = tagged('kind', {
  hello,
  report,
  pong: record({ kind: knownKind<'pong'>(), round: integer(), appliedGen: integer(), setHash: text(128) }),
  needFull: record({ kind: knownKind<'needFull'>() }),
})
