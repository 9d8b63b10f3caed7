// Rows of assign and report as they travel (see messagetext.ts), read without a path or a closure for each: there are
// millions. Only what is wrong costs.
import { reportedConditions, stopCauses } from '../instance.ts'
import { maxRowsPerMessage } from '../protocol.ts'
import type { AssignmentRow, ReportRow } from '../protocol.ts'
import { maxIdLength, maxPorts } from '../schema/limits.ts'
import { amount, flag, inEntry, integer, list, nullable, oneOf, record, refuse, text } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { exit, healthResult, instanceId, port, resources, specHash } from './parts.ts'

/** What the id of an instance begins with; the app's id, and more. */
const start = text(maxIdLength + 50)
const starts = list(start, maxRowsPerMessage)
const end = text(maxIdLength + 50)
const count = integer()
const sequence = integer(1)
const milliseconds = amount()
const condition = oneOf(...reportedConditions)

const shared = list(
  record({
    start,
    goal: oneOf('run', 'stop'),
    cause: nullable(oneOf(...stopCauses)),
    specHash,
    version: text(100),
    resources,
    graceMs: amount(),
  }),
  maxRowsPerMessage,
)

const more = record(
  {},
  { exit, health: list(healthResult, 100), ready: flag, ipAddresses: list(text(64), 64), pid: integer() },
)

/** What rows of assign have in common, and the decoder of rows that name it. */
export const assignmentRows = {
  shared,
  rows: (parts: ReturnType<typeof shared>): Decoder<readonly AssignmentRow[]> =>
    list(value => assignment(entries(value, 4, 4 + maxPorts), parts), maxRowsPerMessage),
}

/** The same for report: the beginnings of ids. */
export const reportRows = {
  starts,
  rows: (parts: ReturnType<typeof starts>): Decoder<readonly ReportRow[]> =>
    list(value => report(entries(value, 6, 7), parts), maxRowsPerMessage),
}

// [number of the shared part, end of the id, incarnation, generation, ...ports]
function assignment(row: readonly unknown[], parts: ReturnType<typeof shared>): AssignmentRow {
  const part = named(row[0], parts)
  const ports: number[] = []
  for (let i = 4; i < row.length; i++) ports.push(inEntry(i, port, row[i]))
  return {
    instance: inEntry(1, instanceId, part.start + inEntry(1, end, row[1])),
    incarnation: inEntry(2, count, row[2]),
    gen: inEntry(3, count, row[3]),
    goal: part.goal,
    cause: part.cause,
    specHash: part.specHash,
    version: part.version,
    resources: part.resources,
    ports,
    graceMs: part.graceMs,
  }
}

// [number of the beginning, end of the id, incarnation, number of the status, condition, ms ago, more where there is any]
function report(row: readonly unknown[], parts: ReturnType<typeof starts>): ReportRow {
  const decoded = {
    instance: inEntry(1, instanceId, named(row[0], parts) + inEntry(1, end, row[1])),
    incarnation: inEntry(2, count, row[2]),
    statusSeq: inEntry(3, sequence, row[3]),
    condition: inEntry(4, condition, row[4]),
    agoMs: inEntry(5, milliseconds, row[5]),
  }
  return row.length === 6 ? decoded : { ...decoded, ...inEntry(6, more, row[6]) }
}

function named<T>(value: unknown, parts: readonly T[]): T {
  const part = parts[inEntry(0, count, value)]
  return part === undefined ? refuse('names no shared part', '(0)') : part
}

function entries(value: unknown, least: number, most: number): readonly unknown[] {
  if (!Array.isArray(value)) return anyList(value)
  if (value.length < least || value.length > most) refuse(`must have from ${least} to ${most} entries`)
  return value
}

const anyList = list(value => value, 0)
