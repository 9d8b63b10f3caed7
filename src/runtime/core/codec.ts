// Rows to bytes and back. The first byte is the format version of the row. Instances and allocations are binary, because
// there are millions of them and JSON takes twice the time; all else is canonical JSON, which people can read.
import {
  assert,
  ByteReader,
  ByteWriter,
  canonicalJson,
  type ClusterMs,
  type UtcMs,
} from '../../base/index.ts'
import type { AgentId, AppId, HealthResult, InstanceId, SpecHash, StopCause } from '../../model/index.ts'
import { reportedConditions, stopCauses } from '../../model/index.ts'
import type { AllocationRow, InstanceRow, Rows, TableName } from './rows.ts'

const formatVersion = 1

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function encodeRow<T extends TableName>(table: T, row: Rows[T]): Uint8Array {
  if (table === 'instance') return encodeInstance(row as InstanceRow)
  if (table === 'allocation') return encodeAllocation(row as AllocationRow)
  const json = encoder.encode(canonicalJson(row))
  const bytes = new Uint8Array(json.length + 1)
  bytes[0] = formatVersion
  bytes.set(json, 1)
  return bytes
}

/** Throws a Bug for bytes that are no row of this version; the store has proved them whole before. */
export function decodeRow<T extends TableName>(table: T, bytes: Uint8Array): Rows[T] {
  assert(
    bytes[0] === formatVersion,
    `row format ${bytes[0]} of ${table} is not known; it comes from a newer version`,
  )
  if (table === 'instance') return decodeInstance(bytes) as Rows[T]
  if (table === 'allocation') return decodeAllocation(bytes) as Rows[T]
  return JSON.parse(decoder.decode(bytes.subarray(1))) as Rows[T]
}

function encodeInstance(row: InstanceRow): Uint8Array {
  const w = new ByteWriter()
  w.integer(formatVersion)
  w.text(row.id)
  w.text(row.app)
  w.integer(row.slot)
  w.integer(row.incarnation)
  w.flag(row.goal === 'run')
  w.text(row.spec)
  w.text(row.runKey)
  w.integer(row.version)
  w.text(row.agent ?? '')
  w.text(row.planned ?? '')
  w.integer(row.reported === null ? 0 : reportedConditions.indexOf(row.reported) + 1)
  w.flag(row.unreachable)
  w.list(row.health, h => {
    w.integer(h.index)
    w.flag(h.alive)
    w.integer(h.consecutiveFailures)
    w.text(h.cause ?? '')
  })
  w.flag(row.ready)
  w.integer(row.createdAt)
  w.integer(row.placedAt)
  w.integer(row.runningAt)
  w.integer(row.stagedUtc)
  w.integer(row.startedUtc)
  w.integer(row.pid)
  w.list(row.ipAddresses, a => w.text(a))
  w.integer(row.healthyAt)
  return w.finish()
}

function decodeInstance(bytes: Uint8Array): InstanceRow {
  const r = new ByteReader(bytes)
  r.integer()
  const row: InstanceRow = {
    id: r.text() as InstanceId,
    app: r.text() as AppId,
    slot: r.integer(),
    incarnation: r.integer(),
    goal: r.flag() ? 'run' : 'stop',
    spec: r.text() as SpecHash,
    runKey: r.text(),
    version: r.integer() as UtcMs,
    agent: (r.text() || null) as AgentId | null,
    planned: (r.text() || null) as AgentId | null,
    reported: reportedConditions[r.integer() - 1] ?? null,
    unreachable: r.flag(),
    health: r.list((): HealthResult => {
      const result = { index: r.integer(), alive: r.flag(), consecutiveFailures: r.integer() }
      const cause = r.text()
      return cause === '' ? result : { ...result, cause }
    }),
    ready: r.flag(),
    createdAt: r.integer() as ClusterMs,
    placedAt: r.integer() as ClusterMs,
    runningAt: r.integer() as ClusterMs,
    stagedUtc: r.integer() as UtcMs,
    startedUtc: r.integer() as UtcMs,
    pid: r.integer(),
    ipAddresses: r.list(() => r.text()),
    // Rows of older versions end here.
    healthyAt: (r.atEnd ? 0 : r.integer()) as ClusterMs,
  }
  r.end()
  return row
}

function encodeAllocation(row: AllocationRow): Uint8Array {
  const w = new ByteWriter()
  w.integer(formatVersion)
  w.text(row.instance)
  w.integer(row.incarnation)
  w.text(row.app)
  w.text(row.owner)
  w.text(row.agent)
  w.integer(row.gen)
  w.flag(row.goal === 'run')
  w.integer(row.cause === null ? 0 : stopCauses.indexOf(row.cause) + 1)
  w.text(row.author)
  w.text(row.spec)
  w.integer(row.version)
  w.integer(row.resources.cpuMilli)
  w.integer(row.resources.memKiB)
  w.integer(row.resources.diskKiB)
  w.integer(row.resources.gpus)
  w.list(row.ports, p => w.integer(p))
  w.integer(row.graceMs)
  w.integer(row.statusSeq)
  w.integer(row.stopAt)
  return w.finish()
}

function decodeAllocation(bytes: Uint8Array): AllocationRow {
  const r = new ByteReader(bytes)
  r.integer()
  const instance = r.text() as InstanceId
  const incarnation = r.integer()
  const app = r.text() as AppId
  const owner = r.text()
  assert(owner === 'app', `allocation of an unknown owner: ${owner}`)
  const row: AllocationRow = {
    instance,
    incarnation,
    app,
    owner,
    agent: r.text() as AgentId,
    gen: r.integer(),
    goal: r.flag() ? 'run' : 'stop',
    cause: (stopCauses[r.integer() - 1] ?? null) as StopCause | null,
    author: r.text(),
    spec: r.text() as SpecHash,
    version: r.integer() as UtcMs,
    resources: {
      cpuMilli: r.integer(),
      memKiB: r.integer(),
      diskKiB: r.integer(),
      gpus: r.integer(),
    },
    ports: r.list(() => r.integer()),
    graceMs: r.integer(),
    statusSeq: r.integer(),
    stopAt: r.integer() as ClusterMs,
  }
  r.end()
  return row
}
