// What a server says to an agent, checked before the agent acts on it.
import type { Result } from '../../base/index.ts'
import { stopCauses } from '../instance.ts'
import { maxRowsPerMessage } from '../protocol.ts'
import type { AssignmentRow, ServerMessage } from '../protocol.ts'
import { maxPorts } from '../schema/limits.ts'
import {
  amount,
  decodeWith,
  flag,
  inField,
  integer,
  list,
  nullable,
  oneOf,
  record,
  tagged,
  text,
} from './decoder.ts'
import type { Decoder } from './decoder.ts'
import {
  agentId,
  app,
  clusterId,
  epoch,
  instanceId,
  knownKind,
  message,
  port,
  resources,
  revision,
  specHash,
  taskKey,
} from './parts.ts'
import { assignmentRows } from './wirerows.ts'

/** The message, or where and what is wrong in it. */
export function decodeServerMessage(json: unknown): Result<ServerMessage, string> {
  return decodeWith(serverMessage, json)
}

/** One thing that an agent is to do, or was told to do once. */
export const assignmentRow: Decoder<AssignmentRow> = record({
  instance: instanceId,
  incarnation: integer(),
  gen: integer(),
  goal: oneOf('run', 'stop'),
  cause: nullable(oneOf(...stopCauses)),
  specHash,
  version: text(100),
  resources,
  ports: list(port, maxPorts),
  graceMs: amount(),
})

const assignFields = record({
  kind: knownKind<'assign'>(),
  epoch,
  fromGen: integer(),
  toGen: integer(),
  part: integer(),
  parts: integer(),
  shared: assignmentRows.shared,
  // Not sent in parts: as many as one machine can have run.
  forget: list(taskKey, 100_000),
  revision,
})

function assign(value: unknown): Extract<ServerMessage, { kind: 'assign' }> {
  const { shared, ...fields } = assignFields(value)
  const { rows } = value as { readonly rows?: unknown }
  return { ...fields, rows: inField('rows', assignmentRows.rows(shared), rows) }
}

const serverMessage: Decoder<ServerMessage> = tagged('kind', {
  welcome: record(
    {
      kind: knownKind<'welcome'>(),
      protocolVersion: integer(),
      clusterId,
      epoch,
      revision,
      agentId,
      pingIntervalMs: amount(1),
    },
    { repeat: flag },
  ),
  assign,
  specs: record({
    kind: knownKind<'specs'>(),
    specs: list(record({ hash: specHash, app }), maxRowsPerMessage),
  }),
  ack: record({ kind: knownKind<'ack'>(), seq: integer() }),
  ping: record({ kind: knownKind<'ping'>(), round: integer(), revision }),
  refuse: record({
    kind: knownKind<'refuse'>(),
    reason: message,
    code: oneOf('cluster', 'version', 'duplicate', 'damaged', 'malformed'),
  }),
})
