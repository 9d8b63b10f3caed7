// Rows of data format 1, in which an instance and each allocation were rows of their own with every name written out. Kept
// so that what older versions stored can be brought up to the present format; nothing writes it any more.
import { assert, ByteReader, type ClusterMs, type UtcMs } from '../../base/index.ts'
import type { AgentId, AppId, HealthResult, InstanceId, SpecHash, StopCause } from '../../model/index.ts'
import { reportedConditions, stopCauses } from '../../model/index.ts'
import { decodeRows, encodeRows } from './plainrows.ts'
import { allocationKey, type AllocationRow, type InstanceRow } from './rows.ts'
import type { Row } from './types.ts'

/** The same state as rows of the present format, by key. Throws a Bug for bytes that are no row of format 1. */
export function upgradedRows(rows: Iterable<Row>): Row[] {
  const others: Row[] = []
  const instance: { key: string; row: InstanceRow }[] = []
  const allocation: { key: string; row: AllocationRow }[] = []
  for (const row of rows) {
    if (row.key.startsWith('instance/')) {
      const instanceRow = decodeInstance(versioned(row))
      instance.push({ key: instanceRow.id, row: instanceRow })
    } else if (row.key.startsWith('allocation/')) {
      const held = decodeAllocation(versioned(row))
      allocation.push({ key: allocationKey(held.instance, held.incarnation), row: held })
    } else others.push(row)
  }
  return encodeRows({ ...decodeRows(others), instance, allocation })
}

function versioned({ key, value }: Row): Uint8Array {
  assert(value[0] === 1, `row format ${value[0]} of ${key} is not 1`)
  return value
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
