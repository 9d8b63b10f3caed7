// What an agent says, checked at the door: nothing of an agent is believed to have the form it should have.
import type { Result } from '../../base/index.ts'
import { reportedConditions } from '../instance.ts'
import { maxRowsPerMessage } from '../protocol.ts'
import type { AgentMessage, Hello, ReportRow } from '../protocol.ts'
import { driverKinds } from '../resources.ts'
import { amount, decodeWith, flag, integer, list, oneOf, record, tagged, text } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { assignmentRow } from './servermessage.ts'
import {
  agentId,
  attributes,
  capacity,
  clusterId,
  epoch,
  exit,
  healthResult,
  instanceId,
  knownKind,
  revision,
  sessionId,
  taskKey,
} from './parts.ts'

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

const row: Decoder<ReportRow> = record(
  {
    instance: instanceId,
    incarnation: integer(),
    statusSeq: integer(1),
    condition: oneOf(...reportedConditions),
    agoMs: amount(),
  },
  {
    exit,
    health: list(healthResult, 100),
    ready: flag,
    ipAddresses: list(text(64), 64),
    pid: integer(),
  },
)

const agentMessage: Decoder<AgentMessage> = tagged('kind', {
  hello,
  report: record(
    {
      kind: knownKind<'report'>(),
      seq: integer(),
      rows: list(row, maxRowsPerMessage),
      // Not sent in parts: as many as one machine can run.
      unknown: list(taskKey, 100_000),
    },
    { unknownRows: list(assignmentRow, maxRowsPerMessage) },
  ),
  pong: record({ kind: knownKind<'pong'>(), round: integer(), appliedGen: integer(), setHash: text(128) }),
  needFull: record({ kind: knownKind<'needFull'>() }),
})
